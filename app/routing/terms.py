"""Vocabulary of routing: rules, what they ask, whom they name, and the decision with its reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum
from typing import NewType, TypeAlias

from app.catalogue.terms import CategoryCode, Kind, Priority
from app.directory.terms import AreaCode, Confidence, EditionId, Tier, UnitKind
from app.kit.ids import TenantId, UnitId
from app.kit.text import Text

RuleCode = NewType("RuleCode", str)


class Fallback(StrEnum):
    """What decided when no rule did."""

    CATEGORY_DEFAULT = "category_default"
    RECEPTION = "reception"


class Why(StrEnum):
    """Why a rule about the category did not decide."""

    AREA = "area"
    KIND = "kind"
    PRIORITY = "priority"
    TIME = "time"
    ANSWERS = "answers"
    NO_UNIT = "no_unit"


@dataclass(frozen=True, slots=True)
class AnswerTest:
    """Holds when the answer to `question` is one of `one_of`, or a number within `least` and `most` (both included).

    A question that was not answered never holds.
    """

    question: str
    one_of: tuple[str | bool, ...] = ()
    least: float | None = None
    most: float | None = None


@dataclass(frozen=True, slots=True)
class Conditions:
    """All must hold; an empty one always does. Times and days are those of the tenant's time zone.

    `categories` and `areas` mean each with all below it; `area_types` is the commune's type (Phường, Thị trấn, Xã).
    `weekdays` are ISO numbers, Monday 1. `until_time` is excluded and may lie past midnight (22:00 until 06:00).
    """

    categories: tuple[CategoryCode, ...] = ()
    areas: tuple[AreaCode, ...] = ()
    area_types: tuple[str, ...] = ()
    kinds: tuple[Kind, ...] = ()
    priorities: tuple[Priority, ...] = ()
    weekdays: tuple[int, ...] = ()
    from_time: time | None = None
    until_time: time | None = None
    from_day: date | None = None
    until_day: date | None = None
    answers: tuple[AnswerTest, ...] = ()


@dataclass(frozen=True, slots=True)
class NamedUnit:
    """The unit with this code."""

    code: str


@dataclass(frozen=True, slots=True)
class CoveringUnit:
    """The unit of this kind and tier whose jurisdiction covers the place and the category."""

    kind: UnitKind
    tier: Tier


Target: TypeAlias = NamedUnit | CoveringUnit


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of a rulebook. `reason` may name {unit}, {category} and {area}."""

    code: RuleCode
    when: Conditions
    to: Target
    reason: Text


@dataclass(frozen=True, slots=True)
class RulebookVersion:
    """One version of a tenant's rules, in force from `valid_from` until a later version is."""

    tenant_id: TenantId
    version: int
    valid_from: datetime
    rules: tuple[Rule, ...]
    active: bool = True


@dataclass(frozen=True, slots=True)
class Published:
    """A version with why and when it was made; `rules_json` is its rules as they were written."""

    version: RulebookVersion
    note: str
    created_at: datetime
    rules_json: Sequence[Mapping[str, object]]


@dataclass(frozen=True, slots=True)
class Skipped:
    """A rule about the category that did not decide, and why."""

    rule: RuleCode
    why: Why


@dataclass(frozen=True, slots=True)
class Decision:
    """Exactly one responsible unit, with everything needed to explain it later.

    `rule` is the code of the rule that decided, or the name of the Fallback.
    """

    unit_id: UnitId
    unit_code: str
    unit_name: Text
    tier: Tier
    rulebook_version: int
    rule: str
    area_code: AreaCode
    edition: EditionId
    confidence: Confidence
    reason: Text
    considered: tuple[Skipped, ...] = ()

    def record(self) -> dict[str, object]:
        """The decision as JSON, to be stored with the case as its explanation."""
        return {
            "unit_id": str(self.unit_id),
            "unit_code": self.unit_code,
            "unit_name_vi": self.unit_name.vi,
            "unit_name_en": self.unit_name.en,
            "tier": self.tier.value,
            "rulebook_version": self.rulebook_version,
            "rule": self.rule,
            "area_code": self.area_code,
            "edition": self.edition,
            "confidence": self.confidence.value,
            "reason_vi": self.reason.vi,
            "reason_en": self.reason.en,
            "considered": [{"rule": item.rule, "why": item.why.value} for item in self.considered],
        }
