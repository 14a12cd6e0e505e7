"""Running clocks following an edit of a calendar, or a target that is for them too; older cases given a clock."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from app.cases import domain
from app.cases.events import CaseFact
from app.cases.models import Case
from app.cases.repository import CaseRepository
from app.cases.terms import OPEN_STATES, Books, CaseState, Changes
from app.db.work import Work
from app.deadlines import service as deadlines_service
from app.deadlines.errors import CalendarExhausted
from app.deadlines.terms import Timing
from app.identity.terms import system_actor
from app.kit.clock import local_day
from app.kit.ids import CaseId, TenantId

from .listing import START
from .steps import settle
from .timing import clock_of, counted, given, joined, seat_of, stored_clock, timed

RECOUNT_BATCH_ROWS = 200


async def recount_cases(work: Work, tenant_id: TenantId, books: Books, *, after: timedelta) -> int:
    """Number of open cases looked at now for the oldest edit or target that waits; 0 when there is none left to do.

    None is taken up until `after` its publication every process counts by it, nor before every open case has a clock.
    Each case whose due date moves says so once, in its history and to the outbox.
    """
    older = await _give_clocks(work, tenant_id, books)
    if older:
        return older
    turn = await deadlines_service.take_turn(work, tenant_id, books.calendars, after=after)
    if turn is None:
        return 0
    cases = CaseRepository(work, tenant_id)
    rows = await cases.running(turn.recount.after or START, RECOUNT_BATCH_ROWS)
    moving, looked = [], 0
    for row in rows:
        looked += not turn.has_followed(stored_clock(books, tenant_id, row.clock, row.unit_id))
        if _anew(turn, row._asdict(), books, tenant_id, work.now) is not None:
            moving.append(CaseId(row.id))
    moved = 0
    for case_id in sorted(moving):  # in the order of ids, as everybody who locks several
        moved += await _move(work, cases, tenant_id, case_id, turn, books)
    ended = len(rows) < RECOUNT_BATCH_ROWS
    last = (rows[-1].due_at, rows[-1].id) if rows else None
    turn.went_on(last, looked=looked, moved=moved, ended_at=work.now if ended else None)
    return max(1, len(rows))


def _anew(
    turn: deadlines_service.Turn, row: Mapping[str, Any], books: Books, tenant_id: TenantId, at: datetime
) -> Timing | None:
    """The clock of the row as the turn would have it, None when it is so already."""
    clock = stored_clock(books, tenant_id, row["clock"], row["unit_id"])
    if turn.target is not None:
        today = books.calendars.of(tenant_id).local_day(at)
        return given(books, tenant_id, row, clock, turn.target, on=today, at=at)
    edit = turn.recount
    own = joined(books.calendars, tenant_id, clock, row["unit_id"], code=edit.code, version=edit.version)
    timing = counted(books.calendars, tenant_id, own, at)
    if timing is None or (timing.due_at == row["due_at"] and own == clock):
        return None
    return timing


async def _move(
    work: Work, cases: CaseRepository, tenant_id: TenantId, case_id: CaseId, turn: deadlines_service.Turn, books: Books
) -> bool:
    """Whether the case, looked at again under its lock, was given another due date."""
    case = await cases.lock_by_id(case_id)
    if case.clock is None or CaseState(case.state) not in OPEN_STATES:
        return False
    row = {"clock": case.clock, "unit_id": case.unit_id, "due_at": case.due_at}
    row |= {"category_code": case.category_code, "priority": case.priority}
    timing = _anew(turn, row, books, tenant_id, work.now)
    if timing is None:
        return False
    before = case.due_at
    if timing.due_at == before and turn.target is None:  # by another calendar, and due when it was: no fact
        case.clock = deadlines_service.clock_values(timing.clock)
        return False
    settle(work, system_actor(tenant_id), case, _moved(turn, case, timing, books, work.now), books)
    return case.due_at != before


def _moved(turn: deadlines_service.Turn, case: Case, timing: Timing, books: Books, at: datetime) -> CaseFact:
    changes, due_on = timed(timing, at), _due_on(timing, TenantId(case.tenant_id), books)
    if turn.target is not None:
        changes = Changes(**{**changes, "working_days": deadlines_service.in_days(timing.clock)})
        return domain.give_target(changes, due_on=due_on, target=turn.target)
    # The date of a clock that stands moves on with time: that is the pause's doing and no news.
    why = domain.BY_CALENDAR if case.paused_at is None else domain.BY_PAUSE
    return domain.move_due(changes, due_on=due_on, why=why)


async def _give_clocks(work: Work, tenant_id: TenantId, books: Books) -> int:
    """Number of open cases older than clocks that have one now; 0 when there is none left that can be counted.

    To be given the clock it always ran on is no fact about a case. Where the calendar was edited meanwhile its due date
    follows, as those of all other cases did, and says so.
    """
    calendar = books.calendars.by_tenant.get(tenant_id)
    if calendar is None:
        return 0
    first = datetime.combine(calendar.first + timedelta(days=1), time(), UTC)
    last = datetime.combine(calendar.last - timedelta(days=7), time(), UTC)
    cases = await CaseRepository(work, tenant_id).unclocked(first, last, RECOUNT_BATCH_ROWS)
    for case in cases:
        _give_clock(work, tenant_id, case, books)
    return len(cases)


def _give_clock(work: Work, tenant_id: TenantId, case: Case, books: Books) -> None:
    clock = deadlines_service.older_clock(
        books.calendars,
        tenant_id,
        # What it was promised when it was opened again nobody knows.
        working_days=0 if case.reopen_count else case.working_days,
        opened_at=case.opened_at,
        due_at=case.due_at,
        area=seat_of(books, tenant_id, case.unit_id),
    )
    case.clock = deadlines_service.clock_values(clock)
    try:
        timing = deadlines_service.recount_clock(books.calendars, tenant_id, clock_of(case, books), at=work.now)
    except CalendarExhausted:
        return
    if timing.due_at != case.due_at:
        work.catch_up(case.updated_at)
        fact = domain.move_due(
            timed(timing, work.now), due_on=_due_on(timing, tenant_id, books), why=domain.BY_CALENDAR
        )
        settle(work, system_actor(tenant_id), case, fact, books)


def _due_on(timing: Timing, tenant_id: TenantId, books: Books) -> date:
    return local_day(timing.due_at, books.directory.tenant(tenant_id).time_zone)
