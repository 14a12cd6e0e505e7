"""Statements of the poller: which requests a provider is to be asked about."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select, update

from app.db.work import Work
from app.kit.ids import TenantId
from app.payments.domain import plain
from app.payments.models import PaymentRow
from app.payments.terms import Claim, PaymentId, PaymentState

_UNPAID = (PaymentState.REQUESTED.value, PaymentState.CANCELLED.value, PaymentState.EXPIRED.value)


async def claim(work: Work, tenant_id: TenantId, locked_until: datetime, limit: int) -> list[Claim]:
    """Requests that are ours until `locked_until`, due first. What somebody else holds is passed over."""
    due = (
        select(PaymentRow.id)
        .where(
            PaymentRow.tenant_id == tenant_id,
            PaymentRow.ask_at <= work.now,
            PaymentRow.locked_until.is_(None) | (PaymentRow.locked_until <= work.now),
        )
        .order_by(PaymentRow.ask_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    found = await work.session.scalars(
        update(PaymentRow)
        .where(PaymentRow.tenant_id == tenant_id, PaymentRow.id.in_(due.scalar_subquery()))
        .values(locked_until=locked_until)
        .returning(PaymentRow)
        .execution_options(synchronize_session=False)
    )
    return [_claimed(row, tenant_id, locked_until) for row in found]


async def find_claimed(work: Work, claim: Claim) -> PaymentRow | None:
    """The request, locked, if it is still ours: nobody has claimed it since."""
    found: PaymentRow | None = await work.session.scalar(
        select(PaymentRow)
        .where(
            PaymentRow.tenant_id == claim.tenant_id,
            PaymentRow.id == claim.payment_id,
            PaymentRow.locked_until == claim.locked_until,
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return found


def _claimed(row: PaymentRow, tenant_id: TenantId, locked_until: datetime) -> Claim:
    return Claim(
        tenant_id=tenant_id,
        payment_id=PaymentId(row.id),
        locked_until=locked_until,
        reference=row.reference,
        subject_code=row.subject_code,
        amount=plain(row.amount - row.noted),  # what is still to be paid
        due_at=row.due_at,
        link=row.link,
        attempts=row.asked + 1,
        open=row.state in _UNPAID,
        ended_at=row.ended_at,
    )
