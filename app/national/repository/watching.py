"""What an operator wants to know of pushes."""

from __future__ import annotations

from collections.abc import Sequence

from app.db.engine import Database
from app.kit.ids import TenantId
from app.national.terms import COUNTED_ROWS, PushBacklog

_BACKLOG = f"""
    SELECT t.tenant_id,
        (SELECT count(*) FROM (
            SELECT FROM national_pushes p WHERE p.tenant_id = t.tenant_id AND p.state = 'waiting' LIMIT {COUNTED_ROWS}
        ) w) AS waiting,
        (SELECT p.created_at FROM national_pushes p WHERE p.tenant_id = t.tenant_id AND p.state = 'waiting'
            ORDER BY p.created_at LIMIT 1) AS waiting_since,
        (SELECT count(*) FROM (
            SELECT FROM national_pushes p WHERE p.tenant_id = t.tenant_id AND p.state = 'dead' LIMIT {COUNTED_ROWS}
        ) d) AS dead,
        (SELECT count(*) FROM (
            SELECT FROM national_findings f WHERE f.tenant_id = t.tenant_id LIMIT {COUNTED_ROWS}
        ) f) AS differences,
        COALESCE(l.failures, 0) AS failures, l.retry_at, l.compared_at
    FROM unnest($1::int[]) AS t (tenant_id) LEFT JOIN national_links l ON l.tenant_id = t.tenant_id
"""  # noqa: S608 - a number of ours


async def backlog(db: Database, tenants: Sequence[TenantId]) -> list[PushBacklog]:
    """What each of the tenants' pushes has come to. One statement on partial indexes."""
    return [
        PushBacklog(
            tenant_id=TenantId(row["tenant_id"]),
            waiting=row["waiting"],
            waiting_since=row["waiting_since"],
            dead=row["dead"],
            failures=row["failures"],
            rests_until=row["retry_at"],
            differences=row["differences"],
            compared_at=row["compared_at"],
        )
        for row in await db.lane.fetch(_BACKLOG, list(tenants))
    ]
