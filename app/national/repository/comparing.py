"""Statements that compare what the portal lists with what is here."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import orjson

from app.db.engine import Database
from app.db.work import Work
from app.kit.ids import TenantId
from app.national.terms import Comparison, Difference, Finding, Listed
from app.service_requests.terms import RequestState

from .pushes import lock_link

_NOTE = """
    INSERT INTO national_listed (tenant_id, code, state_code, seen_at)
    SELECT DISTINCT ON (t.code) $1::int, t.code, t.state_code, $2::timestamptz
    FROM unnest($3::text[], $4::int[]) AS t (code, state_code)
    ON CONFLICT (tenant_id, code) DO UPDATE SET state_code = excluded.state_code, seen_at = excluded.seen_at
"""
# One that was changing while the portal listed its own is told apart: what it listed may be what was so a minute ago.
_COMPARED = """
    WITH both_sides AS (
        SELECT COALESCE(r.code, l.code) AS code, array_position($3::text[], r.state) AS ours, l.state_code AS theirs,
            r.id IS NOT NULL AND (r.updated_at >= $4 OR EXISTS (
                SELECT FROM national_pushes p WHERE p.tenant_id = r.tenant_id AND p.request_id = r.id
                    AND (p.state = 'waiting' OR p.settled_at >= $2 AND p.state = 'delivered')
            )) AS under_way
        FROM (
            SELECT tenant_id, id, code, state, updated_at FROM service_requests
            WHERE tenant_id = $1 AND code > $5 AND ($6::text IS NULL OR code <= $6)
        ) r
        FULL JOIN (
            SELECT code, state_code FROM national_listed
            WHERE tenant_id = $1 AND seen_at = $2 AND code > $5 AND ($6::text IS NULL OR code <= $6)
        ) l ON l.code = r.code
        WHERE r.code IS NULL OR l.code IS NULL OR l.state_code <> array_position($3::text[], r.state)
    ), kept AS (
        INSERT INTO national_findings AS f (tenant_id, code, difference, ours, theirs, found_at, seen_at)
        SELECT $1, b.code, CASE WHEN b.theirs IS NULL THEN 'missing' WHEN b.ours IS NULL THEN 'unknown_here'
            ELSE 'other_state' END, b.ours, b.theirs, $2, $2
        FROM both_sides b WHERE NOT b.under_way
        ON CONFLICT (tenant_id, code) DO UPDATE SET difference = excluded.difference, ours = excluded.ours,
            theirs = excluded.theirs, seen_at = excluded.seen_at, found_at = CASE
                WHEN f.difference = excluded.difference THEN f.found_at ELSE excluded.found_at END
    )
    SELECT count(*) FILTER (WHERE under_way) AS under_way FROM both_sides
"""
_UPTO = """
    SELECT code FROM service_requests WHERE tenant_id = $1 AND code > $2 ORDER BY code OFFSET $3 LIMIT 1
"""
_LISTED = "SELECT count(*) AS listed FROM national_listed WHERE tenant_id = $1 AND seen_at = $2"
_PAST = (
    "DELETE FROM national_findings WHERE tenant_id = $1 AND seen_at <> $2",
    "DELETE FROM national_listed WHERE tenant_id = $1",
)
_COMPARISON = """
    SELECT l.compared_at, l.listed, l.under_way,
        (SELECT jsonb_object_agg(c.difference, c.found)::text FROM (
            SELECT f.difference, count(*) AS found FROM national_findings f WHERE f.tenant_id = $1 GROUP BY f.difference
        ) c) AS counts
    FROM national_links l WHERE l.tenant_id = $1 AND l.compared_at IS NOT NULL
"""
_FINDINGS = """
    SELECT code, difference, ours, theirs, found_at FROM national_findings
    WHERE tenant_id = $1 AND code > $2 AND ($3::text IS NULL OR difference = $3) ORDER BY code LIMIT $4
