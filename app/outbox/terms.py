"""Vocabulary of the outbox: the envelope of a fact."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID


class Series(StrEnum):
    """What numbers are given of, which others keep their place by."""

    MESSAGES = "messages"  # positions
    CHANGES = "changes"  # what changed for accounts
    PORTALS = "portals"  # instants of changes of portals, in microseconds since 1970


@dataclass(frozen=True, slots=True)
class Message:
    """One fact as consumers see it; `position` ascends without gaps within the tenant, in commit order per subject."""

    tenant_id: int
    position: int
    id: UUID
    type: str
    type_version: int
    subject_id: UUID
    subject_version: int
    occurred_at: datetime
    public: bool
    payload: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Standing:
    """How a position stands: the newest given, the last forgotten, and whether a lost history may have given it."""

    newest: int
    pruned: int
    pruned_public: int
    lost: bool


@dataclass(frozen=True, slots=True)
class Batch:
    """What a consumer takes next, in position order, and the subjects it has set earlier messages of aside."""

    messages: Sequence[Message]
    held: frozenset[UUID]


@dataclass(frozen=True, slots=True)
class Setback:
    """A message set aside: the first of its subject is tried again at `next_at`, or has died; others wait behind it."""

    message: Message
    attempts: int = 0
    next_at: datetime | None = None
    died_at: datetime | None = None
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Parked:
    """A message that a consumer has set aside, as an operator sees it: nothing of its content."""

    consumer: str
    position: int
    type: str
    subject_id: UUID
    parked_at: datetime
    attempts: int
    next_at: datetime | None  # None when it died, or waits behind an earlier one of its subject
    died_at: datetime | None
    last_error: str | None
    behind: int  # later messages of its subject that wait for it


@dataclass(frozen=True, slots=True)
class Backlog:
    """What of a tenant's messages is not done yet; counts end at `COUNTED_ROWS`."""

    tenant_id: int
    waiting: int  # messages without a position: the relay's
    waiting_since: datetime | None
    lag: Mapping[str, int]  # positions that each consumer is behind
    parked: Mapping[str, int]  # messages of each consumer that wait for another try, or behind one that does
    parked_since: Mapping[str, datetime]  # when the oldest of them was set aside
    dead: Mapping[str, int]  # messages of each consumer that wait for an operator; those behind them count as parked


COUNTED_ROWS = 10_000
