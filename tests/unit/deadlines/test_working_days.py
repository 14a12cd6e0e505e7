"""Due dates checked by hand against the calendar on the wall."""

from __future__ import annotations

import csv
import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from app.deadlines.domain import WorkCalendar, due_at, explain, work_calendar
from app.deadlines.errors import CalendarExhausted
from app.deadlines.seed import packaged_days
from app.deadlines.service import days_left, explain_clock, start_clock
from app.deadlines.snapshot import Calendars
from app.deadlines.terms import Clock, TimeUnit, Verdict
from app.kit.clock import zone
from app.kit.ids import TenantId

HOME = zone("Asia/Ho_Chi_Minh")
REAL = Path(__file__).parents[4] / "shared" / "data"


@pytest.fixture(scope="module")
def calendar() -> WorkCalendar:
    special = [day.special for day in packaged_days(2021, 2027)]
    return work_calendar("Asia/Ho_Chi_Minh", special, first=date(2021, 1, 1), last=date(2027, 12, 31))


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=HOME)


@pytest.mark.parametrize(
    ("received", "working_days", "due"),
    [
        ("2025-07-01T16:28", 7, "2025-07-10"),  # a plain week and a half
        ("2025-07-01T00:00", 1, "2025-07-02"),  # the first second of a day is that day's
        ("2025-07-01T23:59:59", 1, "2025-07-02"),  # and so is the last
        ("2025-07-04T09:00", 1, "2025-07-07"),  # Friday to Monday
        ("2025-07-05T09:00", 1, "2025-07-07"),  # received on a Saturday
        ("2025-12-31T09:00", 1, "2026-01-05"),  # New Year's Day and the exchanged Friday
        ("2026-01-09T09:00", 1, "2026-01-10"),  # the working Saturday counts
        ("2026-01-09T09:00", 2, "2026-01-12"),
        ("2026-02-13T09:00", 1, "2026-02-23"),  # all of Tết
        ("2024-04-26T09:00", 2, "2024-05-03"),  # three days off in a row, then Thursday and Friday
        ("2024-05-03T09:00", 1, "2024-05-04"),  # the Saturday worked for them
    ],
)
def test_due_dates_are_those_of_the_wall_calendar(
    calendar: WorkCalendar, received: str, working_days: int, due: str
) -> None:
    answer = due_at(local(received), working_days, calendar)
    assert answer.tzinfo is UTC
    assert answer.astimezone(HOME).isoformat() == f"{due}T23:59:59+07:00"


def test_every_day_is_explained(calendar: WorkCalendar) -> None:
    start = local("2025-12-31T09:00")
    days = explain(start, due_at(start, 1, calendar), calendar)
    assert [(day.day.isoformat(), day.verdict.value, day.reason.vi) for day in days] == [
        ("2025-12-31", "skipped", "Ngày tiếp nhận, không tính"),
        ("2026-01-01", "skipped", "Tết Dương lịch"),
        ("2026-01-02", "skipped", "Ngày nghỉ (thay cho ngày 10/01/2026)"),
        ("2026-01-03", "skipped", "Ngày nghỉ hằng tuần"),
        ("2026-01-04", "skipped", "Ngày nghỉ hằng tuần"),
        ("2026-01-05", "counted", "Ngày làm việc"),
    ]


def test_the_worked_saturday_is_explained_by_its_name(calendar: WorkCalendar) -> None:
    start = local("2026-01-09T09:00")
    assert explain(start, due_at(start, 1, calendar), calendar)[-1].reason.vi == "Làm bù"


def test_beyond_the_calendar_nothing_is_promised(calendar: WorkCalendar) -> None:
    with pytest.raises(CalendarExhausted):
        due_at(local("2027-12-30T09:00"), 7, calendar)
    with pytest.raises(CalendarExhausted):
        due_at(local("2020-12-31T09:00"), 1, calendar)
    with pytest.raises(CalendarExhausted):
        explain(local("2027-12-30T09:00"), local("2028-01-03T09:00"), calendar)
    with pytest.raises(CalendarExhausted):
        Calendars({}).of(TenantId(1))


def test_a_deadline_of_no_days_is_refused(calendar: WorkCalendar) -> None:
    with pytest.raises(ValueError, match="0 working days"):
        due_at(local("2025-07-01T09:00"), 0, calendar)


