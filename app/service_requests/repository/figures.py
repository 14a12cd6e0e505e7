"""Statements that count service requests for figures, each row for one procedure's version and deciding unit."""

from __future__ import annotations

from datetime import datetime

from app.cases.terms import Scope
from app.db.work import ReadWork
from app.service_requests.terms import ONLINE_CHANNELS, Counted

# What was given up, or withdrawn, before it was due was never late; afterwards that saves nobody.
_APART = "(r.decided_at IS NULL AND r.closed_at IS NOT NULL AND r.closed_at <= r.original_due_at)"
# Somebody signed in has done every step before the result, and what is granted is here as a file.
_WHOLE = """(
    r.decided_at IS NOT NULL AND NOT EXISTS (
        SELECT FROM service_request_steps s WHERE s.tenant_id = r.tenant_id AND s.request_id = r.id
            AND s.role IS DISTINCT FROM 'return' AND (s.state <> 'done' OR s.done_by IS NULL)
    ) AND (r.outcome <> 'granted' OR EXISTS (
        SELECT FROM service_request_files f WHERE f.tenant_id = r.tenant_id AND f.request_id = r.id
            AND f.role = 'result'
    ))
)"""
_DUE = f"""
    WITH due AS MATERIALIZED (
        SELECT r.procedure_code, r.procedure_version, d.unit_id, d.tier, r.original_due_at, r.decided_at, r.closed_at,
            COALESCE(r.lawful_due_at, r.original_due_at) AS lawful_due_at, r.paused_at, {_APART} AS apart,
            {_WHOLE} AS whole
        FROM service_requests r
        JOIN service_request_steps d ON d.tenant_id = r.tenant_id AND d.request_id = r.id AND d.role = 'decide'
        WHERE r.tenant_id = $1 AND r.original_due_at >= $2::timestamptz
            AND r.original_due_at < least($3::timestamptz, $4::timestamptz)
            AND ($5::uuid[] IS NULL OR d.unit_id = ANY($5))
    )
    SELECT procedure_code, procedure_version, unit_id, tier,
        count(*) FILTER (WHERE NOT apart) AS due, count(*) FILTER (WHERE apart) AS apart,
        count(*) FILTER (WHERE decided_at <= original_due_at) AS on_time,
        count(*) FILTER (WHERE NOT apart AND (
            decided_at <= lawful_due_at OR decided_at IS NULL AND closed_at IS NULL
                AND (paused_at IS NOT NULL AND paused_at <= lawful_due_at OR lawful_due_at > $4)
        )) AS on_time_with_pauses,
        count(*) FILTER (WHERE decided_at IS NULL AND closed_at IS NULL) AS open_overdue,
        count(*) FILTER (WHERE whole) AS whole
    FROM due GROUP BY 1, 2, 3, 4
"""  # noqa: S608 - conditions of ours
_FILED = """
    SELECT r.procedure_code, r.procedure_version, d.unit_id, d.tier, count(*) AS filed,
        count(*) FILTER (WHERE r.channel = ANY($6::text[])) AS filed_online,
        count(*) FILTER (WHERE r.state = 'not_accepted') AS not_accepted,
        count(*) FILTER (WHERE r.accepted_at IS NULL AND r.closed_at IS NULL) AS not_taken_up,
        COALESCE(sum(r.supplements), 0) AS supplements, count(*) FILTER (WHERE r.supplements > 0) AS supplemented
    FROM service_requests r
    JOIN service_request_steps d ON d.tenant_id = r.tenant_id AND d.request_id = r.id AND d.role = 'decide'
    WHERE r.tenant_id = $1 AND r.submitted_at >= $2::timestamptz AND r.submitted_at < $3 AND r.submitted_at <= $4
        AND ($5::uuid[] IS NULL OR d.unit_id = ANY($5))
    GROUP BY 1, 2, 3, 4
"""


async def count_due(work: ReadWork, scope: Scope, begins_at: datetime, ends_at: datetime) -> list[Counted]:
    """Requests whose first appointment fell into [begins_at, ends_at) and has passed. One statement."""
    return [Counted(**row) for row in await work.fetch(_DUE, *_values(work, scope, begins_at, ends_at))]


async def count_filed(work: ReadWork, scope: Scope, begins_at: datetime, ends_at: datetime) -> list[Counted]:
    """Requests that were handed in within [begins_at, ends_at). One statement."""
    channels = sorted(channel.value for channel in ONLINE_CHANNELS)
    return [Counted(**row) for row in await work.fetch(_FILED, *_values(work, scope, begins_at, ends_at), channels)]


def _values(work: ReadWork, scope: Scope, begins_at: datetime, ends_at: datetime) -> tuple[object, ...]:
    units = None if scope.whole else sorted(scope.units)
    return scope.tenant_id, begins_at, ends_at, work.now, units
