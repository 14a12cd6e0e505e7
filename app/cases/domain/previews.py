"""What previews of rules and categories have found, before they are published."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from app.catalogue.terms import Category
from app.deadlines.terms import TimeUnit
from app.kit.ids import UnitId
from app.routing.terms import RuleCode


@dataclass(frozen=True, slots=True)
class Offering:
    """What the other version does: which categories are chosen from no more, or anew, on which day at the latest.

    `ends_on`, `begins_on`: the first day without, with them; None where nothing ends, begins. `last_days`: how many
    cases of thirty days were of them. `rules`, `targets` name them. `shown`: codes of open cases, due first.
    """

    renamed: bool
    ends: tuple[Category, ...]
    ends_on: date | None
    begins: tuple[Category, ...]
    begins_on: date | None
    open_cases: int
    last_days: int
    shown: tuple[str, ...]
    rules: tuple[RuleCode, ...]
    targets: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Way:
    """By which rule, or which fallback, reports of how many communes would go to which units, the most first."""

    rule: str
    communes: int
    units: tuple[UnitId, ...]


@dataclass(frozen=True, slots=True)
class Newcomer:
    """What a category that there is to be would do.

    `begins_on`: None where it is chosen from at once. `near`: categories that people may take for the same. `times`:
    for which time cases of it would have to be answered, and by which target, None by the category's own.
    """

    category: Category
    begins_on: date | None
    ends_on: date | None
    near: tuple[Category, ...]
    ways: tuple[Way, ...]
    times: tuple[tuple[int, TimeUnit, str | None], ...]


class Reroute(NamedTuple):
    """A case that would go to another unit than by the rules there are, by which rule."""

    code: str
    before: UnitId
    then: UnitId
    rule: str


@dataclass(slots=True)
class Rerouting:
    """What other rules would do with the open cases: the first are `shown`, due first. `complete`: all looked at.

    `ways`: how many would go from which unit to which.
    """

    looked: int = 0
    ways: Counter[tuple[UnitId, UnitId]] = field(default_factory=Counter)
    shown: list[Reroute] = field(default_factory=list)
    complete: bool = False

    @property
    def moved(self) -> int:
        """How many would go elsewhere."""
        return self.ways.total()
