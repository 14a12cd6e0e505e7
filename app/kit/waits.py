"""How long to wait before somebody who did not take something is asked again. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

_MOST_DOUBLINGS = 30  # more would be no instant any more; every longest wait is reached long before


@dataclass(frozen=True, slots=True)
class Backoff:
    """Waits that double from the shortest to the longest."""

    shortest: timedelta
    longest: timedelta

    def after(self, attempts: int, chance: float = 0.0) -> timedelta:
        """Wait after that many attempts. `chance` in [0, 1) takes away up to half, and spreads what failed together."""
        whole = min(self.longest, self.shortest * 2.0 ** min(max(attempts - 1, 0), _MOST_DOUBLINGS))
        return whole * (1 - chance / 2)


@dataclass(frozen=True, slots=True)
class Rest:
    """When another system is left alone as a whole: many things that each wait for themselves ask a lot."""

    after_failures: int  # in a row
    waits: Backoff

    def after(self, failures: int) -> timedelta | None:
        """How long it is left alone after so many failures in a row, None while they are few."""
        return None if failures < self.after_failures else self.waits.after(failures - self.after_failures + 1)


def is_left_alone(until: datetime | None, now: datetime, longest: timedelta) -> bool:
    """Whether its time has not come. One further ahead than any wait was written by a clock set back since."""
    return until is not None and now < until <= now + longest
