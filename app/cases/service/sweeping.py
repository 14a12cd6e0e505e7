"""What the program does of itself."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from app.cases import domain, repository
from app.cases.events import CaseFact
from app.cases.models import Case
from app.cases.repository import CaseRepository
from app.cases.terms import Books, Workload
from app.db.engine import Database
from app.db.work import Work
from app.deadlines import service as deadlines_service
from app.identity.terms import system_actor
from app.kit.clock import local_day
from app.kit.ids import TenantId

from .steps import settle
from .timing import clock_of, timed

SWEEP_BATCH_ROWS = 200
SWEEP_PATIENCE = timedelta(minutes=10)


async def sweep_overdue(
    work: Work, tenant_id: TenantId, books: Books, *, besides: Collection[UUID] = (), only: UUID | None = None
) -> int:
    """Number of cases marked overdue now: each once, with its timeline entry and event, whoever else sweeps.

    A case whose clock stands is not: it is due as if it went on now, and is written so.

    All that wait `besides` those named, up to a batch; or `only` the one, if it waits.
    """
    actor = system_actor(tenant_id)
    cases = await CaseRepository(work, tenant_id).overdue_unswept(SWEEP_BATCH_ROWS, besides=besides, only=only)
    for case in cases:
        work.catch_up(case.updated_at)
        fact = _standing(case, books, work.now) or domain.overdue(case.facts(), at=work.now)
        settle(work, actor, case, fact, books)
    return len(cases)


def _standing(case: Case, books: Books, at: datetime) -> CaseFact | None:
    """The fact that a case whose clock stands is due later than it was written; None for any other case."""
    if case.paused_at is None:
        return None
    tenant_id = TenantId(case.tenant_id)
    timing = deadlines_service.recount_clock(books.calendars, tenant_id, clock_of(case, books), at=at)
    if timing.due_at <= at:
        return None  # its time was over before it stopped
    due_on = local_day(timing.due_at, books.directory.tenant(tenant_id).time_zone)
    return domain.move_due(timed(timing, at), due_on=due_on, why=domain.BY_PAUSE)


async def list_unswept(work: Work, tenant_id: TenantId, *, besides: Collection[UUID]) -> list[UUID]:
    """The cases that the next sweep would take."""
    cases = await CaseRepository(work, tenant_id).overdue_unswept(SWEEP_BATCH_ROWS, besides=besides)
    return [case.id for case in cases]


async def workload(db: Database, tenants: Sequence[TenantId], at: datetime) -> list[Workload]:
    """How much each tenant has open and overdue, and how much the sweep has left lying. One statement."""
    return await repository.workload(db, tenants, at, at - SWEEP_PATIENCE)
