"""What administrators send and read: edits of calendars, versions of targets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Annotated, Literal, Self

from pydantic import BaseModel, Field, StrictBool, StrictInt, StringConstraints

from app.catalogue.terms import Priority
from app.deadlines.models import hours_from, hours_values
from app.deadlines.terms import (
    CalendarCode,
    CalendarEdit,
    DayKind,
    EditArea,
    EditKind,
    Hours,
    Recount,
    SpecialDay,
    Target,
    TargetKind,
    TimeUnit,
)
from app.directory.terms import Tier
from app.kit.ids import TenantId, UnitId
from app.kit.text import Text
from app.web.fields import Code, DayIn, LongText, ShortText, TextOut, WireIn

_TimeOfDay = Annotated[str, StringConstraints(pattern=r"^([01]\d|2[0-3]):[0-5]\d$|^24:00$")]
_Period = Annotated[list[_TimeOfDay], Field(min_length=2, max_length=2, examples=[["07:30", "11:30"]])]
_Hours = Annotated[list[_Period], Field(max_length=6, examples=[[["07:30", "11:30"], ["13:30", "17:30"]]])]
BASED_ON = (
    "Phiên bản bạn đã xem; khác phiên bản mới nhất thì 412. The version you have seen; 412 when there is a newer."
)


class TextIn(WireIn):
    """One sentence in both languages."""

    vi: ShortText
    en: ShortText


class LongTextIn(WireIn):
    """A legal basis in both languages."""

    vi: LongText
    en: LongText


class WeekIn(WireIn):
    """The opening hours of the week from a day on, Monday first; an empty day is one of rest."""

    kind: Literal["week"]
    name: TextIn
    valid_from: DayIn
    valid_to: DayIn | None = None
    week: list[_Hours] = Field(min_length=7, max_length=7)
    units: list[Code] = Field([], max_length=500, description="Đơn vị làm theo lịch này. Units that work by it.")
    legal_basis: ShortText | None = None
    note: LongText
    based_on: StrictInt | None = Field(None, ge=0, le=2_000_000_000, description=BASED_ON)

    def edit(self, tenant_id: TenantId, code: CalendarCode, units: Mapping[str, UnitId]) -> CalendarEdit:
        """The edit as the program knows it, not numbered yet; `units` by code."""
        return CalendarEdit(
            tenant_id=tenant_id,
            code=code,
            version=0,
            kind=EditKind.WEEK,
            valid_from=self.valid_from,
            valid_to=self.valid_to,
            name=Text(self.name.vi, self.name.en),
            week=tuple(hours_from(hours) for hours in self.week),
            units=frozenset(units[unit] for unit in self.units),
            legal_basis=self.legal_basis,
            note=self.note,
        )


class SpecialDayIn(WireIn):
    """One day against the week: closed, or worked, with hours of its own when they are given."""

    kind: Literal["day"]
    name: TextIn
    day: DayIn
    day_kind: DayKind = Field(examples=["closure"])
    hours: _Hours | None = Field(None, description="Giờ mở cửa của ngày làm việc. Opening hours of a day worked.")
    areas: list[Code] = Field(
        [],
        max_length=100,
        description="Chỉ cho cơ quan đóng tại các đơn vị hành chính này, gồm cấp dưới; để trống: toàn tỉnh. "
        "Only for units whose seat lies in one of these areas or below; empty: everywhere.",
        examples=[["10507"]],
    )
    legal_basis: ShortText | None = None
    note: LongText
    based_on: StrictInt | None = Field(None, ge=0, le=2_000_000_000, description=BASED_ON)

    def edit(self, tenant_id: TenantId, code: CalendarCode, areas: Sequence[EditArea]) -> CalendarEdit:
        """The edit as the program knows it, not numbered yet; `areas` are those named."""
        name = Text(self.name.vi, self.name.en)
        hours = hours_from(self.hours) if self.hours else None
        return CalendarEdit(
            tenant_id=tenant_id,
            code=code,
            version=0,
            kind=EditKind.DAY,
            valid_from=self.day,
            valid_to=self.day,
            name=name,
            special=SpecialDay(self.day, self.day_kind, name, self.legal_basis, hours),
            legal_basis=self.legal_basis,
            note=self.note,
            areas=tuple(areas),
        )


CalendarEditIn = Annotated[WeekIn | SpecialDayIn, Field(discriminator="kind")]


class RecountOut(BaseModel):
    """How far running clocks have been counted anew after an edit."""

    looked: int = Field(description="Số vụ việc đã xem lại. Cases looked at.")
    moved: int = Field(description="Số vụ việc đổi hạn. Cases whose due date moved.")
    done: bool

    @classmethod
    def of(cls, recount: Recount) -> Self:
        """The recount as it stands."""
        return cls(looked=recount.looked, moved=recount.moved, done=recount.done_at is not None)


class EditAreaOut(BaseModel):
    """An area a day is limited to."""

    code: str
    name: TextOut


class CalendarEditOut(BaseModel):
    """One step in the history of a calendar."""

    version: int
    kind: EditKind
    name: TextOut
    valid_from: date
    valid_to: date | None
    day_kind: DayKind | None
    hours: list[list[str]] | None
    week: list[list[list[str]]] | None
    units: list[str]
    areas: list[EditAreaOut]
    legal_basis: str | None
    note: str
    created_at: datetime | None
    recount: RecountOut | None = Field(None, description="null: không có hạn nào phải xem lại. null: none was due.")

    @classmethod
    def of(cls, edit: CalendarEdit, recount: Recount | None, units: Mapping[UnitId, str]) -> Self:
        """The edit with codes for its units, as far as they are known."""
        special = edit.special
        return cls(
            version=edit.version,
            kind=edit.kind,
            name=TextOut.of(edit.name),
            valid_from=edit.valid_from,
            valid_to=edit.valid_to,
            day_kind=special.kind if special else None,
            hours=_written(special.hours) if special and special.hours else None,
            week=[_written(hours) for hours in edit.week] if edit.week else None,
            units=sorted(units.get(unit, str(unit)) for unit in edit.units),
            areas=[EditAreaOut(code=one.code, name=TextOut.of(one.name)) for one in edit.areas],
            legal_basis=edit.legal_basis,
            note=edit.note,
            created_at=edit.created_at,
            recount=RecountOut.of(recount) if recount else None,
        )


def _written(hours: Hours) -> list[list[str]]:
    return hours_values(hours)


class CalendarOut(BaseModel):
    """One calendar with its newest edits, newest first, at most fifty."""

    code: str
    version: int
    edits: list[CalendarEditOut]


class CalendarListOut(BaseModel):
    """The tenant's calendars, its own first."""

    items: list[CalendarOut]

    @classmethod
    def of(
        cls,
        edits: Sequence[CalendarEdit],
        recounts: Mapping[tuple[str, int], Recount],
        units: Mapping[UnitId, str],
    ) -> Self:
        """`edits` are newest first within each calendar."""
        by_code: dict[CalendarCode, list[CalendarEdit]] = {}
        for edit in edits:
            by_code.setdefault(edit.code, []).append(edit)
        return cls(
            items=[
                CalendarOut(
                    code=code,
                    version=listed[0].version,
                    edits=[CalendarEditOut.of(edit, recounts.get((code, edit.version)), units) for edit in listed[:50]],
                )
                for code, listed in sorted(by_code.items(), key=lambda item: (item[0] != "default", item[0]))
            ]
        )


