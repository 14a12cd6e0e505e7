"""Every SQL statement of the outbox. Short, prepared, one tenant each."""

from __future__ import annotations

from .following import events_after, newest_position
from .messages import OutboxRepository
from .parking import ParkedRepository, buriers, is_any_due, list_firsts
from .restoring import is_lost, lock_newest, move_on, note_lost, restored_at, standing
from .watching import backlog

__all__ = [
    "OutboxRepository",
    "ParkedRepository",
    "backlog",
    "buriers",
    "events_after",
    "is_any_due",
    "is_lost",
    "list_firsts",
    "lock_newest",
    "move_on",
    "newest_position",
    "note_lost",
    "restored_at",
    "standing",
]
