"""Waits double to their longest; an instant further ahead than any wait was written by a clock set back since."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from app.kit.waits import Backoff, Rest, is_left_alone

NOW = datetime(2026, 11, 20, 3, tzinfo=UTC)
WAITS = Backoff(shortest=timedelta(seconds=5), longest=timedelta(minutes=5))


def test_waits_double_from_the_shortest_to_the_longest() -> None:
    assert [WAITS.after(attempts).total_seconds() for attempts in (0, 1, 2, 3, 7, 10_000)] == [5, 5, 10, 20, 300, 300]
    assert WAITS.after(2, 0.5) == timedelta(seconds=7.5)


def test_another_system_rests_after_failures_in_a_row_only() -> None:
    rest = Rest(after_failures=5, waits=WAITS)
    assert [rest.after(4), rest.after(5), rest.after(6), rest.after(99)] == [
        None,
        timedelta(seconds=5),
        timedelta(seconds=10),
        timedelta(minutes=5),
    ]


def test_nobody_is_left_alone_for_longer_than_any_wait() -> None:
    assert is_left_alone(NOW + WAITS.after(20), NOW, WAITS.longest)
    assert not is_left_alone(NOW, NOW, WAITS.longest)
    assert not is_left_alone(None, NOW, WAITS.longest)
    assert not is_left_alone(NOW + timedelta(days=30), NOW, WAITS.longest), "the clock was set back since"