class TargetIn(WireIn):
    """A version of a target, in force from a day on; what is left out (categories, tier, priority) is anything."""

    code: Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]
    kind: TargetKind
    categories: list[Code] = Field([], max_length=200)
    tier: Tier | None = None
    priority: Priority | None = None
    amount: StrictInt = Field(ge=1, le=1000)
    unit: TimeUnit
    extend_to: StrictInt | None = Field(None, ge=1, le=1000)
    legal_basis: LongTextIn
    source: ShortText
    valid_from: DayIn
    valid_to: DayIn | None = None
    note: LongText
    apply_to_running: StrictBool = Field(
        default=False,
        description="Áp dụng cả cho vụ việc đang xử lý mà thời hạn này phù hợp; hạn ban đầu không đổi. "
        "For running cases that it fits, too; their original due dates stay.",
    )
    based_on: StrictInt | None = Field(None, ge=0, le=2_000_000_000, description=BASED_ON)

    def target(self, tenant_id: TenantId) -> Target:
        """The target as the program knows it, not numbered yet."""
        return Target(
            tenant_id=tenant_id,
            code=self.code,
            version=0,
            kind=self.kind,
            amount=self.amount,
            unit=self.unit,
            legal_basis=Text(self.legal_basis.vi, self.legal_basis.en),
            source=self.source,
            valid_from=self.valid_from,
            valid_to=self.valid_to,
            categories=tuple(self.categories),
            tier=self.tier,
            priority=self.priority,
            extend_to=self.extend_to,
            note=self.note,
        )


class TargetOut(BaseModel):
    """One version of a target."""

    code: str
    version: int
    kind: TargetKind
    categories: list[str]
    tier: Tier | None
    priority: Priority | None
    amount: int
    unit: TimeUnit
    extend_to: int | None
    legal_basis: TextOut
    source: str
    valid_from: date
    valid_to: date | None
    note: str
    created_at: datetime | None
    current: bool = Field(description="Đang có hiệu lực. Whether this version holds today.")
    recount: RecountOut | None = Field(
        None, description="null: không dành cho vụ việc đang xử lý. null: not for running cases."
    )

    @classmethod
    def of(cls, target: Target, *, current: bool, given: Recount | None) -> Self:
        """The target with whether it holds today, and how far running cases were given it."""
        return cls(
            code=target.code,
            version=target.version,
            kind=target.kind,
            categories=list(target.categories),
            tier=target.tier,
            priority=target.priority,
            amount=target.amount,
            unit=target.unit,
            extend_to=target.extend_to,
            legal_basis=TextOut.of(target.legal_basis),
            source=target.source,
            valid_from=target.valid_from,
            valid_to=target.valid_to,
            note=target.note,
            created_at=target.created_at,
            current=current,
            recount=RecountOut.of(given) if given else None,
        )


class TargetListOut(BaseModel):
    """All versions of all targets, by code, newest first."""

    items: list[TargetOut]
