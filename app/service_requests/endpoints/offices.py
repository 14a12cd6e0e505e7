"""Offices: the queue of open steps, one service request, and taking one in at a desk."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from app.cases.deps import CurrentScope
from app.directory.errors import AreaOutsideTenant, UnknownArea
from app.identity.deps import CurrentKeyring, CurrentStaff, NamedKey
from app.identity.errors import InvalidContact, SessionExpired, StaffNeeded
from app.kit.problems import Forbidden
from app.media.errors import UploadGone, UploadTaken, UploadUnfinished
from app.procedures.errors import InvalidFormAnswers, RetiredProcedure, UnknownProcedure
from app.service_requests import policies, service
from app.service_requests.deps import CurrentDesk, CurrentRequestBooks
from app.service_requests.errors import (
    DocumentsMissing,
    FiledAlready,
    IdentityNeeded,
    RequestNotFound,
    StepWithoutUnit,
)
from app.service_requests.schemas import (
    DeskFiledOut,
    DeskFilingIn,
    StaffRequestOut,
    StepPageOut,
    queue_line,
    request_answer,
    verb_answer,
)
from app.service_requests.terms import QueueView
from app.web.answers import json_answer
from app.web.cursors import ForeignCursor, UnreadableCursor
from app.web.etags import version_tag
from app.web.idempotency import Answer, IdempotencyKeyReused, UnreadableIdempotencyKey, once
from app.web.language import CurrentLang
from app.web.problems import problem_responses
from app.web.state import CurrentClock, CurrentDatabase
from app.web.works import WriteWork

from .parameters import RequestCode, key_after, key_cursor

router = APIRouter(prefix="/api/v1/staff", tags=["staff"])


@router.get(
    "/service-requests",
    response_model=StepPageOut,
    responses=problem_responses(StaffNeeded, SessionExpired, ForeignCursor, UnreadableCursor),
)
async def list_open_steps(
    actor: CurrentStaff,
    scope: CurrentScope,
    database: CurrentDatabase,
    clock: CurrentClock,
    books: CurrentRequestBooks,
    view: QueueView = QueueView.INBOX,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
    cursor: Annotated[str | None, Query(max_length=512)] = None,
) -> Response:
    """Các bước đang mở của đơn vị bạn, đến hạn trước. Open steps of your units, due first."""
    query, now = {"view": view.value, "actor": actor.id}, clock.now()
    rows = await service.queue_page(
        database, scope, view, officer=actor.staff_id, now=now, after=key_after(query, cursor), limit=limit + 1
    )
    last = rows[limit - 1] if len(rows) > limit else None
    more = key_cursor(query, (last["step_due_at"], last["id"], last["step"])) if last else None
    items = [queue_line(dict(row), books, actor.tenant_id, now) for row in rows[:limit]]
    return json_answer({"items": items, "next_cursor": more}, headers={"Cache-Control": "no-store"})


@router.get(
    "/service-requests/{code}",
    response_model=StaffRequestOut,
    responses=problem_responses(StaffNeeded, SessionExpired, RequestNotFound),
)
async def get_request(
    code: RequestCode,
    actor: CurrentStaff,
    scope: CurrentScope,
    database: CurrentDatabase,
    keys: CurrentKeyring,
    books: CurrentRequestBooks,
    clock: CurrentClock,
    lang: CurrentLang,
) -> Response:
    """Hồ sơ với từng bước, giấy tờ, lịch sử và việc bạn làm được. The request, and what you may do now."""
    now = clock.now()
    view = await service.get_for_staff(database, keys, books, actor, scope, code, now=now)
    answer = request_answer(
        view,
        books,
        lang,
        verbs=service.verbs_for_staff(view, actor, books),
        key=keys.media,
        now=now,
        overdue=service.is_overdue(view.row, now),
        own_steps=service.steps_of_actor(view, actor),
    )
    return json_answer(answer, headers={"Cache-Control": "no-store", "ETag": version_tag(view.row["version"])})


@router.post(
    "/service-requests",
    status_code=201,
    response_model=DeskFiledOut,
    responses=problem_responses(
        StaffNeeded,
        SessionExpired,
        Forbidden,
        UnknownProcedure,
        RetiredProcedure,
        InvalidFormAnswers,
        InvalidContact,
        IdentityNeeded,
        UnknownArea,
        AreaOutsideTenant,
        DocumentsMissing,
        StepWithoutUnit,
        UploadGone,
        UploadUnfinished,
        UploadTaken,
        FiledAlready,
        IdempotencyKeyReused,
        UnreadableIdempotencyKey,
    ),
)
async def take_in_request(
    body: DeskFilingIn, actor: CurrentStaff, work: WriteWork, desk: CurrentDesk, key: NamedKey, lang: CurrentLang
) -> Response:
    """Nhập hồ sơ nộp trực tiếp hoặc qua bưu chính. Take in what came to the desk, or by post.

    The answer holds the secret by which the applicant follows it: print it on the receipt, it is shown once.
    """
    policies.may_take_in(actor).require()
    secrets: list[str | None] = []

    async def verb() -> Answer:
        filed = await service.file_request(work, desk, actor, body.filing(), another=body.another, lang=lang)
        secrets.append(filed.secret)
        return Answer(201, verb_answer(filed.request))

    answer = await once(work, actor.tenant_id, key, body, verb)
    return json_answer({**answer.body, "tracking_secret": secrets[0] if secrets else None}, status=answer.status)
