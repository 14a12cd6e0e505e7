"""Working calendars: which days are worked, at which hours, and the arithmetic of both. Pure and immutable.

Days of rest are those of the Labour Code 2019, articles 111 and 112; a day ends at 24:00 (Civil Code 2015, article
148, clause 6).
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from types import MappingProxyType
from typing import Final
from zoneinfo import ZoneInfo

from app.deadlines.errors import CalendarExhausted
from app.deadlines.terms import TENANT_CALENDAR, CalendarCode, CalendarEdit, EditKind, Hours, Period, SpecialDay, Week
from app.kit.clock import zone
from app.kit.text import Text

_OFFICE: Final[Hours] = (Period(8 * 60, 12 * 60), Period(13 * 60, 17 * 60))
STANDARD_WEEK: Final[Week] = (_OFFICE,) * 5 + ((), ())
"""What holds until a calendar says its own hours: five days of eight hours (Labour Code 2019, articles 105 and 111)."""
DAY_S: Final = 86_400


@dataclass(frozen=True, slots=True)
class WorkCalendar:
    """The days and hours somebody works, `first` to `last` inclusive, made once by `work_calendar` and only read after.

    `version` is that of the newest edit in it, `tenant_version` that of the newest edit of the tenant's own calendar.
    """

    zone: ZoneInfo
    first: date
    last: date
    special: Mapping[date, SpecialDay] = field(repr=False)
    code: CalendarCode
    version: int
    tenant_version: int
    said_by: Mapping[date, CalendarEdit] = field(repr=False)  # of the special days those that an edit says
    weeks: tuple[CalendarEdit, ...] = field(repr=False)  # edits of the week, what wins first
    # For every day from `first` on: its opening hours, none when it is not worked.
    _hours: tuple[Hours, ...] = field(repr=False)
    # For every day from `first` on: how many working days there are up to and including it.
    _worked: tuple[int, ...] = field(repr=False)
    # For every working day, in order: its last second as a UTC instant.
    _ends: tuple[datetime, ...] = field(repr=False)
    # For every period, in order: when it opens (seconds since 1970), and how many seconds were worked at its end.
    _opens_s: tuple[int, ...] = field(repr=False)
    _worked_s: tuple[int, ...] = field(repr=False)

    def works(self, day: date) -> bool:
        """Whether offices are open on `day`. Raises: CalendarExhausted outside the calendar."""
        return bool(self.hours(day))

    def hours(self, day: date) -> Hours:
        """Opening hours of `day`, none when it is not worked. Raises: CalendarExhausted outside the calendar."""
        return self._hours[self._place(day)]

    def week_of(self, day: date) -> CalendarEdit | None:
        """The edit whose week the day is in; None where it is the standard one."""
        return _week_on(self.weeks, day)[0]

    def local_day(self, at: datetime) -> date:
        """The calendar day of the instant `at` where the tenant is."""
        return at.astimezone(self.zone).date()

    def worked_until(self, day: date) -> int:
        """Working days from `first` up to and including `day`. Raises: CalendarExhausted outside the calendar."""
        return self._worked[self._place(day)]

    def _place(self, day: date) -> int:
        at = day.toordinal() - self.first.toordinal()
        if not 0 <= at < len(self._worked):
            raise CalendarExhausted
        return at

    def end_of(self, number: int) -> datetime:
        """Last second (UTC) of the working day with that `number`, from 1. Raises: CalendarExhausted."""
        if number > len(self._ends):
            raise CalendarExhausted
        return self._ends[number - 1]

    def passed(self, since: datetime, until: datetime) -> int:
        """Working days that have ended after `since` and not after `until`; 0 when `until` is not later."""
        return max(0, bisect_right(self._ends, until) - bisect_right(self._ends, since))

    def worked_s(self, since: datetime, until: datetime) -> int:
        """Seconds of opening time between both instants; 0 when `until` is not later. Raises: CalendarExhausted."""
        return max(0, self._opened_s(until) - self._opened_s(since))

    def after_s(self, start: datetime, seconds: int) -> datetime:
        """The first instant (UTC) at which `seconds` of opening time have passed since `start`; `start` for none.

        Outside opening hours the count begins with the next opening. Raises: CalendarExhausted.
        """
        if seconds <= 0:
            return start
        goal = self._opened_s(start) + seconds
        at = bisect_left(self._worked_s, goal)
        if at == len(self._worked_s):
            raise CalendarExhausted
        before = self._worked_s[at - 1] if at else 0
        return datetime.fromtimestamp(self._opens_s[at] + goal - before, UTC)

    def _opened_s(self, at: datetime) -> int:
        """Seconds of opening time from the beginning of the calendar to `at`."""
        self._place(self.local_day(at))
        instant = int(at.timestamp())
        period = bisect_right(self._opens_s, instant) - 1
        if period < 0:
            return 0
        before = self._worked_s[period - 1] if period else 0
        return min(before + instant - self._opens_s[period], self._worked_s[period])


def work_calendar(
    zone_name: str,
    special: Iterable[SpecialDay],
    *,
    first: date,
    last: date,
    edits: Iterable[CalendarEdit] = (),
    code: CalendarCode = TENANT_CALENDAR,
    area: str | None = None,
) -> WorkCalendar:
    """The calendar `code` of the days `first` to `last`: `special` days overrule the week, `edits` overrule both.

    Args:
        zone_name: IANA name of the tenant's time zone.
        special: the tenant's packaged days, at most one per day; days outside `first` to `last` do no harm.
        first: where the calendar begins; only what is received from then on can be counted.
        last: where knowledge of public holidays ends; nothing is ever promised beyond it.
        edits: those of the calendar and of the tenant's own, in any order: each calendar's own win over the tenant's,
            of two weeks the one that begins later, of two that say the same day the later version.
        code: which calendar.
        area: the seat of whoever works by it. Within one calendar what is said of a place wins over what is said of
            everywhere; what is taken back for a place leaves there what holds everywhere.
    """
    ranked = sorted(edits, key=lambda edit: (edit.code == code, edit.version))
    by_day = {one.day: one for one in special}
    said_by: dict[date, CalendarEdit] = {}
    for own in (False, True):
        said = [edit for edit in ranked if (edit.code == code) is own and edit.special is not None]
        everywhere = {edit.special.day: (edit.special, edit) for edit in said if edit.special and not edit.areas}
        for day, (one, edit) in [*everywhere.items(), *_said_of_place(said, area).items()]:
            by_day[day], said_by[day] = one, edit
    weeks = _weeks(ranked, code)
    place = zone(zone_name)
    hours: list[Hours] = []
    usual: Hours = STANDARD_WEEK[0]
    week, until = STANDARD_WEEK, date.min
    for number in range(first.toordinal(), last.toordinal() + 1):
        day = date.fromordinal(number)
        if day >= until:
            of_edit, until = _week_on(weeks, day)
            week = of_edit.week if of_edit is not None else STANDARD_WEEK
        of_week = week[(number - 1) % 7]  # day 1 was a Monday
        usual = of_week or usual
        special_day = by_day.get(day)
        hours.append(of_week if special_day is None else _hours_of(special_day, of_week, usual))
    worked, ends, opens_s, worked_s = _counted(first, hours, place)
    version = max((edit.version for edit in ranked if edit.code == code), default=0)
    of_tenant = max((edit.version for edit in ranked if edit.code == TENANT_CALENDAR), default=0)
    return WorkCalendar(
        place,
        first,
        last,
        MappingProxyType(by_day),
        code,
        version,
        of_tenant,
        MappingProxyType(said_by),
        tuple(weeks),
        tuple(hours),
        worked,
        ends,
        opens_s,
        worked_s,
    )


def _said_of_place(ranked: Iterable[CalendarEdit], area: str | None) -> dict[date, tuple[SpecialDay, CalendarEdit]]:
    """What edits limited to areas say of days there, each with the place in its name."""
    found: dict[date, tuple[SpecialDay, CalendarEdit]] = {}
    for edit in ranked:
        place, special = edit.place_of(area), edit.special
        if place is None or special is None:
            continue
        name = Text(f"{special.name.vi} tại {place.name.vi}", f"{special.name.en}, in {place.name.en}")
        found[special.day] = replace(special, name=name), edit
    return {day: (one, edit) for day, (one, edit) in found.items() if not one.kind.leaves_to_the_week}


def _hours_of(special: SpecialDay, of_week: Hours, usual: Hours) -> Hours:
    if special.kind.leaves_to_the_week:
        return of_week
    if not special.kind.works:
        return ()
    return special.hours or of_week or usual


def _weeks(ranked: Sequence[CalendarEdit], code: CalendarCode) -> list[CalendarEdit]:
    """Edits of weeks, what wins first: the calendar's own, then the later beginning, then the later version."""
    weeks = [edit for edit in ranked if edit.kind is EditKind.WEEK]
    return sorted(weeks, key=lambda edit: (edit.code == code, edit.valid_from, edit.version), reverse=True)


