"""Vocabulary of the outbox: the envelope of a fact."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID


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
class Backlog:
    """What of a tenant's messages is not done yet; counts end at `COUNTED_ROWS`."""

    tenant_id: int
    waiting: int  # messages without a position: the relay's
    waiting_since: datetime | None
    lag: Mapping[str, int]  # positions that each consumer is behind
    dead: Mapping[str, int]  # dead letters of each consumer


COUNTED_ROWS = 10_000
