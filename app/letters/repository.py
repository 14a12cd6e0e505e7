"""Every SQL statement on letters."""

from __future__ import annotations

from collections.abc import Sequence

import asyncpg
from sqlalchemy import func, select

from app.db.engine import Database
from app.db.work import Recorder, Work
from app.kit.ids import CaseId, StaffId, TenantId, UnitId

from .domain import read
from .models import LetterRow
from .terms import Letter, LetterKind

_TABLE = LetterRow.__table__
_COLUMNS = "number, case_id, kind, unit_id, written_at, written_by, template, content, checksum"
_OF_CASES = f"""
SELECT {_COLUMNS} FROM letters WHERE tenant_id = $1 AND case_id = ANY($2) ORDER BY written_at, number LIMIT 200
"""  # noqa: S608
_NUMBERED = f"SELECT {_COLUMNS} FROM letters WHERE tenant_id = $1 AND number = ANY($2)"  # noqa: S608


def add(work: Recorder, letter: Letter) -> None:
    """Write the letter with what it tells of."""
    row = {name: getattr(letter, name) for name in ("tenant_id", *_COLUMNS.split(", "))}
    work.put(_TABLE, {**row, "kind": letter.kind.value})  # type: ignore[arg-type]


async def count_letters(work: Work, tenant_id: TenantId, case_id: CaseId) -> int:
    """How many letters the case has. One statement."""
    found = await work.session.scalar(
        select(func.count())
        .select_from(LetterRow)
        .where(LetterRow.tenant_id == tenant_id, LetterRow.case_id == case_id)
    )
    return int(found or 0)


async def letters_numbered(work: Work, tenant_id: TenantId, numbers: Sequence[str]) -> list[Letter]:
    """The letters of these numbers, in any order. One statement."""
    return [_letter(tenant_id, row) for row in await work.fetch(_NUMBERED, tenant_id, list(numbers))]


async def list_letters(db: Database, tenant_id: TenantId, case_ids: Sequence[CaseId]) -> list[Letter]:
    """Letters of these cases, oldest first. One statement."""
    return [_letter(tenant_id, row) for row in await db.lane.fetch(_OF_CASES, tenant_id, case_ids)]


def _letter(tenant_id: TenantId, row: asyncpg.Record) -> Letter:
    return Letter(
        tenant_id=tenant_id,
        number=row["number"],
        case_id=CaseId(row["case_id"]),
        kind=LetterKind(row["kind"]),
        unit_id=UnitId(row["unit_id"]),
        written_at=row["written_at"],
        written_by=StaffId(row["written_by"]) if row["written_by"] else None,
        template=row["template"],
        content=row["content"],
        checksum=row["checksum"],
        sheets=read(row["content"]),
    )
