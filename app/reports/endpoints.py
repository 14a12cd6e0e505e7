"""Citizens: hand a report in, and do what its sender may do. Reading it back is the publication room's address."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Header, Path, Request
from starlette.responses import Response

from app.cases.deps import CurrentBooks
from app.cases.errors import IllegalTransition, SharedCase, TooManyReopenings
from app.cases.models import Case
from app.catalogue.errors import InvalidAnswers, UnknownCategory
from app.directory.errors import AreaMismatch, PointOutsideVietnam
from app.identity.deps import CurrentActor, CurrentKeyring, NamedKey, current_actor, named_key, signed_in_or_none
from app.identity.errors import InvalidContact, SessionExpired
from app.limits.deps import asking
from app.limits.errors import LimitReached, SenderBlocked
from app.media.errors import UploadGone, UploadTaken, UploadUnfinished
from app.web.answers import json_answer
from app.web.fields import CaseCodeText
from app.web.headers import CLIENT_TIME, DEVICE_KEY, IDEMPOTENCY_KEY, read_here
from app.web.hot import HotRoute
from app.web.idempotency import (
    Answer,
    IdempotencyKeyReused,
    UnreadableIdempotencyKey,
    answer_once,
    idempotency_key,
    request_hash,
)
from app.web.language import language
from app.web.problems import problem_responses
from app.web.state import CurrentClock, CurrentDatabase
from app.web.submissions import (
    DeviceKeyNeeded,
    SubmissionIdTaken,
    Submitted,
    UnreadableDeviceKey,
    clock_skew_s,
    read_device_key,
)
from app.web.tenancy import host_tenant
from app.web.versions import ClientTooOld, too_old
from app.web.works import WriteWork

from . import service
from .deps import intake_of
from .errors import OutsideLimits, PlaceNeeded, ReportNotFound
from .schemas import (
    FileListOut,
    RatingIn,
    ReopeningIn,
    ReplyIn,
    ReportIn,
    StateOut,
    SubmittedOut,
    WithdrawalIn,
    files_answer,
    state_answer,
    submitted_answer,
)

hot_router = APIRouter(prefix="/api/v1/reports", tags=["reports"], route_class=HotRoute)
router = APIRouter(prefix="/api/v1/reports", tags=["reports"])

ReportCode = Annotated[CaseCodeText, Path(description="Mã phản ánh. Report code.", examples=["H23-261122-0042"])]
TrackingSecret = Annotated[
    str | None, Header(description="Mã theo dõi nhận được khi gửi. The secret given at submission.", max_length=200)
]
_OWN: dict[str, Any] = {
    "response_model": StateOut,
    "responses": problem_responses(
        SessionExpired, ReportNotFound, IllegalTransition, IdempotencyKeyReused, UnreadableIdempotencyKey
    ),
}


@hot_router.post(
    "",
    status_code=201,
    response_model=SubmittedOut,
    responses=problem_responses(
        SessionExpired,
        OutsideLimits,
        SenderBlocked,
        LimitReached,
        UnknownCategory,
        InvalidAnswers,
        InvalidContact,
        PlaceNeeded,
        AreaMismatch,
        DeviceKeyNeeded,
        UnreadableDeviceKey,
        SubmissionIdTaken,
        ClientTooOld,
        PointOutsideVietnam,
        IdempotencyKeyReused,
        UnreadableIdempotencyKey,
        UploadGone,
        UploadUnfinished,
        UploadTaken,
    ),
    openapi_extra=read_here(IDEMPOTENCY_KEY, DEVICE_KEY, CLIENT_TIME),
)
async def submit_report(request: Request, body: ReportIn) -> Response:
    """Gửi phản ánh. Nhận ngay mã, đơn vị chịu trách nhiệm, lý do và hạn trả lời.

    Hand a report in; the answer names the one responsible unit, why, and by when. Send an `Idempotency-Key` and repeat
    freely on a weak network: the same key and body never make two reports.
    """
    found = await signed_in_or_none(request)
    actor = await current_actor(request, found)
    name = await named_key(request, found, await idempotency_key(request.headers.get("idempotency-key")))
    repeat = service.Repeat(name, request_hash(body) if name else b"", _sent(request, body))
    intake, host = await intake_of(request), await host_tenant(request)
    new, whence = body.new_report(language(request), _skew_s(request, intake)), await asking(request)
    answer = await service.submit_report(
        intake,
        actor,
        new,
        host_tenant=host,
        repeat=repeat,
        shape=submitted_answer,
        asking=whence,
        unless_urgent=too_old(request.scope),
    )
    return json_answer(
        answer.body,
        status=answer.status,
        headers={"Location": answer.body["links"]["self"], "Cache-Control": "no-store"},
    )


def _sent(request: Request, body: ReportIn) -> Submitted | None:
    """The report under the id that its device made, if it made one. Raises: DeviceKeyNeeded, UnreadableDeviceKey."""
    device = read_device_key(request.headers.get("device-key"))
    return Submitted.of(body.id, device, body) if body.id is not None else None


def _skew_s(request: Request, intake: service.Intake) -> int | None:
    return clock_skew_s(request.headers.get("client-time"), intake.clock.now())


def _state(case: Case) -> Answer:
    return Answer(200, state_answer(case))


@router.post(
    "/{code}/replies",
    response_model=StateOut,
    responses=problem_responses(
        SessionExpired,
        ReportNotFound,
        IllegalTransition,
        UploadGone,
        UploadTaken,
        UploadUnfinished,
        IdempotencyKeyReused,
        UnreadableIdempotencyKey,
    ),
)
async def reply(
    code: ReportCode,
    body: ReplyIn,
    work: WriteWork,
    db: CurrentDatabase,
    actor: CurrentActor,
    books: CurrentBooks,
    key: NamedKey,
    tracking_secret: TrackingSecret = None,
) -> Response:
    """Trả lời câu hỏi của đơn vị hoặc bổ sung thông tin, ảnh. Answer the question, or add something, with photos."""

    async def verb() -> Answer:
        case = await service.reply(
            db, work, actor, code, tracking_secret, books=books, text=body.text, media=body.media
        )
        return _state(case)

    return await answer_once(work, actor.tenant_id, key, body, verb)


@router.post("/{code}/rating", **_OWN)
async def rate(
    code: ReportCode,
    body: RatingIn,
    work: WriteWork,
    actor: CurrentActor,
    books: CurrentBooks,
    key: NamedKey,
    tracking_secret: TrackingSecret = None,
) -> Response:
    """Đánh giá kết quả, 1 đến 5. Rate the handling, 1 to 5."""

    async def verb() -> Answer:
        case = await service.rate(
            work, actor, code, tracking_secret, books=books, stars=body.stars, comment=body.comment
        )
        return _state(case)

    return await answer_once(work, actor.tenant_id, key, body, verb)


@router.post(
    "/{code}/reopening",
    response_model=StateOut,
    responses=problem_responses(SessionExpired, ReportNotFound, IllegalTransition, TooManyReopenings),
)
async def reopen(
    code: ReportCode,
    body: ReopeningIn,
    work: WriteWork,
    actor: CurrentActor,
    books: CurrentBooks,
    key: NamedKey,
    tracking_secret: TrackingSecret = None,
) -> Response:
    """Chưa xong: đề nghị xử lý lại. It is not done: have it handled again."""

    async def verb() -> Answer:
        return _state(await service.reopen(work, actor, code, tracking_secret, books=books, comment=body.reason))

    return await answer_once(work, actor.tenant_id, key, body, verb)


@router.post(
    "/{code}/withdrawal",
    response_model=StateOut,
    responses=problem_responses(SessionExpired, ReportNotFound, IllegalTransition, SharedCase),
)
async def withdraw(
    code: ReportCode,
    body: WithdrawalIn,
    work: WriteWork,
    actor: CurrentActor,
    books: CurrentBooks,
    key: NamedKey,
    tracking_secret: TrackingSecret = None,
) -> Response:
    """Rút phản ánh. Withdraw the report."""

    async def verb() -> Answer:
        return _state(await service.withdraw(work, actor, code, tracking_secret, books=books, comment=body.reason))

    return await answer_once(work, actor.tenant_id, key, body, verb)


@router.get("/{code}/media", response_model=FileListOut, responses=problem_responses(SessionExpired, ReportNotFound))
async def list_own_files(
    code: ReportCode,
    actor: CurrentActor,
    database: CurrentDatabase,
    clock: CurrentClock,
    keys: CurrentKeyring,
    tracking_secret: TrackingSecret = None,
) -> Response:
    """Ảnh và tệp bạn đã gửi kèm phản ánh. Photos and files that you sent with your report."""
    row = await service.get_own_facts(database, actor, code, tracking_secret)
    files = await service.files_of_own(database, row)
    return json_answer(files_answer(files, keys.media, clock.now()), headers={"Cache-Control": "private, no-store"})
