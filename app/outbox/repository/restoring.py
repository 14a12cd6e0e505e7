"""Statements on numbers that a lost history may have given, and on where the new one goes on."""

from __future__ import annotations

from datetime import datetime

from app.db.engine import Database
from app.db.work import Work
from app.outbox.terms import Series, Standing

_LOST = "EXISTS (SELECT FROM lost_numbers l WHERE l.tenant_id = $1 AND l.series = $2 AND $3 > l.after AND $3 < l.until)"
_IS_LOST = f"SELECT {_LOST}"
_RESTORED = "SELECT max(restored_at) FROM lost_numbers WHERE tenant_id = $1 AND series = $2"
_STANDING = f"""
SELECT COALESCE(max(h.position), 0) AS newest, COALESCE(max(h.pruned_position), 0) AS pruned,
    COALESCE(max(h.pruned_public_position), 0) AS pruned_public, {_LOST} AS lost
FROM outbox_heads h WHERE h.tenant_id = $1
"""  # noqa: S608 - names of ours
_NOTE = """
INSERT INTO lost_numbers (tenant_id, series, until, after, restored_at) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT DO NOTHING
"""
_HEAD = """
INSERT INTO outbox_heads AS h (tenant_id, position) VALUES ($1, 0)
ON CONFLICT (tenant_id) DO UPDATE SET position = h.position RETURNING h.position
"""
_LEAP = "UPDATE outbox_heads SET position = $2 WHERE tenant_id = $1"
_CATCH_UP = "UPDATE consumer_cursors SET position = $3 WHERE tenant_id = $1 AND position = $2"


async def is_lost(db: Database, tenant_id: int, series: Series, number: int) -> bool:
    """Whether the number lies where a lost history may have given it. One statement."""
    return bool(await db.lane.fetchval(_IS_LOST, tenant_id, series.value, number))


async def restored_at(db: Database, tenant_id: int) -> datetime | None:
    """When the database was last found to be put back from a copy; None when it never was. One statement."""
    found: datetime | None = await db.lane.fetchval(_RESTORED, tenant_id, Series.CHANGES.value)
    return found


async def standing(db: Database | Work, tenant_id: int, position: int) -> Standing:
    """How the position stands among those that were given, are kept, or were lost. One statement."""
    given = tenant_id, Series.MESSAGES.value, position
    row = (await (db.fetch if isinstance(db, Work) else db.lane.fetch)(_STANDING, *given))[0]
    return Standing(row["newest"], row["pruned"], row["pruned_public"], row["lost"])


async def note_lost(work: Work, tenant_id: int, series: Series, *, after: int, until: int) -> None:
    """Numbers of the series between the two were given by a history that is lost. One statement."""
    await work.fetch(_NOTE, tenant_id, series.value, until, after, work.now)


async def lock_newest(work: Work, tenant_id: int) -> int:
    """Last position given; its row is locked, and made the first time. One statement."""
    return int((await work.fetch(_HEAD, tenant_id))[0]["position"])


async def move_on(work: Work, tenant_id: int, newest: int, until: int) -> None:
    """The next position is behind `until`; consumers that had handled all stand there. Two statements."""
    await work.fetch(_LEAP, tenant_id, until)
    await work.fetch(_CATCH_UP, tenant_id, newest, until)