"""
_MISSING = """
    SELECT f.code FROM national_findings f
    WHERE f.tenant_id = $1 AND f.difference IN ('missing', 'other_state') AND f.code > $2 AND ($4 OR NOT EXISTS (
        SELECT FROM service_requests r JOIN national_pushes p ON p.tenant_id = r.tenant_id AND p.request_id = r.id
        WHERE r.tenant_id = f.tenant_id AND r.code = f.code AND p.state = 'dead'
    ))
    ORDER BY f.code LIMIT $3
"""


async def begin_comparison(
    work: Work, tenant_id: TenantId, lease: timedelta, every: timedelta | None, rest: timedelta
) -> bool:
    """Whether the comparison is ours: nobody is at one, and the last is `every` ago. One statement.

    After one that failed a `rest` is kept; whoever asks for a comparison now (`every` None) does not wait for it.
    """
    link = await lock_link(work, tenant_id)
    left = link.comparing_until - work.now if link.comparing_until is not None else timedelta()
    if left > (rest if every is None else timedelta()):
        return False
    if every is not None and link.compared_at is not None and work.now < link.compared_at + every:
        return False
    link.comparing_until = work.now + lease
    return True


async def note_listed(db: Database, tenant_id: TenantId, began_at: datetime, listed: Sequence[Listed]) -> None:
    """Keep what the portal has named in this comparison; what it names twice is kept once. One statement."""
    await db.lane.fetch(_NOTE, tenant_id, began_at, [one.code for one in listed], [one.state_code for one in listed])


async def compare_some(
    work: Work, tenant_id: TenantId, began_at: datetime, changed_since: datetime, after: str, limit: int
) -> tuple[int, str | None]:
    """How many of the differences beyond that code are under way, and the last code that was looked at; None: all were.

    As far as `limit` service requests of ours reach; what was found is kept. Nothing that pushes need is locked, so
    that they go on meanwhile. Two statements.

    Args:
        changed_since: service requests that have changed since then are not judged: their facts may be on their way.
    """
    rows = await work.fetch(_UPTO, tenant_id, after, limit - 1)
    upto = rows[0]["code"] if rows else None
    states = [state.value for state in RequestState]
    (found,) = await work.fetch(_COMPARED, tenant_id, began_at, states, changed_since, after, upto)
    return found["under_way"], upto


async def end_comparison(work: Work, tenant_id: TenantId, began_at: datetime, under_way: int) -> None:
    """What was found before and not again is past. Four statements."""
    (found,) = await work.fetch(_LISTED, tenant_id, began_at)
    for statement in _PAST:
        await work.fetch(statement, *([tenant_id, began_at] if "$2" in statement else [tenant_id]))
    link = await lock_link(work, tenant_id)
    link.comparing_until, link.compared_at = None, began_at
    link.listed, link.under_way = found["listed"], under_way


async def find_comparison(work: Work, tenant_id: TenantId) -> Comparison | None:
    """The last comparison that came to its end, None before the first. One statement."""
    rows = await work.fetch(_COMPARISON, tenant_id)
    if not rows:
        return None
    (row,) = rows
    counts = {Difference(name): int(found) for name, found in orjson.loads(row["counts"] or "{}").items()}
    return Comparison(row["compared_at"], row["listed"], row["under_way"], counts)


async def list_findings(
    work: Work, tenant_id: TenantId, after: str, difference: Difference | None, limit: int
) -> list[Finding]:
    """Differences by code, after that one. One statement."""
    rows = await work.fetch(_FINDINGS, tenant_id, after, difference.value if difference else None, limit)
    return [
        Finding(row["code"], Difference(row["difference"]), row["ours"], row["theirs"], row["found_at"]) for row in rows
    ]


async def missing_codes(work: Work, tenant_id: TenantId, after: str, limit: int, *, given_up_too: bool) -> list[str]:
    """Codes of ours that the portal does not have or has in another state, in order, after that one. One statement.

    Args:
        given_up_too: also those of which the portal would not take something.
    """
    return [row["code"] for row in await work.fetch(_MISSING, tenant_id, after, limit, given_up_too)]
