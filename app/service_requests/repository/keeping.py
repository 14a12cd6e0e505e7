"""Statements on what is kept of applicants: whose it is, how it is sealed, and when it goes."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from app.db.engine import Database
from app.db.work import Work
from app.kit.ids import CitizenId, RequestId, TenantId, least_id

from .requests import let_expire

_GIVE = tuple(
    f"UPDATE {table} SET citizen_id = $3 WHERE tenant_id = ANY ($1) AND citizen_id = $2 RETURNING id"  # noqa: S608
    for table in ("service_request_drafts", "service_requests")
)
_OWN = """
    SELECT tenant_id, id, code, procedure_code, procedure_version, state, outcome, channel, object_area, submitted_at,
        due_at, decided_at, closed_at, stars, decision_text, sealed
    FROM service_requests WHERE tenant_id = ANY ($1) AND citizen_id = $2 ORDER BY id DESC LIMIT $3
"""
_OWN_FILES = """
    SELECT request_id, role, document, name, added_at FROM service_request_files
    WHERE tenant_id = ANY ($1) AND request_id = ANY ($2) AND role <> 'opinion' ORDER BY id
"""
_OWN_DRAFTS = """
    SELECT tenant_id, id, procedure_code, sealed, created_at, updated_at FROM service_request_drafts
    WHERE tenant_id = ANY ($1) AND citizen_id = $2 ORDER BY updated_at DESC
"""
_END_DRAFTS = "DELETE FROM service_request_drafts WHERE tenant_id = ANY ($1) AND citizen_id = $2 RETURNING id"
_LET_GO = """
    UPDATE service_requests r SET sealed = n.sealed, citizen_id = NULL, tracking_hash = NULL
    FROM unnest($1::int[], $2::uuid[], $3::bytea[]) AS n (tenant_id, id, sealed)
    WHERE r.tenant_id = n.tenant_id AND r.id = n.id RETURNING r.id
"""
# What has no papers is found by nothing of the applicant's any more. Results stay: they are what was decided.
_FORGET = """
    UPDATE service_requests SET sealed = '', applicant_index = '', content_hash = '', missing = NULL,
        decision_text = NULL
    WHERE tenant_id = $1 AND id = ANY ($2) RETURNING id
"""
_FORGET_WORDS = """
    UPDATE service_request_steps SET question = NULL, opinion = NULL
    WHERE tenant_id = $1 AND request_id = ANY ($2) AND (question IS NOT NULL OR opinion IS NOT NULL) RETURNING code
"""
_FORGET_FILES = """
    DELETE FROM service_request_files f WHERE f.tenant_id = $1 AND f.request_id = ANY ($2) AND (
        f.role <> 'result' OR EXISTS (
            SELECT FROM service_requests r
            WHERE r.tenant_id = f.tenant_id AND r.id = f.request_id AND r.decided_at IS NULL
        )
    ) RETURNING f.upload_id
"""
_LOOSE = """
    SELECT one AS upload_id FROM unnest($2::uuid[]) AS one WHERE NOT EXISTS (
        SELECT FROM service_request_files f WHERE f.tenant_id = $1 AND f.upload_id = one
    )
"""
_OLDER = """
    SELECT id FROM service_requests
    WHERE tenant_id = $1 AND id > $2 AND id < $3 AND closed_at < $4 AND sealed <> '' ORDER BY id LIMIT $5
"""
_ISSUED_OLDER = """
    SELECT id FROM service_requests r
    WHERE tenant_id = $1 AND id > $2 AND id < $3 AND closed_at < $4 AND EXISTS (
        SELECT FROM papers p WHERE p.tenant_id = r.tenant_id AND p.subject_id = r.id AND p.sealed <> ''
    )
    ORDER BY id LIMIT $5
"""
_DRAFTS_OLDER = """
    SELECT id FROM service_request_drafts
    WHERE tenant_id = $1 AND id > $2 AND id < $3 AND updated_at < $4 ORDER BY id LIMIT $5
"""
_FORGET_DRAFTS = f"""
    DELETE FROM service_request_drafts WHERE tenant_id = $1 AND id IN ({_DRAFTS_OLDER}) RETURNING id
"""  # noqa: S608 - words of ours
_COUNT_SEALS = """
    SELECT substring(sealed FROM 1 FOR 5) AS head, count(*) AS papers
    FROM (
        SELECT sealed FROM service_requests WHERE sealed <> '' UNION ALL SELECT sealed FROM service_request_drafts
    ) AS papers GROUP BY 1 ORDER BY 1
"""
_SEALED = {
    table: (
        f"SELECT id, sealed FROM {table} WHERE tenant_id = $1 AND id > $2 ORDER BY id LIMIT $3 FOR UPDATE",  # noqa: S608
        (
            f"UPDATE {table} SET sealed = n.sealed FROM unnest($2::uuid[], $3::bytea[]) AS n (id, sealed)"  # noqa: S608
            f" WHERE {table}.tenant_id = $1 AND {table}.id = n.id RETURNING {table}.id"
        ),
    )
    for table in ("service_requests", "service_request_drafts")
}


async def give(work: Work, giver: CitizenId, taker: CitizenId, tenants: Collection[TenantId]) -> int:
    """Number of requests that are the taker's from now on, drafts along with them. Two statements."""
    _, given = [await work.fetch(statement, list(tenants), giver, taker) for statement in _GIVE]
    return len(given)


