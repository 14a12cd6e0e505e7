"""Tables of deadlines."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from app.catalogue.terms import Priority
from app.db.base import Base, TenantRow, one_of
from app.deadlines.terms import (
    PACKAGED_KINDS,
    CalendarCode,
    CalendarEdit,
    Clock,
    DayKind,
    EditArea,
    EditKind,
    Extension,
    Hours,
    Pause,
    PauseCause,
    Period,
    Recount,
    Span,
    SpecialDay,
    Target,
    TargetKind,
    TimeUnit,
)
from app.directory.terms import Tier
from app.kit.clock import rfc3339
from app.kit.ids import StaffId, TenantId, UnitId
from app.kit.text import Text

KINDS = ", ".join(f"'{kind}'" for kind in PACKAGED_KINDS)


class CalendarDay(TenantRow, Base):
    """One day on which the tenant works or rests against the rule of the week, as it was packaged."""

    __tablename__ = "calendar_days"
    __table_args__ = (CheckConstraint(f"kind IN ({KINDS})", name="kind"),)

    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenants.id"), primary_key=True, sort_order=-100)
    day: Mapped[date] = mapped_column(primary_key=True)
    kind: Mapped[str]
    name_vi: Mapped[str]
    name_en: Mapped[str]
    source: Mapped[str]
    legal_basis: Mapped[str | None]
    # A day set by an administrator is never changed by loading the packaged days again.
    edited: Mapped[bool] = mapped_column(server_default=text("false"))


class CalendarEditRow(TenantRow, Base):
    """One step in the history of a calendar. Never changed: a later version says otherwise."""

    __tablename__ = "calendar_edits"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id"], ["tenants.id"]),
        one_of("kind", EditKind),
        CheckConstraint("version >= 1", name="version"),
        CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="validity"),
    )

    code: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    name_vi: Mapped[str]
    name_en: Mapped[str]
    content: Mapped[dict[str, Any]]
    legal_basis: Mapped[str | None]
    note: Mapped[str]
    created_at: Mapped[datetime]
    created_by: Mapped[UUID | None]

    def read(self) -> CalendarEdit:
        """The row as the program knows it."""
        name, kind = Text(self.name_vi, self.name_en), EditKind(self.kind)
        special = None
        if kind is EditKind.DAY:
            hours = hours_from(self.content["hours"]) if self.content.get("hours") else None
            special = SpecialDay(self.valid_from, DayKind(self.content["day"]), name, self.legal_basis, hours)
        return CalendarEdit(
            tenant_id=TenantId(self.tenant_id),
            code=CalendarCode(self.code),
            version=self.version,
            kind=kind,
            valid_from=self.valid_from,
            valid_to=self.valid_to,
            name=name,
            week=tuple(hours_from(hours) for hours in self.content.get("week", ())),
            units=frozenset(UnitId(UUID(one)) for one in self.content.get("units", ())),
            special=special,
            legal_basis=self.legal_basis,
            note=self.note,
            created_at=self.created_at,
            areas=tuple(_area_from(one) for one in self.content.get("areas", ())),
        )


def _area_from(values: Mapping[str, Any]) -> EditArea:
    return EditArea(values["code"], Text(values["vi"], values["en"]), frozenset(values["within"]))


def edit_values(edit: CalendarEdit) -> dict[str, object]:
    """The columns of an edit but for who made it and when."""
    content: dict[str, object]
    if edit.special is not None:
        content = {"day": edit.special.kind.value}
        if edit.special.hours:
            content["hours"] = hours_values(edit.special.hours)
        if edit.areas:
            content["areas"] = [
                {"code": one.code, **one.name._asdict(), "within": sorted(one.within)} for one in edit.areas
            ]
    else:
        content = {
            "week": [hours_values(hours) for hours in edit.week],
            "units": sorted(str(one) for one in edit.units),
        }
    return {
        "tenant_id": edit.tenant_id,
        "code": edit.code,
        "version": edit.version,
        "kind": edit.kind.value,
        "valid_from": edit.valid_from,
        "valid_to": edit.valid_to,
        "name_vi": edit.name.vi,
        "name_en": edit.name.en,
        "content": content,
        "legal_basis": edit.legal_basis,
        "note": edit.note,
    }


def hours_values(hours: Hours) -> list[list[str]]:
    """Periods as people write them: `[["07:30", "11:30"]]`; the end of the day is 24:00."""
    return [[f"{minutes // 60:02}:{minutes % 60:02}" for minutes in period] for period in hours]


def hours_from(values: list[list[str]]) -> Hours:
    """The hours whose written form is `values`. Raises: ValueError when it is none."""
    return tuple(Period(*(int(each[:2]) * 60 + int(each[3:]) for each in period)) for period in values)


class _Walk:
    """How far the worker has walked the running clocks, in the order of their due dates."""

    after_due_at: Mapped[datetime | None]
    after_case_id: Mapped[UUID | None]
    looked: Mapped[int]  # how many cases
    moved: Mapped[int]
    closing: Mapped[bool] = mapped_column(server_default=text("false"))
    created_at: Mapped[datetime]
    done_at: Mapped[datetime | None]

    def progress(self, code: str, version: int) -> Recount:
        """The walk that follows this version as the program knows it."""
        after = (self.after_due_at, self.after_case_id) if self.after_due_at and self.after_case_id else None
        return Recount(code, version, after, self.looked, self.moved, self.closing, self.done_at)


class RecountRow(_Walk, TenantRow, Base):
    """The running clocks to be counted anew after an edit of a calendar."""

    __tablename__ = "recounts"
    __table_args__ = (
        ForeignKeyConstraint(
            ["tenant_id", "code", "version"],
            ["calendar_edits.tenant_id", "calendar_edits.code", "calendar_edits.version"],
        ),
        Index("ix_recounts_waiting", "tenant_id", "created_at", postgresql_where=text("done_at IS NULL")),
    )

    code: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)

    def read(self) -> Recount:
        """The row as the program knows it."""
        return self.progress(self.code, self.version)


class RetargetRow(_Walk, TenantRow, Base):
    """The running clocks to be given a new version of a target, from the day on which it is in force."""

    __tablename__ = "retargets"
    __table_args__ = (
        ForeignKeyConstraint(
            ["tenant_id", "code", "version"], ["targets.tenant_id", "targets.code", "targets.version"]
        ),
        Index("ix_retargets_waiting", "tenant_id", "created_at", postgresql_where=text("done_at IS NULL")),
    )

    code: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    starts_on: Mapped[date]

    def read(self) -> Recount:
        """The row as the program knows it."""
        return self.progress(self.code, self.version)


class TargetRow(TenantRow, Base):
    """One version of a target. Never changed: a later version says otherwise from its day on."""

    __tablename__ = "targets"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id"], ["tenants.id"]),
        one_of("kind", TargetKind),
        one_of("unit", TimeUnit),
        one_of("tier", Tier),
        one_of("priority", Priority),
        CheckConstraint("version >= 1", name="version"),
        CheckConstraint("amount BETWEEN 1 AND 1000", name="amount"),
        CheckConstraint("extend_to IS NULL OR extend_to >= amount", name="extend_to"),
        CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="validity"),
    )

    code: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    categories: Mapped[list[Any]]
    tier: Mapped[str | None]
    priority: Mapped[str | None]
    amount: Mapped[int]
    unit: Mapped[str]
    extend_to: Mapped[int | None]
    legal_basis_vi: Mapped[str]
    legal_basis_en: Mapped[str]
    source: Mapped[str]
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    note: Mapped[str]
    created_at: Mapped[datetime]
    created_by: Mapped[UUID | None]

    def read(self) -> Target:
        """The row as the program knows it."""
        return Target(
            tenant_id=TenantId(self.tenant_id),
            code=self.code,
            version=self.version,
            kind=TargetKind(self.kind),
            amount=self.amount,
            unit=TimeUnit(self.unit),
            legal_basis=Text(self.legal_basis_vi, self.legal_basis_en),
            source=self.source,
            valid_from=self.valid_from,
            valid_to=self.valid_to,
            categories=tuple(self.categories),
            tier=Tier(self.tier) if self.tier else None,
            priority=Priority(self.priority) if self.priority else None,
            extend_to=self.extend_to,
            note=self.note,
            created_at=self.created_at,
        )


def target_values(target: Target) -> dict[str, object]:
    """The columns of a target but for who made it and when."""
    return {
        "tenant_id": target.tenant_id,
        "code": target.code,
        "version": target.version,
        "kind": target.kind.value,
        "categories": list(target.categories),
        "tier": target.tier.value if target.tier else None,
        "priority": target.priority.value if target.priority else None,
        "amount": target.amount,
        "unit": target.unit.value,
        "extend_to": target.extend_to,
        "legal_basis_vi": target.legal_basis.vi,
        "legal_basis_en": target.legal_basis.en,
        "source": target.source,
        "valid_from": target.valid_from,
        "valid_to": target.valid_to,
        "note": target.note,
    }


# -- clocks live with what they time: these are their JSON form


def clock_values(clock: Clock) -> dict[str, object]:
    """The JSON form of a clock; what it has not is left out."""
    values: dict[str, object] = {
        "amount": clock.amount,
        "unit": clock.unit.value,
        "started_at": rfc3339(clock.started_at),
        "calendar": clock.calendar,
        "calendar_version": clock.calendar_version,
        "tenant_version": clock.tenant_version,
    }
    if clock.target is not None:
        values["target"] = clock.target
    if clock.area is not None:
        values["area"] = clock.area
    if clock.approval is not None:
        since, until = clock.approval
        values["approval"] = [rfc3339(since), rfc3339(until) if until else None]
    if clock.pauses:
        values["pauses"] = [
            {
                "since": rfc3339(one.since),
                "cause": one.cause.value,
                "until": rfc3339(one.until) if one.until else None,
                **({} if one.answered else {"answered": False}),
            }
            for one in clock.pauses
        ]
    if clock.extensions:
        values["extensions"] = [
            {
                "at": rfc3339(one.at),
                "added": one.added,
                "reason": one.reason,
                "by": str(one.by) if one.by else None,
            }
            for one in clock.extensions
        ]
    return values


def clock_from(values: Mapping[str, Any]) -> Clock:
    """The clock whose JSON form is `values`. Raises: KeyError, ValueError when it is none."""
    return Clock(
        amount=values["amount"],
        unit=TimeUnit(values["unit"]),
        started_at=datetime.fromisoformat(values["started_at"]),
        calendar=CalendarCode(values["calendar"]),
        calendar_version=values["calendar_version"],
        tenant_version=values["tenant_version"],
        target=values.get("target"),
        pauses=tuple(_pause_from(one) for one in values.get("pauses", ())),
        extensions=tuple(
            Extension(
                datetime.fromisoformat(one["at"]),
                one["added"],
                one["reason"],
                StaffId(UUID(one["by"])) if one["by"] else None,
            )
            for one in values.get("extensions", ())
        ),
        area=values.get("area"),
        approval=_span_from(values["approval"]) if "approval" in values else None,
    )


def _span_from(values: list[str | None]) -> Span:
    since, until = values
    return Span(datetime.fromisoformat(since or ""), datetime.fromisoformat(until) if until else None)


def _pause_from(values: Mapping[str, Any]) -> Pause:
    until = datetime.fromisoformat(values["until"]) if values["until"] else None
    return Pause(
        datetime.fromisoformat(values["since"]), PauseCause(values["cause"]), until, values.get("answered", True)
    )
