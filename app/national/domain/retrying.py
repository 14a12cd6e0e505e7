"""When a push that was not taken is tried again, when no more, and how long the portal is left alone."""

from __future__ import annotations

from datetime import datetime, timedelta

from app.kit.waits import Backoff, Rest
from app.national.terms import Outcome, PushState, Settlement

SHORTEST_WAIT = timedelta(seconds=5)
PAUSES = Backoff(SHORTEST_WAIT, longest=timedelta(hours=1))  # of a push
REST = Rest(after_failures=5, waits=Backoff(SHORTEST_WAIT, longest=timedelta(minutes=5)))  # of the portal
GIVE_UP_AFTER = timedelta(days=3)  # a weekend
REFUSED_MOST = 6  # times the portal may say no: its own data may be what is wrong, and be mended meanwhile
_DELIVERED = frozenset({Outcome.TAKEN, Outcome.FOUND})


def learns(outcome: Outcome, failures: int) -> int:
    """Failures of the line in a row after an attempt; a refusal is an answer, and what we cannot make tells nothing."""
    if outcome is Outcome.UNREADY:
        return failures
    return failures + 1 if outcome in {Outcome.UNSURE, Outcome.AWAY} else 0


def settle(
    outcome: Outcome,
    *,
    doubtful: bool,
    attempts: int,
    first_failed_at: datetime | None,
    last_success_at: datetime | None,
    now: datetime,
    chance: float,
) -> Settlement:
    """What becomes of a push after an attempt.

    Args:
        doubtful: whether an attempt before this one may have reached the portal.
        attempts: tries, this one included; those that found the portal away are none.
        first_failed_at: when it was not taken first, None when it always was.
        last_success_at: when the portal last took anything.
        chance: in [0, 1), spreads what failed together.
    What fails while the portal takes others is given up after GIVE_UP_AFTER; what fails while it takes nothing waits,
    as long as that lasts.
    """
    if outcome in _DELIVERED:
        return Settlement(PushState.DELIVERED, None, first_failed_at, doubtful=False)
    if outcome is Outcome.AWAY:
        return Settlement(PushState.WAITING, now + SHORTEST_WAIT, first_failed_at, doubtful=doubtful)
    failed_at = first_failed_at or now
    takes_others = last_success_at is not None and last_success_at >= failed_at
    refused = outcome is Outcome.REFUSED
    if (refused and attempts >= REFUSED_MOST) or (now - failed_at >= GIVE_UP_AFTER and takes_others):
        return Settlement(PushState.DEAD, None, failed_at, doubtful=doubtful and not refused)
    unknown = outcome is Outcome.UNSURE or (doubtful and not refused)
    return Settlement(PushState.WAITING, now + PAUSES.after(attempts, chance), failed_at, doubtful=unknown)
