"""Every SQL statement of the timeline."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from uuid import UUID

import asyncpg
import orjson

from app.db.engine import Database
from app.db.work import Work
from app.identity.terms import ActorKind
from app.kit.ids import ReportId, TenantId, UnitId

from .terms import Audience, Entry, SubjectId

# The newest of a very long history, so that what happens now is always seen.
_OF_CASE = """
SELECT id, at, type, audience, case_version, actor_kind, actor_id, unit_id, report_id, text, data
FROM timeline_entries
WHERE tenant_id = $1 AND case_id = $2 AND audience = ANY($3)
ORDER BY id DESC
LIMIT 2000
"""
# What the senders of these reports wrote into these cases: not what officers or the program said to them.
_OF_SENDERS = """
SELECT case_id, id, at, report_id, type, text FROM timeline_entries
WHERE tenant_id = $1 AND case_id = ANY($2::uuid[]) AND report_id = ANY($3::uuid[]) AND text IS NOT NULL
    AND actor_kind IN ('citizen', 'anonymous', 'client')
ORDER BY case_id, id
"""
_REWRITE = """
UPDATE timeline_entries t SET text = n.text FROM unnest($2::uuid[], $3::uuid[], $4::text[]) AS n (case_id, id, text)
WHERE t.tenant_id = $1 AND t.case_id = n.case_id AND t.id = n.id
"""
# Words of whoever applied, at a device or written down at a desk; and all words of the history, of service requests.
_OF_APPLICANTS = """
SELECT case_id, id, text FROM timeline_entries
WHERE tenant_id = $1 AND case_id = ANY($2::uuid[]) AND text IS NOT NULL
    AND (actor_kind IN ('citizen', 'anonymous') OR data ? 'brought_by')
ORDER BY case_id, id
"""
_FORGET = """
UPDATE timeline_entries SET text = NULL, data = data - $3::text[]
WHERE tenant_id = $1 AND case_id = ANY($2::uuid[]) AND (text IS NOT NULL OR data ?| $3::text[]) RETURNING id
"""
_WROTE = """
SELECT actor_id FROM timeline_entries WHERE tenant_id = $1 AND case_id = $2 AND case_version = $3
ORDER BY id DESC LIMIT 1
"""


async def wrote(work: Work, tenant_id: TenantId, case_id: SubjectId, version: int) -> UUID | None:
    """Account of whoever brought the case to this version; None when it was nobody's. On the primary key."""
    rows = await work.fetch(_WROTE, tenant_id, case_id, version)
    return rows[0]["actor_id"] if rows else None


async def list_entries(
    db: Database, tenant_id: TenantId, case_id: SubjectId, audiences: Collection[Audience]
) -> list[Entry]:
    """The newest 2,000 entries of the case for these audiences, oldest first; one statement on the primary key."""
    rows = await db.lane.fetch(_OF_CASE, tenant_id, case_id, [audience.value for audience in audiences])
    return [_entry(tenant_id, case_id, row) for row in reversed(rows)]


async def list_of_senders(
    work: Work, tenant_id: TenantId, cases: Collection[UUID], reports: Collection[UUID]
) -> list[asyncpg.Record]:
    """What these reports' senders wrote into these cases, each case's oldest first; one statement."""
    return await work.fetch(_OF_SENDERS, tenant_id, list(cases), list(reports))


async def rewrite(work: Work, tenant_id: TenantId, texts: Collection[tuple[UUID, UUID, str]]) -> None:
    """The words of these entries, by case and id, are these from now on. One statement."""
    cases, ids, words = zip(*texts, strict=True)
    await work.fetch(_REWRITE, tenant_id, list(cases), list(ids), list(words))


async def list_of_applicants(work: Work, tenant_id: TenantId, subjects: Collection[UUID]) -> list[asyncpg.Record]:
    """What applicants themselves wrote into these; one statement."""
    return await work.fetch(_OF_APPLICANTS, tenant_id, list(subjects))


async def forget_words(work: Work, tenant_id: TenantId, subjects: Collection[UUID], members: Collection[str]) -> None:
    """Nothing that anybody wrote is in the history of these any more, nor these members of data. One statement."""
    await work.fetch(_FORGET, tenant_id, list(subjects), list(members))


def _entry(tenant_id: TenantId, case_id: SubjectId, row: asyncpg.Record | dict[str, Any]) -> Entry:
    data = row["data"]
    return Entry(
        tenant_id=tenant_id,
        case_id=case_id,
        id=row["id"],
        at=row["at"],
        type=row["type"],
        audience=Audience(row["audience"]),
        case_version=row["case_version"],
        actor_kind=ActorKind(row["actor_kind"]),
        actor_id=row["actor_id"],
        unit_id=UnitId(row["unit_id"]) if row["unit_id"] else None,
        report_id=ReportId(row["report_id"]) if row["report_id"] else None,
        text=row["text"],
        data=orjson.loads(data) if isinstance(data, str) else data,
    )
