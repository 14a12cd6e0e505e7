"""What becomes of money that is for nothing known: an officer of accounts matches it, or has it given back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from app.audit import service as audit
from app.audit.terms import Action
from app.db.work import ReadWork, Work
from app.directory.snapshot import Directory, root_of
from app.identity.policies import Verdict
from app.identity.terms import Actor
from app.payments import domain, policies, repository
from app.payments.errors import MoneyNotFound, MoneySettled, NothingToRefund, OtherCurrency, PaymentNotFound
from app.payments.models import ReceiptRow
from app.payments.repository import PaymentRepository
from app.payments.terms import CURRENCY, Outcome, Split, Unmatched

from .reading import reference_typed
from .steps import move, told_of

MOST_LISTED: Final = 200


async def list_unmatched(work: ReadWork, actor: Actor, directory: Directory) -> Sequence[Unmatched]:
    """Money that nobody has decided on, and what is to be given back of it: the oldest 200. Raises: Forbidden."""
    _require(actor, directory)
    return await repository.list_unmatched(work, actor.tenant_id, MOST_LISTED)


async def match(work: Work, actor: Actor, directory: Directory, receipt_id: UUID, typed: str) -> Unmatched:
    """The money counted to the request whose reference was typed, as if it had named it.

    What was told to its provider stays what it was told. Raises: Forbidden, PaymentNotFound, MoneyNotFound,
    MoneySettled, OtherCurrency.
    """
    _require(actor, directory)
    payments = PaymentRepository(work, actor.tenant_id)
    row = await payments.find_locked(reference_typed(typed))
    if row is None:
        raise PaymentNotFound
    money = await _locked(work, actor, receipt_id)
    if money.currency != CURRENCY:
        raise OtherCurrency
    work.catch_up(row.changed_at)
    before, taking = row.standing, domain.take(row.standing, domain.plain(money.unmatched), money.currency)
    assert taking.after is not None  # the request is known
    if taking.outcome is Outcome.PAID:
        await payments.count_noted_as_paid(row.id)
    money.payment_id = row.id
    _settle(work, actor, money, taking.split)
    await move(work, row, taking.after, *told_of(before, taking.after))
    details = {"reference": row.reference, "outcome": taking.outcome.value}
    audit.record(work, actor, Action.PAYMENT_MATCHED, subject=_name(money), unit_id=row.unit_id, details=details)
    return money.settled(row.reference)


async def have_returned(work: Work, actor: Actor, directory: Directory, receipt_id: UUID, *, reason: str) -> Unmatched:
    """The money is to be given back, with the reason. Raises: Forbidden, MoneyNotFound, MoneySettled."""
    _require(actor, directory)
    money = await _locked(work, actor, receipt_id)
    _settle(work, actor, money, Split(refund_due=domain.plain(money.unmatched)))
    money.settled_reason = reason
    audit.record(work, actor, Action.PAYMENT_TO_RETURN, subject=_name(money), details={"reason": reason})
    return money.settled(None)


async def note_returned(
    work: Work, actor: Actor, directory: Directory, receipt_id: UUID, *, refund_reference: str
) -> Unmatched:
    """The money was given back, by the transfer or voucher named; by somebody else than who decided it.

    Raises: Forbidden, MoneyNotFound, NothingToRefund.
    """
    _require(actor, directory)
    money = await _found(work, actor, receipt_id)
    if money.settled_reason is None or not money.refund_due:
        raise NothingToRefund
    unmatched = money.settled(None)
    policies.may_give_back(actor, unmatched.settled_by).require()
    money.divide(Split(refunded=domain.plain(money.refund_due)))
    money.refund_reference, money.refunded_at = refund_reference, work.now
    audit.record(work, actor, Action.PAYMENT_REFUNDED, subject=_name(money), details={"voucher": refund_reference})
    return money.settled(None)


def may_settle(actor: Actor, directory: Directory) -> Verdict:
    """Whether the actor may decide on such money."""
    root = root_of(directory.units(actor.tenant_id))
    return policies.may_settle(actor, root.id if root is not None else None)


def _require(actor: Actor, directory: Directory) -> None:
    may_settle(actor, directory).require()


async def _found(work: Work, actor: Actor, receipt_id: UUID) -> ReceiptRow:
    money = await repository.lock_receipt(work, actor.tenant_id, receipt_id)
    if money is None:
        raise MoneyNotFound
    return money


async def _locked(work: Work, actor: Actor, receipt_id: UUID) -> ReceiptRow:
    """The money, locked, if somebody has to decide on it. Raises: MoneyNotFound, MoneySettled."""
    money = await _found(work, actor, receipt_id)
    if not money.unmatched:
        raise MoneySettled
    return money


def _settle(work: Work, actor: Actor, money: ReceiptRow, split: Split) -> None:
    money.divide(split)
    money.settled_by, money.settled_at = actor.staff_id, work.now


def _name(money: ReceiptRow) -> str:
    return f"{money.source}/{money.transaction_id}"
