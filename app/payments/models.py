"""Tables of payments. What money is for adds up in each row, and the database holds it so."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    Numeric,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base, TenantRow, one_of
from app.kit.ids import StaffId, TenantId, UnitId

from .domain import plain
from .terms import (
    FeeLine,
    Outcome,
    PaymentId,
    PaymentRequest,
    PaymentState,
    Receipt,
    Split,
    Standing,
    Subject,
    Unmatched,
)

MONEY = Numeric(20, 4)
_ENDED = "('cancelled', 'expired', 'refund_due', 'refunded')"


class PaymentRow(TenantRow, Base):
    """What is asked of somebody, and how it stands.

    No foreign key to what it is for: that would lock the row of a service request whenever money comes.
    `locked_until`: nobody else asks the provider about it before.
    """

    __tablename__ = "payment_requests"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id"], ["tenants.id"]),
        ForeignKeyConstraint(["tenant_id", "unit_id"], ["units.tenant_id", "units.id"]),
        UniqueConstraint("tenant_id", "reference"),
        one_of("state", PaymentState),
        CheckConstraint("amount > 0 AND noted >= 0 AND refund_due >= 0 AND refunded >= 0", name="amounts"),
        CheckConstraint("noted = 0 OR (state = 'requested' AND noted < amount)", name="noted"),
        CheckConstraint("(state = 'paid') = (paid_at IS NOT NULL)", name="paid"),
        CheckConstraint(f"(state IN {_ENDED}) = (ended_at IS NOT NULL)", name="ended"),
        Index("ix_payment_requests_subject", "tenant_id", "subject_id"),
        Index("ix_payment_requests_due", "tenant_id", "due_at", postgresql_where=text("state = 'requested'")),
        Index("ix_payment_requests_ask", "tenant_id", "ask_at", postgresql_where=text("ask_at IS NOT NULL")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    reference: Mapped[str]
    subject_kind: Mapped[str]
    subject_id: Mapped[UUID]
    subject_code: Mapped[str]
    unit_id: Mapped[UUID]
    lines: Mapped[list[Any]]
    state: Mapped[str]
    amount: Mapped[Decimal] = mapped_column(MONEY)
    noted: Mapped[Decimal] = mapped_column(MONEY, server_default=text("0"))
    refund_due: Mapped[Decimal] = mapped_column(MONEY, server_default=text("0"))
    refunded: Mapped[Decimal] = mapped_column(MONEY, server_default=text("0"))
    version: Mapped[int] = mapped_column(server_default=text("1"))
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]  # what changes it next is later, so that its facts keep their order
    due_at: Mapped[datetime]
    paid_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    link: Mapped[str | None]
    ask_at: Mapped[datetime | None]
    asked: Mapped[int] = mapped_column(server_default=text("0"))
    locked_until: Mapped[datetime | None]

    @property
    def standing(self) -> Standing:
        """How it stands in money."""
        return Standing(
            PaymentState(self.state),
            plain(self.amount),
            plain(self.noted),
            plain(self.refund_due),
            plain(self.refunded),
        )

    def apply(self, standing: Standing, at: datetime) -> None:
        """It stands so from now on, one version later."""
        if standing.state is not self.standing.state:
            if standing.state is PaymentState.PAID:
                self.paid_at = at
            elif self.ended_at is None:
                self.ended_at = at
        self.state = standing.state.value
        self.noted, self.refund_due, self.refunded = standing.noted, standing.refund_due, standing.refunded
        self.changed_at = at
        self.version += 1

    def subject(self) -> Subject:
        """What it is for."""
        return Subject(
            TenantId(self.tenant_id), self.subject_kind, self.subject_id, self.subject_code, UnitId(self.unit_id)
        )

    def read(self) -> PaymentRequest:
        """The request as the program knows it."""
        return PaymentRequest(
            id=PaymentId(self.id),
            reference=self.reference,
            subject=self.subject(),
            lines=tuple(
                FeeLine(line["name_vi"], line["name_en"], Decimal(line["amount"]), line["legal_basis"])
                for line in self.lines
            ),
            standing=self.standing,
            link=self.link,
            version=self.version,
            created_at=self.created_at,
            due_at=self.due_at,
            paid_at=self.paid_at,
            ended_at=self.ended_at,
        )


class ReceiptRow(TenantRow, Base):
    """Money of one transaction. Its parts are what it is for; they move, and always add up to it."""

    __tablename__ = "payment_receipts"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id"], ["tenants.id"]),
        ForeignKeyConstraint(["tenant_id", "payment_id"], ["payment_requests.tenant_id", "payment_requests.id"]),
        UniqueConstraint("tenant_id", "source", "transaction_id"),
        one_of("outcome", Outcome),
        CheckConstraint("amount = paid + noted + refund_due + refunded + unmatched", name="whole"),
        CheckConstraint(
            "paid >= 0 AND noted >= 0 AND refund_due >= 0 AND refunded >= 0 AND unmatched >= 0", name="parts"
        ),
        Index("ix_payment_receipts_payment", "tenant_id", "payment_id"),
        CheckConstraint("(settled_by IS NULL) = (settled_at IS NULL)", name="settled"),
        Index("ix_payment_receipts_day", "tenant_id", "source", "paid_at"),
        # What officers still have to see to is little of all that came.
        Index("ix_payment_receipts_unmatched", "tenant_id", "id", postgresql_where=text("unmatched > 0")),
        Index("ix_payment_receipts_refund_due", "tenant_id", "id", postgresql_where=text("refund_due > 0")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    payment_id: Mapped[UUID | None]
    source: Mapped[str]
    transaction_id: Mapped[str]
    told_reference: Mapped[str]
    amount: Mapped[Decimal] = mapped_column(MONEY)
    currency: Mapped[str]
    paid: Mapped[Decimal] = mapped_column(MONEY)
    noted: Mapped[Decimal] = mapped_column(MONEY)
    refund_due: Mapped[Decimal] = mapped_column(MONEY)
    refunded: Mapped[Decimal] = mapped_column(MONEY)
    unmatched: Mapped[Decimal] = mapped_column(MONEY)
    outcome: Mapped[str]
    paid_at: Mapped[datetime]
    came_at: Mapped[datetime]
    recorded_by: Mapped[UUID | None]
    refund_reference: Mapped[str | None]
    refunded_at: Mapped[datetime | None]
    settled_by: Mapped[UUID | None]  # who decided on what was unmatched
    settled_at: Mapped[datetime | None]
    settled_reason: Mapped[str | None]  # why it is to be given back; None: it was matched

    def divide(self, split: Split) -> None:
        """It is for this from now on; the parts add up to what came."""
        for part, amount in split._asdict().items():
            setattr(self, part, amount)

    def settled(self, reference: str | None) -> Unmatched:
        """The money as an officer of accounts sees it."""
        by = StaffId(self.settled_by) if self.settled_by else None
        return Unmatched(self.read(), self.told_reference, reference, by, self.settled_at, self.settled_reason)

    def split(self) -> Split:
        """What it is for."""
        return Split(*map(plain, (self.paid, self.noted, self.refund_due, self.refunded, self.unmatched)))

    def read(self) -> Receipt:
        """The receipt as the program knows it."""
        return Receipt(
            id=self.id,
            source=self.source,
            transaction=self.transaction_id,
            amount=plain(self.amount),
            currency=self.currency,
            split=self.split(),
            outcome=Outcome(self.outcome),
            paid_at=self.paid_at,
            came_at=self.came_at,
            recorded_by=StaffId(self.recorded_by) if self.recorded_by else None,
            refund_reference=self.refund_reference,
            refunded_at=self.refunded_at,
        )


class CallbackRow(TenantRow, Base):
    """One message of a provider as it came, and what it came to; never changed."""

    __tablename__ = "payment_callbacks"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id"], ["tenants.id"]),
        one_of("outcome", Outcome),
        Index("ix_payment_callbacks_nonce", "tenant_id", "provider", "nonce"),
        Index(
            "ix_payment_callbacks_transaction",
            *("tenant_id", "provider", "transaction_id"),
            postgresql_where=text("transaction_id IS NOT NULL"),
        ),
        Index("ix_payment_callbacks_outcome", "tenant_id", "outcome", "came_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    provider: Mapped[str]
    came_at: Mapped[datetime]
    key_id: Mapped[str]
    nonce: Mapped[str]
    body: Mapped[bytes] = mapped_column(LargeBinary)  # its first MOST_KEPT_BYTES
    body_hash: Mapped[bytes] = mapped_column(LargeBinary)
    outcome: Mapped[str]
    transaction_id: Mapped[str | None]


class BankAccountRow(TenantRow, Base):
    """Where fees of a unit, and of those below it without one, are transferred to; without a unit: of the tenant."""

    __tablename__ = "payment_accounts"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id"], ["tenants.id"]),
        ForeignKeyConstraint(["tenant_id", "unit_id"], ["units.tenant_id", "units.id"]),
        UniqueConstraint("tenant_id", "unit_id", "valid_from", postgresql_nulls_not_distinct=True),
        CheckConstraint("valid_until >= valid_from", name="days"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    unit_id: Mapped[UUID | None]
    bank_bin: Mapped[str]
    number: Mapped[str]
    holder: Mapped[str]
    valid_from: Mapped[date]
    valid_until: Mapped[date | None]  # the last day
    created_at: Mapped[datetime]


class ProviderKeyRow(TenantRow, Base):
    """A key that we and a provider know each other by. The newest signs; each that has not ended is believed."""

    __tablename__ = "payment_provider_keys"
    __table_args__ = (ForeignKeyConstraint(["tenant_id"], ["tenants.id"]),)

    provider: Mapped[str] = mapped_column(primary_key=True)
    key_id: Mapped[str] = mapped_column(primary_key=True)
    url: Mapped[str]
    secret: Mapped[bytes] = mapped_column(LargeBinary)  # sealed for this tenant, provider and key only
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class StatementRow(TenantRow, Base):
    """One line of a provider's statement, as the newest one that was read says."""

    __tablename__ = "payment_statement_lines"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id"], ["tenants.id"]),
        Index("ix_payment_statement_lines_day", "tenant_id", "provider", "paid_on"),
    )

    provider: Mapped[str] = mapped_column(primary_key=True)
    transaction_id: Mapped[str] = mapped_column(primary_key=True)
    reference: Mapped[str]
    amount: Mapped[Decimal] = mapped_column(MONEY)
    currency: Mapped[str]
    paid_on: Mapped[date]
    read_at: Mapped[datetime]
