"""Every statement on saved views and templates of answers."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

import asyncpg
from sqlalchemy import func, select

from app.db.engine import Database
from app.db.work import ReadWork, Work
from app.identity.models import StaffAccount
from app.kit.ids import StaffId, TenantId, UnitId

from .models import AnswerTemplateRow, AnswerTemplateVersionRow, SavedViewRow
from .terms import Edition

_VIEWS = """
SELECT id, name, asked, staff_id, unit_id FROM saved_views
WHERE tenant_id = $1 AND (staff_id = $2 OR unit_id = ANY($3)) ORDER BY unit_id IS NOT NULL, lower(name), id
"""
_TEMPLATES = """
SELECT id, unit_id, name, body, category, resolution, version, updated_at, ended_at FROM answer_templates
WHERE tenant_id = $1 AND unit_id = ANY($2) AND ended_at IS NULL ORDER BY lower(name), id
"""


async def list_views(
    db: Database, tenant_id: TenantId, staff_id: StaffId, units: Collection[UnitId]
) -> list[asyncpg.Record]:
    """The officer's own by name, then those of the units. One statement (indexes uq_saved_views_staff and _unit)."""
    return await db.lane.fetch(_VIEWS, tenant_id, staff_id, list(units))


async def lock_view(work: Work, tenant_id: TenantId, view_id: UUID) -> SavedViewRow | None:
    """The view, locked until the transaction ends."""
    found: SavedViewRow | None = await work.session.scalar(
        select(SavedViewRow).where(SavedViewRow.tenant_id == tenant_id, SavedViewRow.id == view_id).with_for_update()
    )
    return found


async def view_named(
    work: Work, tenant_id: TenantId, staff_id: StaffId | None, unit_id: UnitId | None, name: str
) -> SavedViewRow | None:
    """The officer's or the unit's view of this name, locked."""
    found: SavedViewRow | None = await work.session.scalar(
        select(SavedViewRow)
        .where(
            SavedViewRow.tenant_id == tenant_id,
            SavedViewRow.staff_id == staff_id if staff_id is not None else SavedViewRow.unit_id == unit_id,
            SavedViewRow.name == name,
        )
        .with_for_update()
    )
    return found


async def count_views(work: Work, tenant_id: TenantId, staff_id: StaffId | None, unit_id: UnitId | None) -> int:
    """How many the officer or the unit keeps."""
    whose = SavedViewRow.staff_id == staff_id if staff_id is not None else SavedViewRow.unit_id == unit_id
    counted = select(func.count()).where(SavedViewRow.tenant_id == tenant_id, whose)
    return int(await work.session.scalar(counted) or 0)


async def list_templates(db: Database, tenant_id: TenantId, units: Collection[UnitId]) -> list[asyncpg.Record]:
    """The units' templates that have not ended, by name. One statement (index ix_answer_templates_unit)."""
    return await db.lane.fetch(_TEMPLATES, tenant_id, list(units))


async def count_templates(work: Work, tenant_id: TenantId, unit_id: UnitId) -> int:
    """How many the unit keeps."""
    row = AnswerTemplateRow
    where = (row.tenant_id == tenant_id, row.unit_id == unit_id, row.ended_at.is_(None))
    return int(await work.session.scalar(select(func.count()).where(*where)) or 0)


async def find_template(
    work: Work | ReadWork, tenant_id: TenantId, template_id: UUID, *, lock: bool = False
) -> AnswerTemplateRow | None:
    """The template that has not ended; with `lock` nobody else changes it until the transaction ends."""
    row = AnswerTemplateRow
    asked = select(row).where(row.tenant_id == tenant_id, row.id == template_id, row.ended_at.is_(None))
    found: AnswerTemplateRow | None = await work.session.scalar(asked.with_for_update() if lock else asked)
    return found


async def list_editions(work: Work | ReadWork, tenant_id: TenantId, template_id: UUID) -> list[Edition]:
    """Every version of the template with who wrote it, the newest first."""
    of = AnswerTemplateVersionRow
    found = await work.session.execute(
        select(of.version, of.name, of.body, of.written_at, StaffAccount.name)
        .join(StaffAccount, (StaffAccount.tenant_id == of.tenant_id) & (StaffAccount.id == of.written_by))
        .where(of.tenant_id == tenant_id, of.template_id == template_id)
        .order_by(of.version.desc())
    )
    return [Edition(*row) for row in found.all()]


async def write(work: Work, *rows: SavedViewRow | AnswerTemplateRow | AnswerTemplateVersionRow) -> None:
    """Send what was set, each before what points at it."""
    for row in rows:
        work.session.add(row)
        await work.session.flush()


async def remove(work: Work, row: SavedViewRow) -> None:
    """The view is kept no longer."""
    await work.session.delete(row)
    await work.session.flush()
