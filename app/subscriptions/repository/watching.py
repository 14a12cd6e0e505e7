"""What an operator wants to know of deliveries."""

from __future__ import annotations

from collections.abc import Sequence

from app.db.engine import Database
from app.kit.ids import TenantId
from app.subscriptions.terms import COUNTED_ROWS, DeliveryBacklog

# From the few subscriptions to what waits for each of them, by an index and no further than is counted: `OFFSET 0`
# keeps PostgreSQL from going through all deliveries instead.
_OF_EACH = """
    subscriptions s CROSS JOIN LATERAL (
        SELECT FROM deliveries d
        WHERE d.tenant_id = s.tenant_id AND d.subscription_id = s.id AND d.state = 'waiting' OFFSET 0
    ) w
"""
_BACKLOG = f"""
    SELECT t.tenant_id,
        (SELECT count(*) FROM (
            SELECT FROM {_OF_EACH} WHERE s.tenant_id = t.tenant_id AND s.state = 'active' LIMIT {COUNTED_ROWS}
        ) c) AS waiting,
        (SELECT min(o.created_at) FROM subscriptions s CROSS JOIN LATERAL (
            SELECT d.created_at FROM deliveries d
            WHERE d.tenant_id = s.tenant_id AND d.subscription_id = s.id AND d.settled_at IS NULL
            ORDER BY d.created_at LIMIT 1
        ) o WHERE s.tenant_id = t.tenant_id AND s.state = 'active') AS waiting_since,
        (SELECT count(*) FROM (
            SELECT FROM {_OF_EACH} WHERE s.tenant_id = t.tenant_id AND s.state = 'paused' LIMIT {COUNTED_ROWS}
        ) c) AS held,
        (SELECT count(*) FROM (
            SELECT FROM deliveries d WHERE d.tenant_id = t.tenant_id AND d.state = 'dead' LIMIT {COUNTED_ROWS}
        ) x) AS dead,
        (SELECT count(*) FROM subscriptions s WHERE s.tenant_id = t.tenant_id AND s.state = 'paused'
            AND s.pause_reason <> 'administrator') AS paused
    FROM unnest($1::int[]) AS t (tenant_id)
"""  # noqa: S608 - parts of ours


async def backlog(db: Database, tenants: Sequence[TenantId]) -> list[DeliveryBacklog]:
    """What each of the tenants' deliveries has come to. One statement on partial indexes."""
    return [
        DeliveryBacklog(
            tenant_id=TenantId(row["tenant_id"]),
            waiting=row["waiting"],
            waiting_since=row["waiting_since"],
            held=row["held"],
            dead=row["dead"],
            paused=row["paused"],
        )
        for row in await db.lane.fetch(_BACKLOG, list(tenants))
    ]
