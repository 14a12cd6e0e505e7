"""Comparing a provider's statement with what we have: every transaction once, and figures that add up."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from app.payments.terms import (
    NOTHING,
    Booked,
    Figure,
    ReconciledAs,
    ReconciledLine,
    StatementLine,
)


def compare(ours: Iterable[Booked], theirs: Iterable[StatementLine]) -> list[ReconciledLine]:
    """Each transaction that either side has, by its id: what is wrong comes first."""
    booked = {one.transaction: one for one in ours}
    stated = {one.transaction: one for one in theirs}
    lines = [_line(booked.get(one), stated.get(one)) for one in booked.keys() | stated.keys()]
    order = {kind: place for place, kind in enumerate(ReconciledAs)}
    return sorted(lines, key=lambda line: (order[line.kind], line.transaction))


def sums(lines: Sequence[ReconciledLine]) -> list[Figure]:
    """What the lines of each kind come to, one figure for each currency there is.

    A line is counted once, under the currency we have it in; what they state is added under theirs.
    """
    order = {kind: place for place, kind in enumerate(ReconciledAs)}
    keys = {(line.kind, currency) for line in lines for currency in (line.currency, line.their_currency) if currency}
    return [_figure(*key, lines) for key in sorted(keys, key=lambda key: (order[key[0]], key[1]))]


def _figure(kind: ReconciledAs, currency: str, lines: Sequence[ReconciledLine]) -> Figure:
    ours = [line for line in lines if (line.kind, line.currency) == (kind, currency)]
    theirs = [line for line in lines if (line.kind, line.their_currency) == (kind, currency)]
    return Figure(
        kind,
        currency,
        len(ours),
        sum((line.ours for line in ours if line.ours is not None), NOTHING),
        sum((line.theirs for line in theirs if line.theirs is not None), NOTHING),
        sum((line.refund_due for line in ours), NOTHING),
    )


def _line(ours: Booked | None, theirs: StatementLine | None) -> ReconciledLine:
    if ours is None:
        assert theirs is not None
        return ReconciledLine(
            ReconciledAs.MISSING_HERE,
            theirs.transaction,
            theirs.reference or None,
            None,
            None,
            theirs.amount,
            theirs.currency,
            theirs.currency,
            NOTHING,
        )
    return ReconciledLine(
        _kind(ours, theirs),
        ours.transaction,
        ours.reference,
        ours.subject_code,
        ours.amount,
        theirs.amount if theirs is not None else None,
        ours.currency,
        theirs.currency if theirs is not None else None,
        ours.split.refund_due,
    )


def _kind(ours: Booked, theirs: StatementLine | None) -> ReconciledAs:
    if theirs is None:
        return ReconciledAs.MISSING_THERE
    if (ours.amount, ours.currency) != (theirs.amount, theirs.currency):
        return ReconciledAs.DIFFERS
    if ours.split.unmatched:
        return ReconciledAs.UNMATCHED
    return ReconciledAs.REFUND_DUE if ours.split.refund_due else ReconciledAs.MATCHED
