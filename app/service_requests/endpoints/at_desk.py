"""The desk that took a request in: what its applicant brings or writes, and a demand for payment taken back."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from app.media.errors import UploadGone, UploadTaken, UploadUnfinished
from app.procedures.errors import InvalidFormAnswers
from app.service_requests import service
from app.service_requests.errors import (
    DocumentsMissing,
    NotAskedFor,
    NothingSupplied,
    NotOverdue,
    PaidAlready,
)
from app.service_requests.schemas import (
    DeskComplaintIn,
    DeskSupplyIn,
    DeskWithdrawalIn,
    ReasonIn,
)
from app.web.state import CurrentDatabase

from .acting import CurrentAct, of_verb

router = APIRouter(prefix="/api/v1/staff/service-requests/{code}", tags=["staff"])


@router.post(
    "/supply",
    **of_verb(
        NothingSupplied, NotAskedFor, InvalidFormAnswers, DocumentsMissing, UploadGone, UploadUnfinished, UploadTaken
    ),
)
async def supply_at_desk(act: CurrentAct, body: DeskSupplyIn, database: CurrentDatabase) -> Response:
    """Ghi nhận giấy tờ người nộp bổ sung tại quầy, qua bưu chính. Record what came to the desk for a supplement."""
    handed = body.handed_in()
    uploads = await service.uploads_of(database, handed, act.work.now, pointer="/documents/{}/upload")
    files = [(one.document, one.name, upload) for one, upload in zip(handed, uploads, strict=True)]
    return await act.do(
        service.supply_at_desk,
        brought_by=body.brought_by,
        channel=body.channel,
        words=body.text,
        files=files,
        shown=body.shown(),
        answers=body.answers,
    )


@router.post("/ask-withdrawal", **of_verb())
async def ask_withdrawal_at_desk(act: CurrentAct, body: DeskWithdrawalIn) -> Response:
    """Ghi nhận người nộp xin rút, tại quầy hoặc bằng thư. Record that the applicant asks to withdraw it."""
    return await act.do(
        service.ask_withdrawal_at_desk, brought_by=body.brought_by, channel=body.channel, reason=body.reason
    )


@router.post("/complain", **of_verb(NotOverdue))
async def complain_at_desk(act: CurrentAct, body: DeskComplaintIn) -> Response:
    """Ghi nhận người nộp phản ánh trễ hẹn, tại quầy hoặc bằng thư. Record a complaint that it is past its date."""
    return await act.do(service.complain_at_desk, brought_by=body.brought_by, channel=body.channel, words=body.text)


@router.post("/take-back-payment", **of_verb(PaidAlready))
async def take_back_payment(act: CurrentAct, body: ReasonIn) -> Response:
    """Rút yêu cầu nộp phí chưa nộp, kèm lý do; người nộp đọc. Take a demand for payment back, with the reason."""
    return await act.do(service.take_back_payment, reason=body.reason)
