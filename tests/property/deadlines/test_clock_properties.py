"""Properties of clocks and calendars: pause-neutral, monotone in the budget, independent of the order of edits."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from hypothesis import given, settings, strategies as st

from app.deadlines.domain import (
    WorkCalendar,
    due,
    end_of_day,
    explained,
    extend,
    pause,
    recount,
    resume,
    started,
    work_calendar,
)
from app.deadlines.errors import ExtensionOnDayOff, ExtensionTooShort
from app.deadlines.terms import (
    TENANT_CALENDAR,
    CalendarCode,
    CalendarEdit,
    Clock,
    DayKind,
    EditArea,
    EditKind,
    Hours,
    Pause,
    PauseCause,
    Period,
    SpecialDay,
    TimeUnit,
    Verdict,
)
from app.kit.ids import TenantId
from app.kit.text import Text

FIRST, LAST = date(2025, 1, 1), date(2027, 12, 31)
NAME = Text("tên", "name")
TENANT = TenantId(1)
OWN = CalendarCode("own")


def _hours(marks: list[int]) -> Hours:
    ordered = sorted(set(marks))
    return tuple(Period(*pair) for pair in zip(ordered[::2], ordered[1::2], strict=False))


# Enough of them that 40 days or hours are always over before the calendar is.
hours = st.lists(st.integers(0, 24).map(lambda hour: hour * 60), min_size=2, max_size=6, unique=True).map(_hours)
weeks = st.lists(st.one_of(st.just(()), hours), min_size=7, max_size=7).map(tuple)
worked_weeks = weeks.filter(lambda week: sum(bool(day) for day in week) > 1)
days = st.dates(FIRST, date(2026, 12, 31))
HERE, THERE = "10507", "10510"
WARD = EditArea(HERE, Text("phường", "ward"), frozenset({HERE}))
TOWN = EditArea("288", Text("thành phố", "town"), frozenset({"288", HERE, THERE}))
NEIGHBOUR = EditArea(THERE, Text("xã bên", "next"), frozenset({THERE}))
places = st.sampled_from([(), (), (WARD,), (TOWN,), (NEIGHBOUR,), (NEIGHBOUR, WARD)])


@st.composite
def edits(draw: st.DrawFn) -> list[CalendarEdit]:
    """Edits of the tenant's calendar and of one of a unit's own, numbered each on its own."""
    found: list[CalendarEdit] = []
    for code in (TENANT_CALENDAR, OWN):
        for version in range(1, draw(st.integers(1, 4)) + 1):
            day = draw(days)
            if draw(st.booleans()):
                found.append(CalendarEdit(TENANT, code, version, EditKind.WEEK, day, None, NAME, draw(worked_weeks)))
            else:
                kind = draw(st.sampled_from(DayKind))
                special = SpecialDay(day, kind, NAME, hours=draw(st.none() | hours))
                found.append(
                    CalendarEdit(
                        TENANT, code, version, EditKind.DAY, day, day, NAME, special=special, areas=draw(places)
                    )
                )
    return found


def a_calendar(
    listed: list[CalendarEdit], zone_name: str = "Asia/Ho_Chi_Minh", area: str | None = HERE
) -> WorkCalendar:
    """The calendar of a unit that sits in one of the areas some edits are limited to."""
    return work_calendar(zone_name, [], first=FIRST, last=LAST, edits=listed, code=OWN, area=area)


calendars = st.builds(a_calendar, edits(), st.sampled_from(["Asia/Ho_Chi_Minh", "Europe/Berlin", "America/New_York"]))
instants = st.datetimes(datetime(2025, 2, 1), datetime(2026, 3, 1), timezones=st.just(UTC))  # noqa: DTZ001 - bounds
spans = st.timedeltas(timedelta(0), timedelta(days=40))
clocks = st.builds(
    Clock,
    st.integers(1, 40),
    st.sampled_from(TimeUnit),
    instants,
)


def left(clock: Clock, calendar: WorkCalendar, at: datetime, due_at: datetime) -> int:
    """Working time from `at` to the due date: days that still end, or seconds."""
    if clock.unit is TimeUnit.WORKING_HOUR:
        return calendar.worked_s(at, due_at)
    ends = calendar.passed(at - timedelta(microseconds=1), due_at)
    # The day of receipt is not counted, so what still ends of it is no working time of the clock.
    same_day = calendar.local_day(at) == calendar.local_day(clock.started_at) and calendar.works(calendar.local_day(at))
    return ends - same_day if due_at > at else ends


@given(calendars, clocks, spans, spans)
def test_a_pause_and_its_end_leave_the_working_time_that_remained(
    calendar: WorkCalendar, clock: Clock, later: timedelta, length: timedelta
) -> None:
    since = clock.started_at + later
    until = since + length
    before = started(clock, calendar)
    stood = pause(before.clock, calendar, PauseCause.REPORTER, since)
    assert stood.due_at == before.due_at, "a clock that has just stopped has lost nothing"
    going = resume(stood.clock, calendar, until)
    assert due(stood.clock, calendar, until) == going.due_at, "a clock that stands says when it would be due"
    assert going.due_at >= before.due_at
    if since > before.due_at:
        assert going.due_at == before.due_at
    else:
        assert left(clock, calendar, since, before.due_at) == left(clock, calendar, until, going.due_at)


@given(calendars, clocks, spans, st.lists(spans, min_size=2, max_size=2))
def test_two_pauses_that_meet_are_one(
    calendar: WorkCalendar, clock: Clock, later: timedelta, lengths: list[timedelta]
) -> None:
    since = clock.started_at + later
    middle, until = since + lengths[0], since + lengths[0] + lengths[1]
    one = replace(clock, pauses=(Pause(since, PauseCause.REPORTER, until),))
    two = replace(clock, pauses=(Pause(since, PauseCause.PAYMENT, middle), Pause(middle, PauseCause.REPORTER, until)))
    assert due(one, calendar, until) == due(two, calendar, until)


@given(calendars, clocks, spans, spans)
def test_more_time_is_never_due_earlier(
    calendar: WorkCalendar, clock: Clock, later: timedelta, length: timedelta
) -> None:
    since = clock.started_at + later
    stood = replace(clock, pauses=(Pause(since, PauseCause.REPORTER, since + length),))
    for each in (clock, stood):
        more = replace(each, amount=each.amount + 1)
        assert due(each, calendar, each.started_at) < due(more, calendar, each.started_at)


@given(calendars, clocks, st.lists(spans, min_size=4, max_size=4), st.integers(0, 60), st.booleans(), st.integers(0, 9))
def test_an_extension_ends_on_the_day_asked_for(
    calendar: WorkCalendar, clock: Clock, lengths: list[timedelta], days_on: int, stands: bool, twice: int
) -> None:
    at = clock.started_at
    for cause, run, stood in zip(PauseCause, lengths[::2], lengths[1::2], strict=False):
        since, at = at + run, at + run + stood
        clock = replace(clock, pauses=(*clock.pauses, Pause(since, cause, at)))
    if stands and clock.pauses[-1].until is not None:
        clock = replace(clock, pauses=(*clock.pauses[:-1], replace(clock.pauses[-1], until=None)))
    for more in (days_on, days_on + twice):  # a second extension is as exact as the first
        to = calendar.local_day(at) + timedelta(days=more)
        try:
            timing = extend(clock, calendar, to=to, reason="reason", by=None, limit=None, at=at)
        except ExtensionTooShort:
            return
        except ExtensionOnDayOff as refused:
            before, after = refused.extensions["before"], date.fromisoformat(str(refused.extensions["after"]))
            around = [after] if before is None else [date.fromisoformat(str(before)), after]
            assert all(calendar.works(one) for one in around)
            assert not any(calendar.works(to + timedelta(days=one)) for one in range((after - to).days))
            to = after
            timing = extend(clock, calendar, to=to, reason="reason", by=None, limit=None, at=at)
        end = end_of_day(to, calendar)
        clock = timing.clock
        if clock.unit is TimeUnit.WORKING_DAY:
            assert timing.due_at == end
        else:
            assert timing.due_at <= end
            assert calendar.worked_s(timing.due_at, end) == 0, "due when the door closes that day"
            assert calendar.local_day(timing.due_at) == to


@settings(deadline=None)  # it makes three calendars of three years
@given(edits(), st.sampled_from([HERE, THERE, "288", None]))
def test_what_is_limited_to_other_areas_changes_nothing_here(listed: list[CalendarEdit], area: str | None) -> None:
    elsewhere = [edit for edit in listed if edit.areas and edit.place_of(area) is None]
    without = [edit for edit in listed if edit not in elsewhere]
    one, other = a_calendar(listed, area=area), a_calendar(without, area=area)
    assert [one.hours(day) for day in one.special] == [other.hours(day) for day in one.special]
    assert (one.special, one._worked) == (other.special, other._worked)


@settings(deadline=None)
@given(edits())
def test_what_is_taken_back_for_a_place_leaves_what_holds_everywhere(listed: list[CalendarEdit]) -> None:
    everywhere = [replace(edit, areas=()) for edit in listed if not edit.areas]
    closed = [edit for edit in listed if edit.areas and edit.special is not None]
    highest = max((edit.version for edit in listed), default=0)
    back = [
        replace(edit, version=highest + 1 + at, areas=(WARD,), special=replace(edit.special, kind=DayKind.ORDINARY))
        for at, edit in enumerate(closed)
        if edit.special is not None
    ]
    assert a_calendar([*listed, *back]).special == a_calendar(everywhere).special


@settings(deadline=None)  # it makes five calendars of three years
@given(edits(), st.randoms(use_true_random=False), clocks)
def test_the_order_of_edits_does_not_matter(listed: list[CalendarEdit], random: object, clock: Clock) -> None:
    shuffled = sorted(listed, key=lambda _: random.random())  # type: ignore[attr-defined]
    one, other = a_calendar(listed), a_calendar(shuffled)
    assert one == other
    at_once = recount(clock, one, clock.started_at)
    # Counting again after each edit, in whatever order they come to be known, ends where counting once ends.
    step_by_step = clock
    for known in (1, len(shuffled) // 2, len(shuffled)):
        step_by_step = recount(step_by_step, a_calendar(shuffled[:known]), clock.started_at).clock
    assert (step_by_step, due(step_by_step, other, clock.started_at)) == at_once


@given(calendars, clocks, spans, spans)
def test_the_explanation_counts_exactly_the_budget(
    calendar: WorkCalendar, clock: Clock, later: timedelta, length: timedelta
) -> None:
    since = clock.started_at + later
    pauses = (Pause(since, PauseCause.REPORTER, since + length),)
    stood = replace(clock, pauses=pauses)
    due_at = due(stood, calendar, since + length)
    listed = explained(stood, due_at, calendar, pauses)
    if clock.unit is TimeUnit.WORKING_DAY:
        assert sum(one.verdict is Verdict.COUNTED for one in listed) == clock.amount
    else:
        counted = sum(one.minutes or 0 for one in listed)
        assert clock.amount * 60 - len(listed) <= counted <= clock.amount * 60  # each day is rounded down to minutes
