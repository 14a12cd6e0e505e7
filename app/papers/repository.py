"""Every SQL statement on papers."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
import orjson
from sqlalchemy import func, select

from app.db.engine import Database
from app.db.work import Recorder, Work
from app.kit.ids import StaffId, TenantId, UnitId

from .domain import as_facts, as_json, public_of
from .models import PaperFileRow, PaperRow
from .terms import PERSONAL, Matched, Paper, PaperId, PaperKind

_TABLE = PaperRow.__table__
_COLUMNS = """id, kind, number, subject_id, unit_id, facts::text, template, checksum, issued_at, issued_by,
    supersedes_id, bonds::text, sealed"""
_OF_SUBJECTS = f"""
    SELECT {_COLUMNS} FROM papers WHERE tenant_id = $1 AND subject_id = ANY($2) ORDER BY issued_at, number LIMIT 200
"""  # noqa: S608 - columns of ours
# Digits of one length compare alike in every collation.
_NAMED = f"""
    SELECT {_COLUMNS}, matched, EXISTS (
        SELECT FROM papers newer WHERE newer.tenant_id = papers.tenant_id AND newer.supersedes_id = papers.id
    ) AS superseded
    FROM (
        (
            SELECT id AS named, 'code' AS matched FROM papers
            WHERE tenant_id = $1 AND checksum BETWEEN $2 AND $3 ORDER BY checksum LIMIT 2
        ) UNION ALL (
            SELECT paper_id, part FROM paper_files
            WHERE tenant_id = $1 AND sha256 = $4 ORDER BY paper_id DESC LIMIT 1
        )
    ) AS found JOIN papers ON papers.tenant_id = $1 AND papers.id = named
    ORDER BY matched
"""  # noqa: S608
_NOTE_FILES = """
    INSERT INTO paper_files (tenant_id, paper_id, sha256, part, added_at)
    SELECT $1, $2, sha256, part, $5 FROM unnest($3::bytea[], $4::text[]) AS n (sha256, part)
    ON CONFLICT DO NOTHING RETURNING sha256
"""


def add(work: Recorder, paper: Paper) -> None:
    """Write the paper with what it tells of; of whom it is about only what is sealed."""
    row = {name: getattr(paper, name) for name in _TABLE.columns.keys()}  # noqa: SIM118 - a collection of columns
    facts = as_json(public_of(paper.facts, paper.bonds or ()))
    work.put(_TABLE, {**row, "kind": paper.kind.value, "facts": facts, "bonds": dict(paper.bonds or {})})  # type: ignore[arg-type]


async def count_papers(work: Work, tenant_id: TenantId, subject_id: UUID, kind: PaperKind) -> int:
    """How many papers of the kind the subject has. One statement."""
    found = await work.session.scalar(
        select(func.count())
        .select_from(PaperRow)
        .where(PaperRow.tenant_id == tenant_id, PaperRow.subject_id == subject_id, PaperRow.kind == kind.value)
    )
    return int(found or 0)


async def list_papers(db: Database, tenant_id: TenantId, subject_ids: Sequence[UUID]) -> list[Paper]:
    """Papers of these subjects, oldest first. One statement."""
    return [_paper(tenant_id, row) for row in await db.lane.fetch(_OF_SUBJECTS, tenant_id, list(subject_ids))]


async def find_named(
    db: Database, tenant_id: TenantId, first: str, last: str, file: bytes
) -> tuple[Paper, bool, Matched] | None:
    """The only paper whose checksum lies between these, else the newest that knows a file of this SHA-256.

    With it whether a newer one took its place, and what was known again. One statement, whatever is found.
    """
    rows = await db.lane.fetch(_NAMED, tenant_id, first, last, file)
    by_code = [row for row in rows if row["matched"] == Matched.CODE]
    if len(by_code) > 1 or not rows:
        return None
    return _paper(tenant_id, rows[0]), rows[0]["superseded"], Matched(rows[0]["matched"])


def put_files(work: Recorder, paper: Paper, files: Mapping[bytes, Matched]) -> None:
    """Files that are known again with the paper, written along with it."""
    for sha256, part in files.items():
        work.put(
            PaperFileRow.__table__,  # type: ignore[arg-type]
            {
                "tenant_id": paper.tenant_id,
                "sha256": sha256,
                "paper_id": paper.id,
                "part": part.value,
                "added_at": paper.issued_at,
            },
        )


async def note_files(db: Database, paper: Paper, files: Mapping[bytes, Matched], now: datetime) -> None:
    """The same of files of a paper that is there; those known already stay. One statement."""
    parts = [part.value for part in files.values()]
    await db.lane.fetch(_NOTE_FILES, paper.tenant_id, paper.id, list(files), parts, now)


def _paper(tenant_id: TenantId, row: asyncpg.Record) -> Paper:
    stated = orjson.loads(row["facts"])
    return Paper(
        tenant_id=tenant_id,
        id=PaperId(row["id"]),
        kind=PaperKind(row["kind"]),
        number=row["number"],
        subject_id=row["subject_id"],
        unit_id=UnitId(row["unit_id"]),
        facts=as_facts(stated),
        template=row["template"],
        checksum=row["checksum"],
        issued_at=row["issued_at"],
        issued_by=StaffId(row["issued_by"]) if row["issued_by"] else None,
        supersedes_id=PaperId(row["supersedes_id"]) if row["supersedes_id"] else None,
        bonds=orjson.loads(row["bonds"]) if row["bonds"] else None,
        sealed=row["sealed"],
        whole="applicant" in stated,  # of the first release, and not sealed yet
    )


_RESEALED = """
    SELECT id, facts::text, sealed FROM papers WHERE tenant_id = $1 AND id > $2 ORDER BY id LIMIT $3 FOR UPDATE
