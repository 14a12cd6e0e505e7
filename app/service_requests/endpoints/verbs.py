"""One address per verb of offices."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from app.deadlines.errors import ClockPaused, ExtensionOnDayOff, ExtensionTooFar, ExtensionTooLong, ExtensionTooShort
from app.directory.errors import UnknownUnit
from app.media.errors import UploadGone, UploadTaken, UploadUnfinished
from app.payments.errors import ReceiptNumberUsed, StalePayment
from app.service_requests import service
from app.service_requests.errors import (
    ConsultationPending,
    FeeReasonNeeded,
    NothingOwed,
    NothingToSign,
    NotOfProcedure,
    OfficerNotOfUnit,
    ReceiptNeeded,
    ResultNeeded,
    ResultNotCleared,
    SecondSignerNeeded,
    StepNotOpen,
    SupplementAskedAlready,
)
from app.service_requests.schemas import (
    AssignIn,
    CompleteIn,
    ConsultIn,
    DecisionIn,
    ExtendIn,
    HandOverIn,
    OpinionIn,
    PaymentIn,
    ReasonIn,
    ReceiptIn,
    SendBackIn,
    SupplementIn,
)
from app.service_requests.terms import HandedIn
from app.web.state import CurrentDatabase

from .acting import CurrentAct, of_verb

router = APIRouter(prefix="/api/v1/staff/service-requests/{code}", tags=["staff"])


@router.post("/accept", **of_verb())
async def accept_request(act: CurrentAct) -> Response:
    """Tiếp nhận, hẹn ngày trả kết quả. Accept it; the appointment follows from the statutory time."""
    return await act.do(service.accept_request)


@router.post("/refuse", **of_verb())
async def refuse_request(act: CurrentAct, body: ReasonIn) -> Response:
    """Không tiếp nhận, kèm lý do. Refuse acceptance, with the reason."""
    return await act.do(service.refuse_request, reason=body.reason)


@router.post("/complete", **of_verb(StepNotOpen, ConsultationPending))
async def complete_step(act: CurrentAct, body: CompleteIn) -> Response:
    """Xong bước của đơn vị mình, chuyển tiếp. Your unit's step is done; what waited for it begins."""
    return await act.do(service.complete_step, step=body.step, opinion=body.opinion)


@router.post("/send-back", **of_verb(StepNotOpen))
async def send_back(act: CurrentAct, body: SendBackIn) -> Response:
    """Trả lại bước ngay trước, kèm lý do. Send it back to a step directly before, with the reason."""
    return await act.do(service.send_back, step=body.step, to=body.to, reason=body.reason)


@router.post("/assign", **of_verb(StepNotOpen, OfficerNotOfUnit))
async def assign_step(act: CurrentAct, body: AssignIn) -> Response:
    """Phân công cán bộ cho một bước. Put an officer in charge of a step."""
    return await act.do(service.assign_step, step=body.step, officer=body.officer)


@router.post("/consult", **of_verb(StepNotOpen, UnknownUnit))
async def consult_unit(act: CurrentAct, body: ConsultIn) -> Response:
    """Lấy ý kiến cơ quan khác; bước chưa xong khi chưa có ý kiến. Ask another unit for its opinion."""
    return await act.do(
        service.consult_unit, step=body.step, unit=body.unit, question=body.question, working_days=body.working_days
    )


@router.post("/give-opinion", **of_verb(StepNotOpen))
async def give_opinion(act: CurrentAct, body: OpinionIn) -> Response:
    """Cho ý kiến khi được hỏi. Give the opinion your unit was asked for."""
    return await act.do(service.give_opinion, step=body.step, opinion=body.opinion)


@router.post("/ask-supplement", **of_verb(SupplementAskedAlready, NotOfProcedure))
async def ask_supplement(act: CurrentAct, body: SupplementIn) -> Response:
    """Yêu cầu bổ sung, một danh sách đầy đủ. Ask for what is missing, with one complete list."""
    return await act.do(service.ask_supplement, missing=body.items(), words=body.text)


@router.post("/ask-payment", **of_verb(NothingOwed, FeeReasonNeeded))
async def ask_payment(act: CurrentAct, body: PaymentIn) -> Response:
    """Yêu cầu nộp phí, lệ phí; số tiền khác biểu phí phải có căn cứ. Ask for the fee, or for more or less and why."""
    return await act.do(service.ask_payment, amount=body.amount, reason=body.reason)


