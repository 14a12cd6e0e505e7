"""What the worker does about appointments that pass."""

from __future__ import annotations

from app.db.work import Work
from app.identity.terms import system_actor
from app.kit.ids import TenantId, UnitId
from app.service_requests import repository
from app.service_requests.domain import unit_name
from app.service_requests.events import EventType, RequestFact
from app.service_requests.repository import RequestRepository
from app.service_requests.terms import RequestBooks

from .steps import record

BATCH: int = 100


async def sweep(work: Work, tenant_id: TenantId, books: RequestBooks) -> int:
    """Number of service requests whose appointment was found to have passed, each told once for each date.

    The locked row decides: one that was extended or decided meanwhile is left alone.
    """
    done = 0
    requests = RequestRepository(work, tenant_id)
    for request_id in await repository.list_unswept(work, tenant_id, work.now, BATCH):
        request, _ = await requests.lock_by_id(request_id)
        over = request.due_at is not None and request.due_at < work.now and request.decided_at is None
        if not over or request.overdue_at is not None or request.closed_at or request.paused_at:
            continue
        request.overdue_at = request.updated_at = work.now
        request.version += 1
        name = unit_name(books, tenant_id, UnitId(request.unit_id))
        record(
            work,
            system_actor(tenant_id),
            request,
            RequestFact(EventType.OVERDUE, data={"unit": name._asdict()}),
            None,
        )
        done += 1
    return done
