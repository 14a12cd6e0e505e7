"""Vocabulary of what changed for an account."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from app.timeline.terms import Entry

CONSUMER = "mobile"
"""Name of the consumer's cursor."""

MOST_ITEMS = 500


class ChangeKind(StrEnum):
    """What it is that changed."""

    REPORT = "report"
    SERVICE_REQUEST = "service_request"
    ENTRY = "entry"  # a line of the history of one of the two: an answer, a question, a reply
    PAPER = "paper"


class Removal(StrEnum):
    """Why something is to be taken away from what the device shows."""

    WITHDRAWN = "withdrawn"  # by its sender
    ELSEWHERE = "elsewhere"  # it is the account's no more, or belongs to a matter that was separated again


@dataclass(frozen=True, slots=True)
class Change:
    """One thing of an account as it stands now, at the place it has among all that changed."""

    number: int
    kind: ChangeKind
    id: UUID
    code: str | None  # of the report or service request it is about; None when that is the account's no more
    about: UUID
    changed_at: datetime
    gone: Removal | None
    state: dict[str, Any] | None = None  # of a report, a service request or a paper
    entry: Entry | None = None


@dataclass(frozen=True, slots=True)
class ChangePage:
    """What changed after a place, in order; `reached`: the place after the last; `more`: whether there is more now."""

    changes: list[Change]
    reached: int
    more: bool
