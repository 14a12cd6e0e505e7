"""What an operator wants to know of deliveries."""

from __future__ import annotations

from collections.abc import Sequence

from app.db.engine import Database
from app.kit.ids import TenantId
from app.subscriptions.terms import COUNTED_ROWS, DeliveryBacklog

_BACKLOG = f"""
    SELECT t.tenant_id,
        (SELECT count(*) FROM (
            SELECT FROM deliveries d JOIN subscriptions s ON s.tenant_id = d.tenant_id AND s.id = d.subscription_id
            WHERE d.tenant_id = t.tenant_id AND d.state = 'waiting' AND s.state = 'active' LIMIT {COUNTED_ROWS}
        ) w) AS waiting,
        (SELECT min(d.created_at) FROM deliveries d
            JOIN subscriptions s ON s.tenant_id = d.tenant_id AND s.id = d.subscription_id
            WHERE d.tenant_id = t.tenant_id AND d.state = 'waiting' AND s.state = 'active') AS waiting_since,
        (SELECT count(*) FROM (
            SELECT FROM deliveries d JOIN subscriptions s ON s.tenant_id = d.tenant_id AND s.id = d.subscription_id
            WHERE d.tenant_id = t.tenant_id AND d.state = 'waiting' AND s.state = 'paused' LIMIT {COUNTED_ROWS}
        ) h) AS held,
        (SELECT count(*) FROM (
            SELECT FROM deliveries d WHERE d.tenant_id = t.tenant_id AND d.state = 'dead' LIMIT {COUNTED_ROWS}
        ) x) AS dead,
        (SELECT count(*) FROM subscriptions s WHERE s.tenant_id = t.tenant_id AND s.state = 'paused'
            AND s.pause_reason <> 'administrator') AS paused
    FROM unnest($1::int[]) AS t (tenant_id)
"""  # noqa: S608 - a number of ours


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
