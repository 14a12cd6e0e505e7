"""Properties of due dates over random calendars."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from hypothesis import given, strategies as st

from app.deadlines.domain import WorkCalendar, due_at, explain, work_calendar
from app.deadlines.terms import DayKind, SpecialDay, Verdict
from app.kit.text import Text

FIRST, LAST = date(2025, 1, 1), date(2026, 12, 31)
NAME = Text("tên", "name")

special_days = st.builds(
    SpecialDay,
    day=st.dates(FIRST, LAST),
    kind=st.sampled_from(DayKind),
    name=st.just(NAME),
)
calendars = st.builds(
    lambda zone_name, special: work_calendar(zone_name, special, first=FIRST, last=LAST),
    st.sampled_from(["Asia/Ho_Chi_Minh", "UTC", "Europe/Berlin", "America/New_York"]),
    st.lists(special_days, max_size=60),
)
instants = st.datetimes(datetime(2025, 1, 3), datetime(2025, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001 - bounds
budgets = st.integers(1, 120)


@given(calendars, instants, budgets)
def test_the_explanation_counts_exactly_the_budget(calendar: WorkCalendar, start: datetime, days: int) -> None:
    explained = explain(start, due_at(start, days, calendar), calendar)
    assert sum(one.verdict is Verdict.COUNTED for one in explained) == days
    assert [one.day for one in explained] == [
        explained[0].day + timedelta(days=offset) for offset in range(len(explained))
    ]


@given(calendars, instants, budgets)
def test_a_due_date_is_the_last_second_of_a_working_day(calendar: WorkCalendar, start: datetime, days: int) -> None:
    due = due_at(start, days, calendar)
    assert due > start
    assert calendar.works(calendar.local_day(due))
    assert due.astimezone(calendar.zone).time().isoformat() == "23:59:59"


@given(calendars, instants, budgets)
def test_one_day_more_is_later(calendar: WorkCalendar, start: datetime, days: int) -> None:
    assert due_at(start, days, calendar) < due_at(start, days + 1, calendar)


@given(calendars, instants, st.timedeltas(timedelta(0), timedelta(days=90)), budgets)
def test_what_is_received_later_is_never_due_earlier(
    calendar: WorkCalendar, start: datetime, later: timedelta, days: int
) -> None:
    assert due_at(start, days, calendar) <= due_at(start + later, days, calendar)


@given(calendars, instants, budgets)
def test_passed_days_agree_with_the_due_date(calendar: WorkCalendar, start: datetime, days: int) -> None:
    due = due_at(start, days, calendar)
    today_counts = calendar.works(calendar.local_day(start))
    assert calendar.passed(start, due) == days + today_counts
