"""How many in how long: the generic cell rate algorithm, which keeps one instant for each that is counted.

`most` may come at once, then one every `window / most`. The instant kept is the one at which all is forgotten: the
theoretical arrival time (ITU-T I.371 annex A; as a limiter of requests it needs no window to begin or end).
"""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from typing import NamedTuple


class Rate(NamedTuple):
    """`most` within `window`: most ≥ 1, window > 0."""

    most: int
    window: timedelta

    @property
    def step(self) -> timedelta:
        """After how long one more is possible."""
        return self.window / self.most


def following(rate: Rate, kept: datetime | None, now: datetime) -> datetime | None:
    """The instant to keep when one more comes now; None when it is one too many.

    An instant further away than the window was kept by a clock that was set back since, or under another rate: it is
    worth the window.
    """
    begun = now if kept is None else max(now, min(kept, now + rate.window))
    after = begun + rate.step
    return after if after - now <= rate.window else None


def left(rate: Rate, kept: datetime, now: datetime) -> int:
    """How many more could come now, ≥ 0, when `kept` is what is kept."""
    return max(0, math.floor((now + rate.window - kept) / rate.step))


def wait_s(rate: Rate, kept: datetime, now: datetime, cost: int = 1) -> int:
    """Whole seconds until so many more are possible, ≥ 1; more than there may be at once are worth as many as that."""
    over = min(kept, now + rate.window) + min(cost, rate.most) * rate.window / rate.most - now - rate.window
    return max(1, math.ceil(over.total_seconds()))
