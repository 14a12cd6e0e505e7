"""Statements on cases whose supporters were counted anew."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import select

from app.cases.models import Case
from app.db.work import Work
from app.kit.ids import CaseId, TenantId


async def lock_all(work: Work, tenant_id: TenantId, case_ids: Collection[CaseId]) -> Sequence[Case]:
    """The cases, locked in the order of their ids as officers' verbs lock them. One statement."""
    found = await work.session.scalars(
        select(Case)
        .where(Case.tenant_id == tenant_id, Case.id.in_(case_ids))
        .order_by(Case.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return found.all()
