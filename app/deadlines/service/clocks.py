"""Starts clocks, counts them and explains them. No statement is ever needed: calendars and targets are in memory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

from app.catalogue.terms import Priority
from app.deadlines import domain
from app.deadlines.domain import COUNTING_BASIS
from app.deadlines.errors import CalendarExhausted, ExtensionTooFar
from app.deadlines.models import clock_from, clock_values
from app.deadlines.snapshot import Calendars
from app.deadlines.terms import (
    TENANT_CALENDAR,
    Clock,
    Deadline,
    Explanation,
    Milestone,
    PauseCause,
    Target,
    TargetKind,
    TimeUnit,
    Timing,
    Verdict,
)
from app.directory.terms import Tier
from app.kit.ids import StaffId, TenantId, UnitId
from app.kit.text import Text

MEMO_ENTRIES = 20_000

__all__ = ["clock_from", "clock_values"]


def start_clock(
    calendars: Calendars,
    tenant_id: TenantId,
    *,
    working_days: int,
    at: datetime,
    legal_basis: Text = COUNTING_BASIS,
    unit_id: UnitId | None = None,
    lineage: tuple[str, ...] = (),
    tier: Tier | None = None,
    priority: Priority | None = None,
    area: str | None = None,
) -> Deadline:
    """The deadline of what was received at `at`: by the target in force that day, else by `working_days`.

    Args:
        calendars: snapshot of the moment.
        tenant_id: whose calendar and targets count.
        working_days: the category's own time, at least 1; what holds where no target does.
        at: aware instant of receipt.
        legal_basis: where the category's own time comes from; the law of counting when it names none.
        unit_id: who has to answer; its calendar counts.
        lineage: the category and its group, leaf first.
        tier: that of the unit.
        priority: of the case.
        area: the seat of the unit; where it is closed, the day does not count.
    Raises: CalendarExhausted.
    """
    usual = calendars.of(tenant_id)
    on = usual.local_day(at)
    key = (tenant_id, on, unit_id, lineage, tier, priority, working_days)
    of_day = calendars.memo.get(key)
    if of_day is not None:  # whatever is received on one day in one matter is due on one day
        clock = of_day.clock
        started = Clock(
            clock.amount,
            clock.unit,
            at,
            clock.calendar,
            clock.calendar_version,
            clock.tenant_version,
            clock.target,
            area=clock.area,
        )
        basis = of_day.legal_basis if clock.target is not None else legal_basis
        return Deadline(of_day.due_at, of_day.due_at, of_day.working_days, basis, started)
    target = calendars.targets.find(
        tenant_id, TargetKind.RESOLUTION, lineage=lineage, tier=tier, priority=priority, on=on
    )
    calendar = calendars.of(tenant_id, calendars.code_for(unit_id, on), area)
    if target is None:
        clock = Clock(working_days, TimeUnit.WORKING_DAY, at, area=area)
    else:
        clock = Clock(target.amount, target.unit, at, target=target.name, area=area)
        legal_basis = target.legal_basis
    clock, due = domain.started(clock, calendar)
    deadline = Deadline(due, due, in_days(clock), legal_basis, clock)
    if clock.unit is TimeUnit.WORKING_DAY:
        if len(calendars.memo) > MEMO_ENTRIES:  # days go by
            calendars.memo.clear()
        calendars.memo[key] = deadline
    return deadline


def start_statutory(
    calendars: Calendars,
    tenant_id: TenantId,
    *,
    working_days: int,
    at: datetime,
    unit_id: UnitId,
    area: str,
) -> Timing:
    """A clock of so many working days that a procedure's own law sets: no target of the tenant's changes it.

    Other arguments as in `start_clock`. Raises: CalendarExhausted.
    """
    calendar = calendars.of(tenant_id, calendars.code_for(unit_id, calendars.of(tenant_id).local_day(at)), area)
    return domain.started(Clock(working_days, TimeUnit.WORKING_DAY, at, area=area), calendar)


def in_days(clock: Clock) -> int:
    """The time of the clock in working days, a part of one for a whole; extensions not counted."""
    return clock.amount if clock.unit is TimeUnit.WORKING_DAY else -(-clock.amount // domain.HOURS_OF_A_DAY)


def clock_of(
    calendars: Calendars,
    tenant_id: TenantId,
    *,
    stored: Mapping[str, Any] | None,
    opened_at: datetime,
    due_at: datetime,
    area: str | None = None,
) -> Clock:
    """The clock of a case: as it is stored, or the one that leads from `opened_at` to `due_at` for older cases.

    `area` is the seat of the unit that holds the case: where a clock runs that was started before seats were kept.
    Raises: CalendarExhausted for an older case outside the calendar.
    """
    if stored is not None:
        clock = clock_from(stored)
        return clock if clock.area is not None else replace(clock, area=area)
    calendar = calendars.of(tenant_id, TENANT_CALENDAR, area)
    received_on, due_on = calendar.local_day(opened_at), calendar.local_day(due_at)
    days = calendar.worked_until(due_on) - calendar.worked_until(received_on)
    return Clock(max(1, days), TimeUnit.WORKING_DAY, opened_at, area=area)


def retarget_clock(
    calendars: Calendars,
    tenant_id: TenantId,
    clock: Clock,
    *,
    working_days: int,
    lineage: tuple[str, ...],
    tier: Tier | None,
    priority: Priority | None,
    at: datetime,
) -> Timing | None:
    """The clock with the target of a matter sorted anew, in force when it started; None when that is the one it has.

    Start, pauses and extensions stay; the due date may, when only the law is another. `at` and the other arguments as
    in `start_clock`.
    """
    on = calendars.of(tenant_id).local_day(clock.started_at)
    target = calendars.targets.find(
        tenant_id, TargetKind.RESOLUTION, lineage=lineage, tier=tier, priority=priority, on=on
    )
    if target is not None:
        anew = domain.retarget(clock, target.amount, target.unit, target.name)
    else:
        anew = domain.retarget(clock, working_days, TimeUnit.WORKING_DAY, None)
    if anew == clock:
        return None
    return recount_clock(calendars, tenant_id, anew, at=at)


def give_target(
    calendars: Calendars,
    tenant_id: TenantId,
    clock: Clock,
    target: Target,
    *,
    lineage: tuple[str, ...],
    tier: Tier | None,
    priority: Priority | None,
    on: date,
    at: datetime,
) -> Timing | None:
    """The running clock with `target`, when that is what holds on the day for such a matter; None when it has it.

    Start, pauses and extensions stay. Other arguments as in `start_clock`. Raises: CalendarExhausted.
    """
    if clock.target == target.name:
        return None
    found = calendars.targets.find(tenant_id, target.kind, lineage=lineage, tier=tier, priority=priority, on=on)
    if found is None or found.name != target.name:
        return None
    return recount_clock(calendars, tenant_id, domain.retarget(clock, target.amount, target.unit, target.name), at=at)


def older_clock(
    calendars: Calendars,
    tenant_id: TenantId,
    *,
    working_days: int,
    opened_at: datetime,
    due_at: datetime,
    area: str | None,
) -> Clock:
    """The clock of a case from before clocks were kept.

    The time it was promised, where that led to its due date by the calendar as it was then: what has been edited since
    counts for it as for any other. Else the one that leads to its due date by the calendar as it is now, and to the
    next working day where that one is closed. Raises: CalendarExhausted.
    """
    promised = Clock(working_days, TimeUnit.WORKING_DAY, opened_at, TENANT_CALENDAR, 1, 1, area=area)
    if working_days > 0 and domain.due(promised, calendars.counted_by(tenant_id, promised), opened_at) == due_at:
        return promised
    calendar = calendars.of(tenant_id, TENANT_CALENDAR, area)
    led = clock_of(calendars, tenant_id, stored=None, opened_at=opened_at, due_at=due_at, area=area)
    closed = not calendar.works(calendar.local_day(due_at))
    return replace(
        led,
        amount=led.amount + closed,
        calendar_version=calendar.version,
        tenant_version=calendar.tenant_version,
    )


def pause_clock(calendars: Calendars, tenant_id: TenantId, clock: Clock, *, cause: PauseCause, at: datetime) -> Timing:
    """The clock standing still from `at` on. Raises: ClockPaused."""
    return domain.pause(clock, calendars.of(tenant_id, clock.calendar, clock.area), cause, at)


def review_clock(clock: Clock, *, waits: bool, at: datetime) -> Clock:
    """The clock of a case whose draft waits for a second person from now on, or waits no longer."""
    return domain.reviewed(clock, waits=waits, at=at)


def resume_clock(
    calendars: Calendars, tenant_id: TenantId, clock: Clock, *, at: datetime, answered: bool = False
) -> Timing:
    """The clock running again from `at` on; `answered`: because the reporter replied. Raises: ClockRuns."""
    return domain.resume(clock, calendars.of(tenant_id, clock.calendar, clock.area), at, answered=answered)


def extend_clock(
    calendars: Calendars,
    tenant_id: TenantId,
    clock: Clock,
    *,
    to: date,
    reason: str,
    by: StaffId | None,
    at: datetime,
) -> Timing:
    """The clock with more time, due at the end of `to`.

    Raises: ExtensionTooShort, ExtensionOnDayOff, ExtensionTooLong; ExtensionTooFar when the calendar ends before `to`.
    """
    target = target_of(calendars, tenant_id, clock)
    try:
        return domain.extend(
            clock,
            calendars.of(tenant_id, clock.calendar, clock.area),
            to=to,
            reason=reason,
            by=by,
            limit=target.extend_to if target else None,
            at=at,
        )
    except CalendarExhausted as error:
        raise ExtensionTooFar from error


def recount_clock(calendars: Calendars, tenant_id: TenantId, clock: Clock, *, at: datetime) -> Timing:
    """The clock by the calendar as it is now; a clock that stands as if it went on `at` this instant."""
    return domain.recount(clock, calendars.of(tenant_id, clock.calendar, clock.area), at)


def target_of(calendars: Calendars, tenant_id: TenantId, clock: Clock) -> Target | None:
    """The target the clock was started with, None when it runs on its category's own time."""
    return calendars.targets.named(tenant_id, clock.target)


