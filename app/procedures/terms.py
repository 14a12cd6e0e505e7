"""Vocabulary of procedures: versions, forms, documents, fees, steps, and the conditions they hang on."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, NewType, TypeAlias

from app.directory.snapshot import Unit
from app.directory.terms import Tier, UnitKind
from app.kit.ids import TenantId
from app.kit.text import Text

ProcedureCode = NewType("ProcedureCode", str)
"""Code of the national database of procedures, such as `1.004227`."""
FormAnswers: TypeAlias = Mapping[str, Any]
"""What a form was filled in with: JSON, as its schema shapes it."""


class OnlineLevel(StrEnum):
    """How much of the procedure can be done online (Nghị định 42/2022/NĐ-CP, Điều 12)."""

    FULL = "full"  # toàn trình: every step, the result too
    PARTIAL = "partial"  # một phần
    NONE = "none"  # information only: the application is handed in at a desk or by post


class Competence(StrEnum):
    """Whose place decides which unit a step goes to."""

    APPLICANT = "applicant"  # where the applicant lives or has the seat
    OBJECT = "object"  # where the land, the building, the event is


class StepRole(StrEnum):
    """What a step is for."""

    RECEIVE = "receive"  # checks that the papers are complete; the first step, exactly one
    VERIFY = "verify"  # looks into the matter and gives an opinion
    DECIDE = "decide"  # decides; exactly one, nothing but a return comes after it
    RETURN = "return"  # hands the result over; the last step, at most one: else the receiving unit does


class DocumentForm(StrEnum):
    """In what form a document is handed in."""

    ORIGINAL = "original"  # bản chính
    CERTIFIED_COPY = "certified_copy"  # bản sao chứng thực
    COPY = "copy"  # bản chụp


class LifeEvent(StrEnum):
    """The occasion in people's lives that a procedure belongs to, as they look for it."""

    CHILD = "child"
    FAMILY = "family"
    RESIDENCE = "residence"
    PAPERS = "papers"
    STUDY_WORK = "study_work"
    BUSINESS = "business"
    HOUSE_LAND = "house_land"
    HEALTH = "health"
    SUPPORT = "support"
    BEREAVEMENT = "bereavement"

    @property
    def label(self) -> Text:
        """What people call it."""
        return _LIFE_EVENT_LABELS[self]


_LIFE_EVENT_LABELS = {
    LifeEvent.CHILD: Text("Có con nhỏ", "Having a child"),
    LifeEvent.FAMILY: Text("Hôn nhân và gia đình", "Marriage and family"),
    LifeEvent.RESIDENCE: Text("Cư trú", "Residence"),
    LifeEvent.PAPERS: Text("Giấy tờ, chứng thực", "Papers and certified copies"),
    LifeEvent.STUDY_WORK: Text("Học tập, việc làm", "Study and work"),
    LifeEvent.BUSINESS: Text("Kinh doanh", "Doing business"),
    LifeEvent.HOUSE_LAND: Text("Nhà ở, đất đai, xây dựng", "Housing, land, building"),
    LifeEvent.HEALTH: Text("Sức khỏe, y tế", "Health"),
    LifeEvent.SUPPORT: Text("Trợ giúp xã hội, người có công", "Social support"),
    LifeEvent.BEREAVEMENT: Text("Người thân qua đời", "A death in the family"),
}


class Test(StrEnum):
    """How a condition compares."""

    __test__ = False  # not a test of pytest's

    EQUALS = "equals"
    ONE_OF = "one_of"
    AT_LEAST = "at_least"
    AT_MOST = "at_most"
    PRESENT = "present"


@dataclass(frozen=True, slots=True)
class Condition:
    """Holds when the answer at `pointer` (RFC 6901) passes `test` against `value`; a missing answer never does."""

    pointer: str
    test: Test
    value: Any = None


@dataclass(frozen=True, slots=True)
class RequiredDocument:
    """A document to hand in; needed when all of `when` hold, and then only if `required`."""

    code: str
    name: Text
    form: DocumentForm = DocumentForm.COPY
    copies: int = 1
    required: bool = True
    when: tuple[Condition, ...] = ()
    note: Text | None = None


