"""What the worker does about appointments that pass, and about steps that are due."""

from __future__ import annotations

from app.db.work import Work
from app.identity.terms import system_actor
from app.kit.ids import TenantId, UnitId
from app.service_requests import repository
from app.service_requests.domain import step_name, unit_name
from app.service_requests.events import EventType, RequestFact
from app.service_requests.models import RequestStep, ServiceRequest
from app.service_requests.repository import RequestRepository
from app.service_requests.terms import HELD, RequestBooks, RequestState, StepState
from app.timeline.terms import Audience

from .steps import procedure_of, record
from .timing import start

BATCH: int = 100


async def sweep(work: Work, tenant_id: TenantId, books: RequestBooks) -> int:
    """Number of service requests and steps that something was told of, each once for each date.

    The locked row decides: one that was extended or decided meanwhile is left alone.
    """
    done = 0
    requests = RequestRepository(work, tenant_id)
    for request_id in await repository.list_unswept(work, tenant_id, work.now, BATCH):
        request, _ = await requests.lock_by_id(request_id)
        over = request.due_at is not None and request.due_at < work.now and request.decided_at is None
        if not over or request.overdue_at is not None or request.closed_at or request.paused_at:
            continue
        request.overdue_at = work.now
        name = unit_name(books, tenant_id, UnitId(request.unit_id))
        _told(work, request, RequestFact(EventType.OVERDUE, data={"unit": name._asdict()}))
        done += 1
    return done + await _sweep_steps(work, requests, tenant_id, books)


async def _sweep_steps(work: Work, requests: RequestRepository, tenant_id: TenantId, books: RequestBooks) -> int:
    """Number of open steps whose unit is told that they are late, or due on its next working day."""
    done = 0
    root = next((unit for unit in books.directory.units(tenant_id) if unit.parent_id is None), None)
    if root is None:
        return 0
    soon = start(books, tenant_id, root.id, 1, work.now).due_at
    for request_id, code in await repository.list_untold_steps(work, tenant_id, work.now, soon, BATCH):
        request, steps = await requests.lock_by_id(request_id)
        step = next((one for one in steps if one.code == code), None)
        still = request.closed_at is None and RequestState(request.state) not in HELD
        if step is None or step.state != StepState.OPEN or step.due_at is None or not still:
            continue
        if step.due_at < work.now and step.overdue_at is None:
            step.overdue_at, type_ = work.now, EventType.STEP_OVERDUE
        elif step.due_at >= work.now and step.reminded_at is None:
            step.reminded_at, type_ = work.now, EventType.STEP_REMINDED
        else:
            continue
        _told(work, request, _of_step(type_, books, request, step))
        done += 1
    return done


def _of_step(type_: EventType, books: RequestBooks, request: ServiceRequest, step: RequestStep) -> RequestFact:
    unit = unit_name(books, TenantId(step.tenant_id), UnitId(step.unit_id))
    name = step_name(procedure_of(books, request), step.code)
    return RequestFact(
        type_,
        Audience.STAFF,
        data={"unit": unit._asdict(), "step": name._asdict(), "opened": [step.code]},
    )


def _told(work: Work, request: ServiceRequest, fact: RequestFact) -> None:
    request.version += 1
    request.updated_at = work.now
    record(work, system_actor(TenantId(request.tenant_id)), request, fact, None)
