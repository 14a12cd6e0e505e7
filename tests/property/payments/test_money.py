"""Whatever comes in whatever order: no đồng is lost, none is counted twice, and nothing is paid more than once."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given, settings, strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from app.payments import domain
from app.payments.terms import (
    CURRENCY,
    Booked,
    Outcome,
    PaymentState,
    ReconciledAs,
    Split,
    Standing,
    StatementLine,
)
from tests.facts import AT

FEE = Decimal(150_000)
amounts = st.sampled_from([Decimal(one) for one in ("1", "50000", "100000", "149999", "150000", "150001", "0.5")])
currencies = st.sampled_from([CURRENCY, CURRENCY, CURRENCY, "USD"])


class Books(RuleBasedStateMachine):
    """One request, everything that can happen to it, and the receipts as the tables would hold them."""

    def __init__(self) -> None:
        super().__init__()
        self.standing = Standing(PaymentState.REQUESTED, FEE)
        self.receipts: list[Split] = []
        self.came = Decimal(0)
        self.times_paid = 0

    def stands(self, after: Standing) -> None:
        if after.state is PaymentState.PAID and self.standing.state is not PaymentState.PAID:
            self.times_paid += 1
        self.standing = after

    @rule(amount=amounts, currency=currencies, named=st.booleans())
    def money_comes(self, amount: Decimal, currency: str, *, named: bool) -> None:
        taking = domain.take(self.standing if named else None, amount, currency)
        assert taking.split.whole == amount
        self.came += amount
        if taking.outcome is Outcome.PAID:
            self.receipts = [one._replace(paid=one.paid + one.noted, noted=Decimal(0)) for one in self.receipts]
        self.receipts.append(taking.split)
        if taking.after is not None:
            self.stands(taking.after)

    @rule(to=st.sampled_from([PaymentState.CANCELLED, PaymentState.EXPIRED]))
    def it_ends(self, to: PaymentState) -> None:
        after = domain.close(self.standing, to)
        if after is None:
            return
        self.receipts = [one._replace(refund_due=one.refund_due + one.noted, noted=Decimal(0)) for one in self.receipts]
        self.stands(after)

    @precondition(lambda self: self.standing.refund_due > 0)
    @rule()
    def it_is_given_back(self) -> None:
        self.stands(domain.refund(self.standing))
        self.receipts = [
            one._replace(refunded=one.refunded + one.refund_due, refund_due=Decimal(0)) for one in self.receipts
        ]

    @invariant()
    def the_books_add_up(self) -> None:
        owed = domain.owed(self.receipts)
        assert owed.whole == self.came
        assert owed.paid == self.standing.paid
        assert owed.noted == self.standing.noted
        assert owed.refund_due == self.standing.refund_due
        assert owed.refunded == self.standing.refunded
        assert self.times_paid <= 1
        assert not (self.standing.noted and self.standing.state is not PaymentState.REQUESTED)
        assert (self.standing.state is PaymentState.REFUND_DUE) <= (self.standing.refund_due > 0)
        assert self.standing.outstanding >= 0


TestBooks = Books.TestCase
TestBooks.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)

names = st.sampled_from([f"T{number}" for number in range(8)])
sums = st.sampled_from([Decimal(1), Decimal(150_000), Decimal("99.5")])
codes = st.sampled_from([CURRENCY, "USD"])


@st.composite
def booked(draw: st.DrawFn) -> Booked:
    amount = draw(sums)
    part = draw(st.sampled_from(["paid", "noted", "refund_due", "refunded", "unmatched"]))
    return Booked(draw(names), None, None, amount, draw(codes), Split(**{part: amount}))


stated = st.builds(StatementLine, names, st.just(""), sums, codes, st.just(AT.date()))


@given(
    st.lists(booked(), max_size=10, unique_by=lambda one: one.transaction),
    st.lists(stated, max_size=10, unique_by=lambda one: one.transaction),
)
@settings(max_examples=150, deadline=None)
def test_each_transaction_is_one_line_and_the_figures_add_up(ours: list[Booked], theirs: list[StatementLine]) -> None:
    lines = domain.compare(ours, theirs)
    assert sorted(line.transaction for line in lines) == sorted(
        {one.transaction for one in ours} | {one.transaction for one in theirs}
    )
    figures = domain.sums(lines)
    assert sum(figure.lines for figure in figures) == len(lines)
    assert len({(figure.kind, figure.currency) for figure in figures}) == len(figures)
    for currency in (CURRENCY, "USD"):
        of = [figure for figure in figures if figure.currency == currency]
        assert sum(figure.ours for figure in of) == sum(one.amount for one in ours if one.currency == currency)
        assert sum(figure.theirs for figure in of) == sum(one.amount for one in theirs if one.currency == currency)
        due = sum(one.split.refund_due for one in ours if one.currency == currency)
        assert sum(figure.refund_due for figure in of) == due
    agreed = {ReconciledAs.MATCHED, ReconciledAs.REFUND_DUE, ReconciledAs.UNMATCHED}
    for line in lines:
        assert (line.kind in agreed) == (
            line.ours is not None and (line.ours, line.currency) == (line.theirs, line.their_currency)
        )