def milestones(
    calendars: Calendars,
    tenant_id: TenantId,
    clock: Clock,
    *,
    lineage: tuple[str, ...],
    tier: Tier | None,
    priority: Priority | None,
    spans: Mapping[TargetKind, tuple[datetime, datetime | None]],
    now: datetime | None = None,
) -> list[Milestone]:
    """What else is due in the case, in the order of `spans`: for each kind from when, and when it was met.

    By the targets in force when each began and by the clock's calendar; kinds without a target are left out. While the
    clock of the case stands the others stand too, but for that of whoever it waits for; `now` is where such a pause is
    counted to, None leaves it out. Raises: CalendarExhausted.
    """
    calendar = calendars.of(tenant_id, clock.calendar, clock.area)
    found: list[Milestone] = []
    for kind, (started_at, met_at) in spans.items():
        on = calendar.local_day(started_at)
        target = calendars.targets.find(tenant_id, kind, lineage=lineage, tier=tier, priority=priority, on=on)
        if target is None:
            continue
        pauses = clock.pauses if kind is not TargetKind.REPORTER_ANSWER else ()
        own = Clock(target.amount, target.unit, started_at, target=target.name, pauses=pauses, area=clock.area)
        timing = domain.recount(own, calendar, met_at or now or started_at)
        found.append(Milestone(target, started_at, timing.due_at, met_at, timing.clock))
    return found


