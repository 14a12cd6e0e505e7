"""What the portal calls units."""

from __future__ import annotations

from app.db.engine import Database
from app.db.work import Work
from app.kit.ids import TenantId, UnitId

_CODES = "SELECT unit_id, portal_code FROM national_units WHERE tenant_id = $1"
_SET = """
    INSERT INTO national_units (tenant_id, unit_id, portal_code, updated_at) VALUES ($1, $2, $3, $4)
    ON CONFLICT (tenant_id, unit_id) DO UPDATE SET portal_code = excluded.portal_code, updated_at = excluded.updated_at
"""


async def portal_codes(db: Database, tenant_id: TenantId) -> dict[UnitId, str]:
    """The portal's code of each unit that has one of its own. One statement."""
    return {UnitId(row["unit_id"]): row["portal_code"] for row in await db.lane.fetch(_CODES, tenant_id)}


async def set_portal_code(work: Work, tenant_id: TenantId, unit_id: UnitId, portal_code: str) -> None:
    """From now on the portal is told this code. One statement."""
    await work.fetch(_SET, tenant_id, unit_id, portal_code, work.now)
