"""The clock of a case: read, stopped and gone on with as the case changes, counted anew."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import orjson

from app.cases.events import CaseFact
from app.cases.models import Case
from app.cases.terms import OPEN_STATES, Books, CaseState, Changes
from app.catalogue.terms import Priority
from app.deadlines import service as deadlines_service
from app.deadlines.errors import CalendarExhausted
from app.deadlines.terms import Clock, Deadline, Explanation, Milestone, PauseCause, Target, TargetKind, Timing
from app.kit.ids import TenantId, UnitId


def clock_of(case: Case, books: Books) -> Clock:
    """The clock the case runs on; of an older case the one that leads to its due date. Raises: CalendarExhausted."""
    return deadlines_service.clock_of(
        books.calendars,
        TenantId(case.tenant_id),
        stored=case.clock,
        opened_at=case.opened_at,
        due_at=case.due_at,
    )


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
    waits = after is CaseState.AWAITING_REPORTER
    if "clock" in fact.changes or after is before or case.merged_into_id is not None:
        return fact
    stops = waits and case.paused_at is None
    ends = case.paused_at is not None and (before is CaseState.AWAITING_REPORTER or after not in OPEN_STATES)
    if not stops and not ends:
        return fact
    tenant_id = TenantId(case.tenant_id)
    try:
        clock = clock_of(case, books)
        if ends and after in OPEN_STATES and clock.paused and clock.paused.cause is not PauseCause.REPORTER:
            return fact  # the storm goes on, whatever the reporter has replied
        if stops:
            timing = deadlines_service.pause_clock(books.calendars, tenant_id, clock, cause=PauseCause.REPORTER, at=at)
        else:
            timing = deadlines_service.resume_clock(books.calendars, tenant_id, clock, at=at)
    except CalendarExhausted:  # whoever answers is not kept from it by a calendar nobody has carried further
        return fact
    return replace(fact, changes=Changes(**{**fact.changes, **timed(timing, at)}))


@dataclass(frozen=True, slots=True)
class Told:
    """The deadline of one case with all it follows from."""

    deadline: Deadline
    explanation: Explanation
    target: Target | None
    milestones: list[Milestone]
    received_at: datetime
    overdue: bool


def tell_deadline(row: Mapping[str, Any], books: Books, *, now: datetime) -> Told:
    """The deadline of a row of `cases` as the driver gives it, explained day by day. Raises: CalendarExhausted."""
    tenant_id, calendars = TenantId(row["tenant_id"]), books.calendars
    stored = orjson.loads(row["clock"]) if row["clock"] is not None else None
    clock = deadlines_service.clock_of(
        calendars, tenant_id, stored=stored, opened_at=row["opened_at"], due_at=row["due_at"]
    )
    target = deadlines_service.target_of(calendars, tenant_id, clock)
    category = books.catalogue.category(tenant_id, row["category_code"])
    basis = target.legal_basis if target else category.legal_basis
    return Told(
        deadline=Deadline(row["due_at"], row["original_due_at"], row["working_days"], basis, clock),
        explanation=deadlines_service.explain_clock(calendars, tenant_id, clock, due_at=row["due_at"], now=now),
        target=target,
        milestones=_milestones(row, clock, books),
        received_at=row["opened_at"],
        overdue=CaseState(row["state"]) in OPEN_STATES and row["due_at"] < now,
    )


def milestones_of(case: Case, clock: Clock, books: Books) -> list[Milestone]:
    """What else is due in the case, met or not. Raises: CalendarExhausted."""
    return _milestones({name: getattr(case, name) for name in _MILESTONE_COLUMNS}, clock, books)


_MILESTONE_COLUMNS = (
    "tenant_id",
    "category_code",
    "unit_id",
    "priority",
    "opened_at",
    "accepted_at",
    "first_response_at",
)


def _milestones(row: Mapping[str, Any], clock: Clock, books: Books) -> list[Milestone]:
    tenant_id = TenantId(row["tenant_id"])
    return deadlines_service.milestones(
        books.calendars,
        tenant_id,
        clock,
        lineage=books.catalogue.lineage(tenant_id, row["category_code"]),
        tier=books.directory.unit(tenant_id, UnitId(row["unit_id"])).tier,
        priority=Priority(row["priority"]),
        spans=_spans(row, clock),
    )


def _spans(row: Mapping[str, Any], clock: Clock) -> dict[TargetKind, tuple[datetime, datetime | None]]:
    """From when each of the other targets runs, and when it was met; of a question to the sender the last one."""
    spans = {
        TargetKind.ACCEPTANCE: (clock.started_at, row["accepted_at"]),
        TargetKind.FIRST_RESPONSE: (row["opened_at"], row["first_response_at"]),
    }
    for pause in clock.pauses:
        if pause.cause is PauseCause.REPORTER:
            spans[TargetKind.REPORTER_ANSWER] = (pause.since, pause.until)
    return spans