def explain_clock(
    calendars: Calendars, tenant_id: TenantId, clock: Clock, *, due_at: datetime, now: datetime
) -> Explanation:
    """Every counted, skipped and paused day of the clock's way to `due_at`, with the rule. Raises: CalendarExhausted.

    By the calendar as it was when `due_at` was counted, whatever was edited since. `now`: where the count stands while
    the clock does.
    """
    calendar = calendars.counted_by(tenant_id, clock)
    pauses = domain.ended(clock.pauses, now)
    days = tuple(domain.explained(clock, due_at, calendar, pauses))
    return Explanation(
        zone_name=calendar.zone.key,
        received_on=calendar.local_day(clock.started_at),
        due_on=calendar.local_day(due_at),
        counted=sum(day.verdict is Verdict.COUNTED for day in days),
        rule=domain.RULE_OF_HOURS if clock.unit is TimeUnit.WORKING_HOUR else domain.RULE,
        basis=COUNTING_BASIS,
        days=days,
    )


def days_left(calendars: Calendars, tenant_id: TenantId, clock: Clock, *, due_at: datetime, now: datetime) -> int:
    """Working days of the clock's calendar that still end until `due_at`, today's included; below 0 when overdue.

    The day on which it started is not counted, today or not. Raises: CalendarExhausted.
    """
    calendar = calendars.of(tenant_id, clock.calendar, clock.area)
    if due_at < now:
        return -calendar.passed(due_at, now)
    return calendar.passed(max(now, domain.end_of_day(calendar.local_day(clock.started_at), calendar)), due_at)


def office_closes(calendars: Calendars, tenant_id: TenantId, clock: Clock, at: datetime) -> datetime:
    """When the clock's office closes on the local day of `at`: until then people can come, whatever the law counts.

    `at` itself where nobody works on that day, or no calendar reaches it.
    """
    calendar = calendars.of(tenant_id, clock.calendar, clock.area)
    day = calendar.local_day(at)
    try:
        hours = calendar.hours(day)
    except CalendarExhausted:
        return at
    if not hours:
        return at
    return min(at, datetime.combine(day, time(), calendar.zone) + timedelta(minutes=hours[-1].closes))
