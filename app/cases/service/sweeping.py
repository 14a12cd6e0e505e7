"""What the program does of itself."""

from __future__ import annotations

from app.cases import domain
from app.cases.repository import CaseRepository
from app.cases.terms import Books
from app.db.work import Work
from app.identity.terms import system_actor
from app.kit.ids import TenantId

from .steps import settle

SWEEP_BATCH_ROWS = 200


async def sweep_overdue(work: Work, tenant_id: TenantId, books: Books) -> int:
    """Number of cases marked overdue now: each once, with its timeline entry and event, whoever else sweeps."""
    actor = system_actor(tenant_id)
    cases = await CaseRepository(work, tenant_id).overdue_unswept(SWEEP_BATCH_ROWS)
    for case in cases:
        work.catch_up(case.updated_at)
        settle(work, actor, case, domain.overdue(case.facts(), at=work.now), books.directory)
    return len(cases)
