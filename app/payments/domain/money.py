"""What money that came is for. Whatever comes in whatever order: the parts add up to it, and nothing is paid twice."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from app.payments.errors import NothingToRefund, UnusableFee
from app.payments.terms import (
    CURRENCY,
    MOST,
    NOTHING,
    FeeLine,
    Outcome,
    PaymentState,
    Split,
    Standing,
    Taking,
)


def total(lines: Sequence[FeeLine]) -> Decimal:
    """What the lines come to. Raises: UnusableFee unless all are whole đồng, none below zero, together above."""
    for line in lines:
        if not line.amount.is_finite() or line.amount < NOTHING or line.amount != line.amount.to_integral_value():
            raise UnusableFee
    whole = sum((line.amount for line in lines), NOTHING)
    if not NOTHING < whole <= MOST:
        raise UnusableFee
    return whole


def plain(amount: Decimal) -> Decimal:
    """The same amount without the zeros a column adds: 150000, 12.5."""
    return amount.quantize(Decimal(1)) if amount == amount.to_integral_value() else amount.normalize()


def take(standing: Standing | None, amount: Decimal, currency: str) -> Taking:
    """What becomes of money (> 0) for the request that stands so, None when it names none of ours.

    Too little is noted and counts together with what comes later. What comes for a request that is paid or has ended
    is to be given back, and a request that had ended is then one to give money back for.
    """
    if currency != CURRENCY:
        return Taking(Outcome.OTHER_CURRENCY, Split(unmatched=amount), standing)
    if standing is None:
        return Taking(Outcome.UNMATCHED, Split(unmatched=amount), None)
    if standing.state is PaymentState.REQUESTED:
        missing = standing.outstanding
        if amount < missing:
            return Taking(Outcome.NOTED, Split(noted=amount), standing._replace(noted=standing.noted + amount))
        rest = amount - missing
        after = standing._replace(state=PaymentState.PAID, noted=NOTHING, refund_due=standing.refund_due + rest)
        return Taking(Outcome.PAID, Split(paid=missing, refund_due=rest), after)
    ended = PaymentState.PAID if standing.state is PaymentState.PAID else PaymentState.REFUND_DUE
    after = standing._replace(state=ended, refund_due=standing.refund_due + amount)
    return Taking(Outcome.REFUND_DUE, Split(refund_due=amount), after)


def close(standing: Standing, to: PaymentState) -> Standing | None:
    """The request cancelled or expired (`to`); what was noted is to be given back. None when it had ended before."""
    if standing.state is not PaymentState.REQUESTED:
        return None
    if standing.noted:
        return standing._replace(
            state=PaymentState.REFUND_DUE, noted=NOTHING, refund_due=standing.refund_due + standing.noted
        )
    return standing._replace(state=to)


def refund(standing: Standing) -> Standing:
    """All that was to be given back was given back. Raises: NothingToRefund."""
    if not standing.refund_due:
        raise NothingToRefund
    state = PaymentState.REFUNDED if standing.state is PaymentState.REFUND_DUE else standing.state
    return standing._replace(state=state, refund_due=NOTHING, refunded=standing.refunded + standing.refund_due)


def owed(splits: Sequence[Split]) -> Split:
    """The sum of what came, part by part."""
    return Split(*(sum(parts, NOTHING) for parts in zip(*splits, strict=True))) if splits else Split()
