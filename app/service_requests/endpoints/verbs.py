"""One address per verb of offices."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from app.deadlines.errors import ClockPaused, ExtensionOnDayOff, ExtensionTooFar, ExtensionTooLong, ExtensionTooShort
from app.directory.errors import UnknownUnit
from app.identity.deps import CurrentStaff
from app.identity.errors import SessionExpired, StaffNeeded
from app.kit.problems import Forbidden
from app.media.errors import UploadTaken, UploadUnfinished
from app.payments.errors import ReceiptNumberUsed, StalePayment
from app.service_requests import service
from app.service_requests.deps import CurrentRequestBooks
from app.service_requests.errors import (
    ConsultationPending,
    FeeReasonNeeded,
    NothingOwed,
    NothingToSign,
    NotInThisState,
    NotOfProcedure,
    OfficerNotOfUnit,
    ReceiptNeeded,
    RequestNotFound,
    ResultNeeded,
    ResultNotCleared,
    SecondSignerNeeded,
    StaleRequest,
    StepNotOpen,
    SupplementAskedAlready,
)
from app.service_requests.models import ServiceRequest
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
    VerbOut,
    verb_answer,
)
from app.service_requests.terms import HandedIn
from app.web.answers import json_answer
from app.web.etags import ExpectedVersion, VersionNeeded, version_tag
from app.web.problems import problem_responses
from app.web.state import CurrentDatabase
from app.web.works import WriteWork

from .parameters import RequestCode

router = APIRouter(prefix="/api/v1/staff/service-requests", tags=["staff"])
_USUAL = problem_responses(
    StaffNeeded, SessionExpired, Forbidden, RequestNotFound, NotInThisState, StaleRequest, VersionNeeded
)


def _verb(*more: Any) -> dict[str, Any]:
    return {"response_model": VerbOut, "responses": {**_USUAL, **problem_responses(*more)}}


def _done(request: ServiceRequest) -> Response:
    headers = {"ETag": version_tag(request.version), "Cache-Control": "no-store"}
    return json_answer(verb_answer(request), headers=headers)


@router.post("/{code}/accept", **_verb())
async def accept_request(
    code: RequestCode, actor: CurrentStaff, seen: ExpectedVersion, work: WriteWork, books: CurrentRequestBooks
) -> Response:
    """Tiếp nhận, hẹn ngày trả kết quả. Accept it; the appointment follows from the statutory time."""
    request = await service.accept_request(work, actor, code, seen=seen, books=books)
    return _done(request)


@router.post("/{code}/refuse", **_verb())
async def refuse_request(
    code: RequestCode,
    body: ReasonIn,
    actor: CurrentStaff,
    seen: ExpectedVersion,
    work: WriteWork,
    books: CurrentRequestBooks,
) -> Response:
    """Không tiếp nhận, kèm lý do. Refuse acceptance, with the reason."""
    request = await service.refuse_request(work, actor, code, seen=seen, books=books, reason=body.reason)
    return _done(request)


@router.post("/{code}/complete", **_verb(StepNotOpen, ConsultationPending))
async def complete_step(
    code: RequestCode,
    body: CompleteIn,
    actor: CurrentStaff,
    seen: ExpectedVersion,
    work: WriteWork,
    books: CurrentRequestBooks,
) -> Response:
    """Xong bước của đơn vị mình, chuyển tiếp. Your unit's step is done; what waited for it begins."""
    request = await service.complete_step(
        work, actor, code, seen=seen, books=books, step=body.step, opinion=body.opinion
    )
    return _done(request)


@router.post("/{code}/send-back", **_verb(StepNotOpen))
async def send_back(
    code: RequestCode,
    body: SendBackIn,
    actor: CurrentStaff,
    seen: ExpectedVersion,
    work: WriteWork,
    books: CurrentRequestBooks,
) -> Response:
    """Trả lại bước ngay trước, kèm lý do. Send it back to a step directly before, with the reason."""
    request = await service.send_back(
        work, actor, code, seen=seen, books=books, step=body.step, to=body.to, reason=body.reason
    )
    return _done(request)


@router.post("/{code}/assign", **_verb(StepNotOpen, OfficerNotOfUnit))
async def assign_step(
    code: RequestCode,
    body: AssignIn,
    actor: CurrentStaff,
    seen: ExpectedVersion,
    work: WriteWork,
    books: CurrentRequestBooks,
) -> Response:
    """Phân công cán bộ cho một bước. Put an officer in charge of a step."""
    request = await service.assign_step(work, actor, code, seen=seen, books=books, step=body.step, officer=body.officer)
    return _done(request)


