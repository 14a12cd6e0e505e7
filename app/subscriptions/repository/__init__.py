"""Every SQL statement of the subscriptions room."""

from __future__ import annotations

from .deliveries import (
    DeliveryRepository,
    Located,
    claim,
    forget_times_to_come,
    list_due,
    release,
    settle_accepted,
)
from .reading import list_shown
from .subscriptions import SubscriptionRepository
from .watching import backlog

__all__ = [
    "DeliveryRepository",
    "Located",
    "SubscriptionRepository",
    "backlog",
    "claim",
    "forget_times_to_come",
    "list_due",
    "list_shown",
    "release",
    "settle_accepted",
]
