"""Statements on providers' statements, and on the same days as we have them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import Row, or_, select
from sqlalchemy.dialects.postgresql import insert

from app.db.work import Work
from app.kit.ids import TenantId
from app.payments.domain import plain
from app.payments.models import PaymentRow, ReceiptRow, StatementRow
from app.payments.terms import Booked, StatementLine


class StatementRepository:
    """Statements on one provider of one tenant, in the caller's transaction."""

    def __init__(self, work: Work, tenant_id: TenantId, provider: str) -> None:
        self._work = work
        self._session = work.session
        self._tenant_id = tenant_id
        self._provider = provider

    async def keep(self, lines: Sequence[StatementLine]) -> None:
        """The lines as this statement has them; those of another are kept, the same transactions replaced."""
        values = [
            {
                "tenant_id": self._tenant_id,
                "provider": self._provider,
                "transaction_id": line.transaction,
                "reference": line.reference,
                "amount": line.amount,
                "currency": line.currency,
                "paid_on": line.paid_on,
                "read_at": self._work.now,
            }
            for line in lines
        ]
        adding = insert(StatementRow)
        newest = {name: adding.excluded[name] for name in ("reference", "amount", "currency", "paid_on", "read_at")}
        key = ["tenant_id", "provider", "transaction_id"]
        await self._session.execute(adding.on_conflict_do_update(index_elements=key, set_=newest), values)

    async def stated(self, day: date) -> list[StatementLine]:
        """What they say of the day."""
        found = await self._session.scalars(
            select(StatementRow).where(
                StatementRow.tenant_id == self._tenant_id,
                StatementRow.provider == self._provider,
                StatementRow.paid_on == day,
            )
        )
        return [
            StatementLine(row.transaction_id, row.reference, plain(row.amount), row.currency, row.paid_on)
            for row in found
        ]

    async def booked(self, day: date, begin: datetime, end: datetime) -> list[Booked]:
        """What we have of the day: of their lines of it, and of what they have on no other day.

        A transaction belongs to the day they say, where they say one: around midnight clocks differ.
        """
        found = await self._session.execute(
            select(ReceiptRow, PaymentRow.reference, PaymentRow.subject_code)
            .outerjoin(
                PaymentRow,
                (PaymentRow.tenant_id == ReceiptRow.tenant_id) & (PaymentRow.id == ReceiptRow.payment_id),
            )
            .outerjoin(
                StatementRow,
                (StatementRow.tenant_id == ReceiptRow.tenant_id)
                & (StatementRow.provider == ReceiptRow.source)
                & (StatementRow.transaction_id == ReceiptRow.transaction_id),
            )
            .where(
                ReceiptRow.tenant_id == self._tenant_id,
                ReceiptRow.source == self._provider,
                or_(
                    StatementRow.paid_on == day,
                    StatementRow.paid_on.is_(None) & (ReceiptRow.paid_at >= begin) & (ReceiptRow.paid_at < end),
                ),
            )
        )
        return [_booked(row) for row in found]


def _booked(row: Row[ReceiptRow, str, str]) -> Booked:
    receipt, reference, code = row
    return Booked(
        receipt.transaction_id,
        reference or receipt.told_reference or None,
        code,
        plain(receipt.amount),
        receipt.currency,
        receipt.split(),
    )
