"""Statements on what is left lying, over tenants."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from app.db.engine import Database
from app.kit.ids import TenantId
from app.payments.terms import PaymentWorkload

_WORKLOAD = """
    SELECT t.id, (
        SELECT count(*) FROM payment_requests p
        WHERE p.tenant_id = t.id AND p.state = 'requested' AND p.due_at < $2
    ), (
        SELECT count(*) FROM payment_receipts r WHERE r.tenant_id = t.id AND r.unmatched > 0
    ), owed.count, owed.since
    FROM unnest($1::int[]) AS t (id) CROSS JOIN LATERAL (
        SELECT count(*) AS count, min(r.came_at) AS since FROM payment_receipts r
        WHERE r.tenant_id = t.id AND r.refund_due > 0
    ) AS owed
"""


async def workload(db: Database, tenants: Sequence[TenantId], before: datetime) -> list[PaymentWorkload]:
    """Of each tenant; requests that should have ended before then. One statement."""
    return [PaymentWorkload(*row) for row in await db.lane.fetch(_WORKLOAD, list(tenants), before)]
