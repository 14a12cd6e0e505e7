"""What an edit of a calendar or a new target would move of the running clocks, before it is published."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, TypeAlias

import orjson

from app.cases import repository
from app.cases.terms import Books, Move, Preview
from app.db.engine import Database
from app.deadlines.service import Trial
from app.deadlines.snapshot import Calendars
from app.deadlines.terms import Clock, Target, Timing
from app.kit.ids import TenantId

from .listing import START
from .timing import counted, given, joined, stored_clock

PREVIEW_PAGE_ROWS = 500
PREVIEW_MOST_CASES = 50_000
PREVIEW_SHOWN = 100
_Row: TypeAlias = Mapping[str, Any]
_Anew: TypeAlias = Callable[[_Row, Clock], Timing | None]


async def preview_edit(db: Database, tenant_id: TenantId, books: Books, trial: Trial, *, now: datetime) -> Preview:
    """Which running clocks are due at another time with the edit on trial than without it; nothing is written.

    One statement for every 500 open cases, others served in between; at most 50,000 cases are looked at.
    """
    edit, tried = trial.edit, trial.calendars

    def anew(row: _Row, clock: Clock) -> Timing | None:
        own = joined(tried, tenant_id, clock, row["unit_id"], code=edit.code, version=edit.version)
        return counted(tried, tenant_id, own, now)

    return await _preview(db, tenant_id, books._replace(calendars=trial.present), anew, now)


async def preview_target(
    db: Database, tenant_id: TenantId, books: Books, trial: Calendars, target: Target, *, now: datetime
) -> Preview:
    """Which running clocks would be due at another time if the target were given to all that it fits.

    `trial` has it among its targets. Otherwise as `preview_edit`.
    """
    on = max(target.valid_from, trial.of(tenant_id).local_day(now))
    tried = books._replace(calendars=trial)
    return await _preview(
        db, tenant_id, books, lambda row, clock: given(tried, tenant_id, row, clock, target, on=on, at=now), now
    )


async def _preview(db: Database, tenant_id: TenantId, books: Books, anew: _Anew, now: datetime) -> Preview:
    found = Preview(0, 0, 0, 0, 0, [], complete=False)
    after = START
    while found.looked < PREVIEW_MOST_CASES:
        rows = await repository.list_running(db, tenant_id, after=after, limit=PREVIEW_PAGE_ROWS)
        for row in map(dict[str, Any], rows):
            found.looked += 1
            clock = stored_clock(books, tenant_id, orjson.loads(row["clock"]), row["unit_id"])
            before, then = counted(books.calendars, tenant_id, clock, now), anew(row, clock)
            if before is not None and then is not None and before.due_at != then.due_at:
                _note(found, row, before.due_at, then.due_at, now)
        if len(rows) < PREVIEW_PAGE_ROWS:
            found.complete = True
            break
        after = (rows[-1]["due_at"], rows[-1]["id"])
        await asyncio.sleep(0)
    return found


def _note(found: Preview, row: _Row, before: datetime, then: datetime, now: datetime) -> None:
    found.moved += 1
    found.later += then > before
    found.earlier += then < before
    found.overdue += then <= now < before
    if len(found.shown) < PREVIEW_SHOWN:
        found.shown.append(Move(row["code"], row["due_at"], then))
