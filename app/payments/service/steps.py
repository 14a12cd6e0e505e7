"""What every verb of payments does: say whom it concerns, move money, tell of it."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from app.db.work import Work
from app.directory.snapshot import Directory
from app.identity.terms import Actor
from app.kit.ids import StaffId, TenantId, UnitId, uuid7
from app.outbox import service as outbox
from app.payments import domain
from app.payments.events import PaymentEvent
from app.payments.models import PaymentRow, ReceiptRow
from app.payments.repository import PaymentRepository
from app.payments.terms import CURRENCY, Outcome, PaymentState, Standing, Told


class Settled(NamedTuple):
    """What became of one transaction; `reference` is the request's it was counted to."""

    outcome: Outcome
    reference: str | None


def units_seen(actor: Actor, directory: Directory) -> frozenset[UnitId]:
    """Units whose payments the officer may see: his own and all below them."""
    return directory.subtree(actor.tenant_id, actor.units())


async def move(work: Work, row: PaymentRow, standing: Standing, *events: PaymentEvent) -> None:
    """The locked request stands so from now on, and the facts are told."""
    row.apply(standing, work.now)
    await PaymentRepository(work, TenantId(row.tenant_id)).write(row)
    for event in events:
        tell(work, row, event)


def tell(work: Work, row: PaymentRow, event: PaymentEvent) -> None:
    """Record the fact. Codes, states and sums only: what the fee is for is with the request."""
    outbox.append(
        work,
        tenant_id=TenantId(row.tenant_id),
        type=event.value,
        subject_id=row.id,
        subject_version=row.version,
        payload={
            "reference": row.reference,
            "subject_kind": row.subject_kind,
            "subject_id": str(row.subject_id),
            "subject_code": row.subject_code,
            "unit_id": str(row.unit_id),
            "state": row.state,
            "amount": f"{domain.plain(row.amount):f}",
            "refund_due": f"{domain.plain(row.refund_due):f}",
            "currency": CURRENCY,
        },
    )


async def settle(
    work: Work,
    tenant_id: TenantId,
    source: str,
    told: Told,
    *,
    named: PaymentRow | None = None,
    recorded_by: StaffId | None = None,
) -> Settled:
    """What becomes of money that came by one transaction: counted once, however often and by whomever it is told.

    `named` is the request, locked, where it is known; else it is looked for by what was told, and locked. Then the
    receipt: always in this order.
    """
    payments = PaymentRepository(work, tenant_id)
    row = named if named is not None else await _named_in(payments, told.reference)
    known = await payments.find_receipt(source, told.transaction)
    if known is not None:
        return _again(known, told, row)
    if row is not None:
        work.catch_up(row.changed_at)
    taking = domain.take(row.standing if row is not None else None, told.amount, told.currency)
    split = taking.split._asdict()
    added = await payments.add_receipt(
        {
            "id": uuid7(work.now),
            "payment_id": row.id if row is not None else None,
            "source": source,
            "transaction_id": told.transaction,
            "told_reference": told.reference,
            "amount": told.amount,
            "currency": told.currency,
            "outcome": taking.outcome.value,
            "paid_at": _day_can_be_told(told.paid_at, work.now),
            "came_at": work.now,
            "recorded_by": recorded_by,
            **split,
        }
    )
    if not added:  # another message told it at this very moment
        known = await payments.find_receipt(source, told.transaction)
        assert known is not None
        return _again(known, told, row)
    if row is not None and taking.after is not None and taking.after != row.standing:
        if taking.outcome is Outcome.PAID:
            await payments.count_noted_as_paid(row.id)
        await move(work, row, taking.after, *told_of(row.standing, taking.after))
    return Settled(taking.outcome, row.reference if row is not None else None)


def told_of(before: Standing, after: Standing) -> list[PaymentEvent]:
    """Facts that follow from the change of a request."""
    facts = []
    if after.state is PaymentState.PAID and before.state is not PaymentState.PAID:
        facts.append(PaymentEvent.PAID)
    if after.refund_due > before.refund_due:
        facts.append(PaymentEvent.REFUND_DUE)
    return facts


def _again(known: ReceiptRow, told: Told, row: PaymentRow | None) -> Settled:
    """The answer it had the first time, unless it is told otherwise now."""
    if (domain.plain(known.amount), known.currency) != (domain.plain(told.amount), told.currency):
        return Settled(Outcome.DIFFERS, None)
    counted = row is not None and known.payment_id == row.id
    return Settled(Outcome(known.outcome), row.reference if row is not None and counted else None)


async def _named_in(payments: PaymentRepository, text: str) -> PaymentRow | None:
    """The first request, locked, whose reference stands in the text."""
    for reference in domain.references_in(text):
        row = await payments.find_locked(reference)
        if row is not None:
            return row
    return None


def _day_can_be_told(paid_at: datetime | None, now: datetime) -> datetime:
    """When it was paid by their clock, unless that is in times to come."""
    return now if paid_at is None or paid_at > now else paid_at
