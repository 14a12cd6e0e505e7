"""Every SQL statement of the subscriptions room."""

from __future__ import annotations

from .deliveries import (
    DeliveryRepository,
    claim,
    forget_times_to_come,
    list_due,
    release,
    settle_accepted,
)
from .subscriptions import SubscriptionRepository
from .watching import backlog

__all__ = [
    "DeliveryRepository",
    "SubscriptionRepository",
    "backlog",
    "claim",
    "forget_times_to_come",
    "list_due",
    "release",
    "settle_accepted",
]
