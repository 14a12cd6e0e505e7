"""When a delivery that was not accepted is tried again, and when no more."""

from __future__ import annotations

from datetime import datetime, timedelta

from app.kit.waits import Backoff, Rest
from app.subscriptions.terms import Attempt, DeliveryState, Outcome, PauseReason, Settlement

PAUSES = Backoff(shortest=timedelta(seconds=5), longest=timedelta(hours=6))  # of a delivery
REST = Rest(after_failures=5, waits=Backoff(shortest=timedelta(seconds=5), longest=timedelta(minutes=5)))
GIVE_UP_AFTER = timedelta(days=3)  # a weekend


def settle(
    attempt: Attempt,
    *,
    attempts: int,
    first_failed_at: datetime | None,
    last_success_at: datetime | None,
    trial: bool,
    now: datetime,
    chance: float,
) -> Settlement:
    """What becomes of a delivery, and of its subscription, after an attempt.

    Args:
        attempts: tries of this delivery, this one included.
        first_failed_at: when it was refused first, None when it never was.
        last_success_at: when the endpoint last accepted anything.
        trial: an administrator only wants to see whether the endpoint answers; one attempt, whatever comes of it.
        chance: in [0, 1), spreads what failed together.
    What has failed for GIVE_UP_AFTER dies alone when the endpoint has accepted others meanwhile. When it has not, it is
    the endpoint that is dead: the subscription is paused, and the delivery waits with all others.
    """
    if attempt.outcome is Outcome.ACCEPTED:
        return Settlement(DeliveryState.DELIVERED, None, first_failed_at, None)
    failed_at = first_failed_at or now
    if trial or attempt.outcome is Outcome.FORGOTTEN:
        return Settlement(DeliveryState.DEAD, None, failed_at, None)
    if attempt.outcome is Outcome.GONE:
        return Settlement(DeliveryState.WAITING, now, failed_at, PauseReason.GONE)
    if now - failed_at < GIVE_UP_AFTER:
        return Settlement(DeliveryState.WAITING, now + PAUSES.after(attempts, chance), failed_at, None)
    if last_success_at is not None and last_success_at >= failed_at:
        return Settlement(DeliveryState.DEAD, None, failed_at, None)
    return Settlement(DeliveryState.WAITING, now, failed_at, PauseReason.UNREACHABLE)
