"""Running clocks counted anew after an edit of a calendar: what would move, and the moving itself."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

import orjson

from app.cases import domain, repository
from app.cases.repository import CaseRepository
from app.cases.terms import OPEN_STATES, Books, CaseState
from app.db.engine import Database
from app.db.work import Work
from app.deadlines import service as deadlines_service
from app.deadlines.errors import CalendarExhausted
from app.deadlines.snapshot import Calendars
from app.deadlines.terms import Clock, Timing
from app.identity.terms import system_actor
from app.kit.clock import local_day
from app.kit.ids import CaseId, TenantId

from .listing import START
from .steps import settle
from .timing import timed

RECOUNT_BATCH_ROWS = 200
PREVIEW_PAGE_ROWS = 500
PREVIEW_MOST_CASES = 50_000
PREVIEW_SHOWN = 100


class Move(NamedTuple):
    """A case whose due date an edit would move."""

    code: str
    due_at: datetime
    would_be: datetime


@dataclass(slots=True)
class Preview:
    """What an edit would move of the running clocks: the first are `shown`, due first. `complete`: all looked at."""

    looked: int
    moved: int
    later: int
    earlier: int
    shown: list[Move]
    complete: bool


async def preview_edit(
    db: Database, tenant_id: TenantId, present: Calendars, trial: Calendars, *, now: datetime
) -> Preview:
    """Which running clocks are due at another time by `trial` than by `present`; nothing is written.

    One statement for every 500 open cases, others served in between; at most 50,000 cases are looked at.
    """
    found = Preview(0, 0, 0, 0, [], complete=False)
    after = START
    while found.looked < PREVIEW_MOST_CASES:
        rows = await repository.list_running(db, tenant_id, after=after, limit=PREVIEW_PAGE_ROWS)
        for row in rows:
            _look(found, row, tenant_id, present, trial, now)
        if len(rows) < PREVIEW_PAGE_ROWS:
            found.complete = True
            break
        after = (rows[-1]["due_at"], rows[-1]["id"])
        await asyncio.sleep(0)
    return found


def _look(found: Preview, row: Any, tenant_id: TenantId, present: Calendars, trial: Calendars, now: datetime) -> None:
    found.looked += 1
    clock = deadlines_service.clock_from(orjson.loads(row["clock"]))
    before, after = _counted(present, tenant_id, clock, now), _counted(trial, tenant_id, clock, now)
    if before is None or after is None or before.due_at == after.due_at:
        return
    found.moved += 1
    found.later += after.due_at > before.due_at
    found.earlier += after.due_at < before.due_at
    if len(found.shown) < PREVIEW_SHOWN:
        found.shown.append(Move(row["code"], row["due_at"], after.due_at))


def _counted(calendars: Calendars, tenant_id: TenantId, clock: Clock, at: datetime) -> Timing | None:
    """The clock by these calendars, None when they do not reach that far."""
    try:
        return deadlines_service.recount_clock(calendars, tenant_id, clock, at=at)
    except CalendarExhausted:
        return None


async def recount_cases(work: Work, tenant_id: TenantId, books: Books, *, after: timedelta) -> int:
    """Number of open cases looked at now for the oldest recount that waits; 0 when there is none left to do.

    None is taken up until `after` its edit every process counts by it. Each case whose due date moves says so once, in
    its history and to the outbox. One older than clocks keeps its date.
    """
    turn = await deadlines_service.take_recount(work, tenant_id, books.calendars, after=after)
    if turn is None:
        return 0
    cases = CaseRepository(work, tenant_id)
    rows = await cases.running(turn.recount.after or START, RECOUNT_BATCH_ROWS)
    moving, looked = [], 0
    for row in rows:
        clock = deadlines_service.clock_from(row.clock)
        looked += not turn.has_followed(clock)
        timing = _counted(books.calendars, tenant_id, clock, work.now)
        if timing is not None and timing.due_at != row.due_at:
            moving.append(CaseId(row.id))
    moved = 0
    for case_id in sorted(moving):  # in the order of ids, as everybody who locks several
        moved += await _move(work, cases, tenant_id, case_id, books)
    ended = len(rows) < RECOUNT_BATCH_ROWS
    last = (rows[-1].due_at, rows[-1].id) if rows else None
    turn.went_on(last, looked=looked, moved=moved, done_at=work.now if ended else None)
    return max(1, len(rows))


async def _move(work: Work, cases: CaseRepository, tenant_id: TenantId, case_id: CaseId, books: Books) -> bool:
    """Whether the case, looked at again under its lock, was given another due date."""
    case = await cases.lock_by_id(case_id)
    if case.clock is None or CaseState(case.state) not in OPEN_STATES:
        return False
    timing = _counted(books.calendars, tenant_id, deadlines_service.clock_from(case.clock), work.now)
    if timing is None or timing.due_at == case.due_at:
        return False
    # The date of a clock that stands moves on with time: that is the pause's doing and no news.
    why = domain.BY_CALENDAR if case.paused_at is None else domain.BY_PAUSE
    fact = domain.move_due(timed(timing, work.now), due_on=_due_on(timing, tenant_id, books), why=why)
    settle(work, system_actor(tenant_id), case, fact, books)
    return True


def _due_on(timing: Timing, tenant_id: TenantId, books: Books) -> date:
    return local_day(timing.due_at, books.directory.tenant(tenant_id).time_zone)
