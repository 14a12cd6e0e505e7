"""Officers: what is to be paid and what came, cash at the desk, refunds, comparing with the provider's statement."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path, Query, Response

from app.directory.deps import CurrentDirectory
from app.identity.deps import CurrentStaff
from app.identity.errors import SessionExpired, StaffNeeded
from app.kit.problems import Forbidden
from app.web.cursors import ForeignCursor, UnreadableCursor
from app.web.etags import ExpectedVersion, UnreadableIfMatch, VersionNeeded, version_tag
from app.web.fields import DayIn
from app.web.problems import problem_responses
from app.web.works import ReadWork, WriteWork

from . import service
from .deps import AskedPage
from .errors import (
    MoneyNotFound,
    MoneySettled,
    NoBankAccount,
    NothingToRefund,
    OtherCurrency,
    PaymentNotFound,
    PaymentSettled,
    ReceiptNumberUsed,
    StalePayment,
    UnknownProvider,
)
from .schemas import (
    CashIn,
    MatchIn,
    PaymentDetailOut,
    PaymentListOut,
    ReconciliationOut,
    RefundIn,
    ReturnIn,
    UnmatchedListOut,
    UnmatchedOut,
)
from .terms import GENERIC

router = APIRouter(prefix="/api/v1/staff/payments", tags=["staff"])
unmatched_router = APIRouter(prefix="/api/v1/staff/unmatched-payments", tags=["staff"])

Reference = Annotated[
    str, Path(min_length=1, max_length=40, description="Mã nộp phí. Its reference.", examples=["TT2384M7QXKD"])
]
Money = Annotated[UUID, Path(description="Khoản tiền. The money.")]
_STAFF = (StaffNeeded, SessionExpired)
_SEEN = (UnreadableIfMatch, VersionNeeded, StalePayment)
_SVG: dict[int | str, dict[str, Any]] = {200: {"content": {"image/svg+xml": {"schema": {"type": "string"}}}}}


@router.get("", responses=problem_responses(*_STAFF, UnreadableCursor, ForeignCursor))
async def list_payments(
    asked: AskedPage, work: ReadWork, actor: CurrentStaff, directory: CurrentDirectory
) -> PaymentListOut:
    """Yêu cầu nộp phí của các cơ quan bạn xem được, mới nhất trước. Payment requests of your units, newest first."""
    found = await service.list_payments(
        work,
        actor,
        directory,
        state=asked.state,
        refund_due=asked.refund_due,
        subject_code=asked.code,
        before=asked.before,
        limit=asked.limit + 1,
    )
    return PaymentListOut.of(found[: asked.limit], directory.unit_codes(actor.tenant_id), asked.following(found))


@router.get("/reconciliation", responses=problem_responses(*_STAFF, Forbidden, UnknownProvider))
async def get_reconciliation(
    work: ReadWork,
    actor: CurrentStaff,
    directory: CurrentDirectory,
    day: Annotated[DayIn, Query(description="Ngày, theo giờ của tỉnh. A day in the province's time zone.")],
    provider: Annotated[str, Query(max_length=64)] = GENERIC,
) -> ReconciliationOut:
    """Đối soát một ngày với sao kê đã nạp: mỗi giao dịch một dòng. A day compared with the statement that was read.

    Statements are read by `lienthong payments reconcile`. Every transaction of either side is one line.
    """
    return ReconciliationOut.of(await service.reconcile(work, actor, directory, day, provider))


@router.get("/{reference}", responses=problem_responses(*_STAFF, PaymentNotFound))
async def get_payment(
    reference: Reference, work: ReadWork, actor: CurrentStaff, directory: CurrentDirectory, response: Response
) -> PaymentDetailOut:
    """Một yêu cầu nộp phí và mọi khoản đã đến. One payment request with all the money that came for it."""
    found = await service.get_payment(work, actor, directory, reference)
    response.headers["ETag"] = version_tag(found.request.version)
    return PaymentDetailOut.of_view(found, directory.unit_codes(actor.tenant_id))


@router.get(
    "/{reference}/picture",
    response_class=Response,
    responses={**problem_responses(*_STAFF, PaymentNotFound, PaymentSettled, NoBankAccount), **_SVG},
)
async def get_picture(
    reference: Reference, work: ReadWork, actor: CurrentStaff, directory: CurrentDirectory
) -> Response:
    """Mã VietQR để chuyển khoản số tiền còn phải nộp. The VietQR code for what is still to be paid."""
    picture = await service.picture_of(work, actor, directory, reference)
    return Response(picture, media_type="image/svg+xml", headers={"Cache-Control": "private, no-store"})


@router.post(
    "/{reference}/cash",
    responses=problem_responses(*_STAFF, Forbidden, PaymentNotFound, PaymentSettled, ReceiptNumberUsed, *_SEEN),
)
async def record_by_hand(
    reference: Reference,
    taken: CashIn,
    work: WriteWork,
    actor: CurrentStaff,
    directory: CurrentDirectory,
    seen: ExpectedVersion,
    response: Response,
) -> PaymentDetailOut:
    """Ghi đã thu tiền mặt tại quầy, đúng số còn phải nộp. Record cash taken at the desk: what was still to be paid.

    `If-Match` names the version you took it by: when money came meanwhile it is 412, before you take more.
    """
    found = await service.record_by_hand(
        work, actor, directory, reference, receipt_number=taken.receipt_number, taken_at=taken.taken_at, seen=seen
    )
    response.headers["ETag"] = version_tag(found.request.version)
    return PaymentDetailOut.of_view(found, directory.unit_codes(actor.tenant_id))


@router.post(
    "/{reference}/refund",
    responses=problem_responses(*_STAFF, Forbidden, PaymentNotFound, NothingToRefund, *_SEEN),
)
async def note_refund(
    reference: Reference,
    given: RefundIn,
    work: WriteWork,
    actor: CurrentStaff,
    directory: CurrentDirectory,
    seen: ExpectedVersion,
    response: Response,
) -> PaymentDetailOut:
    """Ghi đã hoàn mọi khoản phải hoàn. Note that all that was to be given back was given back."""
    found = await service.note_refund(
        work, actor, directory, reference, refund_reference=given.refund_reference, seen=seen
    )
    response.headers["ETag"] = version_tag(found.request.version)
    return PaymentDetailOut.of_view(found, directory.unit_codes(actor.tenant_id))


@unmatched_router.get("", responses=problem_responses(*_STAFF, Forbidden))
async def list_unmatched(work: ReadWork, actor: CurrentStaff, directory: CurrentDirectory) -> UnmatchedListOut:
    """Tiền đến mà chưa rõ nộp cho hồ sơ nào, và khoản phải hoàn trong đó. Money that is for nothing known.

    Của cả tỉnh: quản trị tỉnh, hoặc lãnh đạo duyệt, quản trị của đơn vị gốc. For the province's administrator, or who
    refunds for its root unit.
    """
    found = await service.list_unmatched(work, actor, directory)
    return UnmatchedListOut(items=[UnmatchedOut.of(one) for one in found])


@unmatched_router.post(
    "/{id}/match",
    responses=problem_responses(*_STAFF, Forbidden, PaymentNotFound, MoneyNotFound, MoneySettled, OtherCurrency),
)
async def match_money(
    id: Money,  # noqa: A002 - the name in the address
    asked: MatchIn,
    work: WriteWork,
    actor: CurrentStaff,
    directory: CurrentDirectory,
) -> UnmatchedOut:
    """Ghép khoản tiền với yêu cầu nộp phí, như thể nó đã ghi đúng mã. Count it to a payment request."""
    return UnmatchedOut.of(await service.match(work, actor, directory, id, asked.reference))


@unmatched_router.post("/{id}/return", responses=problem_responses(*_STAFF, Forbidden, MoneyNotFound, MoneySettled))
async def have_money_returned(
    id: Money,  # noqa: A002 - the name in the address
    asked: ReturnIn,
    work: WriteWork,
    actor: CurrentStaff,
    directory: CurrentDirectory,
) -> UnmatchedOut:
    """Ghi khoản tiền phải hoàn, kèm lý do. Mark it as to be given back, with the reason."""
    return UnmatchedOut.of(await service.have_returned(work, actor, directory, id, reason=asked.reason))


@unmatched_router.post("/{id}/refund", responses=problem_responses(*_STAFF, Forbidden, MoneyNotFound, NothingToRefund))
async def note_money_returned(
    id: Money,  # noqa: A002 - the name in the address
    given: RefundIn,
    work: WriteWork,
    actor: CurrentStaff,
    directory: CurrentDirectory,
) -> UnmatchedOut:
    """Ghi đã hoàn khoản tiền; không phải người đã quyết định hoàn. Note that it was given back, by another person."""
    reference = given.refund_reference
    return UnmatchedOut.of(await service.note_returned(work, actor, directory, id, refund_reference=reference))
