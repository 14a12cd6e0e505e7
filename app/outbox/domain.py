"""When a message that failed is tried again."""

from __future__ import annotations

from datetime import timedelta

MAX_ATTEMPTS = 35  # 12 to 24 hours: what begins to fail in the evening is still tried when people come to work
LONGEST_WAIT = timedelta(hours=1)


def pause_after(attempts: int, chance: float) -> timedelta:
    """Pause before the next try of a message that has failed `attempts` times (≥ 1).

    Doubles from two seconds up to LONGEST_WAIT; `chance` in [0, 1) takes away up to half, so that what failed
    together does not come back together. Never longer than LONGEST_WAIT.
    """
    whole = min(LONGEST_WAIT, timedelta(seconds=2.0 ** min(attempts, 30)))
    return whole * (1 - chance / 2)
