"""The statement that counts cases for figures: by unit and month of receipt, as decision 0077 says."""

from __future__ import annotations

from datetime import datetime

from app.cases.domain.handled import SPAN, Handled
from app.cases.terms import Scope
from app.db.work import ReadWork
from app.kit.ids import least_id

_COLUMNS = """id, unit_id, state, resolution, opened_at, original_due_at, resolved_at, closed_at, merged_into_id,
 referral_count, reopen_count"""
_RECEIVED = f"SELECT {_COLUMNS} FROM cases WHERE tenant_id = $1 AND id >= $2 AND id < $3"  # noqa: S608
# What the scope's units hold, and of the others what has ever moved: it may count for one of these still.
_TAKEN = {
    True: f"{_RECEIVED} AND $5::uuid[] IS NULL",
    False: f"""SELECT own.* FROM unnest($5::uuid[]) AS held (one)
        CROSS JOIN LATERAL ({_RECEIVED} AND unit_id = held.one) AS own
        UNION ALL {_RECEIVED} AND referral_count > 0 AND unit_id <> ALL($5)""",  # noqa: S608
}
_ANSWERED = """CASE WHEN state IN ('resolved', 'closed') AND resolution NOT IN ('withdrawn', 'diverted', 'duplicate')
 THEN resolved_at END"""
_ENTRY = "FROM timeline_entries e WHERE e.tenant_id = $1 AND e.case_id = a.id"
# Limits of one keep the planner from joining in any other way than row by row: few cases are merged, moved, reopened.
_SQL = """
WITH RECURSIVE taken AS MATERIALIZED ({taken}), way AS (
    SELECT id AS case_id, merged_into_id AS next, 1 AS steps FROM taken WHERE merged_into_id IS NOT NULL
    UNION ALL
    SELECT w.case_id, c.merged_into_id, w.steps + 1 FROM way w
    CROSS JOIN LATERAL (SELECT merged_into_id FROM cases WHERE tenant_id = $1 AND id = w.next LIMIT 1) AS c
    WHERE c.merged_into_id IS NOT NULL AND w.steps < 20
), living AS MATERIALIZED (
    SELECT l.case_id, c.answered_at
    FROM (SELECT DISTINCT ON (case_id) case_id, next FROM way ORDER BY case_id, steps DESC) AS l
    CROSS JOIN LATERAL (SELECT {answered} AS answered_at FROM cases WHERE tenant_id = $1 AND id = l.next LIMIT 1) AS c
), a AS MATERIALIZED (
    SELECT t.*, CASE WHEN t.merged_into_id IS NULL THEN {answered} ELSE l.answered_at END AS answered_at
    FROM taken t LEFT JOIN living l ON l.case_id = t.id
), judged AS (
    SELECT a.*, CASE WHEN a.reopen_count = 0 THEN a.answered_at
            ELSE (SELECT min(e.at) {entry} AND e.type = 'case.resolved') END AS first_answer_at,
        a.resolution = 'diverted' AS is_diverted,
        CASE WHEN a.resolution = 'withdrawn' AND a.closed_at <= a.original_due_at
            THEN NOT EXISTS (SELECT {entry} AND e.type = 'case.withdrawn' AND e.actor_kind = 'staff')
        END AS is_withdrawn,
        CASE WHEN a.referral_count > 0 AND a.original_due_at < $4
                AND (a.answered_at IS NULL OR a.answered_at > a.original_due_at)
            THEN (SELECT u.id FROM units u WHERE u.tenant_id = $1 AND u.code = (
                SELECT e.data ->> 'from_unit_code' {entry} AND e.at > a.original_due_at AND e.data ? 'from_unit_code'
                ORDER BY e.id LIMIT 1)) END AS held_when_due
    FROM a
), counted AS (
    SELECT COALESCE(held_when_due, unit_id) AS unit_id, opened_at AT TIME ZONE $6 AS received_at, reopen_count,
        referral_count, first_answer_at AT TIME ZONE $6 AS first_answer_at,
        CASE WHEN is_diverted THEN 'diverted' WHEN is_withdrawn THEN 'withdrawn'
            WHEN answered_at <= original_due_at THEN 'on_time' WHEN answered_at IS NOT NULL THEN 'after_due'
            WHEN original_due_at < $4 THEN 'unanswered' ELSE 'not_due' END AS became
    FROM judged
)
SELECT unit_id, date_trunc('month', received_at)::date AS month, count(*) AS received,
    {parts},
    count(*) FILTER (WHERE reopen_count > 0) AS reopened, sum(reopen_count) AS reopenings,
    sum(referral_count) AS referrals,
    array_agg((received_at::date - DATE '1970-01-01') * {span}::bigint + (first_answer_at::date - DATE '1970-01-01'))
        FILTER (WHERE first_answer_at IS NOT NULL AND became NOT IN ('diverted', 'withdrawn')) AS spans
FROM counted WHERE $5::uuid[] IS NULL OR unit_id = ANY($5) GROUP BY 1, 2
"""
_PARTS = ("on_time", "after_due", "unanswered", "not_due", "diverted", "withdrawn")


def _sql(*, whole: bool) -> str:
    parts = ", ".join(f"count(*) FILTER (WHERE became = '{part}') AS {part}" for part in _PARTS)
    return _SQL.format(taken=_TAKEN[whole], answered=_ANSWERED, entry=_ENTRY, parts=parts, span=SPAN)


_COUNTS = {whole: _sql(whole=whole) for whole in (True, False)}


async def count_handled(
    work: ReadWork, scope: Scope, begins_at: datetime, ends_at: datetime, zone_name: str
) -> list[Handled]:
    """Cases received in [begins_at, ends_at) that count for units of the scope, by unit and month. One statement.

    Ids are of the moment of receipt, so that the period is a range of keys: of the table, of each unit, and of what
    has ever moved (ix_cases_moved).
    """
    units = None if scope.whole else sorted(scope.units)
    values = (scope.tenant_id, least_id(begins_at), least_id(ends_at), work.now, units, zone_name)
    rows = await work.fetch(_COUNTS[scope.whole], *values)
    return [Handled(**{**row, "spans": row["spans"] or []}) for row in rows]
