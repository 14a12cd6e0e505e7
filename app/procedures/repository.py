"""Every statement of the procedures but the seed's."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import and_, func, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.work import ReadWork, Work
from app.kit.ids import StaffId, TenantId

from .errors import ProcedureRace, ProcedureVersionNotFound
from .models import ProcedureRow, procedure_values
from .snapshot import Procedures
from .terms import Procedure


async def load(session: AsyncSession) -> Procedures:
    """All published versions of all tenants, ended ones too, as one snapshot. One statement, no lock."""
    rows = await session.scalars(select(ProcedureRow).where(ProcedureRow.published))
    return Procedures(row.read() for row in rows)


async def list_versions(work: ReadWork, tenant: TenantId, after: tuple[str, int], limit: int) -> Sequence[ProcedureRow]:
    """At most `limit` versions after that code and version, by code, newest first. By the primary key."""
    code, version = after
    further = or_(ProcedureRow.code > code, and_(ProcedureRow.code == code, ProcedureRow.version < version))
    statement = select(ProcedureRow).where(ProcedureRow.tenant_id == tenant, further)
    return (
        await work.session.scalars(statement.order_by(ProcedureRow.code, ProcedureRow.version.desc()).limit(limit))
    ).all()


async def get_version(work: ReadWork, tenant: TenantId, code: str, version: int) -> ProcedureRow:
    """That version, a draft too. Raises: ProcedureVersionNotFound."""
    found = await work.session.get(ProcedureRow, (tenant, code, version))
    if found is None:
        raise ProcedureVersionNotFound
    return found


async def lock_version(work: Work, tenant: TenantId, code: str, version: int) -> ProcedureRow:
    """That version, locked to be changed. Raises: ProcedureVersionNotFound."""
    found = await work.session.get(ProcedureRow, (tenant, code, version), with_for_update=True)
    if found is None:
        raise ProcedureVersionNotFound
    return found


async def published_versions(work: ReadWork, tenant: TenantId, code: str) -> Sequence[ProcedureRow]:
    """Published versions of the procedure, newest first. By the primary key."""
    mine = (ProcedureRow.tenant_id == tenant, ProcedureRow.code == code, ProcedureRow.published)
    return (await work.session.scalars(select(ProcedureRow).where(*mine).order_by(ProcedureRow.version.desc()))).all()


async def newest_version(work: Work, tenant: TenantId, code: str) -> int:
    """Highest version of the procedure, drafts too; 0 when there is none."""
    statement = select(func.coalesce(func.max(ProcedureRow.version), 0))
    mine = (ProcedureRow.tenant_id == tenant, ProcedureRow.code == code)
    return int(await work.session.scalar(statement.where(*mine)) or 0)


async def newest_published(work: Work | ReadWork, tenant: TenantId, code: str) -> ProcedureRow | None:
    """The published version with the highest number, ended or not."""
    mine = (ProcedureRow.tenant_id == tenant, ProcedureRow.code == code, ProcedureRow.published)
    statement = select(ProcedureRow).where(*mine).order_by(ProcedureRow.version.desc()).limit(1)
    return (await work.session.scalars(statement)).one_or_none()


async def add_draft(work: Work, procedure: Procedure, *, created_by: StaffId | None) -> ProcedureRow:
    """The draft as a new row, flushed. Raises: ProcedureRace when somebody took its number a moment ago."""
    row = ProcedureRow(**procedure_values(procedure, work.now, created_by))
    work.session.add(row)
    try:
        await work.session.flush()
    except IntegrityError as error:
        raise ProcedureRace from error
    return row


async def end_earlier(work: Work, row: ProcedureRow, last_day: date) -> None:
    """Other published versions of the code take no new service requests after `last_day`. Locked by version."""
    mine = (ProcedureRow.tenant_id == row.tenant_id, ProcedureRow.code == row.code, ProcedureRow.published)
    open_after = or_(ProcedureRow.valid_to.is_(None), ProcedureRow.valid_to > last_day)
    statement = select(ProcedureRow).where(*mine, ProcedureRow.version != row.version, open_after)
    for other in await work.session.scalars(statement.order_by(ProcedureRow.version).with_for_update()):
        other.end(last_day)
