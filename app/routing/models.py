"""Tables of routing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.catalogue.terms import CategoryCode, Kind, Priority
from app.db.base import Base, TenantRow
from app.directory.terms import AreaCode, Tier, UnitKind
from app.kit.ids import TenantId
from app.kit.text import Text

from .terms import AnswerTest, Conditions, CoveringUnit, NamedUnit, Published, Rule, RulebookVersion, RuleCode


class Rulebook(TenantRow, Base):
    """One version of a tenant's rules. Never edited: a newer version supersedes it from its `valid_from` on."""

    __tablename__ = "rulebooks"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id"], ["tenants.id"]),
        UniqueConstraint("tenant_id", "version"),
        CheckConstraint("version >= 1", name="version"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int]
    valid_from: Mapped[datetime]
    active: Mapped[bool]
    rules: Mapped[list[Any]]
    note: Mapped[str]
    created_at: Mapped[datetime]
    created_by: Mapped[UUID | None]

    def read(self) -> RulebookVersion:
        """The row as the program knows it."""
        return RulebookVersion(
            tenant_id=TenantId(self.tenant_id),
            version=self.version,
            valid_from=self.valid_from,
            rules=tuple(rule_from(values) for values in self.rules),
            active=self.active,
        )

    def published(self) -> Published:
        """The version with why and when it was made."""
        return Published(self.read(), self.note, self.created_at, self.rules)


def rule_values(rule: Rule) -> dict[str, object]:
    """The JSON form of a rule, the same as in a packaged file; what is not said is left out."""
    when: dict[str, object] = {}
    for name in ("categories", "areas", "area_types", "kinds", "priorities", "weekdays"):
        if listed := getattr(rule.when, name):
            when[name] = [str(one) if isinstance(one, str) else one for one in listed]
    times = {"from": rule.when.from_time, "until": rule.when.until_time}
    if any(times.values()):
        when["time"] = {name: moment.isoformat("minutes") for name, moment in times.items() if moment}
    days = {"from": rule.when.from_day, "until": rule.when.until_day}
    if any(days.values()):
        when["dates"] = {name: day.isoformat() for name, day in days.items() if day}
    if rule.when.answers:
        when["answers"] = [_test_values(test) for test in rule.when.answers]
    to = (
        {"unit": rule.to.code}
        if isinstance(rule.to, NamedUnit)
        else {"kind": rule.to.kind.value, "tier": rule.to.tier.value}
    )
    return {"code": rule.code, "when": when, "to": to, "reason": {"vi": rule.reason.vi, "en": rule.reason.en}}


def _test_values(test: AnswerTest) -> dict[str, object]:
    values: dict[str, object] = {"question": test.question}
    if test.one_of:
        values["in"] = list(test.one_of)
    if test.least is not None:
        values["min"] = test.least
    if test.most is not None:
        values["max"] = test.most
    return values


def rule_from(values: Mapping[str, Any]) -> Rule:
    """The rule whose JSON form is `values`. Raises: KeyError, ValueError when it is not one."""
    when, to, reason = values.get("when", {}), values["to"], values["reason"]
    times, days = when.get("time", {}), when.get("dates", {})
    return Rule(
        code=RuleCode(values["code"]),
        when=Conditions(
            categories=tuple(CategoryCode(code) for code in when.get("categories", ())),
            areas=tuple(AreaCode(code) for code in when.get("areas", ())),
            area_types=tuple(when.get("area_types", ())),
            kinds=tuple(Kind(kind) for kind in when.get("kinds", ())),
            priorities=tuple(Priority(priority) for priority in when.get("priorities", ())),
            weekdays=tuple(when.get("weekdays", ())),
            from_time=time.fromisoformat(times["from"]) if "from" in times else None,
            until_time=time.fromisoformat(times["until"]) if "until" in times else None,
            from_day=date.fromisoformat(days["from"]) if "from" in days else None,
            until_day=date.fromisoformat(days["until"]) if "until" in days else None,
            answers=tuple(_test_from(test) for test in when.get("answers", ())),
        ),
        to=NamedUnit(to["unit"]) if "unit" in to else CoveringUnit(UnitKind(to["kind"]), Tier(to["tier"])),
        reason=Text(reason["vi"], reason["en"]),
    )


def _test_from(values: Mapping[str, Any]) -> AnswerTest:
    return AnswerTest(
        question=values["question"],
        one_of=tuple(values.get("in", ())),
        least=values.get("min"),
        most=values.get("max"),
    )
