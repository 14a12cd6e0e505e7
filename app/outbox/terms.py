"""Vocabulary of the outbox: the envelope of a fact."""

from __future__ import annotations

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
