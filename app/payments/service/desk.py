"""What officers write down: cash taken at the desk, and money given back."""

from __future__ import annotations

from datetime import datetime

from app.audit import service as audit
from app.audit.terms import Action
from app.db.work import Work
from app.directory.snapshot import Directory
from app.identity.terms import Actor
from app.kit.ids import UnitId
from app.payments import domain, policies
from app.payments.errors import PaymentSettled, ReceiptNumberUsed, StalePayment
from app.payments.events import PaymentEvent
from app.payments.models import PaymentRow
from app.payments.repository import PaymentRepository
from app.payments.terms import CURRENCY, DESK, Outcome, PaymentState, PaymentView, Told

from .reading import reference_typed
from .steps import move, settle, units_seen


async def record_by_hand(
    work: Work,
    actor: Actor,
    directory: Directory,
    typed: str,
    *,
    receipt_number: str,
    taken_at: datetime,
    seen: int,
) -> PaymentView:
    """The request, paid: the officer took in cash what was still to be paid, and gave a receipt of this number.

    `seen` is the version he took it by: when money came meanwhile he is told so before he takes more.
    Raises: PaymentNotFound, Forbidden, StalePayment, PaymentSettled; ReceiptNumberUsed by the unit, for anything else.
    """
    row = await _locked(work, actor, directory, typed)
    policies.may_take(actor, _path(directory, actor, row)).require()
    if row.version != seen:
        raise StalePayment(row.version)
    if row.state != PaymentState.REQUESTED:
        raise PaymentSettled(state=row.state)
    unit = directory.unit(actor.tenant_id, UnitId(row.unit_id))
    told = Told(
        f"{unit.code}/{receipt_number}", row.reference, row.standing.outstanding, CURRENCY, succeeded=True,
        paid_at=taken_at,
    )  # fmt: skip
    if await PaymentRepository(work, actor.tenant_id).find_receipt(DESK, told.transaction) is not None:
        raise ReceiptNumberUsed
    settled = await settle(work, actor.tenant_id, DESK, told, named=row, recorded_by=actor.staff_id)
    if settled.outcome is not Outcome.PAID:
        raise ReceiptNumberUsed  # at this very moment, for another request
    details = {"receipt": receipt_number}
    audit.record(work, actor, Action.PAYMENT_RECORDED, subject=row.reference, unit_id=row.unit_id, details=details)
    return await _viewed(work, actor, row)


async def note_refund(
    work: Work, actor: Actor, directory: Directory, typed: str, *, refund_reference: str, seen: int
) -> PaymentView:
    """The request with all that was to be given back given back, by the transfer or voucher named.

    Raises: PaymentNotFound, Forbidden, StalePayment, NothingToRefund.
    """
    row = await _locked(work, actor, directory, typed)
    policies.may_refund(actor, _path(directory, actor, row)).require()
    if row.version != seen:
        raise StalePayment(row.version)
    after = domain.refund(row.standing)
    work.catch_up(row.changed_at)
    await PaymentRepository(work, actor.tenant_id).give_back(row.id, refund_reference, work.now)
    await move(work, row, after, PaymentEvent.REFUNDED)
    audit.record(work, actor, Action.PAYMENT_REFUNDED, subject=row.reference, unit_id=row.unit_id)
    return await _viewed(work, actor, row)


async def _locked(work: Work, actor: Actor, directory: Directory, typed: str) -> PaymentRow:
    payments = PaymentRepository(work, actor.tenant_id)
    return await payments.lock(reference_typed(typed), units_seen(actor, directory))


def _path(directory: Directory, actor: Actor, row: PaymentRow) -> tuple[UnitId, ...]:
    return directory.unit_path(actor.tenant_id, UnitId(row.unit_id))


async def _viewed(work: Work, actor: Actor, row: PaymentRow) -> PaymentView:
    return PaymentView(row.read(), tuple(await PaymentRepository(work, actor.tenant_id).receipts(row.id)))