@dataclass(frozen=True, slots=True)
class FeeRule:
    """A fee (lệ phí, phí) in VND, owed when all of `when` hold; times the number at `per`, where one is named."""

    code: str
    name: Text
    amount: Decimal
    legal_basis: Text
    when: tuple[Condition, ...] = ()
    per: str | None = None  # a pointer to a whole number, such as of copies


@dataclass(frozen=True, slots=True)
class Step:
    """One unit's part: begins when every step of `after` has ended, with a clock of `working_days` of its own.

    The unit is the one of this kind and tier whose jurisdiction covers the place that `competence` names, and
    `category` (a code of the catalogue of categories, such as `environment`), where one is named: which of a province's
    departments it is. On a map that does not have the tier it is the unit of `fallback_tier` and `fallback_unit_kind`
    (`held_by`), where they are named; a tier without such a unit leaves the step to the tiers below, then above
    (`tiers_to_try`). `same_unit_as` names an earlier step whose unit it stays with.
    """

    code: str
    name: Text
    role: StepRole
    tier: Tier
    unit_kind: UnitKind
    working_days: int
    competence: Competence = Competence.OBJECT
    after: tuple[str, ...] = ()
    same_unit_as: str | None = None
    category: str | None = None
    fallback_tier: Tier | None = None
    fallback_unit_kind: UnitKind | None = None

    def held_by(self, tiers: Collection[Tier]) -> tuple[Tier, UnitKind]:
        """Tier and kind of the unit on a map that has these `tiers`; its own where nothing else is named."""
        if self.tier in tiers or self.fallback_tier is None:
            return self.tier, self.unit_kind
        return self.fallback_tier, self.fallback_unit_kind or self.unit_kind


@dataclass(frozen=True, slots=True)
class ResultType:
    """What the applicant gets."""

    code: str
    name: Text


@dataclass(frozen=True, slots=True)
class Procedure:
    """One version of a procedure. A service request keeps the version it began with.

    `form` is a JSON Schema (2020-12) of type object; titles are `{"vi": …, "en": …}` under `x-title`, help under
    `x-help`, texts of enum values under `x-labels`; `form_order` names its top-level properties as people are asked.
    `working_days` is the whole statutory time. `supplements` is how often more may be asked for (Nghị định
    61/2018/NĐ-CP, Điều 19: once, unless a law says otherwise).
    """

    tenant_id: TenantId
    code: ProcedureCode
    version: int
    name: Text
    field: Text
    tier: Tier
    unit_kind: UnitKind
    legal_basis: Text
    online: OnlineLevel
    form: Mapping[str, Any]
    form_order: tuple[str, ...]
    documents: tuple[RequiredDocument, ...]
    fees: tuple[FeeRule, ...]
    steps: tuple[Step, ...]
    results: tuple[ResultType, ...]
    working_days: int
    valid_from: date
    valid_to: date | None = None
    life_events: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    description: Text = Text("", "")  # noqa: RUF009 - a tuple: nobody can change it
    supplements: int = 1
    published: bool = True

    def open_on(self, day: date) -> bool:
        """Whether new service requests may begin with it on `day`; `valid_to` is the last such day."""
        return self.published and self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)

    def step(self, code: str) -> Step:
        """The step of that code. Raises: KeyError."""
        return next(step for step in self.steps if step.code == code)


@dataclass(frozen=True, slots=True)
class FeeLine:
    """What one fee rule comes to for the answers given."""

    code: str
    name: Text
    amount: Decimal
    legal_basis: Text


@dataclass(frozen=True, slots=True)
class Mistake:
    """What is wrong in a catalogue, at its JSON pointer."""

    pointer: str
    detail: Text


@dataclass(frozen=True, slots=True)
class Placed:
    """A procedure with the units of its steps at a place, in their order: None where no unit answers."""

    procedure: Procedure
    units: tuple[Unit | None, ...] | None


@dataclass(frozen=True, slots=True)
class Checked:
    """What a filled-in form comes to."""

    procedure: Procedure
    documents: tuple[RequiredDocument, ...]
    fees: tuple[FeeLine, ...]

    @property
    def total(self) -> Decimal:
        """All fees together, in VND."""
        return sum((line.amount for line in self.fees), Decimal(0))


@dataclass(frozen=True, slots=True)
class ProcedureVersion:
    """A version as its administrators see it, a draft too; `revision` counts its edits."""

    procedure: Procedure
    revision: int
    created_at: datetime
    published_at: datetime | None
