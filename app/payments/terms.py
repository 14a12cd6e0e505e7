"""Vocabulary of payments: what is asked for, the money that came, and what is known of both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Final, NamedTuple, NewType, assert_never
from uuid import UUID

from app.kit.ids import StaffId, TenantId, UnitId
from app.kit.text import Text

PaymentId = NewType("PaymentId", UUID)

CURRENCY: Final = "VND"
NOTHING: Final = Decimal(0)
MOST: Final = Decimal(10) ** 13  # what one request may ask for, and one message may tell of; columns hold more
DESK: Final = "desk"  # where money that an officer took in cash came from, in the place of a provider
GENERIC: Final = "generic"
PROVIDERS: Final = frozenset({GENERIC})
COUNTED_ROWS: Final = 10_000


class PaymentState(StrEnum):
    """Where a request stands. With a part paid too much it stays PAID: the rest is told by `refund_due`."""

    REQUESTED = "requested"
    PAID = "paid"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    REFUND_DUE = "refund_due"  # it has ended without being paid, and money came for it
    REFUNDED = "refunded"

    @property
    def label(self) -> Text:
        """What people call it."""
        match self:
            case PaymentState.REQUESTED:
                return Text("chờ nộp", "to be paid")
            case PaymentState.PAID:
                return Text("đã nộp", "paid")
            case PaymentState.CANCELLED:
                return Text("đã huỷ", "cancelled")
            case PaymentState.EXPIRED:
                return Text("hết hạn nộp", "expired")
            case PaymentState.REFUND_DUE:
                return Text("phải hoàn tiền", "to be given back")
            case PaymentState.REFUNDED:
                return Text("đã hoàn tiền", "given back")
            case _:
                assert_never(self)


class Outcome(StrEnum):
    """What a message of a provider came to. The first five tell of money that came, the others of none."""

    PAID = "paid"  # the request is paid by it; what is too much is to be given back
    NOTED = "noted"  # too little: kept with the request, which stays open for the rest
    REFUND_DUE = "refund_due"  # the request was paid or had ended before
    UNMATCHED = "unmatched"  # no request of ours is named
    OTHER_CURRENCY = "other_currency"
    NOT_PAID = "not_paid"  # a payment that failed or was given up
    DIFFERS = "differs"  # a transaction that was told before, and otherwise
    UNREADABLE = "unreadable"
    REPLAYED = "replayed"  # a nonce that came before, with another body
    STALE = "stale"  # signed too long ago, or in times to come
    UNSIGNED = "unsigned"  # nobody we know has signed it


class ReconciledAs(StrEnum):
    """What one line of a day's comparison is. A line is of one kind only: the first that fits, in this order."""

    MISSING_HERE = "missing_here"  # they have it, we do not
    MISSING_THERE = "missing_there"  # we have it, they do not
    DIFFERS = "differs"  # amount or currency
    UNMATCHED = "unmatched"  # both have it, and nobody knows what for
    REFUND_DUE = "refund_due"  # both have it, and some of it is to be given back
    MATCHED = "matched"

    @property
    def label(self) -> Text:
        """What people call it."""
        match self:
            case ReconciledAs.MISSING_HERE:
                return Text("bên kia có, ta chưa có", "missing here")
            case ReconciledAs.MISSING_THERE:
                return Text("ta có, bên kia không có", "missing there")
            case ReconciledAs.DIFFERS:
                return Text("lệch số tiền", "amounts differ")
            case ReconciledAs.UNMATCHED:
                return Text("chưa rõ nộp cho hồ sơ nào", "for nothing known")
            case ReconciledAs.REFUND_DUE:
                return Text("phải hoàn tiền", "to be given back")
            case ReconciledAs.MATCHED:
                return Text("khớp", "matched")
            case _:
                assert_never(self)


@dataclass(frozen=True, slots=True)
class FeeLine:
    """One fee of a procedure, as whoever computed it says."""

    name_vi: str
    name_en: str
    amount: Decimal  # whole đồng, ≥ 0
    legal_basis: str


@dataclass(frozen=True, slots=True)
class Subject:
    """What is paid for. `code` is what people are shown; `unit_id` takes the fee: who sees it sees the payment."""

    tenant_id: TenantId
    kind: str
    id: UUID
    code: str
    unit_id: UnitId


class Standing(NamedTuple):
    """How a request stands in money: what decisions about it rest on."""

    state: PaymentState
    amount: Decimal  # what is asked for
    noted: Decimal = NOTHING  # came, and is too little as yet
    refund_due: Decimal = NOTHING
    refunded: Decimal = NOTHING

    @property
    def paid(self) -> Decimal:
        """What of the money is the fee: all of it or nothing."""
        return self.amount if self.state is PaymentState.PAID else NOTHING

    @property
    def outstanding(self) -> Decimal:
        """What is still to be paid."""
        return self.amount - self.noted if self.state is PaymentState.REQUESTED else NOTHING


class Split(NamedTuple):
    """What the money of one transaction is for; the parts add up to it."""

    paid: Decimal = NOTHING
    noted: Decimal = NOTHING
    refund_due: Decimal = NOTHING
    refunded: Decimal = NOTHING
    unmatched: Decimal = NOTHING

    @property
    def whole(self) -> Decimal:
        """All of it."""
        return self.paid + self.noted + self.refund_due + self.refunded + self.unmatched


class Taking(NamedTuple):
    """What becomes of money that came, and of the request it came for; None when that is unknown."""

    outcome: Outcome
    split: Split
    after: Standing | None