def _week_on(weeks: Sequence[CalendarEdit], day: date) -> tuple[CalendarEdit | None, date]:
    """The edit whose week the day is in, None for the standard one, and the day from which it may be another."""
    borders = [edit.valid_from for edit in weeks]
    # A week that lasts to the end of time has no border there: no day follows it.
    lasting = (date.max, None)
    borders += [edit.valid_to + timedelta(days=1) for edit in weeks if edit.valid_to not in lasting]
    until = min((border for border in borders if border > day), default=date.max)
    for edit in weeks:
        if edit.valid_from <= day and (edit.valid_to is None or day <= edit.valid_to):
            return edit, until
    return None, until


@lru_cache(maxsize=8)
def _midnights(first: date, days: int, place: ZoneInfo) -> tuple[int, ...]:
    """When each of the days begins, and the one after them, in seconds since 1970; calendars of one zone share them."""
    return tuple(_instant(date.fromordinal(first.toordinal() + at), 0, place) for at in range(days + 1))


def _counted(
    first: date, hours: Sequence[Hours], place: ZoneInfo
) -> tuple[tuple[int, ...], tuple[datetime, ...], tuple[int, ...], tuple[int, ...]]:
    """Working days up to each day, their last seconds, and beginnings and sums of all periods."""
    worked: list[int] = []
    ends: list[datetime] = []
    opens_s: list[int] = []
    worked_s: list[int] = []
    total = 0
    midnights = _midnights(first, len(hours), place)
    for at, open_hours in enumerate(hours):
        if open_hours:
            midnight, following = midnights[at], midnights[at + 1]
            ends.append(datetime.fromtimestamp(following - 1, UTC))
            even = following - midnight == DAY_S  # no clock is changed on that day
            for period in open_hours:
                if even:
                    opens, closes = (midnight + minutes * 60 for minutes in period)
                else:
                    day = first + timedelta(days=at)
                    opens, closes = (_instant(day, minutes, place) for minutes in period)
                if closes > opens:  # an hour that the clocks leave out is not worked
                    total += closes - opens
                    opens_s.append(opens)
                    worked_s.append(total)
        worked.append(len(ends))
    return tuple(worked), tuple(ends), tuple(opens_s), tuple(worked_s)


def _instant(day: date, minutes: int, place: ZoneInfo) -> int:
    """Seconds since 1970 of a time on the wall; 1440 is the next midnight."""
    on = day + timedelta(days=minutes // 1440)
    return int(datetime.combine(on, time(minutes % 1440 // 60, minutes % 60), place).timestamp())
