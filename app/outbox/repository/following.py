"""Numbered messages for whoever follows them; one statement each, outside any transaction."""

from __future__ import annotations

from app.bus.terms import Event
from app.db.engine import Database

# What a sentence is made of is for the history alone: no stream tells it.
_EVENTS = """
SELECT position, type, occurred_at, subject_id, subject_version, public,
    (CASE WHEN public THEN payload ELSE payload - 'data' END)::text AS payload
FROM outbox_messages
WHERE tenant_id = $1 AND position > $2 AND position <= $3 AND position IS NOT NULL
ORDER BY position
LIMIT $4
"""
_NEWEST = "SELECT position FROM outbox_heads WHERE tenant_id = $1"
_END = (1 << 63) - 1


async def events_after(db: Database, tenant_id: int, position: int, limit: int, *, until: int = _END) -> list[Event]:
    """Messages after `position` up to `until`, in order (index uq_outbox_messages_position)."""
    rows = await db.lane.fetch(_EVENTS, tenant_id, position, until, limit)
    return [Event(*row) for row in rows]


async def newest_position(db: Database, tenant_id: int) -> int:
    """Position of the tenant's newest numbered message; 0 before the first."""
    return await db.lane.fetchval(_NEWEST, tenant_id) or 0