async def list_kept(
    work: Work, tenants: Collection[TenantId], citizen_id: CitizenId, limit: int | None
) -> list[dict[str, Any]]:
    """The account's requests in the tenants, newest first; None: however many. One statement."""
    return [dict(row) for row in await work.fetch(_OWN, list(tenants), citizen_id, limit)]


async def list_kept_files(
    work: Work, tenants: Collection[TenantId], requests: Collection[UUID]
) -> list[dict[str, Any]]:
    """What the requests have of files, but for opinions of offices. One statement."""
    return [dict(row) for row in await work.fetch(_OWN_FILES, list(tenants), list(requests))]


async def list_kept_drafts(work: Work, tenants: Collection[TenantId], citizen_id: CitizenId) -> list[dict[str, Any]]:
    """The account's drafts. One statement."""
    return [dict(row) for row in await work.fetch(_OWN_DRAFTS, list(tenants), citizen_id)]


async def end_drafts(work: Work, tenants: Collection[TenantId], citizen_id: CitizenId) -> int:
    """Number of drafts that are gone. One statement."""
    return len(await work.fetch(_END_DRAFTS, list(tenants), citizen_id))


async def let_go(work: Work, rows: Sequence[tuple[TenantId, UUID, bytes]]) -> None:
    """These are nobody's from now on, and sealed so. One statement."""
    if rows:
        await work.fetch(_LET_GO, *map(list, zip(*rows, strict=True)))


async def forget_papers(work: Work, tenant_id: TenantId, requests: Sequence[UUID]) -> None:
    """Their papers are gone, the words about them, and their files but for results. Six statements, none for none.

    Each changes one table. A file that another request has as well stays with that one.
    """
    if not requests:
        return
    await work.fetch(_FORGET, tenant_id, list(requests))
    await work.fetch(_FORGET_WORDS, tenant_id, list(requests))
    gone = {row["upload_id"] for row in await work.fetch(_FORGET_FILES, tenant_id, list(requests))}
    loose = await work.fetch(_LOOSE, tenant_id, list(gone)) if gone else []
    await let_expire(work, [row["upload_id"] for row in loose])


async def list_older(work: Work, tenant_id: TenantId, *, before: datetime, after: UUID, limit: int) -> list[RequestId]:
    """Requests that ended before then and still have papers, by ids, which ascend with time. One statement."""
    rows = await work.fetch(_OLDER, tenant_id, after, least_id(before), before, limit)
    return [RequestId(row["id"]) for row in rows]


async def list_issued_older(
    work: Work, tenant_id: TenantId, *, before: datetime, after: UUID, limit: int
) -> list[RequestId]:
    """Requests that ended before then and whose papers still name somebody, by ids. One statement."""
    rows = await work.fetch(_ISSUED_OLDER, tenant_id, after, least_id(before), before, limit)
    return [RequestId(row["id"]) for row in rows]


async def list_drafts_older(
    work: Work, tenant_id: TenantId, *, before: datetime, after: UUID, limit: int
) -> list[UUID]:
    """Drafts that nobody has touched since then, by ids. One statement."""
    rows = await work.fetch(_DRAFTS_OLDER, tenant_id, after, least_id(before), before, limit)
    return [row["id"] for row in rows]


async def forget_drafts(work: Work, tenant_id: TenantId, *, before: datetime, after: UUID, limit: int) -> list[UUID]:
    """Drafts that nobody has touched since, and that are gone now, by ids. One statement."""
    rows = await work.fetch(_FORGET_DRAFTS, tenant_id, after, least_id(before), before, limit)
    return sorted(row["id"] for row in rows)


async def lock_sealed(work: Work, tenant_id: TenantId, table: str, after: UUID, limit: int) -> list[tuple[UUID, bytes]]:
    """Sealed rows beyond an id, in order of ids, held until the work ends. One statement."""
    return [(row["id"], row["sealed"]) for row in await work.fetch(_SEALED[table][0], tenant_id, after, limit)]


async def replace_seals(work: Work, tenant_id: TenantId, table: str, seals: Sequence[tuple[UUID, bytes]]) -> None:
    """The rows are sealed so from now on. One statement, none for none."""
    if seals:
        await work.fetch(_SEALED[table][1], tenant_id, *map(list, zip(*seals, strict=True)))


async def count_seals(db: Database) -> list[tuple[bytes, int]]:
    """How many requests and drafts begin with each version and key's name; looks at every row."""
    return [(row["head"], row["papers"]) for row in await db.lane.fetch(_COUNT_SEALS)]


async def has_papers(db: Database) -> bool:
    """Whether anybody's request or draft is stored, in whatever tenant. One statement."""
    sql = (
        "SELECT EXISTS (SELECT FROM service_requests WHERE sealed <> '') OR EXISTS (SELECT FROM service_request_drafts)"
    )
    return bool(await db.lane.fetchval(sql))
