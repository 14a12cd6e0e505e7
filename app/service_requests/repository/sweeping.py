"""Statements on service requests and steps that something is to be told of."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from app.db.engine import Database
from app.db.work import Work
from app.kit.ids import RequestId, TenantId
from app.service_requests.terms import RequestWorkload

_OVERDUE = (
    "r.closed_at IS NULL AND r.decided_at IS NULL AND r.due_at < $2 AND r.overdue_at IS NULL AND r.paused_at IS NULL"
)
_AT_WORK = """r.closed_at IS NULL AND r.paused_at IS NULL
    AND r.state NOT IN ('supplement_requested', 'payment_requested', 'stopped')"""
_UNSWEPT = f"""
    SELECT id FROM service_requests r WHERE tenant_id = $1 AND {_OVERDUE} AND NOT id = ANY ($3::uuid[])
    ORDER BY due_at, id LIMIT $4
"""  # noqa: S608 - words of ours
_UNTOLD = f"""
    SELECT s.request_id FROM service_request_steps s
    JOIN service_requests r ON r.tenant_id = s.tenant_id AND r.id = s.request_id
    WHERE s.tenant_id = $1 AND s.state = 'open' AND s.overdue_at IS NULL AND s.due_at <= $3
        AND (s.due_at < $2 OR s.reminded_at IS NULL) AND {_AT_WORK} AND NOT s.request_id = ANY ($4::uuid[])
    ORDER BY s.due_at, s.request_id, s.code LIMIT $5
"""  # noqa: S608
# As `domain.waits_for` says; a request that changes meanwhile is marked by whoever changes it.
_MARK = """
    UPDATE service_request_steps s SET waits_for = CASE
        WHEN r.state IN ('supplement_requested', 'payment_requested', 'stopped') THEN 'applicant'
        WHEN r.state = 'processing' AND r.drafted_by IS NOT NULL AND s.role = 'decide' THEN 'signature'
        ELSE 'nobody' END
    FROM (
        SELECT request_id, code FROM service_request_steps
        WHERE tenant_id = $1 AND state = 'open' AND waits_for IS NULL ORDER BY request_id, code LIMIT $2
    ) AS few JOIN service_requests r ON r.tenant_id = $1 AND r.id = few.request_id
    WHERE s.tenant_id = $1 AND s.request_id = few.request_id AND s.code = few.code
        AND s.state = 'open' AND s.waits_for IS NULL
    RETURNING s.code
"""
_WORKLOAD = f"""
    SELECT t.id, (SELECT count(*) FROM service_requests r WHERE r.tenant_id = t.id AND {_OVERDUE}),
        (SELECT count(*) FROM service_request_steps s
            JOIN service_requests r ON r.tenant_id = s.tenant_id AND r.id = s.request_id
            WHERE s.tenant_id = t.id AND s.state = 'open' AND s.overdue_at IS NULL AND s.due_at < $2 AND {_AT_WORK})
    FROM unnest($1::int[]) AS t (id)
"""  # noqa: S608


async def list_unswept(
    work: Work, tenant_id: TenantId, now: datetime, besides: Collection[UUID], limit: int
) -> list[RequestId]:
    """Open requests whose appointment has passed and that are not marked so. One statement."""
    return [RequestId(row["id"]) for row in await work.fetch(_UNSWEPT, tenant_id, now, list(besides), limit)]


async def list_untold(
    work: Work, tenant_id: TenantId, now: datetime, soon: datetime, besides: Collection[UUID], limit: int
) -> list[RequestId]:
    """Requests with open steps that are late, or due by `soon`, and whose unit was not told so. One statement.

    Those of one that stands still are nobody's fault (index ix_service_request_steps_untold).
    """
    rows = await work.fetch(_UNTOLD, tenant_id, now, soon, list(besides), limit)
    return [RequestId(row["request_id"]) for row in rows]


async def mark_waiting(work: Work, tenant_id: TenantId, limit: int) -> int:
    """Number of open steps of a release before of which is known now what they wait for. One statement."""
    return len(await work.fetch(_MARK, tenant_id, limit))


async def workload(db: Database, tenants: Sequence[TenantId], before: datetime) -> list[RequestWorkload]:
    """What was late before then and is not marked so, of each tenant. One statement."""
    return [RequestWorkload(*row) for row in await db.lane.fetch(_WORKLOAD, list(tenants), before)]