class Told(NamedTuple):
    """What a provider says of one transaction."""

    transaction: str
    reference: str  # as it was told: the text of a transfer may hold more than the reference
    amount: Decimal  # > 0
    currency: str
    succeeded: bool
    paid_at: datetime | None  # by their clock


class Signed(NamedTuple):
    """A message with what proves it."""

    key_id: str
    timestamp: str
    nonce: str
    signature: str
    body: bytes


@dataclass(frozen=True, slots=True)
class PaymentRequest:
    """What is asked of somebody for a service, and how it stands."""

    id: PaymentId
    reference: str
    subject: Subject
    lines: Sequence[FeeLine]
    standing: Standing
    link: str | None  # the provider's page on which it can be paid
    version: int
    created_at: datetime
    due_at: datetime
    paid_at: datetime | None
    ended_at: datetime | None  # when it was cancelled or expired

    @property
    def state(self) -> PaymentState:
        """Where it stands."""
        return self.standing.state


@dataclass(frozen=True, slots=True)
class Receipt:
    """Money that came by one transaction, or in cash at the desk."""

    id: UUID
    source: str  # a provider, or DESK
    transaction: str  # its id there; the number of the receipt for cash
    amount: Decimal
    currency: str
    split: Split
    outcome: Outcome
    paid_at: datetime
    came_at: datetime
    recorded_by: StaffId | None
    refund_reference: str | None
    refunded_at: datetime | None


@dataclass(frozen=True, slots=True)
class Unmatched:
    """Money that was for nothing known, and what an officer of accounts has decided on it."""

    receipt: Receipt
    words: str  # what the transfer said
    reference: str | None  # of the request it is counted to, or was sent for in another currency
    settled_by: StaffId | None
    settled_at: datetime | None
    reason: str | None  # why it is to be given back; None: it was matched, or nobody has decided


@dataclass(frozen=True, slots=True)
class PaymentView:
    """A request with all the money that came for it, oldest first."""

    request: PaymentRequest
    receipts: Sequence[Receipt]


@dataclass(frozen=True, slots=True)
class BankAccount:
    """Where a fee is transferred to."""

    bin: str  # six digits of the bank (NAPAS)
    number: str
    holder: str


@dataclass(frozen=True, slots=True)
class ProviderKey:
    """How a provider is asked, and known again."""

    provider: str
    key_id: str
    url: str
    secret: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Claim:
    """A request that nobody else asks the provider about until `locked_until`."""

    tenant_id: TenantId
    payment_id: PaymentId
    locked_until: datetime
    reference: str
    subject_code: str
    amount: Decimal
    due_at: datetime
    link: str | None
    attempts: int
    open: bool
    ended_at: datetime | None


class StatementLine(NamedTuple):
    """One line of what a provider says came in."""

    transaction: str
    reference: str
    amount: Decimal
    currency: str
    paid_on: date


class Booked(NamedTuple):
    """The same transaction as we have it."""

    transaction: str
    reference: str | None
    subject_code: str | None
    amount: Decimal
    currency: str
    split: Split


class ReconciledLine(NamedTuple):
    """One transaction of a day, by either side; an amount is None where that side does not have it."""

    kind: ReconciledAs
    transaction: str
    reference: str | None
    subject_code: str | None
    ours: Decimal | None
    theirs: Decimal | None
    currency: str  # as we have it; where we do not, as they do
    their_currency: str | None
    refund_due: Decimal


class Figure(NamedTuple):
    """How many lines of a kind there are in a currency, and what they come to on either side."""

    kind: ReconciledAs
    currency: str
    lines: int
    ours: Decimal
    theirs: Decimal
    refund_due: Decimal


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """A day of a provider: each of its transactions once, and what they add up to."""

    day: date
    provider: str
    stated: bool  # whether their statement of the day is here
    lines: Sequence[ReconciledLine]
    figures: Sequence[Figure]

    @property
    def troubled(self) -> Sequence[ReconciledLine]:
        """Transactions that somebody has to look at."""
        return [line for line in self.lines if line.kind is not ReconciledAs.MATCHED]

    @property
    def is_clean(self) -> bool:
        """Whether both sides have the same transactions of the day."""
        apart = {ReconciledAs.MISSING_HERE, ReconciledAs.MISSING_THERE, ReconciledAs.DIFFERS}
        return not any(line.kind in apart for line in self.lines)


class CallbackAnswer(NamedTuple):
    """What a provider is told of its message; the same however often it sends it."""

    transaction: str
    outcome: Outcome
    reference: str | None
    amount: Decimal
    currency: str


@dataclass(frozen=True, slots=True)
class KeptPayment:
    """What was asked of a person, and the money that came, for that person to take along."""

    reference: str
    amount: Decimal
    state: PaymentState
    created_at: datetime
    paid_at: datetime | None
    refund_due: Decimal
    refunded: Decimal
    receipts: Sequence[KeptReceipt]


class KeptReceipt(NamedTuple):
    """Money that came, as its transaction was told; `messages` as the provider sent them."""

    source: str
    transaction: str
    amount: Decimal
    currency: str
    paid_at: datetime
    words: str  # what the transfer said
    messages: Sequence[str]


class PaymentWorkload(NamedTuple):
    """What the worker, and officers of accounts, have left lying of a tenant's payments."""

    tenant_id: int
    unended: int  # requests whose time passed a while ago, and which have not ended
    unmatched: int  # money that is for nothing known, and nobody has decided on
    refunds_due: int  # money that is to be given back
    refund_due_since: datetime | None  # when the oldest of it came
