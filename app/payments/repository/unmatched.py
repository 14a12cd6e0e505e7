"""Statements on money that is for nothing known."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Select, or_, select

from app.db.work import ReadWork, Work
from app.kit.ids import TenantId
from app.payments.models import PaymentRow, ReceiptRow
from app.payments.terms import NOTHING, Unmatched


def _with_reference(tenant_id: TenantId) -> Select[ReceiptRow, str]:
    same = (PaymentRow.tenant_id == ReceiptRow.tenant_id) & (PaymentRow.id == ReceiptRow.payment_id)
    return select(ReceiptRow, PaymentRow.reference).outerjoin(PaymentRow, same).where(ReceiptRow.tenant_id == tenant_id)


async def list_unmatched(work: ReadWork, tenant_id: TenantId, limit: int) -> Sequence[Unmatched]:
    """Money that nobody has decided on, and what is to be given back of it, oldest first. One statement.

    Indexes ix_payment_receipts_unmatched, ix_payment_receipts_refund_due.
    """
    waits = or_(
        ReceiptRow.unmatched > NOTHING, (ReceiptRow.refund_due > NOTHING) & ReceiptRow.settled_reason.is_not(None)
    )
    found = await work.session.execute(_with_reference(tenant_id).where(waits).order_by(ReceiptRow.id).limit(limit))
    return [receipt.settled(reference) for receipt, reference in found]


async def lock_receipt(work: Work, tenant_id: TenantId, receipt_id: UUID) -> ReceiptRow | None:
    """The money, locked until the transaction ends; a request is locked before it. One statement."""
    found: ReceiptRow | None = await work.session.scalar(
        select(ReceiptRow)
        .where(ReceiptRow.tenant_id == tenant_id, ReceiptRow.id == receipt_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return found
