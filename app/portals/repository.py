"""Every statement on portals and calendar addresses."""

from __future__ import annotations

from uuid import UUID

import asyncpg
from sqlalchemy import select

from app.db.engine import Database
from app.db.work import ReadWork, Work
from app.kit.ids import StaffId, TenantId, UnitId

from .models import CalendarAddressRow, PortalRow

_PORTAL = """
SELECT name_vi, name_en, intro_vi, intro_en, brand, link, frame_ancestors, version, updated_at FROM portals
WHERE tenant_id = $1 AND unit_id = $2
"""
_ADDRESS = """
SELECT staff_id, secret_hash, lang FROM calendar_addresses WHERE tenant_id = $1 AND id = $2 AND ended_at IS NULL
"""


async def find_portal(db: Database, tenant_id: TenantId, unit_id: UnitId) -> asyncpg.Record | None:
    """What the unit has set; None: nothing. One statement."""
    return await db.lane.fetchrow(_PORTAL, tenant_id, unit_id)


async def lock_portal(work: Work, tenant_id: TenantId, unit_id: UnitId) -> PortalRow | None:
    """The same, locked until the transaction ends."""
    where = (PortalRow.tenant_id == tenant_id, PortalRow.unit_id == unit_id)
    found: PortalRow | None = await work.session.scalar(select(PortalRow).where(*where).with_for_update())
    return found


async def find_address(db: Database, tenant_id: TenantId, address_id: UUID) -> asyncpg.Record | None:
    """An address that has not ended: whose it is. One statement."""
    return await db.lane.fetchrow(_ADDRESS, tenant_id, address_id)


async def address_of(work: Work | ReadWork, tenant_id: TenantId, staff_id: StaffId) -> CalendarAddressRow | None:
    """The officer's address that has not ended (index uq_calendar_addresses_staff)."""
    found: CalendarAddressRow | None = await work.session.scalar(
        select(CalendarAddressRow).where(
            CalendarAddressRow.tenant_id == tenant_id,
            CalendarAddressRow.staff_id == staff_id,
            CalendarAddressRow.ended_at.is_(None),
        )
    )
    return found


async def write(work: Work, row: PortalRow | CalendarAddressRow) -> None:
    """Send what was set."""
    work.session.add(row)
    await work.session.flush()
