"""Statements on cases that wait for an officer's look."""

from __future__ import annotations

import asyncpg
from sqlalchemy import delete

from app.cases.models import HeldCase
from app.cases.terms import Scope
from app.db.engine import Database
from app.db.work import Work
from app.kit.ids import CaseId, TenantId

_LIST = """
SELECT h.source, h.held_by, h.held_at, c.code, c.version, c.summary, c.category_code, c.unit_id, c.due_at
FROM held_cases h JOIN cases c ON c.tenant_id = h.tenant_id AND c.id = h.case_id
WHERE h.tenant_id = $1 AND ($2::uuid[] IS NULL OR c.unit_id = ANY($2)) AND c.state = 'received'
ORDER BY h.source NULLS LAST, h.held_at, h.case_id
LIMIT $3
"""


async def list_held(db: Database, scope: Scope, limit: int) -> list[asyncpg.Record]:
    """Up to `limit` held cases of the scope, those of one source together, oldest first. One statement."""
    units = None if scope.whole else sorted(scope.units)
    return await db.lane.fetch(_LIST, scope.tenant_id, units, limit)


async def is_held(db: Database, tenant_id: TenantId, case_id: CaseId) -> bool:
    """Whether the case is held. One statement."""
    found = await db.lane.fetchval(_IS_HELD, tenant_id, case_id)
    return found is not None


async def let_go(work: Work, tenant_id: TenantId, case_id: CaseId) -> bool:
    """Whether the case was held; it is no more. One statement."""
    gone = delete(HeldCase).where(HeldCase.tenant_id == tenant_id, HeldCase.case_id == case_id)
    return await work.session.scalar(gone.returning(HeldCase.case_id)) is not None


_IS_HELD = "SELECT case_id FROM held_cases WHERE tenant_id = $1 AND case_id = $2"
_FORGET = """
DELETE FROM held_cases WHERE tenant_id = $1 AND case_id IN (
    SELECT h.case_id FROM held_cases h JOIN cases c ON c.tenant_id = h.tenant_id AND c.id = h.case_id
    WHERE h.tenant_id = $1 AND c.state <> 'received' LIMIT $2
)
RETURNING 1
"""


async def forget(work: Work, tenant_id: TenantId, limit: int) -> int:
    """Number of cases that somebody has taken in hand, and that are held no more from now on. One statement."""
    return len(await work.fetch(_FORGET, tenant_id, limit))
