"""Wire shapes of rulebooks, v1: what a packaged file writes, the API takes and gives."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, time
from typing import Annotated

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictBool,
    StrictFloat,
    StrictInt,
    StrictStr,
    WithJsonSchema,
    model_validator,
)

from app.catalogue.terms import CategoryCode, Kind, Priority
from app.directory.terms import AreaCode, Tier, UnitKind
from app.kit.text import Text
from app.web.fields import DayIn, InstantIn
from app.web.problems import SaidError

from .terms import AnswerTest, Conditions, CoveringUnit, NamedUnit, Published, Rule, RuleCode, Target

_Name = Annotated[str, Field(min_length=1, max_length=100)]
_Sentence = Annotated[str, Field(min_length=1, max_length=500)]
_TEST = Text(
    "Cần nêu “in”, hoặc “min” và “max”, không phải cả hai.", "Give either “in”, or “min” and “max”, but not both."
)
_TO = Text("Cần nêu “unit”, hoặc cả “kind” và “tier”.", "Give either “unit”, or both “kind” and “tier”.")


class _Shape(BaseModel):
    model_config = ConfigDict(extra="forbid", populate_by_name=True)


# RFC 3339's "time" has an offset; a time of day on the wall has none, so it gets a pattern of its own.
_ON_THE_WALL = r"^([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?$"


def _read_off(value: object) -> object:
    """Refuse bare numbers: pydantic would take them for seconds since midnight. Raises: SaidError."""
    if isinstance(value, time) or (isinstance(value, str) and re.match(_ON_THE_WALL, value)):
        return value
    raise SaidError(Text("Giờ cần dạng 22:00.", "A time of day reads like 22:00."))


LocalTime = Annotated[time, BeforeValidator(_read_off), WithJsonSchema({"type": "string", "pattern": _ON_THE_WALL})]


class TimeSpan(_Shape):
    """Local time of day: `from` included, `until` not; it may pass midnight."""

    from_: LocalTime | None = Field(None, alias="from", examples=["22:00"])
    until: LocalTime | None = Field(None, examples=["06:00"])


class DateSpan(_Shape):
    """Local days, both included."""

    from_: DayIn | None = Field(None, alias="from")
    until: DayIn | None = None


class AnswerShape(_Shape):
    """A test of one answer: one of a list, or a number within bounds."""

    question: _Name = Field(examples=["road_class"])
    in_: list[StrictStr | StrictBool] = Field([], alias="in", max_length=50, examples=[["district"]])
    min: StrictInt | StrictFloat | None = None
    max: StrictInt | StrictFloat | None = None

    @model_validator(mode="after")
    def _one_way(self) -> AnswerShape:
        if bool(self.in_) == (self.min is not None or self.max is not None):
            raise SaidError(_TEST)
        return self

    def test(self) -> AnswerTest:
        """The test as the program knows it."""
        return AnswerTest(self.question, tuple(self.in_), self.min, self.max)


class WhenShape(_Shape):
    """Conditions, all of which must hold; one that is left out always does."""

    categories: list[_Name] = Field([], max_length=100, examples=[["roads"]])
    areas: list[_Name] = Field([], max_length=500, examples=[["300"]])
    area_types: list[_Name] = Field([], max_length=10, examples=[["Phường", "Thị trấn"]])
    kinds: list[Kind] = Field([], max_length=10)
    priorities: list[Priority] = Field([], max_length=10)
    weekdays: list[Annotated[int, Field(ge=1, le=7, strict=True)]] = Field([], max_length=7, description="Monday is 1")
    time: TimeSpan = TimeSpan()
    dates: DateSpan = DateSpan()
    answers: list[AnswerShape] = Field([], max_length=20)

    def conditions(self) -> Conditions:
        """The conditions as the program knows them."""
        return Conditions(
            categories=tuple(CategoryCode(code) for code in self.categories),
            areas=tuple(AreaCode(code) for code in self.areas),
            area_types=tuple(self.area_types),
            kinds=tuple(self.kinds),
            priorities=tuple(self.priorities),
            weekdays=tuple(self.weekdays),
            from_time=self.time.from_,
            until_time=self.time.until,
            from_day=self.dates.from_,
            until_day=self.dates.until,
            answers=tuple(answer.test() for answer in self.answers),
        )


class ToShape(_Shape):
    """Whom the rule names: a unit by its code, or the unit of a kind and tier that covers place and category."""

    unit: _Name | None = Field(None, examples=["H23.91"])
    kind: UnitKind | None = None
    tier: Tier | None = None

    @model_validator(mode="after")
    def _one_way(self) -> ToShape:
        self.target()
        return self

    def target(self) -> Target:
        """The target as the program knows it."""
        if self.unit is not None and self.kind is None and self.tier is None:
            return NamedUnit(self.unit)
        if self.unit is None and self.kind is not None and self.tier is not None:
            return CoveringUnit(self.kind, self.tier)
        raise SaidError(_TO)


class ReasonShape(_Shape):
    """The first half of the sentence a citizen reads; the place is added. May name {unit}, {category}, {area}."""

    vi: _Sentence = Field(examples=["Lưới điện do {unit} quản lý vận hành"])
    en: _Sentence = Field(examples=["The power grid is run by {unit}"])


class RuleShape(_Shape):
    """One rule. Rules are asked in their order; the first that holds and whose unit exists decides."""

    code: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60, examples=["electricity"])
    when: WhenShape = WhenShape()
    to: ToShape
    reason: ReasonShape

    def rule(self) -> Rule:
        """The rule as the program knows it."""
        return Rule(RuleCode(self.code), self.when.conditions(), self.to.target(), Text(self.reason.vi, self.reason.en))


class RulebookIn(_Shape):
    """A new version of the rules."""

    rules: list[RuleShape] = Field(max_length=500)
    note: str = Field(min_length=1, max_length=1000, description="What has changed, and by whose decision")
    based_on: int | None = Field(
        None, strict=True, ge=0, description="The version this one was made from; 412 when it is not the newest"
    )
    valid_from: InstantIn | None = Field(None, description="In force from this instant on; absent: at once")


class RulebookOut(BaseModel):
    """One version of the rules."""

    version: int = Field(examples=[1])
    valid_from: datetime
    created_at: datetime
    note: str
    current: bool = Field(description="Whether this version decides now")
    rules: list[RuleShape]

    @classmethod
    def of(cls, published: Published, *, current: bool) -> RulebookOut:
        """`published` with its rules in JSON form."""
        return cls(
            version=published.version.version,
            valid_from=published.version.valid_from,
            created_at=published.created_at,
            note=published.note,
            current=current,
            rules=[RuleShape.model_validate(rule) for rule in published.rules_json],
        )


class RulebookListOut(BaseModel):
    """Versions, newest first."""

    items: list[RulebookOut]

    @classmethod
    def of(cls, versions: Sequence[Published], now: datetime) -> RulebookListOut:
        """`versions` (newest first); the one in force at `now` is marked."""
        begun = [one.version.version for one in versions if one.version.active and one.version.valid_from <= now]
        return cls(
            items=[RulebookOut.of(one, current=one.version.version == max(begun, default=0)) for one in versions]
        )
