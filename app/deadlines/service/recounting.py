"""How far running clocks have followed an edit. Which cases there are is another room's to know."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from app.db.work import Work
from app.deadlines import repository
from app.deadlines.models import RecountRow
from app.deadlines.snapshot import Calendars
from app.deadlines.terms import Clock, Recount
from app.kit.ids import TenantId


@dataclass(frozen=True, slots=True)
class Turn:
    """A recount taken for a batch, locked until the transaction ends."""

    recount: Recount
    row: RecountRow

    def went_on(self, last: tuple[datetime, UUID] | None, *, looked: int, moved: int, done_at: datetime | None) -> None:
        """Note the last case seen, as (due date, id), how many were and moved; `done_at` when there are no more."""
        repository.advance(self.row, last, looked=looked, moved=moved, done_at=done_at)

    def has_followed(self, clock: Clock) -> bool:
        """Whether the clock was counted by this edit already: a case that has moved is met again at its new date."""
        return clock.calendar == self.recount.code and clock.calendar_version >= self.recount.version


async def take_recount(work: Work, tenant_id: TenantId, calendars: Calendars, *, after: timedelta) -> Turn | None:
    """The oldest recount that waits; None when there is none, or when its edit is not known everywhere yet.

    `after`: how long an edit takes to reach every process. Until then some still count by the calendar before it, and
    a case they open behind the place where the recount is would never be met.
    """
    row = await repository.next_recount(work, tenant_id)
    if row is None:
        return None
    recount = row.read()
    if work.now - row.created_at < after:
        return None
    if calendars.of(tenant_id, recount.code).version < recount.version:
        return None
    return Turn(recount, row)