@router.post("/{code}/consult", **_verb(StepNotOpen, UnknownUnit))
async def consult_unit(
    code: RequestCode,
    body: ConsultIn,
    actor: CurrentStaff,
    seen: ExpectedVersion,
    work: WriteWork,
    books: CurrentRequestBooks,
) -> Response:
    """Lấy ý kiến cơ quan khác; bước chưa xong khi chưa có ý kiến. Ask another unit for its opinion."""
    request = await service.consult_unit(
        work,
        actor,
        code,
        seen=seen,
        books=books,
        step=body.step,
        unit=body.unit,
        question=body.question,
        working_days=body.working_days,
    )
    return _done(request)


@router.post("/{code}/give-opinion", **_verb(StepNotOpen))
async def give_opinion(
    code: RequestCode,
    body: OpinionIn,
    actor: CurrentStaff,
    seen: ExpectedVersion,
    work: WriteWork,
    books: CurrentRequestBooks,
) -> Response:
    """Cho ý kiến khi được hỏi. Give the opinion your unit was asked for."""
    request = await service.give_opinion(
        work, actor, code, seen=seen, books=books, step=body.step, opinion=body.opinion
    )
    return _done(request)


@router.post("/{code}/ask-supplement", **_verb(SupplementAskedAlready, NotOfProcedure))
async def ask_supplement(
    code: RequestCode,
    body: SupplementIn,
    actor: CurrentStaff,
    seen: ExpectedVersion,
    work: WriteWork,
    books: CurrentRequestBooks,
) -> Response:
    """Yêu cầu bổ sung, một danh sách đầy đủ. Ask for what is missing, with one complete list."""
    request = await service.ask_supplement(
        work, actor, code, seen=seen, books=books, missing=body.items(), words=body.text
    )
    return _done(request)


@router.post("/{code}/ask-payment", **_verb(NothingOwed, FeeReasonNeeded))
async def ask_payment(
    code: RequestCode,
    body: PaymentIn,
    actor: CurrentStaff,
    seen: ExpectedVersion,
    work: WriteWork,
    books: CurrentRequestBooks,
) -> Response:
    """Yêu cầu nộp phí, lệ phí; số tiền khác biểu phí phải có căn cứ. Ask for the fee, or for more or less and why."""
    request = await service.ask_payment(
        work, actor, code, seen=seen, books=books, amount=body.amount, reason=body.reason
    )
    return _done(request)


@router.post("/{code}/record-payment", **_verb(ReceiptNeeded, ReceiptNumberUsed, StalePayment))
async def record_payment(
    code: RequestCode,
    body: ReceiptIn,
    actor: CurrentStaff,
    seen: ExpectedVersion,
    work: WriteWork,
    books: CurrentRequestBooks,
) -> Response:
    """Ghi nhận đã nộp tại quầy. Record a payment made at the desk."""
    request = await service.record_payment(work, actor, code, seen=seen, books=books, receipt=body.receipt)
    return _done(request)


@router.post(
    "/{code}/extend", **_verb(ClockPaused, ExtensionTooShort, ExtensionOnDayOff, ExtensionTooLong, ExtensionTooFar)
)
async def extend_request(
    code: RequestCode,
    body: ExtendIn,
    actor: CurrentStaff,
    seen: ExpectedVersion,
    work: WriteWork,
    books: CurrentRequestBooks,
) -> Response:
    """Hẹn lại ngày trả, kèm lời xin lỗi và lý do; ngày hẹn đầu tiên vẫn giữ. A new date with an apology.

    Khi thời hạn đang đứng thì chưa hẹn lại được. Not while the clock stands.
    """
    request = await service.extend_request(
        work, actor, code, seen=seen, books=books, due_on=body.due_on, reason=body.reason
    )
    return _done(request)


@router.post("/{code}/stop", **_verb())
async def stop_request(
    code: RequestCode,
    body: ReasonIn,
    actor: CurrentStaff,
    seen: ExpectedVersion,
    work: WriteWork,
    books: CurrentRequestBooks,
) -> Response:
    """Dừng xử lý, kèm lý do; thời hạn không tính. Stop, with the reason; the clock stands."""
    request = await service.stop_request(work, actor, code, seen=seen, books=books, reason=body.reason)
    return _done(request)


