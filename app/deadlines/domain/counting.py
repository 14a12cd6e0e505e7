"""From a start and a budget to a due date, and back to every day on the way. Pure.

The rule, from the Civil Code 2015: the day of receipt is not counted (article 147, clause 2), a term that would end
on a day of rest ends on the next working day (article 148, clause 5), and a day ends at 24:00 (article 148, clause 6).
A day whose end falls into a pause is not counted either; a clock in hours does not count the hours of a pause.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta

from app.deadlines.terms import Clock, DayCount, Hours, Pause, TimeUnit, Verdict
from app.kit.text import Text

from .calendar import WorkCalendar

RULE = Text(
    "Không tính ngày tiếp nhận; chỉ tính ngày làm việc; hạn là hết ngày làm việc cuối cùng.",
    "The day of receipt is not counted; only working days are; due at the end of the last one.",
)
RULE_OF_HOURS = Text(
    "Chỉ tính giờ làm việc, kể từ lúc tiếp nhận hoặc từ giờ mở cửa kế tiếp.",
    "Only opening hours are counted, from receipt or from the next opening.",
)
COUNTING_BASIS = Text(
    "Bộ luật Dân sự 2015, điều 147 và 148; Bộ luật Lao động 2019, điều 111 và 112",
    "Civil Code 2015, articles 147 and 148; Labour Code 2019, articles 111 and 112",
)
_RECEIPT = Text("Ngày tiếp nhận, không tính", "Day of receipt, not counted")
_WORKING = Text("Ngày làm việc", "Working day")
_WEEKEND = Text("Ngày nghỉ hằng tuần", "Weekly day of rest")
_BEFORE_OPENING = Text("Hết giờ làm việc hoặc chưa đến giờ", "Outside opening hours")
_PAUSED = Text("Tạm dừng: {cause}", "Paused: {cause}")


def due_at(start: datetime, working_days: int, calendar: WorkCalendar, pauses: Sequence[Pause] = ()) -> datetime:
    """Last second of the `working_days`-th working day after the day of `start` that does not end in a pause.

    Args:
        start: aware instant of receipt; its local day is not counted, at whatever hour it came.
        working_days: at least 1.
        calendar: of whoever has to answer.
        pauses: ended ones, ascending, none overlapping another.
    Returns: aware UTC, 23:59:59 local time (the day's 24:00, Civil Code 2015, article 148, clause 6); monotone in
        `start` and strictly monotone in `working_days`; never on a day of rest.
    Raises: CalendarExhausted: the calendar ends before that day, or begins after `start`. ValueError: no days.
    """
    if working_days < 1:
        message = f"a deadline of {working_days} working days"
        raise ValueError(message)
    number = calendar.worked_until(calendar.local_day(start)) + working_days
    due = calendar.end_of(number)
    received = end_of_day(calendar.local_day(start), calendar)
    for pause in pauses:
        if pause.since > due or pause.until is None:
            break
        # The day of receipt is not counted anyway: what a pause takes from it takes nothing.
        lost = calendar.passed(max(_just_before(pause.since), received), _just_before(pause.until))
        if lost:
            number += lost
            due = calendar.end_of(number)
    return due


def due_after(start: datetime, seconds: int, calendar: WorkCalendar, pauses: Sequence[Pause] = ()) -> datetime:
    """The first instant (UTC) at which `seconds` of opening time outside `pauses` have passed since `start`.

    `seconds` more than 0; `pauses` as in `due_at`. Raises: CalendarExhausted. ValueError: no time.
    """
    if seconds < 1:
        message = f"a deadline of {seconds} seconds"
        raise ValueError(message)
    due = calendar.after_s(start, seconds)
    for pause in pauses:
        if pause.since >= due or pause.until is None:
            break
        seconds += calendar.worked_s(max(pause.since, start), max(pause.until, start))
        due = calendar.after_s(start, seconds)
    return due


def time_between(clock: Clock, end: datetime, calendar: WorkCalendar, pauses: Sequence[Pause]) -> int:
    """The time that makes the clock due at `end`: working days after its start outside `pauses`, or working seconds.

    `end` is the last second of a working day, no earlier than the end of any of the `pauses`; those as in `due_at`.
    Raises: CalendarExhausted.
    """
    start = clock.started_at
    if clock.unit is TimeUnit.WORKING_HOUR:
        stood = sum(calendar.worked_s(max(one.since, start), min(one.until or end, end)) for one in pauses)
        return calendar.worked_s(start, end) - stood
    received = end_of_day(calendar.local_day(start), calendar)
    stood = sum(
        calendar.passed(max(_just_before(one.since), received), _just_before(one.until or end)) for one in pauses
    )
    return calendar.passed(received, end) - stood


def _just_before(at: datetime) -> datetime:
    """A pause includes its first instant and not its last."""
    return at - timedelta(microseconds=1)


def end_of_day(day: date, calendar: WorkCalendar) -> datetime:
    """Last second of `day`, worked or not, where the calendar is."""
    return datetime.combine(day + timedelta(days=1), time(), calendar.zone) - timedelta(seconds=1)


def explain(start: datetime, due: datetime, calendar: WorkCalendar, pauses: Sequence[Pause] = ()) -> list[DayCount]:
    """Every local day from `start` to `due`, both included, in order, with the reason it counts or not.

    The number of counted days is the budget `due_at` was given. Raises: CalendarExhausted outside the calendar.
    """
    received_on = calendar.local_day(start)
    return [_explained(day, received_on, calendar, pauses) for day in _days(start, due, calendar)]


def explain_hours(clock: Clock, due: datetime, calendar: WorkCalendar, pauses: Sequence[Pause]) -> list[DayCount]:
    """The same of a clock in working hours: each day with the minutes counted on it."""
    return [_minutes_of(day, clock.started_at, due, calendar, pauses) for day in _days(clock.started_at, due, calendar)]


def explained(clock: Clock, due: datetime, calendar: WorkCalendar, pauses: Sequence[Pause]) -> list[DayCount]:
    """Every day of the clock's way to `due`; `pauses` are its own, a lasting one ended where the count ends."""
    if clock.unit is TimeUnit.WORKING_HOUR:
        return explain_hours(clock, due, calendar, pauses)
    return explain(clock.started_at, due, calendar, pauses)


def _days(start: datetime, due: datetime, calendar: WorkCalendar) -> Iterator[date]:
    """Local days from `start` to `due`. Raises: CalendarExhausted."""
    first, last = calendar.local_day(start), calendar.local_day(due)
    calendar.worked_until(first)
    calendar.worked_until(max(first, last))
    return (date.fromordinal(number) for number in range(first.toordinal(), last.toordinal() + 1))


def _explained(day: date, received_on: date, calendar: WorkCalendar, pauses: Sequence[Pause]) -> DayCount:
    if day == received_on:
        return DayCount(day, Verdict.SKIPPED, _RECEIPT)
    reason, basis = said(day, calendar)
    if not calendar.works(day):
        return DayCount(day, Verdict.SKIPPED, reason, legal_basis=basis)
    end = end_of_day(day, calendar)
    for pause in pauses:
        if pause.since <= end and (pause.until is None or end < pause.until):
            return DayCount(day, Verdict.PAUSED, paused_reason(pause))
    return DayCount(day, Verdict.COUNTED, reason, legal_basis=basis)


def said(day: date, calendar: WorkCalendar) -> tuple[Text, str | None]:
    """Why the day is worked or not, and by which law where it is against the week."""
    special = calendar.special.get(day)
    if special is not None and not special.kind.leaves_to_the_week:
        return special.name, special.legal_basis
    return (_WORKING if calendar.works(day) else _WEEKEND), None


def paused_reason(pause: Pause) -> Text:
    """Why nothing is counted while the pause lasts."""
    cause = pause.cause.label
    return Text(_PAUSED.vi.format(cause=cause.vi.lower()), _PAUSED.en.format(cause=cause.en.lower()))


def _minutes_of(day: date, start: datetime, due: datetime, calendar: WorkCalendar, pauses: Sequence[Pause]) -> DayCount:
    reason, basis = said(day, calendar)
    if not calendar.works(day):
        return DayCount(day, Verdict.SKIPPED, reason, 0, basis)
    begin = max(start, datetime.combine(day, time(), calendar.zone))
    end = min(due, end_of_day(day, calendar))
    counted = calendar.worked_s(begin, end)
    stood: Pause | None = None
    for pause in pauses:
        lost = calendar.worked_s(max(begin, pause.since), end if pause.until is None else min(end, pause.until))
        if lost:
            counted, stood = counted - lost, pause
    if counted > 0:
        return DayCount(day, Verdict.COUNTED, reason, counted // 60, basis)
    if stood is not None:
        return DayCount(day, Verdict.PAUSED, paused_reason(stood), 0)
    return DayCount(day, Verdict.SKIPPED, _BEFORE_OPENING, 0)


def opening_hours_between(hours: Hours) -> int:
    """Minutes a day of these hours is worked."""
    return sum(period.closes - period.opens for period in hours)
