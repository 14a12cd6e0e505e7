"""Vocabulary of the public figures: as what a case is counted, and what is asked of the counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

from app.kit.ids import TenantId, UnitId

MOST_MONTHS = 24  # of an overview that names no months
MOST_ASKED_MONTHS = 60


class Tallied(NamedTuple):
    """A public case as it is counted in figures, with a place or without; `units` are those whose portals show it."""

    state: str
    overdue: bool
    category: str
    case_id: UUID
    district: str  # empty where there is none
    commune: str
    units: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class FiguresAsked:
    """Whose figures, and of which cases: `months` as 202611; without `dated` they are only those that are shown."""

    tenant: TenantId
    unit: UnitId
    area: tuple[str, str] | None
    categories: Sequence[str] | None  # None: all
    months: Sequence[int]
    dated: bool


class Sums(NamedTuple):
    """How many cases there are in each state, and how many of the open ones are overdue."""

    states: Mapping[str, int]
    overdue: int


class Overview(NamedTuple):
    """Public cases in figures: by category, by the smallest area they lie in, by the month they were opened in."""

    categories: Mapping[str, Sums]
    areas: Mapping[str, Sums]
    months: Mapping[int, Sums]
