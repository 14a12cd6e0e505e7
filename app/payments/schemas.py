"""What officers and providers send and read. Amounts are text: no client makes a float of a đồng."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, Field, StringConstraints

from app.kit.ids import UnitId
from app.web.fields import InstantIn, PhraseText, TextOut, WireIn

from .terms import (
    CURRENCY,
    CallbackAnswer,
    Outcome,
    PaymentRequest,
    PaymentState,
    PaymentView,
    Receipt,
    ReconciledAs,
    Reconciliation,
    Unmatched,
)


def _written(amount: object) -> object:
    return f"{amount:f}" if isinstance(amount, Decimal) else amount


Money = Annotated[str, BeforeValidator(_written), Field(examples=["150000"])]
ReceiptNumber = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z./-]{1,32}$")]


class CashIn(WireIn):
    """What an officer took at the desk: all that was still to be paid."""

    receipt_number: ReceiptNumber = Field(description="Số biên lai của cơ quan. The unit's number of the receipt.")
    taken_at: InstantIn = Field(description="Lúc thu. When it was taken.")


class RefundIn(WireIn):
    """How money was given back: all that was to be."""

    refund_reference: PhraseText = Field(
        description="Số lệnh chuyển hoặc phiếu chi. The transfer's or the voucher's number.", max_length=64
    )


class FeeLineOut(BaseModel):
    """One fee."""

    name: TextOut
    amount: Money
    legal_basis: str


class PaymentOut(BaseModel):
    """A payment request and how it stands."""

    reference: str
    state: PaymentState
    state_label: TextOut
    subject_kind: str
    subject_code: str
    unit: str | None
    currency: str
    amount: Money
    outstanding: Money = Field(description="Còn phải nộp. Still to be paid.")
    noted: Money = Field(description="Đã đến nhưng chưa đủ. Came, and is too little as yet.")
    refund_due: Money
    refunded: Money
    lines: list[FeeLineOut]
    link: str | None = Field(description="Trang của đơn vị thanh toán. The provider's page to pay on.")
    version: int = Field(description="Gửi lại trong `If-Match` khi ghi. Send it back as `If-Match` to record.")
    created_at: datetime
    due_at: datetime
    paid_at: datetime | None
    ended_at: datetime | None

    @classmethod
    def values(cls, payment: PaymentRequest, units: Mapping[UnitId, str]) -> dict[str, object]:
        """The members; `units` by id."""
        standing, subject = payment.standing, payment.subject
        return {
            "reference": payment.reference,
            "state": payment.state,
            "state_label": payment.state.label._asdict(),
            "subject_kind": subject.kind,
            "subject_code": subject.code,
            "unit": units.get(subject.unit_id),
            "currency": CURRENCY,
            "amount": standing.amount,
            "outstanding": standing.outstanding,
            "noted": standing.noted,
            "refund_due": standing.refund_due,
            "refunded": standing.refunded,
            "lines": [
                {
                    "name": {"vi": line.name_vi, "en": line.name_en},
                    "amount": line.amount,
                    "legal_basis": line.legal_basis,
                }
                for line in payment.lines
            ],
            "link": payment.link,
            "version": payment.version,
            "created_at": payment.created_at,
            "due_at": payment.due_at,
            "paid_at": payment.paid_at,
            "ended_at": payment.ended_at,
        }

    @classmethod
    def of(cls, payment: PaymentRequest, units: Mapping[UnitId, str]) -> Self:
        """The request as officers read it."""
        return cls.model_validate(cls.values(payment, units))


class ReceiptOut(BaseModel):
    """Money that came, and what it is for: the parts add up to it."""

    source: str = Field(description="Đơn vị thanh toán, hoặc `desk`. A provider, or `desk` for cash.")
    transaction: str
    amount: Money
    currency: str
    outcome: Outcome
    paid: Money
    noted: Money
    refund_due: Money
    refunded: Money
    unmatched: Money
    paid_at: datetime
    came_at: datetime
    recorded_by: UUID | None
    refund_reference: str | None
    refunded_at: datetime | None

    @classmethod
    def of(cls, receipt: Receipt) -> Self:
        """The receipt as officers read it."""
        return cls.model_validate(
            {
                **receipt.split._asdict(),
                "source": receipt.source,
                "transaction": receipt.transaction,
                "amount": receipt.amount,
                "currency": receipt.currency,
                "outcome": receipt.outcome,
                "paid_at": receipt.paid_at,
                "came_at": receipt.came_at,
                "recorded_by": receipt.recorded_by,
                "refund_reference": receipt.refund_reference,
                "refunded_at": receipt.refunded_at,
            }
        )


class PaymentDetailOut(PaymentOut):
    """A payment request with all the money that came for it, oldest first."""

    receipts: list[ReceiptOut]

    @classmethod
    def of_view(cls, view: PaymentView, units: Mapping[UnitId, str]) -> Self:
        """The whole as officers read it."""
        receipts = [ReceiptOut.of(one) for one in view.receipts]
        return cls.model_validate({**cls.values(view.request, units), "receipts": receipts})


class MatchIn(WireIn):
    """What the money is for."""

    reference: PhraseText = Field(description="Mã nộp phí. Reference of the payment request.", max_length=40)


class ReturnIn(WireIn):
    """Why the money is to be given back."""

    reason: PhraseText = Field(description="Lý do, không ghi tên người. The reason, without names.", max_length=300)


class UnmatchedOut(BaseModel):
    """Money that was for nothing known, and what was decided on it."""

    id: UUID
    receipt: ReceiptOut
    words: str = Field(description="Nội dung chuyển khoản. What the transfer said.")
    reference: str | None = Field(description="Yêu cầu nộp phí liên quan. The payment request it goes with.")
    settled_by: UUID | None
    settled_at: datetime | None
    reason: str | None = Field(description="Vì sao phải hoàn. Why it is to be given back.")

    @classmethod
    def of(cls, found: Unmatched) -> Self:
        """The money."""
        return cls(
            id=found.receipt.id,
            receipt=ReceiptOut.of(found.receipt),
            words=found.words,
            reference=found.reference,
            settled_by=found.settled_by,
            settled_at=found.settled_at,
            reason=found.reason,
        )


class UnmatchedListOut(BaseModel):
    """Money that somebody has to see to, the oldest 200."""

    items: list[UnmatchedOut]


class PaymentListOut(BaseModel):
    """A page of payment requests, newest first."""

    items: list[PaymentOut]
    next_cursor: str | None

    @classmethod
    def of(cls, found: Sequence[PaymentRequest], units: Mapping[UnitId, str], following: str | None) -> Self:
        """The page."""
        return cls(items=[PaymentOut.of(one, units) for one in found], next_cursor=following)


class ReconciledLineOut(BaseModel):
    """One transaction of the day."""

    kind: ReconciledAs
    transaction: str
    reference: str | None
    subject_code: str | None
    ours: Money | None
    currency: str
    theirs: Money | None
    their_currency: str | None
    refund_due: Money


class FigureOut(BaseModel):
    """What the lines of a kind come to, in one currency."""

    kind: ReconciledAs
    label: TextOut
    currency: str
    lines: int
    ours: Money
    theirs: Money
    refund_due: Money


class ReconciliationOut(BaseModel):
    """A day of a provider, compared: every transaction is one line."""

    day: date
    provider: str
    stated: bool = Field(description="Đã có sao kê của ngày này. The provider's statement of the day is here.")
    figures: list[FigureOut]
    lines: list[ReconciledLineOut]

    @classmethod
    def of(cls, compared: Reconciliation) -> Self:
        """The comparison as officers read it."""
        return cls(
            day=compared.day,
            provider=compared.provider,
            stated=compared.stated,
            figures=[
                FigureOut.model_validate({**one._asdict(), "label": one.kind.label._asdict()})
                for one in compared.figures
            ],
            lines=[ReconciledLineOut.model_validate(one._asdict()) for one in compared.lines],
        )


class CallbackOut(BaseModel):
    """What a provider is told: the message is kept, and what it tells of is counted."""

    transaction: str
    outcome: Outcome
    reference: str | None = Field(description="Yêu cầu nộp phí được ghi nhận. The request it was counted to.")
    amount: Money
    currency: str

    @classmethod
    def of(cls, answer: CallbackAnswer) -> Self:
        """The answer."""
        return cls.model_validate(answer._asdict())


CALLBACK_BODY: Mapping[str, object] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {
                    "title": "CallbackIn",
                    "type": "object",
                    "required": ["transaction", "reference", "amount", "currency", "status"],
                    "properties": {
                        "transaction": {"type": "string", "maxLength": 64, "description": "Its id at the provider."},
                        "reference": {
                            "type": "string",
                            "maxLength": 300,
                            "description": "Mã nộp phí, hoặc nội dung chuyển khoản. The reference, or a text with it.",
                        },
                        "amount": {"type": "string", "pattern": r"^[0-9]{1,14}(\.[0-9]{1,4})?$"},
                        "currency": {"type": "string", "pattern": "^[A-Z]{3}$"},
                        "status": {"type": "string", "enum": ["succeeded", "failed", "pending"]},
                        "paid_at": {"type": "string", "format": "date-time"},
                    },
                }
            }
        },
    }
}
"""The body as documents show it; it is signed byte for byte, so nothing may parse it before the room has."""
