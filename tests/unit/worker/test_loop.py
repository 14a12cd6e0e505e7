"""The worker's patience: at once while there is work, a pause when there is none, longer ones while it fails."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence

import pytest

from app.web.metrics import Metrics
from app.worker import loop


class Ended(BaseException):
    """The test has seen enough."""


def pauses(monkeypatch: pytest.MonkeyPatch, outcomes: Sequence[int | Exception], pause_s: float) -> list[float]:
    """How long the loop slept while its step came to these outcomes."""
    slept: list[float] = []
    steps: Iterator[int | Exception] = iter(outcomes)

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    async def step() -> int:
        try:
            outcome = next(steps)
        except StopIteration:
            raise Ended from None
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    monkeypatch.setattr(asyncio, "sleep", sleep)
    with pytest.raises(Ended):
        asyncio.run(loop._every(pause_s, "test", step, Metrics()))
    return slept


def test_work_found_is_followed_by_more_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    assert pauses(monkeypatch, [5, 3, 0, 2, 0], 0.2) == [0.2, 0.2]


def test_failures_are_waited_out_with_growing_pauses_up_to_half_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    slept = pauses(monkeypatch, [*[OSError("away")] * 9, 0], 0.2)
    assert slept[:4] == [0.4, 0.8, 1.6, 3.2]
    assert max(slept) == 30.0
    assert slept[-1] == 0.2


def test_what_is_done_once_an_hour_is_done_once_an_hour(monkeypatch: pytest.MonkeyPatch) -> None:
    assert pauses(monkeypatch, [0, 0], loop.PRUNE_EVERY_S) == [3600.0, 3600.0]
