"""Vocabulary of what changed for an account."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from app.kit.problems import Problem
from app.reports.terms import NewReport
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
    SUPPORT = "support"  # a case that the account supports, as everyone reads it


class Removal(StrEnum):
    """Why something is to be taken away from what the device shows."""

    WITHDRAWN = "withdrawn"  # by its sender
    ELSEWHERE = "elsewhere"  # it is the account's no more, belongs to a matter separated again, or is not public


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
    """What changed after a place, in order; `reached`: the place after the last; `more`: whether there is more now.

    `restored_at`: when the database was last found to be put back from a copy.
    """

    changes: list[Change]
    reached: int
    more: bool
    restored_at: datetime | None = None


MOST_HANDED = 20
"""Items of one batch."""


class SenderVerb(StrEnum):
    """What a sender does with a report afterwards."""

    REPLY = "reply"
    RATING = "rating"
    REOPENING = "reopening"
    WITHDRAWAL = "withdrawal"


class OutcomeKind(StrEnum):
    """What became of one item."""

    ACCEPTED = "accepted"  # it is written, now or by an earlier try
    REFUSED = "refused"  # it never will be as it is
    LATER = "later"  # nothing is written; the same item may be sent again


@dataclass(frozen=True, slots=True)
class HandedReport:
    """A report that a device kept, under the id it made; `request`: what it says, as a hash."""

    id: UUID
    request: bytes
    new: NewReport


@dataclass(frozen=True, slots=True)
class HandedVerb:
    """What its sender did with a report, named by its code or by the id under which this device sent it."""

    id: UUID
    request: bytes
    verb: SenderVerb
    about: UUID | str
    secret: str | None = field(repr=False, default=None)
    text: str | None = None
    stars: int | None = None
    media: tuple[str, ...] = ()  # names of uploads that come with a reply


Handed = HandedReport | HandedVerb


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an item: its answer, or why not, and how the matter stands that it came too late for."""

    id: UUID | None
    kind: OutcomeKind
    status: int = 0
    answer: dict[str, Any] | None = None
    problem: Problem | None = None
    current: dict[str, Any] | None = None
