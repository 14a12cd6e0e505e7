"""How far running clocks have followed an edit or a target. Which cases there are is another room's to know."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from app.db.work import Work
from app.deadlines import repository
from app.deadlines.models import RecountRow, RetargetRow
from app.deadlines.snapshot import Calendars
from app.deadlines.terms import CalendarCode, Clock, Recount, Target
from app.kit.ids import TenantId


@dataclass(frozen=True, slots=True)
class Turn:
    """A walk taken for a batch, locked until the transaction ends. `target` is what it gives, None after an edit."""

    recount: Recount
    row: RecountRow | RetargetRow
    target: Target | None = None

    def went_on(
        self, last: tuple[datetime, UUID] | None, *, looked: int, moved: int, ended_at: datetime | None
    ) -> None:
        """Note the last case seen, as (due date, id), how many were and moved; `ended_at` when there are no more.

        What is met again in the closing walk is not looked at twice.
        """
        fresh = 0 if self.recount.closing else looked
        repository.advance(self.row, last, looked=fresh, moved=moved, ended_at=ended_at)

    def has_followed(self, clock: Clock) -> bool:
        """Whether the clock was counted by this already: a case that has moved is met again at its new date."""
        if self.target is not None:
            return clock.target == self.target.name
        return clock.calendar == self.recount.code and clock.calendar_version >= self.recount.version


async def take_turn(work: Work, tenant_id: TenantId, calendars: Calendars, *, after: timedelta) -> Turn | None:
    """The oldest edit that running clocks have not followed, else the oldest target that is for them too.

    None when nothing waits, or when it is not known everywhere yet: `after` is how long that takes. Until then some
    processes still count as before, and a case they open behind the place where the walk is would be met only by its
    closing one.
    """
    row = await repository.next_recount(work, tenant_id)
    if row is not None:
        recount = row.read()
        known = calendars.of(tenant_id, CalendarCode(recount.code)).version >= recount.version
        return Turn(recount, row) if known and work.now - row.created_at >= after else None
    if tenant_id not in calendars.by_tenant:  # without a calendar nothing of the tenant can be counted
        return None
    today = calendars.of(tenant_id).local_day(work.now)
    given = await repository.next_retarget(work, tenant_id, today)
    if given is None or work.now - given.created_at < after:
        return None
    recount = given.read()
    target = calendars.targets.named(tenant_id, f"{recount.code}@{recount.version}")
    return Turn(recount, given, target) if target is not None else None