def test_a_started_clock_keeps_its_first_due_date_and_explains_itself(calendar: WorkCalendar) -> None:
    calendars = Calendars({TenantId(1): calendar})
    received = local("2025-07-01T16:28")
    deadline = start_clock(calendars, TenantId(1), working_days=7, at=received)
    assert deadline.due_at == deadline.original_due_at
    explained = explain_clock(calendars, TenantId(1), deadline.clock, due_at=deadline.due_at, now=received)
    assert (explained.counted, explained.due_on) == (7, date(2025, 7, 10))


def test_working_days_left_fall_to_nothing(calendar: WorkCalendar) -> None:
    calendars = Calendars({TenantId(1): calendar})
    due = due_at(local("2025-07-01T16:28"), 7, calendar)
    clock = Clock(7, TimeUnit.WORKING_DAY, local("2025-07-01T16:28"))
    left = [
        days_left(calendars, TenantId(1), clock, due_at=due, now=local(now))
        for now in ("2025-07-01T16:28", "2025-07-05T10:00", "2025-07-10T10:00", "2025-07-11T00:00", "2025-07-15T10:00")
    ]
    # The day of receipt is not among them, whatever its hour; days after the due date count down from nothing.
    assert left == [7, 4, 1, 0, -2]


def test_no_day_is_listed_twice() -> None:
    days = [day.special.day for day in packaged_days(2021, 2027)]
    assert len(days) == len(set(days))
    assert days == sorted(days)


def test_the_packaged_days_are_the_published_ones() -> None:
    listed = REAL / "holidays_vn_2021_2026.csv"
    if not listed.exists():
        # The list travels with the working material, not with the product; two of its rows are the known corrections.
        corrected = {day.special.day: day.special.kind.value for day in packaged_days(2026, 2026)}
        assert corrected[date(2026, 1, 2)] == "swapped_off"
        assert corrected[date(2026, 1, 10)] == "swapped_workday"
        return
    with listed.open(encoding="utf-8") as lines:
        published = [(row["date"], row["kind"], row["name"]) for row in csv.DictReader(lines)]
    ours = [day.special for day in packaged_days(2021, 2026)]
    assert [(day.day.isoformat(), day.kind.value, day.name.vi) for day in ours] == published


# Sent on a Saturday, a Sunday or at ten in the evening. By the day beside it as the day of receipt the rule gives the
# due date that was published. Of three that is the next working day, which no text of the province confirms; of
# hue-54632 it is one working day later still, for which we know no reason (docs/sources.md).
COUNTED_FROM = {
    "hue-33274": ("2021-01-26", "2021-01-18"),
    "hue-54632": ("2021-11-16", "2021-11-09"),
    "hue-197854": ("2025-09-04", "2025-08-25"),
    "hue-205948": ("2025-11-11", "2025-11-03"),
}


def test_seven_working_days_give_the_due_dates_of_a_real_province(calendar: WorkCalendar) -> None:
    cases = REAL / "reports_vi_hues.jsonl"
    if not cases.exists():
        return
    agree, different = [], {}
    for line in cases.read_text(encoding="utf-8").splitlines():
        case = json.loads(line)
        if not (case["sent"] and case["due"]):
            continue
        ours = due_at(local(case["sent"]), 7, calendar).astimezone(HOME).date().isoformat()
        if ours == case["due"]:
            agree.append(case["id"])
            continue
        received = COUNTED_FROM[case["id"]][1]
        assert due_at(local(received), 7, calendar).astimezone(HOME).date().isoformat() == case["due"]
        different[case["id"]] = (ours, received)
    assert agree == ["hue-192368", "hue-194290", "hue-155485"]
    assert different == COUNTED_FROM


def test_counted_days_are_only_working_days(calendar: WorkCalendar) -> None:
    start = local("2026-04-24T09:00")
    counted = [d.day for d in explain(start, due_at(start, 5, calendar), calendar) if d.verdict is Verdict.COUNTED]
    assert [day.isoformat() for day in counted] == [
        "2026-04-28",
        "2026-04-29",
        "2026-05-04",
        "2026-05-05",
        "2026-05-06",
    ]
