"""Vocabulary of deadlines: kinds of days, targets, deadlines, explanations."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from app.kit.text import Text


class DayKind(StrEnum):
    """Why a day is not what its place in the week says."""

    HOLIDAY = "holiday"  # a public holiday, also when it falls on a weekend
    COMPENSATORY = "compensatory"  # the working day given free because the holiday fell on a day of rest
    SWAPPED_OFF = "swapped_off"  # a working day taken free in exchange for a Saturday
    SWAPPED_WORKDAY = "swapped_workday"  # the Saturday worked in that exchange
    CLOSURE = "closure"  # a day the tenant itself closes, for a storm or a local occasion

    @property
    def works(self) -> bool:
        """Whether offices are open on such a day."""
        return self is DayKind.SWAPPED_WORKDAY


class Verdict(StrEnum):
    """What a day between receipt and due date adds to the count."""

    COUNTED = "counted"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class SpecialDay:
    """A day that is off or worked against the rule of the week, with its name and, where known, its legal basis."""

    day: date
    kind: DayKind
    name: Text
    legal_basis: str | None = None


@dataclass(frozen=True, slots=True)
class DayCount:
    """One day of an explanation."""

    day: date
    verdict: Verdict
    reason: Text


@dataclass(frozen=True, slots=True)
class Deadline:
    """When an answer is due; `original_due_at` is kept for ever, whatever `due_at` becomes. Instants are UTC."""

    due_at: datetime
    original_due_at: datetime
    working_days: int
    legal_basis: Text


@dataclass(frozen=True, slots=True)
class Explanation:
    """Every day from receipt to due date, in order; `counted` of them count."""

    zone_name: str
    received_on: date
    due_on: date
    counted: int
    rule: Text
    days: tuple[DayCount, ...]
