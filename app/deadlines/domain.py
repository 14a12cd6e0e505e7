"""Counting of working days. Pure: an immutable calendar in, instants and explanations out.

The rule, from the Civil Code 2015: the day of receipt is not counted (article 147, clause 2), a term that would end
on a day of rest ends on the next working day (article 148, clause 5), and a day ends at 24:00 (article 148, clause 6).
Days of rest are those of the Labour Code 2019, articles 111 and 112. Issue 4 adds hours, pauses and extensions to
the same calendar.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from types import MappingProxyType
from zoneinfo import ZoneInfo

from app.kit.clock import zone
from app.kit.text import Text

from .errors import CalendarExhausted
from .terms import DayCount, SpecialDay, Verdict

MONDAY_TO_FRIDAY = frozenset(range(5))
RULE = Text(
    "Không tính ngày tiếp nhận; chỉ tính ngày làm việc; hạn là hết ngày làm việc cuối cùng.",
    "The day of receipt is not counted; only working days are; due at the end of the last one.",
)
COUNTING_BASIS = Text(
    "Bộ luật Dân sự 2015, điều 147 và 148; Bộ luật Lao động 2019, điều 111 và 112",
    "Civil Code 2015, articles 147 and 148; Labour Code 2019, articles 111 and 112",
)
_RECEIPT = Text("Ngày tiếp nhận, không tính", "Day of receipt, not counted")
_WORKING = Text("Ngày làm việc", "Working day")
_WEEKEND = Text("Ngày nghỉ hằng tuần", "Weekly day of rest")


@dataclass(frozen=True, slots=True)
class WorkCalendar:
    """The days one tenant works, `first` to `last` inclusive, made once by `work_calendar` and only read afterwards."""

    zone: ZoneInfo
    first: date
    last: date
    special: Mapping[date, SpecialDay] = field(repr=False)
    weekdays: frozenset[int]
    # For every day from `first` on: how many working days there are up to and including it.
    _worked: tuple[int, ...] = field(repr=False)
    # For every working day, in order: its last second as a UTC instant.
    _ends: tuple[datetime, ...] = field(repr=False)

    def works(self, day: date) -> bool:
        """Whether offices are open on `day`."""
        special = self.special.get(day)
        return day.weekday() in self.weekdays if special is None else special.kind.works

    def local_day(self, at: datetime) -> date:
        """The calendar day of the instant `at` where the tenant is."""
        return at.astimezone(self.zone).date()

    def worked_until(self, day: date) -> int:
        """Working days from `first` up to and including `day`. Raises: CalendarExhausted outside the calendar."""
        at = day.toordinal() - self.first.toordinal()
        if not 0 <= at < len(self._worked):
            raise CalendarExhausted
        return self._worked[at]

    def end_of(self, number: int) -> datetime:
        """Last second (UTC) of the working day with that `number`, from 1. Raises: CalendarExhausted."""
        if number > len(self._ends):
            raise CalendarExhausted
        return self._ends[number - 1]

    def passed(self, since: datetime, until: datetime) -> int:
        """Working days that have ended after `since` and not after `until`; 0 when `until` is not later."""
        return max(0, bisect_right(self._ends, until) - bisect_right(self._ends, since))


def work_calendar(
    zone_name: str,
    special: Iterable[SpecialDay],
    *,
    first: date,
    last: date,
    weekdays: frozenset[int] = MONDAY_TO_FRIDAY,
) -> WorkCalendar:
    """The calendar of the days `first` to `last` in which `special` days overrule the week.

    Args:
        zone_name: IANA name of the tenant's time zone.
        special: at most one per day; days outside `first` to `last` do no harm.
        first: where the calendar begins; only what is received from then on can be counted.
        last: where knowledge of public holidays ends; nothing is ever promised beyond it.
        weekdays: days of the week that are worked, Monday is 0.
    """
    by_day = {one.day: one for one in special}
    place = zone(zone_name)
    worked: list[int] = []
    ends: list[datetime] = []
    for ordinal in range(first.toordinal(), last.toordinal() + 1):
        day = date.fromordinal(ordinal)
        exception = by_day.get(day)
        if day.weekday() in weekdays if exception is None else exception.kind.works:
            ends.append(_last_second(day, place))
        worked.append(len(ends))
    return WorkCalendar(place, first, last, MappingProxyType(by_day), weekdays, tuple(worked), tuple(ends))


def _last_second(day: date, place: ZoneInfo) -> datetime:
    """23:59:59 of `day` in UTC: its 24:00, written so that the date read from it is still the day itself."""
    midnight = datetime.combine(day + timedelta(days=1), time(), place).astimezone(UTC)
    return midnight - timedelta(seconds=1)


def due_at(start: datetime, working_days: int, calendar: WorkCalendar) -> datetime:
    """Last second of the `working_days`-th working day after the day of `start`.

    Args:
        start: aware instant of receipt; its local day is not counted, at whatever hour it came.
        working_days: at least 1.
        calendar: the tenant's.
    Returns: aware UTC, 23:59:59 local time (the day's 24:00, Civil Code 2015, article 148, clause 6); monotone in
        `start` and strictly monotone in `working_days`; never on a day of rest.
    Raises: CalendarExhausted: the calendar ends before that day, or begins after `start`. ValueError: no days.
    """
    if working_days < 1:
        message = f"a deadline of {working_days} working days"
        raise ValueError(message)
    return calendar.end_of(calendar.worked_until(calendar.local_day(start)) + working_days)


def explain(start: datetime, due: datetime, calendar: WorkCalendar) -> list[DayCount]:
    """Every local day from `start` to `due`, both included, in order, with the reason it counts or not.

    The number of counted days is the budget `due_at` was given. Raises: CalendarExhausted outside the calendar.
    """
    received_on, due_on = calendar.local_day(start), calendar.local_day(due)
    calendar.worked_until(received_on)
    calendar.worked_until(max(received_on, due_on))
    return [
        _explained(date.fromordinal(ordinal), received_on, calendar)
        for ordinal in range(received_on.toordinal(), due_on.toordinal() + 1)
    ]


def _explained(day: date, received_on: date, calendar: WorkCalendar) -> DayCount:
    if day == received_on:
        return DayCount(day, Verdict.SKIPPED, _RECEIPT)
    special = calendar.special.get(day)
    if calendar.works(day):
        return DayCount(day, Verdict.COUNTED, special.name if special else _WORKING)
    return DayCount(day, Verdict.SKIPPED, special.name if special else _WEEKEND)
