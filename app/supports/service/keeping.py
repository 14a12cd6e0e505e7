"""Whose a support is, is kept no longer than its purpose needs; that there was one stays counted."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from app.db.work import Work
from app.kit.ids import TenantId
from app.supports import repository


async def due_supporters(work: Work, tenant_id: TenantId, *, before: datetime, after: UUID, limit: int) -> list[UUID]:
    """Supports beyond `after` of cases that ended before then, in order. One statement."""
    return await repository.due(work, tenant_id, before, after, limit)


async def forget_supporters(
    work: Work, tenant_id: TenantId, *, before: datetime, after: UUID, limit: int
) -> list[UUID]:
    """The same, whose they are being known no more. Two statements, one for none."""
    found = await repository.due(work, tenant_id, before, after, limit)
    if found:
        await repository.forget(work, tenant_id, found)
    return found
