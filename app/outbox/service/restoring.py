"""Going on after the database was put back from a copy: no number is ever given twice.

Whoever follows keeps a number as his place. Numbers that the lost history gave would be given again, for something
else, and he would skip or repeat without knowing. So the new history begins behind whatever the lost one can have
given: at the microseconds since 1970. A place from before the copy stays good; one from the lost history lies in the
gap, and is refused.
"""

from __future__ import annotations

from datetime import datetime

from app.db.engine import Database
from app.db.work import Work
from app.kit.clock import microseconds
from app.kit.ids import TenantId
from app.outbox import repository
from app.outbox.terms import Series


async def leap(work: Work, tenant_id: TenantId) -> None:
    """The next message gets a position behind all that a lost history can have given. Four statements."""
    newest = await repository.lock_newest(work, tenant_id)
    until = max(newest, microseconds(work.now))
    await repository.move_on(work, tenant_id, newest, until)
    await repository.note_lost(work, tenant_id, Series.MESSAGES, after=newest, until=until)


async def note_lost(work: Work, tenant_id: TenantId, series: Series, *, after: int) -> int:
    """Behind which number the series goes on, from now; what lies between `after` and it is lost. One statement."""
    until = max(after, microseconds(work.now))
    await repository.note_lost(work, tenant_id, series, after=after, until=until)
    return until


async def is_lost(db: Database, tenant_id: TenantId, series: Series, number: int) -> bool:
    """Whether the number lies where a lost history may have given it. One statement."""
    return await repository.is_lost(db, tenant_id, series, number)


async def restored_at(db: Database, tenant_id: TenantId) -> datetime | None:
    """When the database was last found to be put back from a copy; None when it never was. One statement."""
    return await repository.restored_at(db, tenant_id)
