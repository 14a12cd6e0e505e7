"""Retries are bounded, never silent, and end; what happens to a delivery is decided for every outcome."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given, strategies as st

from app.subscriptions.domain import GIVE_UP_AFTER, PAUSES, settle
from app.subscriptions.terms import Attempt, DeliveryState, Outcome

NOW = datetime(2026, 11, 26, tzinfo=UTC)
AGO = st.one_of(st.none(), st.timedeltas(timedelta(), timedelta(days=9)).map(lambda ago: NOW - ago))


@given(st.integers(1, 10_000), st.floats(0, 1, exclude_max=True))
def test_a_pause_is_never_shorter_than_half_the_shortest_nor_longer_than_the_longest(n: int, chance: float) -> None:
    assert PAUSES.shortest / 2 <= PAUSES.after(n, chance) <= PAUSES.longest
    assert PAUSES.after(n, chance) <= PAUSES.after(n + 1, chance)


@given(st.floats(0, 1, exclude_max=True))
def test_three_days_hold_enough_and_not_too_many_attempts(chance: float) -> None:
    passed, attempts = timedelta(), 1
    while passed < GIVE_UP_AFTER:
        passed += PAUSES.after(attempts, chance)
        attempts += 1
    assert 20 <= attempts <= 50


@given(st.sampled_from(Outcome), st.integers(1, 100), AGO, AGO, st.booleans())
def test_a_delivery_ends_or_waits_for_a_time_that_is_known(
    outcome: Outcome, attempts: int, failed: datetime | None, success: datetime | None, trial: bool
) -> None:
    settled = settle(
        Attempt(outcome),
        attempts=attempts,
        first_failed_at=failed,
        last_success_at=success,
        trial=trial,
        now=NOW,
        chance=0.5,
    )
    assert (settled.state is DeliveryState.WAITING) == (settled.next_at is not None)
    assert (settled.state is DeliveryState.DELIVERED) == (outcome is Outcome.ACCEPTED)
    assert settled.pause_reason is None or settled.state is DeliveryState.WAITING, "what is paused is never dropped"
    assert not (trial and settled.state is DeliveryState.WAITING)
    if settled.state is DeliveryState.DEAD and not trial and outcome is not Outcome.FORGOTTEN:
        assert failed is not None
        assert NOW - failed >= GIVE_UP_AFTER
        assert success is not None
        assert success >= failed, "it dies alone only when others were accepted"
