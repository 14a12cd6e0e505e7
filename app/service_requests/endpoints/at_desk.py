"""The desk that took a request in: what its applicant brings or writes, and a demand for payment taken back."""

from __future__ import annotations

from typing import Any, Final

from fastapi import APIRouter
from starlette.responses import Response

from app.identity.deps import CurrentStaff
from app.identity.errors import SessionExpired, StaffNeeded
from app.kit.problems import Forbidden
from app.media.errors import UploadTaken, UploadUnfinished
from app.procedures.errors import InvalidFormAnswers
from app.service_requests import service
from app.service_requests.deps import CurrentRequestBooks
from app.service_requests.errors import (
    DocumentsMissing,
    NotAskedFor,
    NothingSupplied,
    NotInThisState,
    NotOverdue,
    PaidAlready,
    RequestNotFound,
    StaleRequest,
)
from app.service_requests.models import ServiceRequest
from app.service_requests.schemas import (
    DeskComplaintIn,
    DeskSupplyIn,
    DeskWithdrawalIn,
    ReasonIn,
    VerbOut,
    verb_answer,
)
from app.web.answers import json_answer
from app.web.etags import ExpectedVersion, VersionNeeded, version_tag
from app.web.problems import problem_responses
from app.web.state import CurrentDatabase
from app.web.works import WriteWork

from .parameters import RequestCode

router = APIRouter(prefix="/api/v1/staff/service-requests", tags=["staff"])
_USUAL: Final = (StaffNeeded, SessionExpired, Forbidden, RequestNotFound, NotInThisState, StaleRequest, VersionNeeded)


def _verb(*more: Any) -> dict[str, Any]:
    return {"response_model": VerbOut, "responses": problem_responses(*_USUAL, *more)}


def _done(request: ServiceRequest) -> Response:
    headers = {"ETag": version_tag(request.version), "Cache-Control": "no-store"}
    return json_answer(verb_answer(request), headers=headers)


@router.post(
    "/{code}/supply",
    **_verb(NothingSupplied, DocumentsMissing, NotAskedFor, InvalidFormAnswers, UploadUnfinished, UploadTaken),
)
async def supply_at_desk(
    code: RequestCode,
    body: DeskSupplyIn,
    actor: CurrentStaff,
    seen: ExpectedVersion,
    work: WriteWork,
    database: CurrentDatabase,
    books: CurrentRequestBooks,
) -> Response:
    """Ghi nhận giấy tờ người nộp bổ sung tại quầy, qua bưu chính. Record what came to the desk for a supplement."""
    handed = body.handed_in()
    uploads = await service.uploads_of(database, handed, work.now, pointer="/documents/{}/upload")
    files = [(one.document, one.name, upload) for one, upload in zip(handed, uploads, strict=True)]
    request = await service.supply_at_desk(
        work,
        actor,
        code,
        seen=seen,
        books=books,
        brought_by=body.brought_by,
        channel=body.channel,
        words=body.text,
        files=files,
        shown=body.shown(),
        answers=body.answers,
    )
    return _done(request)


@router.post("/{code}/ask-withdrawal", **_verb())
async def ask_withdrawal_at_desk(
    code: RequestCode,
    body: DeskWithdrawalIn,
    actor: CurrentStaff,
    seen: ExpectedVersion,
    work: WriteWork,
    books: CurrentRequestBooks,
) -> Response:
    """Ghi nhận người nộp xin rút, tại quầy hoặc bằng thư. Record that the applicant asks to withdraw it."""
    request = await service.ask_withdrawal_at_desk(
        work,
        actor,
        code,
        seen=seen,
        books=books,
        brought_by=body.brought_by,
        channel=body.channel,
        reason=body.reason,
    )
    return _done(request)


@router.post("/{code}/complain", **_verb(NotOverdue))
async def complain_at_desk(
    code: RequestCode,
    body: DeskComplaintIn,
    actor: CurrentStaff,
    seen: ExpectedVersion,
    work: WriteWork,
    books: CurrentRequestBooks,
) -> Response:
    """Ghi nhận người nộp phản ánh trễ hẹn, tại quầy hoặc bằng thư. Record a complaint that it is past its date."""
    request = await service.complain_at_desk(
        work, actor, code, seen=seen, books=books, brought_by=body.brought_by, channel=body.channel, words=body.text
    )
    return _done(request)


@router.post("/{code}/take-back-payment", **_verb(PaidAlready))
async def take_back_payment(
    code: RequestCode,
    body: ReasonIn,
    actor: CurrentStaff,
    seen: ExpectedVersion,
    work: WriteWork,
    books: CurrentRequestBooks,
) -> Response:
    """Rút yêu cầu nộp phí chưa nộp, kèm lý do; người nộp đọc. Take a demand for payment back, with the reason."""
    request = await service.take_back_payment(work, actor, code, seen=seen, books=books, reason=body.reason)
    return _done(request)
