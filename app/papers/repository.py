"""Every SQL statement on papers."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import asyncpg
import orjson
from sqlalchemy import func, select

from app.db.engine import Database
from app.db.work import Recorder, Work
from app.kit.ids import StaffId, TenantId, UnitId

from .domain import as_facts, as_json
from .models import PaperRow
from .terms import Paper, PaperId, PaperKind

_TABLE = PaperRow.__table__
_COLUMNS = """id, kind, number, subject_id, unit_id, facts::text, template, checksum, issued_at, issued_by,
    supersedes_id"""
_OF_SUBJECTS = f"""
    SELECT {_COLUMNS} FROM papers WHERE tenant_id = $1 AND subject_id = ANY($2) ORDER BY issued_at, number LIMIT 200
"""  # noqa: S608 - columns of ours
# Digits of one length compare alike in every collation.
_BETWEEN = f"""
    SELECT {_COLUMNS}, EXISTS (
        SELECT FROM papers newer WHERE newer.tenant_id = papers.tenant_id AND newer.supersedes_id = papers.id
    ) AS superseded
    FROM papers WHERE tenant_id = $1 AND checksum BETWEEN $2 AND $3 ORDER BY checksum LIMIT 2
"""  # noqa: S608


def add(work: Recorder, paper: Paper) -> None:
    """Write the paper with what it tells of."""
    row = {name: getattr(paper, name) for name in _TABLE.columns.keys()}  # noqa: SIM118 - a collection of columns
    work.put(_TABLE, {**row, "kind": paper.kind.value, "facts": as_json(paper.facts)})  # type: ignore[arg-type]


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


async def find_between(db: Database, tenant_id: TenantId, first: str, last: str) -> tuple[Paper, bool] | None:
    """The only paper whose checksum lies between these, and whether a newer one took its place. One statement."""
    rows = await db.lane.fetch(_BETWEEN, tenant_id, first, last)
    return (_paper(tenant_id, rows[0]), rows[0]["superseded"]) if len(rows) == 1 else None


def _paper(tenant_id: TenantId, row: asyncpg.Record) -> Paper:
    return Paper(
        tenant_id=tenant_id,
        id=PaperId(row["id"]),
        kind=PaperKind(row["kind"]),
        number=row["number"],
        subject_id=row["subject_id"],
        unit_id=UnitId(row["unit_id"]),
        facts=as_facts(orjson.loads(row["facts"])),
        template=row["template"],
        checksum=row["checksum"],
        issued_at=row["issued_at"],
        issued_by=StaffId(row["issued_by"]) if row["issued_by"] else None,
        supersedes_id=PaperId(row["supersedes_id"]) if row["supersedes_id"] else None,
    )