@router.post("/{code}/resume", **_verb())
async def resume_request(
    code: RequestCode, actor: CurrentStaff, seen: ExpectedVersion, work: WriteWork, books: CurrentRequestBooks
) -> Response:
    """Xử lý tiếp. Go on."""
    request = await service.resume_request(work, actor, code, seen=seen, books=books)
    return _done(request)


@router.post("/{code}/end", **_verb())
async def end_request(
    code: RequestCode,
    body: ReasonIn,
    actor: CurrentStaff,
    seen: ExpectedVersion,
    work: WriteWork,
    books: CurrentRequestBooks,
) -> Response:
    """Kết thúc hồ sơ đã dừng. End a stopped one for good, with the reason."""
    request = await service.end_request(work, actor, code, seen=seen, books=books, reason=body.reason)
    return _done(request)


@router.post("/{code}/agree-withdrawal", **_verb())
async def agree_withdrawal(
    code: RequestCode, actor: CurrentStaff, seen: ExpectedVersion, work: WriteWork, books: CurrentRequestBooks
) -> Response:
    """Đồng ý cho rút. Agree to the withdrawal."""
    request = await service.agree_withdrawal(work, actor, code, seen=seen, books=books)
    return _done(request)


@router.post("/{code}/decline-withdrawal", **_verb())
async def decline_withdrawal(
    code: RequestCode,
    body: ReasonIn,
    actor: CurrentStaff,
    seen: ExpectedVersion,
    work: WriteWork,
    books: CurrentRequestBooks,
) -> Response:
    """Không đồng ý cho rút, kèm lý do. Decline the withdrawal."""
    request = await service.decline_withdrawal(work, actor, code, seen=seen, books=books, reason=body.reason)
    return _done(request)


@router.post("/{code}/reject-decision", **_verb(NothingToSign))
async def reject_decision(
    code: RequestCode,
    body: ReasonIn,
    actor: CurrentStaff,
    seen: ExpectedVersion,
    work: WriteWork,
    books: CurrentRequestBooks,
) -> Response:
    """Trả kết quả trình để sửa. Send the submitted result back."""
    request = await service.reject_decision(work, actor, code, seen=seen, books=books, reason=body.reason)
    return _done(request)


@router.post(
    "/{code}/sign",
    **_verb(NothingToSign, SecondSignerNeeded, StepNotOpen, ConsultationPending, ResultNotCleared),
)
async def sign_decision(
    code: RequestCode,
    actor: CurrentStaff,
    seen: ExpectedVersion,
    work: WriteWork,
    database: CurrentDatabase,
    books: CurrentRequestBooks,
) -> Response:
    """Ký duyệt kết quả; người khác người trình. Sign the result off; not by whoever submitted it."""
    request = await service.sign_decision(work, actor, code, seen=seen, books=books, db=database)
    return _done(request)


@router.post("/{code}/hand-over", **_verb())
async def hand_over(
    code: RequestCode,
    body: HandOverIn,
    actor: CurrentStaff,
    seen: ExpectedVersion,
    work: WriteWork,
    books: CurrentRequestBooks,
) -> Response:
    """Trả kết quả cho người nộp. Hand the result over."""
    request = await service.hand_over(work, actor, code, seen=seen, books=books, to=body.to)
    return _done(request)


@router.post("/{code}/note", **_verb())
async def note_request(
    code: RequestCode,
    body: ReasonIn,
    actor: CurrentStaff,
    seen: ExpectedVersion,
    work: WriteWork,
    books: CurrentRequestBooks,
) -> Response:
    """Ghi chú nội bộ. A note for colleagues."""
    request = await service.add_note(work, actor, code, seen=seen, books=books, words=body.reason)
    return _done(request)


@router.post("/{code}/decide", **_verb(StepNotOpen, ConsultationPending, ResultNeeded, UploadUnfinished, UploadTaken))
async def decide_request(
    code: RequestCode,
    body: DecisionIn,
    actor: CurrentStaff,
    seen: ExpectedVersion,
    work: WriteWork,
    database: CurrentDatabase,
    books: CurrentRequestBooks,
) -> Response:
    """Trình kết quả để người khác ký duyệt. Submit the result for a second person's signature."""
    files = [HandedIn("result", one.upload, one.name) for one in body.results]
    uploads = await service.uploads_of(database, files, work.now, pointer="/results/{}/upload")
    results = [(one.name, upload) for one, upload in zip(files, uploads, strict=True)]
    request = await service.decide_request(
        work, actor, code, seen=seen, books=books, outcome=body.outcome, words=body.text, results=results
    )
    return _done(request)
