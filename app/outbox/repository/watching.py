"""What an operator, and whoever comes back with an old position, asks of the outbox."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import orjson

from app.db.engine import Database
from app.outbox.terms import COUNTED_ROWS, Backlog

_BACKLOG = f"""
    SELECT t.tenant_id,
        (SELECT count(*) FROM (
            SELECT FROM outbox_messages m WHERE m.tenant_id = t.tenant_id AND m.position IS NULL LIMIT {COUNTED_ROWS}
        ) w) AS waiting,
        (SELECT m.occurred_at FROM outbox_messages m
            WHERE m.tenant_id = t.tenant_id AND m.position IS NULL ORDER BY m.id LIMIT 1) AS waiting_since,
        (SELECT jsonb_object_agg(c.consumer, COALESCE(h.position, 0) - c.position) FROM consumer_cursors c
            WHERE c.tenant_id = t.tenant_id) AS lag,
        (SELECT jsonb_object_agg(d.consumer, d.counts) FROM (
            SELECT p.consumer, jsonb_build_array(
                count(*) FILTER (WHERE p.died_at IS NULL), min(p.parked_at) FILTER (WHERE p.died_at IS NULL),
                count(*) FILTER (WHERE p.died_at IS NOT NULL)
            ) AS counts
            FROM parked_messages p WHERE p.tenant_id = t.tenant_id GROUP BY 1
        ) d) AS parked
    FROM unnest($1::int[]) AS t (tenant_id)
    LEFT JOIN outbox_heads h ON h.tenant_id = t.tenant_id
"""  # noqa: S608 - a number of ours


async def backlog(db: Database, tenants: Sequence[int]) -> list[Backlog]:
    """What each of the tenants has not done yet; one statement on partial indexes and tables of a few rows."""
    return [
        Backlog(
            row["tenant_id"],
            row["waiting"],
            row["waiting_since"],
            orjson.loads(row["lag"] or "{}"),
            *_counts(orjson.loads(row["parked"] or "{}")),
        )
        for row in await db.lane.fetch(_BACKLOG, list(tenants))
    ]


def _counts(
    parked: dict[str, tuple[int, str | None, int]],
) -> tuple[dict[str, int], dict[str, datetime], dict[str, int]]:
    return (
        {consumer: waiting for consumer, (waiting, _, _) in parked.items() if waiting},
        {consumer: datetime.fromisoformat(since) for consumer, (_, since, _) in parked.items() if since},
        {consumer: dead for consumer, (_, _, dead) in parked.items() if dead},
    )
