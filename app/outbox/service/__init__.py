"""Appending facts, numbering them, and handing them to consumers, each exactly once in effect.

A fact is written in the transaction of its change. The relay numbers committed facts afterwards, so that a reader of
"after N" never misses a late commit (docs/decisions/0005). A consumer's cursor moves in the transaction of its
effects, so that a worker killed at any moment leaves neither a gap nor a repeat (docs/decisions/0006). What a consumer
cannot handle is set aside with its subject and tried again, while all others go on (docs/decisions/0027).
"""

from __future__ import annotations

from .consuming import LONGEST_PAUSE, MAX_FAILURES, consume, hold_cursor, retry_due
from .handling import Consumer
from .mending import list_parked, retry, retry_all, skip, take_over
from .relaying import (
    append,
    backlog,
    events_between,
    forgotten_until,
    head,
    is_kept,
    newest_after,
    prune,
    read,
    refuse_forgotten,
    relay,
    retire,
)
from .restoring import is_lost, leap, note_lost, restored_at
from .tailing import Follower, Tail, Tails

__all__ = [
    "LONGEST_PAUSE",
    "MAX_FAILURES",
    "Consumer",
    "Follower",
    "Tail",
    "Tails",
    "append",
    "backlog",
    "consume",
    "events_between",
    "forgotten_until",
    "head",
    "hold_cursor",
    "is_kept",
    "is_lost",
    "leap",
    "list_parked",
    "newest_after",
    "note_lost",
    "prune",
    "read",
    "refuse_forgotten",
    "relay",
    "restored_at",
    "retire",
    "retry",
    "retry_all",
    "retry_due",
    "skip",
    "take_over",
]
