"""Clocks: started, stopped, gone on with, given more time. Pure: a clock in, a clock with its due date out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from app.deadlines.errors import ClockPaused, ClockRuns, ExtensionOnDayOff, ExtensionTooLong, ExtensionTooShort
from app.deadlines.terms import Clock, Extension, Pause, PauseCause, Span, TimeUnit, Timing
from app.kit.ids import StaffId

from .calendar import WorkCalendar
from .counting import due_after, due_at, end_of_day, said, time_between

HOUR_S = 3600
HOURS_OF_A_DAY = 8  # what a working day is where days and hours have to be compared


def ended(pauses: Sequence[Pause], at: datetime) -> tuple[Pause, ...]:
    """`pauses` with a lasting one ended `at`: as if the clock went on now."""
    return tuple(replace(pause, until=max(at, pause.since)) if pause.until is None else pause for pause in pauses)


def due(clock: Clock, calendar: WorkCalendar, at: datetime) -> datetime:
    """When the clock's time is over; while it stands, when it would be if it went on `at` this instant.

    Monotone in the budget. A pause and its end leave the working time that remains as it was.
    Raises: CalendarExhausted.
    """
    pauses = ended(clock.pauses, at)
    added = sum(extension.added for extension in clock.extensions)
    if clock.unit is TimeUnit.WORKING_HOUR:
        return due_after(clock.started_at, clock.amount * HOUR_S + added, calendar, pauses)
    return due_at(clock.started_at, clock.amount + added, calendar, pauses)


def started(clock: Clock, calendar: WorkCalendar) -> Timing:
    """The clock on the calendar, at its start or counted anew: what is special about it is kept."""
    counted = _by(clock, calendar)
    return Timing(counted, due(counted, calendar, counted.started_at))


def _by(clock: Clock, calendar: WorkCalendar) -> Clock:
    """The clock with the calendar it is counted by from now on."""
    return replace(
        clock,
        calendar=calendar.code,
        calendar_version=calendar.version,
        tenant_version=calendar.tenant_version,
    )


def recount(clock: Clock, calendar: WorkCalendar, at: datetime) -> Timing:
    """The same clock by another version of its calendar. Raises: CalendarExhausted."""
    counted = _by(clock, calendar)
    return Timing(counted, due(counted, calendar, at))


def retarget(clock: Clock, amount: int, unit: TimeUnit, target: str | None) -> Clock:
    """The clock with another time, `amount` of `unit`; what it was given beyond its time it keeps.

    Extensions are converted by HOURS_OF_A_DAY when the unit is another, a part of a day to a whole one.
    """
    given = clock.extensions
    if unit is not clock.unit:
        day_s = HOURS_OF_A_DAY * HOUR_S
        in_hours = unit is TimeUnit.WORKING_HOUR
        given = tuple(replace(one, added=one.added * day_s if in_hours else -(-one.added // day_s)) for one in given)
    return replace(clock, amount=amount, unit=unit, target=target, extensions=given)


def pause(clock: Clock, calendar: WorkCalendar, cause: PauseCause, at: datetime) -> Timing:
    """The clock standing still from `at` on. Raises: ClockPaused when it does already."""
    if clock.paused is not None:
        raise ClockPaused(clock.paused.cause)
    # A clock set back must not make a pause begin before the one before it has ended.
    since = max([at, *(one.until for one in clock.pauses if one.until is not None)])
    stood = replace(_by(clock, calendar), pauses=(*clock.pauses, Pause(since, cause)))
    return Timing(stood, due(stood, calendar, at))


def resume(clock: Clock, calendar: WorkCalendar, at: datetime, *, answered: bool = False) -> Timing:
    """The clock running again from `at` on; `answered`: because the reporter replied. Raises: ClockRuns."""
    if clock.paused is None:
        raise ClockRuns
    *before, last = ended(clock.pauses, at)
    last = replace(last, answered=answered or last.cause is not PauseCause.REPORTER)
    going = replace(_by(clock, calendar), pauses=(*before, last))
    return Timing(going, due(going, calendar, at))


def reviewed(clock: Clock, *, waits: bool, at: datetime) -> Clock:
    """The clock of a case whose draft waits for a second person from now on, or waits no longer."""
    if waits:
        return replace(clock, approval=Span(at))
    return replace(clock, approval=clock.approval._replace(until=at)) if clock.approval else clock


def extend(
    clock: Clock,
    calendar: WorkCalendar,
    *,
    to: date,
    reason: str,
    by: StaffId | None,
    limit: int | None,
    at: datetime,
) -> Timing:
    """The clock with the time that makes it due at the end of `to`.

    A day off is refused and not moved: the officer's letter promises a day, and nobody else can check another one.

    Args:
        limit: the most the whole time may be, in the clock's own unit; None sets none.
        at: when it is decided.
    Raises: ExtensionTooShort when that is not later than its due date; ExtensionOnDayOff; ExtensionTooLong over the
    limit; CalendarExhausted.
    """
    now_due = due(clock, calendar, at)
    if end_of_day(to, calendar) <= max(now_due, at):
        raise ExtensionTooShort(calendar.local_day(max(now_due, at)))
    if not calendar.works(to):
        raise _day_off(to, calendar, earliest=calendar.local_day(max(now_due, at)) + timedelta(days=1))
    end = end_of_day(to, calendar)
    of_unit = HOUR_S if clock.unit is TimeUnit.WORKING_HOUR else 1
    # Not counted from `now_due`: a pause begun after it takes nothing from the time so far, but from the longer one.
    whole = time_between(clock, end, calendar, ended(clock.pauses, at))
    added = whole - clock.amount * of_unit - sum(extension.added for extension in clock.extensions)
    if added < 1:
        raise ExtensionTooShort(calendar.local_day(max(now_due, at)))
    if limit is not None and whole > limit * of_unit:
        raise ExtensionTooLong(limit, clock.unit)
    longer = replace(_by(clock, calendar), extensions=(*clock.extensions, Extension(at, added, reason, by)))
    return Timing(longer, due(longer, calendar, at))


def _day_off(day: date, calendar: WorkCalendar, *, earliest: date) -> ExtensionOnDayOff:
    """The refusal of a day off, with the working days around it; none before `earliest`. Raises: CalendarExhausted."""
    before, after = day, day
    while before >= earliest and not calendar.works(before):
        before -= timedelta(days=1)
    while not calendar.works(after):
        after += timedelta(days=1)
    why, _ = said(day, calendar)
    return ExtensionOnDayOff(day, why, before=before if before >= earliest else None, after=after)
