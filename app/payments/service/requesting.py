"""Asking for money, and asking for it no more."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from app.db.work import Work
from app.kit.ids import TenantId, uuid7
from app.payments import domain
from app.payments.events import PaymentEvent
from app.payments.models import PaymentRow
from app.payments.repository import PaymentRepository, SetupRepository
from app.payments.terms import NOTHING, FeeLine, PaymentRequest, PaymentState, Subject

from .steps import move, tell

EXPIRE_BATCH_ROWS = 100


async def request(work: Work, subject: Subject, lines: Sequence[FeeLine], due_at: datetime) -> PaymentRequest:
    """A request for what the lines come to, in the caller's transaction; after `due_at` it expires.

    What was computed is kept line by line, with its legal basis: a rule that changes later changes no request.
    Raises: UnusableFee.
    """
    amount = domain.total(lines)
    payments = PaymentRepository(work, subject.tenant_id)
    reference = await _unused(payments, subject.tenant_id)
    keys = await SetupRepository(work, subject.tenant_id).keys()
    row = PaymentRow(
        tenant_id=subject.tenant_id,
        id=uuid7(work.now),
        reference=reference,
        subject_kind=subject.kind,
        subject_id=subject.id,
        subject_code=subject.code,
        unit_id=subject.unit_id,
        lines=[
            {
                "name_vi": line.name_vi,
                "name_en": line.name_en,
                "amount": f"{line.amount:.0f}",
                "legal_basis": line.legal_basis,
            }
            for line in lines
        ],
        state=PaymentState.REQUESTED.value,
        amount=amount,
        noted=NOTHING,
        refund_due=NOTHING,
        refunded=NOTHING,
        version=1,
        created_at=work.now,
        changed_at=work.now,
        due_at=due_at,
        ask_at=work.now if keys else None,  # the worker asks for a page to pay on
        asked=0,
    )
    await payments.write(row)
    tell(work, row, PaymentEvent.REQUESTED)
    return row.read()


async def cancel(work: Work, subject: Subject) -> list[PaymentRequest]:
    """The subject's open requests, now ended, in the caller's transaction; what came for them is to be given back.

    What is paid stays paid: whether a fee is returned for a service that was begun is not decided here. Money that
    comes later is to be given back.
    """
    found = await PaymentRepository(work, subject.tenant_id).lock_open(subject.id)
    for row in found:
        await _end(work, row, PaymentState.CANCELLED, PaymentEvent.CANCELLED)
    return [row.read() for row in found]


async def expire_due(
    work: Work, tenant_id: TenantId, *, besides: Collection[UUID] = (), only: UUID | None = None
) -> int:
    """Number of requests whose time had passed, and which are ended now; at most `EXPIRE_BATCH_ROWS`.

    All `besides` those named, or `only` the one.
    """
    found = await PaymentRepository(work, tenant_id).lock_overdue(
        work.now, EXPIRE_BATCH_ROWS, besides=besides, only=only
    )
    for row in found:
        await _end(work, row, PaymentState.EXPIRED, PaymentEvent.EXPIRED)
    return len(found)


async def list_expired(work: Work, tenant_id: TenantId, *, besides: Collection[UUID]) -> list[UUID]:
    """The requests that `expire_due` would end next."""
    found = await PaymentRepository(work, tenant_id).lock_overdue(work.now, EXPIRE_BATCH_ROWS, besides=besides)
    return [row.id for row in found]


async def _end(work: Work, row: PaymentRow, to: PaymentState, event: PaymentEvent) -> None:
    work.catch_up(row.changed_at)
    before, after = row.standing, domain.close(row.standing, to)
    assert after is not None  # it was locked while it was open
    owes = after.refund_due > before.refund_due
    if owes:
        await PaymentRepository(work, TenantId(row.tenant_id)).owe_noted(row.id)
    await move(work, row, after, event, *([PaymentEvent.REFUND_DUE] if owes else []))


async def _unused(payments: PaymentRepository, tenant_id: TenantId) -> str:
    """A reference that no request of the tenant has; its key refuses what two draw at the same moment."""
    while True:
        reference = domain.make_reference(tenant_id, secrets.randbelow)
        if not await payments.is_used(reference):
            return reference
