"""Every statement of the procedures but the seed's."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from .models import ProcedureRow
from .snapshot import Procedures


async def load(session: AsyncSession) -> Procedures:
    """All published versions of all tenants, ended ones too, as one snapshot. One statement, no lock."""
    rows = await session.scalars(select(ProcedureRow).where(ProcedureRow.published))
    return Procedures(row.read() for row in rows)
