"""What the program does of itself."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from app.cases import domain, repository
from app.cases.repository import CaseRepository
from app.cases.terms import Books, Workload
from app.db.engine import Database
from app.db.work import Work
from app.identity.terms import system_actor
from app.kit.ids import TenantId

from .steps import settle

SWEEP_BATCH_ROWS = 200
SWEEP_PATIENCE = timedelta(minutes=10)


async def sweep_overdue(
    work: Work, tenant_id: TenantId, books: Books, *, besides: Collection[UUID] = (), only: UUID | None = None
) -> int:
    """Number of cases marked overdue now: each once, with its timeline entry and event, whoever else sweeps.

    All that wait `besides` those named, up to a batch; or `only` the one, if it waits.
    """
    actor = system_actor(tenant_id)
    cases = await CaseRepository(work, tenant_id).overdue_unswept(SWEEP_BATCH_ROWS, besides=besides, only=only)
    for case in cases:
        work.catch_up(case.updated_at)
        settle(work, actor, case, domain.overdue(case.facts(), at=work.now), books.directory)
    return len(cases)


async def list_unswept(work: Work, tenant_id: TenantId, *, besides: Collection[UUID]) -> list[UUID]:
    """The cases that the next sweep would take."""
    cases = await CaseRepository(work, tenant_id).overdue_unswept(SWEEP_BATCH_ROWS, besides=besides)
    return [case.id for case in cases]


async def workload(db: Database, tenants: Sequence[TenantId], at: datetime) -> list[Workload]:
    """How much each tenant has open and overdue, and how much the sweep has left lying. One statement."""
    return await repository.workload(db, tenants, at, at - SWEEP_PATIENCE)
