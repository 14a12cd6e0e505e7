"""Who handed a case in: by pseudonym, until an identity is opened for a reason that its owner reads."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path
from pydantic import ValidationError
from starlette.responses import RedirectResponse, Response

from app.console.deps import PATH, ConsoleRoute, CurrentDesk, Desk, OwnForm
from app.db.work import Work, in_work, read_work
from app.identity.terms import ReporterIdentity
from app.kit.problems import Problem
from app.kit.text import Text
from app.privacy import policies, service
from app.privacy.schemas import OpeningIn
from app.privacy.terms import Opening, OpeningState
from app.web.pages import FieldErrors, Form

router = APIRouter(prefix=PATH, route_class=ConsoleRoute)
CodePath = Annotated[str, Path(pattern=r"^[A-Za-z0-9.-]{1,40}$")]
_DONE = frozenset({"asked", "agreed", "refused"})
_REASON = Text(
    "Hãy viết lý do, ít nhất 10 ký tự; người gửi sẽ đọc được.",
    "Write why, 10 characters at least; the sender reads it.",
)


@router.get("/cases/{code}/senders")
async def list_senders(desk: CurrentDesk, code: CodePath) -> Response:
    """The senders of the case and what was asked of their identities. Raises: CaseNotFound."""
    done = desk.request.query_params.get("done", "")
    return await _shown(desk, code, Form(), {}, done=done if done in _DONE else "")


async def _shown(
    desk: Desk,
    code: str,
    form: Form,
    errors: FieldErrors,
    *,
    tried: str = "",
    message: Text | None = None,
    status: int = 200,
    done: str = "",
) -> Response:
    async with read_work(desk.database, desk.clock, desk.tenant.id) as work:
        senders, openings = await service.list_senders(
            desk.database, work, desk.keys, desk.actor, desk.scope, desk.books, code
        )
    return desk.page(
        "senders.html",
        status=status,
        code=code,
        senders=senders,
        openings=_lines(desk, openings),
        may_open=bool(desk.actor.units(*policies.OPENERS)),
        form=form,
        errors=errors,
        tried=tried,
        message=message,
        done=done,
    )


def _lines(desk: Desk, openings: list[Opening]) -> list[tuple[Opening, OpeningState, bool, bool]]:
    """Each opening, where it stands, whether this officer may look now, and whether he may be the second person."""
    lines = []
    for one in openings:
        state = one.state(desk.now)
        mine = one.asked_by == desk.actor.staff_id
        path = desk.books.directory.unit_path(desk.tenant.id, one.unit_id)
        may_agree = not mine and state is OpeningState.WAITING and bool(policies.may_agree(desk.actor, path))
        lines.append((one, state, mine and state is OpeningState.OPEN, may_agree))
    return lines


@router.post("/cases/{code}/senders/{report}")
async def ask(desk: CurrentDesk, code: CodePath, report: CodePath, form: OwnForm) -> Response:
    """The identity open for an hour, or waiting for a second person; else the page with what is wrong."""
    try:
        reason = OpeningIn.model_validate({"reason": form.text("reason")}).reason
        await _asked(desk, code, report, reason)
    except ValidationError:
        return await _shown(desk, code, form, {f"reason-{report}": _REASON}, tried=report, status=422)
    except Problem as problem:
        return await _shown(desk, code, form, {}, tried=report, message=problem.detail, status=problem.status)
    return RedirectResponse(f"{PATH}/cases/{code}/senders?done=asked", status_code=303)


async def _asked(desk: Desk, code: str, report: str, reason: str) -> None:
    async def verb(work: Work) -> None:
        await service.ask(
            desk.database, work, desk.keys, desk.actor, desk.scope, desk.books, code, report, reason=reason
        )

    await in_work(desk.database, desk.clock, desk.tenant.id, verb)


@router.get("/openings")
async def list_openings(desk: CurrentDesk) -> Response:
    """Openings of cases in the officer's sight, newest first, at most a hundred."""
    async with read_work(desk.database, desk.clock, desk.tenant.id) as work:
        openings = await service.list_openings(work, desk.actor, desk.scope)
    return desk.page("openings.html", openings=_lines(desk, openings))


@router.post("/openings/{opening}/decision")
async def decide(desk: CurrentDesk, opening: UUID, form: OwnForm) -> Response:
    """A second person's word. Raises: OpeningNotFound, Forbidden, AlreadyDecided, SecondPersonNeeded."""
    agree = form.text("agree") == "yes"

    async def verb(work: Work) -> Opening:
        return await service.decide(work, desk.actor, desk.scope, desk.books, opening, agree=agree)

    decided = await in_work(desk.database, desk.clock, desk.tenant.id, verb)
    told = "agreed" if agree else "refused"
    return RedirectResponse(f"{PATH}/cases/{decided.case_code}/senders?done={told}", status_code=303)


@router.post("/openings/{opening}/reading")
async def read(desk: CurrentDesk, opening: UUID, form: OwnForm) -> Response:
    """The identity, for whoever asked; each look is written down. Raises: OpeningNotFound, OpeningNotOpen, …"""
    _ = form

    async def verb(work: Work) -> tuple[Opening, ReporterIdentity]:
        return await service.look(work, desk.keys, desk.actor, desk.scope, desk.books, opening)

    found, identity = await in_work(desk.database, desk.clock, desk.tenant.id, verb)
    return desk.page("identity.html", opening=found, identity=identity)
