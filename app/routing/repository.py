"""Every statement of routing but the seed's."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.work import ReadWork, Work
from app.kit.ids import StaffId, TenantId, uuid7

from .errors import RulebookRace
from .models import Rulebook, rule_values
from .snapshot import Rulebooks
from .terms import Rule


async def load(session: AsyncSession) -> Rulebooks:
    """All active versions of all tenants as one snapshot. One statement, no lock."""
    rows = await session.scalars(select(Rulebook).where(Rulebook.active))
    return Rulebooks(row.read() for row in rows)


async def list_versions(work: ReadWork | Work, tenant: TenantId, limit: int) -> Sequence[Rulebook]:
    """The tenant's newest `limit` versions, newest first."""
    statement = select(Rulebook).where(Rulebook.tenant_id == tenant).order_by(Rulebook.version.desc()).limit(limit)
    return (await work.session.scalars(statement)).all()


async def newest_version(work: Work, tenant: TenantId) -> int:
    """Highest version of the tenant, 0 when there is none."""
    statement = select(func.coalesce(func.max(Rulebook.version), 0)).where(Rulebook.tenant_id == tenant)
    return int(await work.session.scalar(statement) or 0)


async def add_version(
    work: Work,
    tenant: TenantId,
    version: int,
    rules: Sequence[Rule],
    *,
    note: str,
    valid_from: datetime,
    created_by: StaffId | None,
) -> Rulebook:
    """The new version, flushed. Raises: RulebookRace when somebody took its number a moment ago."""
    row = Rulebook(
        tenant_id=tenant,
        id=uuid7(work.now),
        version=version,
        valid_from=valid_from,
        active=True,
        rules=[rule_values(rule) for rule in rules],
        note=note,
        created_at=work.now,
        created_by=created_by,
    )
    work.session.add(row)
    try:
        await work.session.flush()
    except IntegrityError as error:
        raise RulebookRace from error
    return row
