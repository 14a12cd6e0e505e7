"""Every SQL statement of the subscriptions room."""

from __future__ import annotations

from .deliveries import DeliveryRepository, claim, list_due
from .subscriptions import SubscriptionRepository
from .watching import backlog

__all__ = ["DeliveryRepository", "SubscriptionRepository", "backlog", "claim", "list_due"]
