"""Statements on requests and on the money that came for them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, exists, select, update
from sqlalchemy.dialects.postgresql import insert

from app.db.work import Work
from app.kit.ids import TenantId, UnitId
from app.payments.errors import PaymentNotFound
from app.payments.models import PaymentRow, ReceiptRow
from app.payments.terms import NOTHING, PaymentRequest, PaymentState, Receipt

_ANEW = {"populate_existing": True}  # what was read before the lock may have changed since


class PaymentRepository:
    """Statements on the payments of one tenant, in the caller's transaction."""

    def __init__(self, work: Work, tenant_id: TenantId) -> None:
        self._session = work.session
        self._tenant_id = tenant_id

    def _requests(self) -> Select[PaymentRow]:
        return select(PaymentRow).where(PaymentRow.tenant_id == self._tenant_id)

    async def write(self, row: PaymentRow) -> None:
        """The row is sent to the database."""
        self._session.add(row)
        await self._session.flush()

    async def is_used(self, reference: str) -> bool:
        """Whether a request of the tenant has the reference."""
        where = PaymentRow.tenant_id == self._tenant_id, PaymentRow.reference == reference
        return bool(await self._session.scalar(select(exists().where(*where))))

    async def find_locked(self, reference: str) -> PaymentRow | None:
        """The request, locked until the transaction ends; None when there is none."""
        found: PaymentRow | None = await self._session.scalar(
            self._requests().where(PaymentRow.reference == reference).with_for_update().execution_options(**_ANEW)
        )
        return found

    async def lock(self, reference: str, units: Collection[UnitId]) -> PaymentRow:
        """The request, locked, if it is of one of the units. Raises: PaymentNotFound."""
        row = await self.find_locked(reference)
        if row is None or row.unit_id not in units:
            raise PaymentNotFound
        return row

    async def get(self, reference: str, units: Collection[UnitId]) -> PaymentRow:
        """The request, if it is of one of the units. Raises: PaymentNotFound."""
        row: PaymentRow | None = await self._session.scalar(
            self._requests().where(PaymentRow.reference == reference, PaymentRow.unit_id.in_(units))
        )
        if row is None:
            raise PaymentNotFound
        return row

    async def lock_open(self, subject_id: UUID) -> list[PaymentRow]:
        """Open requests for the subject, locked in the order of their ids."""
        found = await self._session.scalars(
            self._requests()
            .where(PaymentRow.subject_id == subject_id, PaymentRow.state == PaymentState.REQUESTED.value)
            .order_by(PaymentRow.id)
            .with_for_update()
            .execution_options(**_ANEW)
        )
        return list(found)

    async def lock_overdue(
        self, now: datetime, limit: int, *, besides: Collection[UUID] = (), only: UUID | None = None
    ) -> list[PaymentRow]:
        """Open requests whose time has passed and nobody else has locked (index ix_payment_requests_due)."""
        overdue = self._requests().where(PaymentRow.state == PaymentState.REQUESTED.value, PaymentRow.due_at <= now)
        wanted = overdue.where(PaymentRow.id == only) if only else overdue.where(PaymentRow.id.not_in(besides))
        found = await self._session.scalars(
            wanted.order_by(PaymentRow.due_at).limit(limit).with_for_update(skip_locked=True).execution_options(**_ANEW)
        )
        return list(found)

    async def of_subject(self, subject_id: UUID) -> list[PaymentRequest]:
        """Every request for the subject, oldest first (index ix_payment_requests_subject)."""
        found = await self._session.scalars(
            self._requests().where(PaymentRow.subject_id == subject_id).order_by(PaymentRow.id)
        )
        return [row.read() for row in found]

    async def receipts(self, payment_id: UUID) -> list[Receipt]:
        """Money that came for the request, oldest first."""
        found = await self._session.scalars(
            select(ReceiptRow)
            .where(ReceiptRow.tenant_id == self._tenant_id, ReceiptRow.payment_id == payment_id)
            .order_by(ReceiptRow.id)
        )
        return [row.read() for row in found]

    async def add_receipt(self, values: dict[str, Any]) -> bool:
        """Whether the money is written now; not when its transaction is there already.

        One that somebody else is just writing is waited for: that one is there then, or was taken back.
        """
        added = await self._session.scalar(
            insert(ReceiptRow)
            .values(tenant_id=self._tenant_id, **values)
            .on_conflict_do_nothing(index_elements=["tenant_id", "source", "transaction_id"])
            .returning(ReceiptRow.id)
        )
        return added is not None

    async def find_receipt(self, source: str, transaction: str) -> ReceiptRow | None:
        """Money of the transaction."""
        found: ReceiptRow | None = await self._session.scalar(
            select(ReceiptRow).where(
                ReceiptRow.tenant_id == self._tenant_id,
                ReceiptRow.source == source,
                ReceiptRow.transaction_id == transaction,
            )
        )
        return found

    async def count_noted_as_paid(self, payment_id: UUID) -> None:
        """What was too little at the time is part of the fee."""
        await self._move(payment_id, paid=ReceiptRow.paid + ReceiptRow.noted, noted=NOTHING)

    async def owe_noted(self, payment_id: UUID) -> None:
        """What was too little, and stayed so, is to be given back."""
        await self._move(payment_id, refund_due=ReceiptRow.refund_due + ReceiptRow.noted, noted=NOTHING)

    async def give_back(self, payment_id: UUID, reference: str, at: datetime) -> None:
        """What was to be given back was given back, by the transfer or voucher named."""
        await self._session.execute(
            update(ReceiptRow)
            .where(
                ReceiptRow.tenant_id == self._tenant_id,
                ReceiptRow.payment_id == payment_id,
                ReceiptRow.refund_due > NOTHING,
                ReceiptRow.settled_reason.is_(None),  # that is given back apart
            )
            .values(
                refunded=ReceiptRow.refunded + ReceiptRow.refund_due,
                refund_due=NOTHING,
                refund_reference=reference,
                refunded_at=at,
            )
            .execution_options(synchronize_session=False)
        )

    async def _move(self, payment_id: UUID, **parts: object) -> None:
        await self._session.execute(
            update(ReceiptRow)
            .where(
                ReceiptRow.tenant_id == self._tenant_id,
                ReceiptRow.payment_id == payment_id,
                ReceiptRow.noted > NOTHING,
            )
            .values(**parts)
            .execution_options(synchronize_session=False)
        )

    async def list(
        self,
        units: Collection[UnitId],
        *,
        state: PaymentState | None,
        refund_due: bool,
        subject_code: str | None,
        before: UUID | None,
        limit: int,
    ) -> list[PaymentRequest]:
        """Requests of the units, newest first, after `before`."""
        wanted = self._requests().where(PaymentRow.unit_id.in_(units))
        if state is not None:
            wanted = wanted.where(PaymentRow.state == state.value)
        if refund_due:
            wanted = wanted.where(PaymentRow.refund_due > NOTHING)
        if subject_code is not None:
            wanted = wanted.where(PaymentRow.subject_code == subject_code)
        if before is not None:
            wanted = wanted.where(PaymentRow.id < before)
        found = await self._session.scalars(wanted.order_by(PaymentRow.id.desc()).limit(limit))
        return [row.read() for row in found]
