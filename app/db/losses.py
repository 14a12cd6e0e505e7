"""What the database let us down with: counted for monitoring, and said in the log without flooding it."""

from __future__ import annotations

import logging
from time import monotonic

from app.db.errors import outline

log = logging.getLogger("lienthong.db")
SAID_EVERY_S = 5.0


class Losses:
    """Failures of one door to the database since the start."""

    __slots__ = ("_said_at", "_unsaid", "exhausted", "lost")

    def __init__(self) -> None:
        self.exhausted = 0  # got no connection in time
        self.lost = 0  # connection refused or lost, statement too slow, disk full …
        self._said_at = -SAID_EVERY_S
        self._unsaid = 0

    def count(self, error: BaseException, *, exhausted: bool) -> None:
        """Count one; the first in some seconds is said, with its cause and how many there were since the last."""
        if exhausted:
            self.exhausted += 1
        else:
            self.lost += 1
        now = monotonic()
        if now - self._said_at < SAID_EVERY_S:
            self._unsaid += 1
            return
        what = "no connection was free in time" if exhausted else outline(error)
        log.warning("the database let us down: %s (%d more times before)", what, self._unsaid)
        self._said_at, self._unsaid = now, 0
