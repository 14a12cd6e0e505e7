"""Every statement of the catalogue but the seed's."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from .models import CategoryRow
from .snapshot import Catalogue


async def load(session: AsyncSession) -> Catalogue:
    """All categories of all tenants, retired ones too, as one snapshot. One statement, no lock."""
    rows = await session.scalars(select(CategoryRow))
    return Catalogue(row.read() for row in rows)
