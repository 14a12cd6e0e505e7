"""Every SQL statement of the outbox. Short, prepared, one tenant each."""

from __future__ import annotations

from .messages import OutboxRepository
from .parking import ParkedRepository, buriers, is_any_due, list_firsts
from .watching import backlog, pruned_position

__all__ = [
    "OutboxRepository",
    "ParkedRepository",
    "backlog",
    "buriers",
    "is_any_due",
    "list_firsts",
    "pruned_position",
]
