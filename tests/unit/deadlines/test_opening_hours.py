"""Weeks, half-days, make-up days and calendars of units, by hours checked by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from app.deadlines.domain import WorkCalendar, due_after, due_at, work_calendar
from app.deadlines.errors import CalendarExhausted
from app.deadlines.seed import packaged_days, packaged_week
from app.deadlines.snapshot import Calendars, weeks_by_unit
from app.deadlines.terms import (
    TENANT_CALENDAR,
    CalendarCode,
    CalendarEdit,
    DayKind,
    EditKind,
    Period,
    SpecialDay,
    Week,
)
from app.kit.clock import zone
from app.kit.ids import TenantId, UnitId
from app.kit.text import Text

HOME = zone("Asia/Ho_Chi_Minh")
TENANT = TenantId(1)
POWER = CalendarCode("power")
NAME = Text("Tên", "Name")
DAY = (Period(450, 690), Period(810, 1050))  # 07:30-11:30, 13:30-17:30
SIX_DAYS: Week = ((DAY,) * 6) + ((),)
FIRST, LAST = date(2021, 1, 1), date(2027, 12, 31)
COMPANY, OTHER = UnitId(UUID(int=1)), UnitId(UUID(int=2))


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=HOME)


def a_week(
    version: int, valid_from: date, week: Week, *units: UnitId, code: CalendarCode = TENANT_CALENDAR
) -> CalendarEdit:
    return CalendarEdit(TENANT, code, version, EditKind.WEEK, valid_from, None, NAME, week, frozenset(units))


def a_day(version: int, special: SpecialDay, code: CalendarCode = TENANT_CALENDAR) -> CalendarEdit:
    day = special.day
    return CalendarEdit(TENANT, code, version, EditKind.DAY, day, day, special.name, special=special)


def the_calendar(*edits: CalendarEdit, code: CalendarCode = TENANT_CALENDAR) -> WorkCalendar:
    special = [day.special for day in packaged_days(2021, 2027)]
    edited = [packaged_week(TENANT), *edits]
    return work_calendar("Asia/Ho_Chi_Minh", special, first=FIRST, last=LAST, edits=edited, code=code)


@pytest.mark.parametrize(
    ("start", "hours", "due"),
    [
        ("2026-11-20T10:00", 1, "2026-11-20T11:00"),
        ("2026-11-20T10:00", 2, "2026-11-20T14:00"),  # over the noon break
        ("2026-11-20T10:00", 8, "2026-11-23T10:00"),  # over the weekend
        ("2026-11-20T11:45", 1, "2026-11-20T14:30"),  # received in the break
        ("2026-11-20T23:00", 1, "2026-11-23T08:30"),  # received at night
        ("2026-11-20T07:30", 4, "2026-11-20T11:30"),  # the last minute of the morning, not the first after noon
        ("2026-11-23T16:30", 2, "2026-11-25T08:30"),  # 24 November is a holiday
        ("2026-01-09T16:30", 2, "2026-01-10T08:30"),  # the make-up Saturday has hours
    ],
)
def test_working_hours_are_those_of_the_open_door(start: str, hours: int, due: str) -> None:
    answer = due_after(local(start), hours * 3600, the_calendar())
    assert answer.tzinfo is UTC
    assert answer == local(due)


def test_a_half_day_counts_as_a_day_and_has_its_hours_only() -> None:
    half = SpecialDay(date(2026, 11, 20), DayKind.OPENING, NAME, "Công văn 1", (DAY[0],))
    calendar = the_calendar(a_day(2, half))
    assert due_at(local("2026-11-19T09:00"), 1, calendar) == local("2026-11-20T23:59:59")
    assert due_after(local("2026-11-20T10:00"), 2 * 3600, calendar) == local("2026-11-23T08:00")


def test_an_extra_day_off_and_its_withdrawal() -> None:
    storm = SpecialDay(date(2026, 11, 20), DayKind.CLOSURE, Text("Bão số 9", "Storm 9"))
    closed = the_calendar(a_day(2, storm))
    assert not closed.works(storm.day)
    assert closed.version == 2
    opened = the_calendar(a_day(2, storm), a_day(3, SpecialDay(storm.day, DayKind.ORDINARY, NAME)))
    assert opened.hours(storm.day) == DAY


def test_a_new_week_holds_from_its_day_on_and_the_old_one_before() -> None:
    short: Week = ((DAY[0],),) * 5 + ((), ())
    calendar = the_calendar(a_week(2, date(2026, 12, 1), short))
    assert calendar.hours(date(2026, 11, 30)) == DAY
    assert calendar.hours(date(2026, 12, 1)) == (DAY[0],)


def test_a_week_until_the_end_of_time_has_no_day_after_it() -> None:
    short: Week = ((DAY[0],),) * 5 + ((), ())
    calendar = the_calendar(replace(a_week(2, date(2026, 12, 1), short), valid_to=date.max))
    assert calendar.hours(date(2027, 12, 31)) == (DAY[0],)


def test_a_unit_of_its_own_hours_works_saturdays_and_rests_on_holidays_with_all() -> None:
    power = the_calendar(a_week(1, FIRST, SIX_DAYS, COMPANY, code=POWER), code=POWER)
    assert power.works(date(2026, 11, 21))  # a Saturday
    assert not power.works(date(2026, 11, 24))  # a public holiday
    assert (power.code, power.version) == (POWER, 1)
    closed = SpecialDay(date(2026, 11, 21), DayKind.CLOSURE, NAME)
    of_all = the_calendar(a_week(1, FIRST, SIX_DAYS, COMPANY, code=POWER), a_day(2, closed), code=POWER)
    assert not of_all.works(closed.day), "what the tenant closes is closed to its units too"
    own = SpecialDay(closed.day, DayKind.OPENING, NAME)
    assert the_calendar(
        a_week(1, FIRST, SIX_DAYS, COMPANY, code=POWER), a_day(9, closed), a_day(2, own, POWER), code=POWER
    ).works(closed.day), "a unit's own word about a day wins, whatever the versions"


def test_a_unit_has_the_calendar_whose_week_of_the_day_names_it() -> None:
    edits = [
        a_week(1, date(2026, 1, 1), SIX_DAYS, COMPANY, code=POWER),
        a_week(2, date(2026, 7, 1), SIX_DAYS, OTHER, code=POWER),
    ]
    usual, power = the_calendar(), the_calendar(*edits, code=POWER)
    calendars = Calendars({TENANT: usual}, {(TENANT, POWER): power}, weeks_by_unit(edits))
    asked = [date(2025, 12, 31), date(2026, 1, 1), date(2026, 7, 1)]
    assert [calendars.code_for(COMPANY, day) for day in asked] == [TENANT_CALENDAR, POWER, TENANT_CALENDAR]
    assert calendars.code_for(OTHER, date(2026, 7, 1)) == POWER
    assert calendars.code_for(None, date(2026, 7, 1)) == TENANT_CALENDAR
    assert calendars.of(TENANT, POWER) is power
    assert calendars.of(TENANT, CalendarCode("gone")) is usual


def test_hours_beyond_the_calendar_are_not_promised() -> None:
    calendar = the_calendar()
    with pytest.raises(CalendarExhausted):
        due_after(local("2027-12-31T16:00"), 8 * 3600, calendar)
    with pytest.raises(CalendarExhausted):
        due_after(local("2020-12-31T16:00"), 3600, calendar)
    with pytest.raises(ValueError, match="0 seconds"):
        due_after(local("2026-11-20T10:00"), 0, calendar)


def test_an_hour_that_the_clocks_leave_out_is_not_worked() -> None:
    all_day: Week = ((Period(0, 1440),),) * 7
    edits = [a_week(1, date(2026, 1, 1), all_day)]
    berlin = work_calendar("Europe/Berlin", [], first=date(2026, 1, 1), last=date(2026, 12, 31), edits=edits)
    spring = datetime(2026, 3, 29, tzinfo=zone("Europe/Berlin"))
    assert berlin.worked_s(spring, datetime(2026, 3, 30, tzinfo=zone("Europe/Berlin"))) == 23 * 3600
