"""One verb over many cases."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import assert_never

from fastapi import APIRouter
from starlette.responses import Response

from app.cases import service
from app.cases.deps import CurrentBooks
from app.cases.models import Case
from app.cases.schemas import (
    AcceptAll,
    AssignAll,
    BulkAction,
    BulkIn,
    BulkOut,
    CloseAll,
    ConfirmAll,
    NoteAll,
    PublishAll,
    ReferAll,
    ResolveAll,
    WithholdAll,
    outcomes_answer,
)
from app.cases.terms import Books
from app.db.work import Work
from app.identity.deps import CurrentStaff
from app.identity.errors import SessionExpired, StaffNeeded
from app.identity.terms import Actor
from app.web.answers import json_answer
from app.web.language import CurrentLang
from app.web.problems import problem_responses
from app.web.state import CurrentClock, CurrentDatabase

router = APIRouter(prefix="/api/v1/staff", tags=["staff"])


@router.post("/cases/bulk", response_model=BulkOut, responses=problem_responses(StaffNeeded, SessionExpired))
async def change_many(
    body: BulkIn,
    actor: CurrentStaff,
    database: CurrentDatabase,
    clock: CurrentClock,
    books: CurrentBooks,
    lang: CurrentLang,
) -> Response:
    """Một việc trên nhiều vụ việc, kết quả từng vụ. One verb over many cases, with an outcome for each."""
    targets = [(target.code, target.version) for target in body.cases]
    verb = _bulk_verb(body.action, actor, books)
    outcomes = await service.each_case(database, clock, actor.tenant_id, targets, verb)
    return json_answer(outcomes_answer(outcomes, lang))


def _bulk_verb(  # noqa: C901 - one line per verb
    action: BulkAction, actor: Actor, books: Books
) -> Callable[[Work, str, int], Awaitable[Case]]:
    """The service function that the action names, waiting for its case."""

    async def verb(work: Work, code: str, seen: int) -> Case:  # noqa: PLR0911 - one line per verb
        match action:
            case AcceptAll():
                return await service.accept_case(work, actor, code, seen=seen, books=books, unread=True)
            case CloseAll():
                return await service.close_case(work, actor, code, seen=seen, books=books)
            case ReferAll():
                return await service.refer_case(
                    work,
                    actor,
                    code,
                    seen=seen,
                    books=books,
                    to=action.unit,
                    reason=action.reason,
                    comment=action.comment,
                )
            case AssignAll():
                return await service.assign_case(work, actor, code, seen=seen, books=books, officer=action.officer)
            case WithholdAll():
                return await service.withhold_case(work, actor, code, seen=seen, books=books, comment=action.comment)
            case PublishAll():
                return await service.publish_case(work, actor, code, seen=seen, books=books, public_text=None)
            case ConfirmAll():
                return await service.confirm_redaction(work, actor, code, seen=seen, books=books)
            case NoteAll():
                return await service.add_note(
                    work, actor, code, seen=seen, books=books, text=action.text, for_unit_only=action.for_unit_only
                )
            case ResolveAll():
                return await service.resolve_case(
                    work, actor, code, seen=seen, books=books, answer=action.answer, resolution=action.resolution
                )
            case _:
                assert_never(action)

    return verb
