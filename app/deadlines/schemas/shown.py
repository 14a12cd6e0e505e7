"""What everyone reads of the calendar in force."""

from __future__ import annotations

from datetime import date
from typing import Self

from pydantic import BaseModel, Field, model_validator

from app.deadlines.domain import CalendarInForce, DayInForce, WeekInForce
from app.deadlines.models import hours_values
from app.deadlines.terms import DayKind
from app.kit.text import Text
from app.web.answers import as_json
from app.web.fields import Code, DayIn, TextOut
from app.web.problems import SaidError

_FROM = (
    "Phiên bản lịch nói điều này; 0: có sẵn khi cài đặt. Version of the calendar that says so; 0: what was installed."
)


MOST_DAYS = 400
_BACKWARD = Text("`until` cần không trước `since`.", "`until` must not be before `since`.")
_LONG = Text(f"Mỗi lần xem nhiều nhất {MOST_DAYS} ngày.", f"At most {MOST_DAYS} days at a time.")


class DaysQuery(BaseModel):
    """Whose calendar, and which of its days."""

    unit: Code | None = Field(None, description="Mã cơ quan; trống: lịch của tỉnh. A unit; none: the province's own.")
    since: DayIn | None = Field(None, description="Từ ngày; trống: đầu năm. From this day; none: the year's first.")
    until: DayIn | None = Field(None, description="Đến hết ngày; trống: cuối năm. Until then; none: the year's last.")

    @model_validator(mode="after")
    def _within(self) -> Self:
        if self.since is not None and self.until is not None:
            if self.until < self.since:
                raise SaidError(_BACKWARD)
            if (self.until - self.since).days >= MOST_DAYS:
                raise SaidError(_LONG)
        return self


class WeekInForceOut(BaseModel):
    """Opening hours of the week, Monday first; an empty day is one of rest."""

    since: date
    name: TextOut
    week: list[list[list[str]]] = Field(examples=[[[["08:00", "12:00"], ["13:00", "17:00"]]] * 5 + [[], []]])
    legal_basis: str | None
    calendar: str
    version: int = Field(description=_FROM)

    @classmethod
    def line(cls, one: WeekInForce) -> dict[str, object]:
        """The wire shape."""
        return {
            "since": one.since,
            "name": one.name._asdict(),
            "week": [hours_values(hours) for hours in one.week],
            "legal_basis": one.legal_basis,
            "calendar": one.origin.code,
            "version": one.origin.version,
        }


class DayInForceOut(BaseModel):
    """One day: whether it counts, at which hours it is worked, and why."""

    day: date
    counts: bool
    hours: list[list[str]]
    kind: DayKind | None = Field(description="null: theo tuần làm việc. null: as the week says.")
    reason: TextOut
    legal_basis: str | None
    calendar: str
    version: int = Field(description=_FROM)

    @classmethod
    def line(cls, one: DayInForce) -> dict[str, object]:
        """The wire shape."""
        return {
            "day": one.day,
            "counts": bool(one.hours),
            "hours": hours_values(one.hours),
            "kind": one.kind,
            "reason": one.reason._asdict(),
            "legal_basis": one.legal_basis,
            "calendar": one.origin.code,
            "version": one.origin.version,
        }


class CalendarInForceOut(BaseModel):
    """The calendar by which a unit works, or the province's own, with every day of the range."""

    unit: str | None = Field(description="null: lịch của tỉnh. null: the province's own.")
    calendar: str = Field(examples=["default"])
    version: int
    tenant_version: int = Field(description="Của lịch tỉnh bên dưới. Of the province's own calendar under it.")
    time_zone: str
    known_from: date
    known_until: date = Field(description="Sau ngày này chưa biết ngày nghỉ. Holidays are not known after this day.")
    working_days: int = Field(description="Số ngày được tính trong khoảng. Days of the range that count.")
    weeks: list[WeekInForceOut]
    days: list[DayInForceOut]

    @classmethod
    def content(cls, shown: CalendarInForce, unit: str | None) -> bytes:
        """The wire shape in JSON, written without a model for each of some hundred days."""
        calendar = shown.calendar
        return as_json(
            {
                "unit": unit,
                "calendar": calendar.code,
                "version": calendar.version,
                "tenant_version": calendar.tenant_version,
                "time_zone": calendar.zone.key,
                "known_from": calendar.first,
                "known_until": calendar.last,
                "working_days": sum(bool(one.hours) for one in shown.days),
                "weeks": [WeekInForceOut.line(one) for one in shown.weeks],
                "days": [DayInForceOut.line(one) for one in shown.days],
            }
        )