"""
_SEAL = """
    UPDATE papers SET sealed = n.sealed, facts = facts - $4::text[]
    FROM unnest($2::uuid[], $3::bytea[]) AS n (id, sealed)
    WHERE papers.tenant_id = $1 AND papers.id = n.id RETURNING papers.id
"""
_COUNT_SEALS = """
    SELECT substring(sealed FROM 1 FOR 5) AS head, count(*) AS papers
    FROM papers WHERE sealed <> '' GROUP BY 1 ORDER BY 1
"""


async def lock_sealed(
    work: Work, tenant_id: TenantId, after: UUID, limit: int
) -> list[tuple[UUID, dict[str, Any], bytes]]:
    """Id, stored facts and seal of papers beyond an id, in order of ids, held until the work ends. One statement."""
    rows = await work.fetch(_RESEALED, tenant_id, after, limit)
    return [(row["id"], orjson.loads(row["facts"]), row["sealed"]) for row in rows]


async def replace_seals(work: Work, tenant_id: TenantId, seals: Sequence[tuple[UUID, bytes]]) -> None:
    """Whom these are about is sealed so from now on, and stands nowhere else. One statement, none for none.

    For the owner of the tables alone: whoever works for a tenant may change nothing that a paper states.
    """
    if seals:
        ids, contents = map(list, zip(*seals, strict=True))
        await work.fetch(_SEAL, tenant_id, ids, contents, list(PERSONAL))


async def count_seals(db: Database) -> list[tuple[bytes, int]]:
    """How many papers begin with each version and key's name; looks at every row."""
    return [(row["head"], row["papers"]) for row in await db.lane.fetch(_COUNT_SEALS)]


async def count_unsealed(db: Database) -> int:
    """Papers of the first release whose person is not sealed yet, over all tenants; looks at every row."""
    return int(await db.lane.fetchval("SELECT count(*) FROM papers WHERE facts ?| $1::text[]", list(PERSONAL)))


async def has_sealed(db: Database) -> bool:
    """Whether anybody is sealed in a paper, in whatever tenant. One statement."""
    return bool(await db.lane.fetchval("SELECT EXISTS (SELECT FROM papers WHERE sealed <> '')"))


_OF_TENANTS = f"""
    SELECT tenant_id, {_COLUMNS} FROM papers WHERE tenant_id = ANY($1) AND subject_id = ANY($2)
    ORDER BY issued_at, number
"""  # noqa: S608
_FORGET = "UPDATE papers SET sealed = '' WHERE tenant_id = $1 AND subject_id = ANY ($2) AND sealed <> '' RETURNING id"
_UNDER = """
    UPDATE papers SET sealed = n.sealed FROM unnest($2::uuid[], $3::bytea[]) AS n (id, sealed)
    WHERE papers.tenant_id = $1 AND papers.id = n.id RETURNING papers.id
"""


async def list_of(work: Work, tenants: Collection[TenantId], subject_ids: Collection[UUID]) -> list[Paper]:
    """Papers of these subjects in the tenants, oldest first. One statement."""
    rows = await work.fetch(_OF_TENANTS, list(tenants), list(subject_ids))
    return [_paper(TenantId(row["tenant_id"]), row) for row in rows]


async def forget(work: Work, tenant_id: TenantId, subject_ids: Collection[UUID]) -> int:
    """Number of papers of these subjects that name nobody from now on. One statement."""
    return len(await work.fetch(_FORGET, tenant_id, list(subject_ids)))


async def put_seals(work: Work, tenant_id: TenantId, seals: Sequence[tuple[UUID, bytes]]) -> None:
    """These are sealed so from now on; all else stays. One statement, none for none."""
    if seals:
        await work.fetch(_UNDER, tenant_id, *map(list, zip(*seals, strict=True)))
