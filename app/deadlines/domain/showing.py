"""The calendar in force, day by day, so that anybody can count a deadline by hand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from app.deadlines.terms import CalendarCode, CalendarEdit, DayKind, Hours, Week
from app.kit.text import Text

from .calendar import STANDARD_WEEK, WorkCalendar
from .counting import said

WEEK_BASIS = "Bộ luật Lao động 2019, Điều 105, Điều 111"


@dataclass(frozen=True, slots=True)
class Origin:
    """The edit that says something; `version` 0 is what the installation came with."""

    code: CalendarCode
    version: int


@dataclass(frozen=True, slots=True)
class DayInForce:
    """One day: at which hours it is worked (none: it does not count), and why. `kind` is None when the week says so."""

    day: date
    hours: Hours
    kind: DayKind | None
    reason: Text
    legal_basis: str | None
    origin: Origin


@dataclass(frozen=True, slots=True)
class WeekInForce:
    """The opening hours of the week, Monday first, from `since` on."""

    since: date
    week: Week
    name: Text
    legal_basis: str | None
    origin: Origin


@dataclass(frozen=True, slots=True)
class CalendarInForce:
    """Weeks and days of a calendar, in order; `first` to `last` is all it knows."""

    calendar: WorkCalendar
    weeks: tuple[WeekInForce, ...]
    days: tuple[DayInForce, ...]


def show(calendar: WorkCalendar, since: date, until: date) -> CalendarInForce:
    """The days from `since` to `until`, both included, as far as the calendar reaches, and the weeks they are in."""
    first, last = max(since, calendar.first), min(until, calendar.last)
    days = tuple(_day(date.fromordinal(day), calendar) for day in range(first.toordinal(), last.toordinal() + 1))
    weeks: list[WeekInForce] = []
    for one in days:
        edit = calendar.week_of(one.day)
        if not weeks or weeks[-1].origin != _origin(edit, calendar):
            weeks.append(_week(one.day, edit, calendar))
    return CalendarInForce(calendar, tuple(weeks), days)


def _day(day: date, calendar: WorkCalendar) -> DayInForce:
    special, week = calendar.special.get(day), calendar.week_of(day)
    reason, basis = said(day, calendar)
    if special is None or special.kind.leaves_to_the_week:
        edit = calendar.said_by.get(day) or week  # what takes something back is the reason that the week decides
        return DayInForce(day, calendar.hours(day), None, reason, _basis(week), _origin(edit, calendar))
    origin = _origin(calendar.said_by.get(day), calendar)
    return DayInForce(day, calendar.hours(day), special.kind, reason, basis, origin)


def _week(since: date, edit: CalendarEdit | None, calendar: WorkCalendar) -> WeekInForce:
    if edit is None:
        name = Text("Tuần làm việc thông thường", "The usual week")
        return WeekInForce(since, STANDARD_WEEK, name, WEEK_BASIS, _origin(None, calendar))
    return WeekInForce(since, edit.week, edit.name, edit.legal_basis, _origin(edit, calendar))


def _basis(week: CalendarEdit | None) -> str | None:
    return week.legal_basis if week is not None else WEEK_BASIS


def _origin(edit: CalendarEdit | None, calendar: WorkCalendar) -> Origin:
    return Origin(edit.code, edit.version) if edit is not None else Origin(calendar.code, 0)
