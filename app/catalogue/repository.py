"""Every statement of the catalogue but the seed's."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.work import ReadWork, Work
from app.identity.terms import Actor
from app.kit.ids import TenantId

from .errors import CategoryNotFound, InvalidCategory
from .models import CategoryRow, CategoryVersionRow, category_values, wanted_values
from .snapshot import Catalogue
from .terms import Category, CategoryVersion


async def load(session: AsyncSession) -> Catalogue:
    """All categories of all tenants, retired ones too, as one snapshot. One statement, no lock."""
    rows = await session.scalars(select(CategoryRow))
    return Catalogue(row.read() for row in rows)


async def list_categories(work: ReadWork | Work, tenant: TenantId) -> list[Category]:
    """Every category of the tenant as it is, groups and leaves in the order people see them. One statement."""
    statement = select(CategoryRow).where(CategoryRow.tenant_id == tenant)
    return [
        row.read() for row in await work.session.scalars(statement.order_by(CategoryRow.position, CategoryRow.code))
    ]


async def list_versions(work: ReadWork | Work, tenant: TenantId) -> Sequence[CategoryVersion]:
    """Every version of every category of the tenant, by code, the newest first. One statement."""
    rows = await work.session.scalars(
        select(CategoryVersionRow)
        .where(CategoryVersionRow.tenant_id == tenant)
        .order_by(CategoryVersionRow.code, CategoryVersionRow.version.desc())
    )
    return [row.read() for row in rows]


async def lock(work: Work, tenant: TenantId, code: str) -> Category:
    """The category, locked: its versions are numbered one after the other. Raises: CategoryNotFound. One statement."""
    found = await work.session.scalar(
        select(CategoryRow).where(CategoryRow.tenant_id == tenant, CategoryRow.code == code).with_for_update()
    )
    if found is None:
        raise CategoryNotFound
    return found.read()


async def newest_version(work: ReadWork | Work, tenant: TenantId, code: str) -> int:
    """The newest version of the category, 0 while it is as it was packaged. One statement."""
    statement = (
        select(CategoryVersionRow.version)
        .where(CategoryVersionRow.tenant_id == tenant, CategoryVersionRow.code == code)
        .order_by(CategoryVersionRow.version.desc())
        .limit(1)
    )
    return int(await work.session.scalar(statement) or 0)


async def add_version(work: Work, actor: Actor, version: CategoryVersion) -> None:
    """The version written, and the category as it says. Two statements; the category must be locked."""
    same = (CategoryRow.tenant_id == actor.tenant_id, CategoryRow.code == version.code)
    await work.session.execute(update(CategoryRow).where(*same).values(**wanted_values(version.wanted)))
    await _keep_version(work, actor, version)


async def add_category(work: Work, actor: Actor, category: Category, version: CategoryVersion) -> None:
    """The category with its first version. Two statements. Raises: InvalidCategory where somebody was faster."""
    statement = insert(CategoryRow).values(category_values(category)).on_conflict_do_nothing()
    if await work.session.scalar(statement.returning(CategoryRow.code)) is None:
        raise InvalidCategory(errors=[{"pointer": "/code", "detail": InvalidCategory.JUST_TAKEN}])
    await _keep_version(work, actor, version)


async def _keep_version(work: Work, actor: Actor, version: CategoryVersion) -> None:
    work.session.add(
        CategoryVersionRow(
            tenant_id=actor.tenant_id,
            code=version.code,
            version=version.version,
            note=version.wanted.note,
            created_at=version.created_at,
            created_by=actor.staff_id,
            **wanted_values(version.wanted),
        )
    )
    await work.settle()
