"""Public messages for live feeds; one statement each."""

from __future__ import annotations

import asyncpg

from app.db.engine import Database
from app.kit.ids import TenantId

_EVENTS = """
SELECT position, type, payload::text AS payload
FROM outbox_messages
WHERE tenant_id = $1 AND position > $2 AND position IS NOT NULL AND public
ORDER BY position
LIMIT $3
"""


async def events_after(db: Database, tenant_id: TenantId, position: int, limit: int) -> list[asyncpg.Record]:
    """Public messages after `position`, in order (index ix_outbox_messages_public); one statement."""
    return await db.lane.fetch(_EVENTS, tenant_id, position, limit)
