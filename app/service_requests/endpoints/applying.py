"""Applicants: file, follow, supply, withdraw, complain, rate."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.responses import Response

from app.directory.errors import AreaOutsideTenant, UnknownArea
from app.identity.deps import CurrentActor, CurrentCitizen, CurrentCitizenId, CurrentKeyring, NamedKey
from app.identity.errors import CitizenNeeded, InvalidContact, SessionExpired, SignInNeeded, UnreadableToken
from app.kit.ids import RequestId
from app.limits.deps import CurrentAsking
from app.limits.errors import LimitReached
from app.media.errors import UploadGone, UploadTaken, UploadUnfinished
from app.procedures.errors import InvalidFormAnswers, RetiredProcedure, UnknownProcedure
from app.service_requests import service
from app.service_requests.deps import CurrentDesk, CurrentRequestBooks
from app.service_requests.errors import (
    DocumentsMissing,
    FiledAlready,
    IdentityNeeded,
    NoAppointment,
    NotAskedFor,
    NothingSupplied,
    NotInThisState,
    NotOnline,
    NotOverdue,
    RequestFileNotFound,
    RequestNotFound,
    StepWithoutUnit,
)
from app.service_requests.models import ServiceRequest
from app.service_requests.schemas import (
    CommentIn,
    ComplaintIn,
    FilingIn,
    OwnFileListOut,
    PaymentsOut,
    RatedOut,
    RatingIn,
    RequestDeadlineOut,
    RequestOut,
    RequestPageOut,
    SupplyIn,
    VerbOut,
    deadline_answer,
    line_answer,
    own_files_answer,
    payments_answer,
    request_answer,
    verb_answer,
)
from app.web.answers import json_answer
from app.web.cursors import ForeignCursor, UnreadableCursor, make_id_cursor, read_id_cursor
from app.web.etags import version_tag
from app.web.idempotency import Answer, IdempotencyKeyReused, UnreadableIdempotencyKey, answer_once
from app.web.language import CurrentLang
from app.web.problems import problem_responses
from app.web.state import CurrentClock, CurrentDatabase
from app.web.works import ReadWork, WriteWork

from .parameters import RequestCode, TrackingSecret

router = APIRouter(prefix="/api/v1", tags=["service-requests"])
_ACCOUNT = (SignInNeeded, CitizenNeeded, SessionExpired, UnreadableToken)
_PRIVATE = {"Cache-Control": "private, no-store"}
_OWN: dict[str, Any] = {
    "response_model": VerbOut,
    "responses": problem_responses(
        SessionExpired, RequestNotFound, NotInThisState, IdempotencyKeyReused, UnreadableIdempotencyKey
    ),
}


@router.post(
    "/service-requests",
    status_code=201,
    response_model=VerbOut,
    responses=problem_responses(
        *_ACCOUNT,
        UnknownProcedure,
        RetiredProcedure,
        InvalidFormAnswers,
        InvalidContact,
        IdentityNeeded,
        UnknownArea,
        AreaOutsideTenant,
        DocumentsMissing,
        StepWithoutUnit,
        NotOnline,
        UploadGone,
        UploadUnfinished,
        UploadTaken,
        RequestFileNotFound,
        FiledAlready,
        LimitReached,
        IdempotencyKeyReused,
        UnreadableIdempotencyKey,
    ),
)
async def file_request(
    body: FilingIn,
    actor: CurrentCitizen,
    work: WriteWork,
    desk: CurrentDesk,
    key: NamedKey,
    lang: CurrentLang,
    asking: CurrentAsking,
) -> Response:
    """Nộp hồ sơ; nhận ngay mã hồ sơ và cơ quan tiếp nhận. File a service request.

    Send an `Idempotency-Key` and repeat freely on a weak network: the same key and body never make two.
    """

    async def verb() -> Answer:
        filed = await service.file_request(
            work, desk, actor, body.filing(), another=body.another, lang=lang, asking=asking
        )
        return Answer(201, verb_answer(filed.request))

    return await answer_once(work, actor.tenant_id, key, body, verb)


@router.get(
    "/me/service-requests",
    response_model=RequestPageOut,
    responses=problem_responses(*_ACCOUNT, UnreadableCursor, ForeignCursor),
)
async def list_own_requests(
    actor: CurrentCitizen,
    citizen: CurrentCitizenId,
    database: CurrentDatabase,
    clock: CurrentClock,
    books: CurrentRequestBooks,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
    cursor: Annotated[str | None, Query(max_length=512)] = None,
) -> Response:
    """Hồ sơ trong tài khoản của bạn ở tỉnh này, mới nhất trước. Your service requests, newest first."""
    query = {"citizen": citizen, "what": "service-requests"}
    before, now = _before(query, cursor), clock.now()
    rows = await service.list_own(database, actor.tenant_id, citizen, before=before, limit=limit + 1)
    more = make_id_cursor(query, rows[limit - 1]["id"]) if len(rows) > limit else None
    items = [line_answer(row, books, overdue=service.is_overdue(row, now)) for row in rows[:limit]]
    return json_answer({"items": items, "next_cursor": more}, headers=_PRIVATE)


def _before(query: Mapping[str, object], cursor: str | None) -> RequestId | None:
    """Key the page ends before. Raises: UnreadableCursor, ForeignCursor."""
    if cursor is None:
        return None
    return RequestId(read_id_cursor(query, cursor))


@router.get("/me/service-request-files", response_model=OwnFileListOut, responses=problem_responses(*_ACCOUNT))
async def list_own_files(actor: CurrentCitizen, citizen: CurrentCitizenId, database: CurrentDatabase) -> Response:
    """Giấy tờ bạn đã nộp, dùng lại được cho hồ sơ khác. Documents you handed in before, to be used again."""
    rows = await service.list_own_files(database, actor.tenant_id, citizen)
    return json_answer(own_files_answer(rows), headers=_PRIVATE)


@router.get(
    "/service-requests/{code}",
    response_model=RequestOut,
    responses=problem_responses(SessionExpired, RequestNotFound),
)
async def get_own_request(
    code: RequestCode,
    actor: CurrentActor,
    database: CurrentDatabase,
    keys: CurrentKeyring,
    books: CurrentRequestBooks,
    clock: CurrentClock,
    lang: CurrentLang,
    tracking_secret: TrackingSecret = None,
) -> Response:
    """Hồ sơ của bạn: từng bước, ai giữ, hẹn ngày nào, cần gì ở bạn. Your service request, step by step."""
    view = await service.find_own(database, keys, books, actor, code, tracking_secret)
    now = clock.now()
    answer = request_answer(
        view,
        books,
        lang,
        verbs=service.verbs_for_applicant(view),
        key=keys.media,
        now=now,
        overdue=service.is_overdue(view.row, now),
    )
    return json_answer(answer, headers={**_PRIVATE, "ETag": version_tag(view.row["version"])})


@router.get(
    "/service-requests/{code}/deadline",
    responses=problem_responses(SessionExpired, RequestNotFound, NoAppointment),
)
async def explain_appointment(
    code: RequestCode,
    actor: CurrentActor,
    database: CurrentDatabase,
    books: CurrentRequestBooks,
    clock: CurrentClock,
    response: Response,
    tracking_secret: TrackingSecret = None,
) -> RequestDeadlineOut:
    """Ngày hẹn trả kết quả, giải thích từng ngày. The appointment, explained day by day."""
    response.headers["Cache-Control"] = "private, no-store"
    row = await service.own_row(database, actor, code, tracking_secret)
    return deadline_answer(row, service.explain(row, books, now=clock.now()))


@router.get(
    "/service-requests/{code}/payment",
    response_model=PaymentsOut,
    responses=problem_responses(SessionExpired, RequestNotFound),
)
async def get_payment(
    code: RequestCode,
    actor: CurrentActor,
    database: CurrentDatabase,
    work: ReadWork,
    books: CurrentRequestBooks,
    tracking_secret: TrackingSecret = None,
) -> Response:
    """Phí, lệ phí phải nộp: số tiền, nội dung chuyển khoản, mã VietQR, đường dẫn. What is to be paid, and how."""
    row = await service.own_row(database, actor, code, tracking_secret)
    asked, way = await service.ways(work, row, books)
    return json_answer(payments_answer(asked, way, books.directory.unit_codes(actor.tenant_id)), headers=_PRIVATE)


def _done(request: ServiceRequest) -> Answer:
    return Answer(200, verb_answer(request))


@router.post(
    "/service-requests/{code}/supplement",
    response_model=VerbOut,
    responses={
        **_OWN["responses"],
        **problem_responses(
            UploadGone,
            UploadUnfinished,
            UploadTaken,
            NothingSupplied,
            NotAskedFor,
            InvalidFormAnswers,
            DocumentsMissing,
            RequestFileNotFound,
        ),
    },
)
async def supply(
    code: RequestCode,
    body: SupplyIn,
    work: WriteWork,
    actor: CurrentActor,
    database: CurrentDatabase,
    books: CurrentRequestBooks,
    key: NamedKey,
    tracking_secret: TrackingSecret = None,
) -> Response:
    """Bổ sung hồ sơ theo danh sách được yêu cầu. Supply what was asked for."""
    files = body.handed_in()
    reused = await service.reused_files(database, actor, body.reused())

    async def verb() -> Answer:
        uploads = await service.uploads_of(database, files, work.now, pointer="/documents/{}/upload")
        named = [(one.document, one.name, upload) for one, upload in zip(files, uploads, strict=True)]
        return _done(
            await service.supply(
                work,
                actor,
                code,
                tracking_secret,
                books=books,
                words=body.text,
                files=named,
                reused=reused,
                answers=body.answers,
            )
        )

    return await answer_once(work, actor.tenant_id, key, body, verb)


@router.post("/service-requests/{code}/withdrawal", **_OWN)
async def ask_withdrawal(
    code: RequestCode,
    body: CommentIn,
    work: WriteWork,
    actor: CurrentActor,
    books: CurrentRequestBooks,
    key: NamedKey,
    tracking_secret: TrackingSecret = None,
) -> Response:
    """Xin rút hồ sơ. Ask to withdraw it."""

    async def verb() -> Answer:
        return _done(await service.ask_withdrawal(work, actor, code, tracking_secret, books=books, reason=body.reason))

    return await answer_once(work, actor.tenant_id, key, body, verb)


@router.post(
    "/service-requests/{code}/complaint",
    response_model=VerbOut,
    responses={**_OWN["responses"], **problem_responses(NotOverdue)},
)
async def complain(
    code: RequestCode,
    body: ComplaintIn,
    work: WriteWork,
    actor: CurrentActor,
    books: CurrentRequestBooks,
    key: NamedKey,
    tracking_secret: TrackingSecret = None,
) -> Response:
    """Phản ánh hồ sơ trễ hẹn; cơ quan cấp trên được báo. Complain that it is late; the unit above is told."""

    async def verb() -> Answer:
        return _done(await service.complain(work, actor, code, tracking_secret, books=books, words=body.text))

    return await answer_once(work, actor.tenant_id, key, body, verb)


@router.post("/service-requests/{code}/rating", response_model=RatedOut, responses=_OWN["responses"])
async def rate_request(
    code: RequestCode,
    body: RatingIn,
    work: WriteWork,
    actor: CurrentActor,
    books: CurrentRequestBooks,
    key: NamedKey,
    tracking_secret: TrackingSecret = None,
) -> Response:
    """Đánh giá việc giải quyết, 1 đến 5; lần sau thay lần trước. Rate the handling; a later rating replaces yours."""

    async def verb() -> Answer:
        rated = await service.rate(
            work, actor, code, tracking_secret, books=books, stars=body.stars, words=body.comment
        )
        return Answer(200, {**verb_answer(rated.request), "replaces": rated.before})

    return await answer_once(work, actor.tenant_id, key, body, verb)
