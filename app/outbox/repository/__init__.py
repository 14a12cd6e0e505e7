"""Every SQL statement of the outbox. Short, prepared, one tenant each."""

from __future__ import annotations

from .following import events_after, newest_position
from .messages import OutboxRepository
from .parking import ParkedRepository, buriers, is_any_due, list_firsts
from .watching import backlog, pruned_position

__all__ = [
    "OutboxRepository",
    "ParkedRepository",
    "backlog",
    "buriers",
    "events_after",
    "is_any_due",
    "list_firsts",
    "newest_position",
    "pruned_position",
]
