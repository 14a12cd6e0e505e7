"""When a provider is asked about a request again, and when no more."""

from __future__ import annotations

from datetime import datetime, timedelta

from app.kit.waits import Backoff

SHORTEST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=6)
UNANSWERED_AFTER = timedelta(minutes=10)  # a callback takes seconds; what has not come by then may have been lost
GIVE_UP_AFTER = timedelta(days=3)  # money that was on its way over a weekend when the request ended


def next_asked_at(
    *, now: datetime, attempts: int, answered: bool, open_: bool, ended_at: datetime | None, chance: float
) -> datetime | None:
    """When to ask next, after the try number `attempts` (≥ 1); None: nothing is expected any more.

    Args:
        answered: whether the provider has answered; when it has not, it is soon asked again.
        open_: whether the request still waits for money, or has ended without any.
        ended_at: when it was cancelled or expired.
        chance: in [0, 1), takes away up to half, so that what failed together does not come back together.
    """
    if not open_ or (ended_at is not None and now - ended_at >= GIVE_UP_AFTER):
        return None
    pauses = Backoff(UNANSWERED_AFTER if answered else SHORTEST_WAIT, LONGEST_WAIT)
    return now + pauses.after(attempts, chance)
