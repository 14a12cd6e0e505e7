"""Public messages for live feeds; one statement each."""

from __future__ import annotations

from typing import Any

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
_HEAD = """
SELECT greatest(
    (SELECT max(position) FROM outbox_messages WHERE tenant_id = $1 AND position IS NOT NULL AND public),
    (SELECT pruned_public_position FROM outbox_heads WHERE tenant_id = $1),
    0
)
"""


async def events_after(db: Database, tenant_id: TenantId, position: int, limit: int) -> list[asyncpg.Record]:
    """Public messages after `position`, in order (index ix_outbox_messages_public); one statement."""
    return await db.lane.fetch(_EVENTS, tenant_id, position, limit)


async def newest_event(db: Database, tenant_id: TenantId) -> int:
    """Position of the tenant's newest public message, or of the last one forgotten; 0 before the first."""
    found: Any = await db.lane.fetchval(_HEAD, tenant_id)
    return int(found)