@router.post("/record-payment", **of_verb(ReceiptNeeded, ReceiptNumberUsed, StalePayment))
async def record_payment(act: CurrentAct, body: ReceiptIn) -> Response:
    """Ghi nhận đã nộp tại quầy. Record a payment made at the desk."""
    return await act.do(service.record_payment, receipt=body.receipt)


@router.post("/extend", **of_verb(ClockPaused, ExtensionTooShort, ExtensionOnDayOff, ExtensionTooLong, ExtensionTooFar))
async def extend_request(act: CurrentAct, body: ExtendIn) -> Response:
    """Hẹn lại ngày trả, kèm lời xin lỗi và lý do; ngày hẹn đầu tiên vẫn giữ. A new date with an apology.

    Khi thời hạn đang đứng thì chưa hẹn lại được. Not while the clock stands.
    """
    return await act.do(service.extend_request, due_on=body.due_on, reason=body.reason)


@router.post("/stop", **of_verb())
async def stop_request(act: CurrentAct, body: ReasonIn) -> Response:
    """Dừng xử lý, kèm lý do; thời hạn không tính. Stop, with the reason; the clock stands."""
    return await act.do(service.stop_request, reason=body.reason)


@router.post("/resume", **of_verb())
async def resume_request(act: CurrentAct) -> Response:
    """Xử lý tiếp. Go on."""
    return await act.do(service.resume_request)


@router.post("/end", **of_verb())
async def end_request(act: CurrentAct, body: ReasonIn) -> Response:
    """Kết thúc hồ sơ đã dừng. End a stopped one for good, with the reason."""
    return await act.do(service.end_request, reason=body.reason)


@router.post("/agree-withdrawal", **of_verb())
async def agree_withdrawal(act: CurrentAct) -> Response:
    """Đồng ý cho rút. Agree to the withdrawal."""
    return await act.do(service.agree_withdrawal)


@router.post("/decline-withdrawal", **of_verb())
async def decline_withdrawal(act: CurrentAct, body: ReasonIn) -> Response:
    """Không đồng ý cho rút, kèm lý do. Decline the withdrawal."""
    return await act.do(service.decline_withdrawal, reason=body.reason)


@router.post("/reject-decision", **of_verb(NothingToSign))
async def reject_decision(act: CurrentAct, body: ReasonIn) -> Response:
    """Trả kết quả trình để sửa. Send the submitted result back."""
    return await act.do(service.reject_decision, reason=body.reason)


@router.post(
    "/sign",
    **of_verb(NothingToSign, SecondSignerNeeded, StepNotOpen, ConsultationPending, ResultNotCleared),
)
async def sign_decision(act: CurrentAct, database: CurrentDatabase) -> Response:
    """Ký duyệt kết quả; người khác người trình. Sign the result off; not by whoever submitted it."""
    return await act.do(service.sign_decision, db=database)


@router.post("/hand-over", **of_verb())
async def hand_over(act: CurrentAct, body: HandOverIn) -> Response:
    """Trả kết quả cho người nộp. Hand the result over."""
    return await act.do(service.hand_over, to=body.to)


@router.post("/note", **of_verb())
async def note_request(act: CurrentAct, body: ReasonIn) -> Response:
    """Ghi chú nội bộ. A note for colleagues."""
    return await act.do(service.add_note, words=body.reason)


@router.post(
    "/decide", **of_verb(StepNotOpen, ConsultationPending, ResultNeeded, UploadGone, UploadUnfinished, UploadTaken)
)
async def decide_request(act: CurrentAct, body: DecisionIn, database: CurrentDatabase) -> Response:
    """Trình kết quả để người khác ký duyệt. Submit the result for a second person's signature."""
    files = [HandedIn("result", one.upload, one.name) for one in body.results]
    uploads = await service.uploads_of(database, files, act.work.now, pointer="/results/{}/upload")
    results = [(one.name, upload) for one, upload in zip(files, uploads, strict=True)]
    return await act.do(service.decide_request, outcome=body.outcome, words=body.text, results=results)
