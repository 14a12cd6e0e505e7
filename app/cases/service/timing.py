"""The clock of a case: read, stopped and gone on with as the case changes, counted anew."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

import orjson

from app.cases.errors import NoSuchClock
from app.cases.events import CaseFact, EventType
from app.cases.models import Case
from app.cases.terms import OPEN_STATES, Books, CaseState, Changes
from app.catalogue.terms import Priority
from app.deadlines import service as deadlines_service
from app.deadlines.errors import CalendarExhausted
from app.deadlines.snapshot import Calendars
from app.deadlines.terms import (
    TENANT_CALENDAR,
    CalendarCode,
    Clock,
    Deadline,
    Explanation,
    Milestone,
    PauseCause,
    Target,
    TargetKind,
    Timing,
)
from app.kit.ids import TenantId, UnitId


def clock_of(case: Case, books: Books) -> Clock:
    """The clock the case runs on; of an older case the one that leads to its due date. Raises: CalendarExhausted."""
    return deadlines_service.clock_of(
        books.calendars,
        TenantId(case.tenant_id),
        stored=case.clock,
        opened_at=case.opened_at,
        due_at=case.due_at,
        area=seat_of(books, TenantId(case.tenant_id), case.unit_id),
    )


def stored_clock(books: Books, tenant_id: TenantId, stored: Mapping[str, Any], unit_id: UUID) -> Clock:
    """The clock as a row keeps it; one from before seats were kept has that of the unit that holds the case."""
    clock = deadlines_service.clock_from(stored)
    return clock if clock.area is not None else replace(clock, area=seat_of(books, tenant_id, unit_id))


def seat_of(books: Books, tenant_id: TenantId, unit_id: UUID) -> str:
    """The area in which the unit sits."""
    return books.directory.unit(tenant_id, UnitId(unit_id)).area_code


def joined(calendars: Calendars, tenant_id: TenantId, clock: Clock, unit_id: UUID, *, code: str, version: int) -> Clock:
    """The clock by the calendar that the unit works by from this edit on; as it was when the edit names it not anew.

    Until the edit is in force that calendar says what the tenant's says: no day is counted twice. A clock that has
    another calendar keeps it, and a case keeps its own when it goes to another unit.
    """
    if clock.calendar != TENANT_CALENDAR or unit_id not in calendars.joining(tenant_id, CalendarCode(code), version):
        return clock
    return replace(clock, calendar=CalendarCode(code))


def counted(calendars: Calendars, tenant_id: TenantId, clock: Clock, at: datetime) -> Timing | None:
    """The clock by these calendars, None when they do not reach that far."""
    try:
        return deadlines_service.recount_clock(calendars, tenant_id, clock, at=at)
    except CalendarExhausted:
        return None


def given(
    books: Books,
    tenant_id: TenantId,
    row: Mapping[str, Any],
    clock: Clock,
    target: Target,
    *,
    on: date,
    at: datetime,
) -> Timing | None:
    """The clock of a row of `cases` with the target, when that fits it on the day; None when not, or when it has it."""
    try:
        return deadlines_service.give_target(
            books.calendars,
            tenant_id,
            clock,
            target,
            lineage=books.catalogue.lineage(tenant_id, row["category_code"]),
            tier=books.directory.unit(tenant_id, UnitId(row["unit_id"])).tier,
            priority=Priority(row["priority"]),
            on=on,
            at=at,
        )
    except CalendarExhausted:
        return None


def timed(timing: Timing, at: datetime) -> Changes:
    """What a case becomes when its clock is counted anew `at` this instant."""
    stands = timing.clock.paused
    changes = Changes(
        clock=deadlines_service.clock_values(timing.clock),
        due_at=timing.due_at,
        paused_at=stands.since if stands else None,
    )
    if timing.due_at > at:
        changes["overdue_at"] = None  # the new deadline may be missed again, and is announced again
    return changes


def clocked(case: Case, fact: CaseFact, books: Books, at: datetime) -> CaseFact:
    """The fact with what it does to the clock: waiting for the reporter stops it, going on or ending starts it again.

    A fact that says itself what becomes of the clock stays as it is.
    """
    before, after = CaseState(case.state), fact.changes.get("state", CaseState(case.state))
    if "clock" in fact.changes or after is before or case.merged_into_id is not None:
        return fact
    stops = after is CaseState.AWAITING_REPORTER and case.paused_at is None
    ends = case.paused_at is not None and (before is CaseState.AWAITING_REPORTER or after not in OPEN_STATES)
    reviewed = CaseState.AWAITING_APPROVAL in {before, after}
    if not stops and not ends and not reviewed:
        return fact
    tenant_id = TenantId(case.tenant_id)
    try:
        clock = clock_of(case, books)
        if reviewed:
            waits = after is CaseState.AWAITING_APPROVAL
            clock = deadlines_service.review_clock(clock, waits=waits, at=at)
        # A storm goes on, whatever the reporter has replied.
        storm = after in OPEN_STATES and clock.paused is not None and clock.paused.cause is not PauseCause.REPORTER
        if stops:
            timing = deadlines_service.pause_clock(books.calendars, tenant_id, clock, cause=PauseCause.REPORTER, at=at)
            changes = timed(timing, at)
        elif ends and not storm:
            replied = fact.type is EventType.REPORTER_REPLIED
            timing = deadlines_service.resume_clock(books.calendars, tenant_id, clock, at=at, answered=replied)
            changes = timed(timing, at)
        else:
            changes = Changes(clock=deadlines_service.clock_values(clock)) if reviewed else Changes()
    except CalendarExhausted:  # whoever answers is not kept from it by a calendar nobody has carried further
        return fact
    return replace(fact, changes=Changes(**{**fact.changes, **changes}))


@dataclass(frozen=True, slots=True)
class Told:
    """The deadline of one case with all it follows from."""

    deadline: Deadline
    explanation: Explanation
    target: Target | None
    milestones: list[Milestone]
    received_at: datetime
    overdue: bool
    which: TargetKind


def tell_deadline(
    row: Mapping[str, Any], books: Books, *, now: datetime, which: TargetKind = TargetKind.RESOLUTION
) -> Told:
    """The deadline of a row of `cases` as the driver gives it, explained day by day; or that of another of its clocks.

    Raises: CalendarExhausted; NoSuchClock when none of that kind has run.
    """
    tenant_id, calendars = TenantId(row["tenant_id"]), books.calendars
    clock = row_clock(row, books)
    others = _milestones(row, clock, books, now)
    is_open = CaseState(row["state"]) in OPEN_STATES
    if which is not TargetKind.RESOLUTION:
        one = next((one for one in others if one.target.kind is which), None)
        if one is None:
            raise NoSuchClock
        days = deadlines_service.in_days(one.clock)
        return Told(
            deadline=Deadline(one.due_at, one.due_at, days, one.target.legal_basis, one.clock),
            explanation=deadlines_service.explain_clock(
                calendars, tenant_id, one.clock, due_at=one.due_at, now=one.met_at or now
            ),
            target=one.target,
            milestones=others,
            received_at=row["opened_at"],
            overdue=one.missed(now) and (one.met_at is not None or is_open),
            which=which,
        )
    target = deadlines_service.target_of(calendars, tenant_id, clock)
    category = books.catalogue.category(tenant_id, row["category_code"])
    basis = target.legal_basis if target else category.legal_basis
    return Told(
        deadline=Deadline(row["due_at"], row["original_due_at"], row["working_days"], basis, clock),
        explanation=deadlines_service.explain_clock(calendars, tenant_id, clock, due_at=row["due_at"], now=now),
        target=target,
        milestones=others,
        received_at=row["opened_at"],
        overdue=is_open and row["due_at"] < now,
        which=which,
    )


def row_clock(row: Mapping[str, Any], books: Books) -> Clock:
    """The clock of a row of `cases` as the driver gives it. Raises: CalendarExhausted for an older one."""
    tenant_id = TenantId(row["tenant_id"])
    return deadlines_service.clock_of(
        books.calendars,
        tenant_id,
        stored=orjson.loads(row["clock"]) if row["clock"] is not None else None,
        opened_at=row["opened_at"],
        due_at=row["due_at"],
        area=seat_of(books, tenant_id, row["unit_id"]),
    )


def milestones_of(row: Mapping[str, Any], books: Books, *, now: datetime) -> list[Milestone]:
    """What else is due in the case of the row, met or not; nothing where no calendar reaches."""
    try:
        return _milestones(row, row_clock(row, books), books, now)
    except CalendarExhausted:
        return []


def _milestones(row: Mapping[str, Any], clock: Clock, books: Books, now: datetime) -> list[Milestone]:
    tenant_id = TenantId(row["tenant_id"])
    return deadlines_service.milestones(
        books.calendars,
        tenant_id,
        clock,
        lineage=books.catalogue.lineage(tenant_id, row["category_code"]),
        tier=books.directory.unit(tenant_id, UnitId(row["unit_id"])).tier,
        priority=Priority(row["priority"]),
        spans=_spans(row, clock),
        now=now,
    )


def milestones_in(case: Case, clock: Clock, books: Books, *, now: datetime) -> list[Milestone]:
    """The same of a case whose clock is at hand. Raises: CalendarExhausted."""
    return _milestones({name: getattr(case, name) for name in _MILESTONE_COLUMNS}, clock, books, now)


_MILESTONE_COLUMNS = (
    "tenant_id",
    "category_code",
    "unit_id",
    "priority",
    "opened_at",
    "accepted_at",
    "first_response_at",
)


def _spans(row: Mapping[str, Any], clock: Clock) -> dict[TargetKind, tuple[datetime, datetime | None]]:
    """From when each of the other targets runs, and when it was met; of questions and drafts the last one.

    A question that an officer no longer waits for, or answered by ending the matter, has no target left.
    """
    spans = {
        TargetKind.ACCEPTANCE: (clock.started_at, row["accepted_at"]),
        TargetKind.FIRST_RESPONSE: (row["opened_at"], row["first_response_at"]),
    }
    for pause in clock.pauses:
        if pause.cause is PauseCause.REPORTER and pause.answered:
            spans[TargetKind.REPORTER_ANSWER] = (pause.since, pause.until)
        elif pause.cause is PauseCause.REPORTER:
            spans.pop(TargetKind.REPORTER_ANSWER, None)
    if clock.approval is not None:
        spans[TargetKind.APPROVAL] = clock.approval
    return spans
