"""What the worker does about appointments that pass, and about steps that are due."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from app.db.engine import Database
from app.db.work import Work
from app.deadlines.errors import CalendarExhausted
from app.directory.snapshot import root_of
from app.identity.terms import system_actor
from app.kit.ids import RequestId, TenantId, UnitId
from app.service_requests import repository
from app.service_requests.domain import step_name, unit_name
from app.service_requests.events import EventType, RequestFact
from app.service_requests.models import RequestStep, ServiceRequest
from app.service_requests.repository import RequestRepository
from app.service_requests.terms import HELD, RequestBooks, RequestState, RequestWorkload, StepState
from app.timeline.terms import Audience

from .steps import procedure_of, record
from .timing import start

BATCH: int = 100
PATIENCE = timedelta(minutes=10)
TURNS_LAST = timedelta(days=1)
"""No work is that long: what was taken before then, nobody holds."""


async def sweep(
    work: Work,
    tenant_id: TenantId,
    books: RequestBooks,
    *,
    besides: Collection[UUID] = (),
    only: RequestId | None = None,
) -> int:
    """Number of service requests and steps that something was told of, each once for each date.

    Of all requests that wait `besides` those named, up to a batch, or of `only` the one. The locked row decides: one
    that was extended or decided meanwhile is left alone.
    """
    waiting = [only] if only else await list_unswept(work, tenant_id, books, besides=besides)
    requests, soon = RequestRepository(work, tenant_id), _soon(work, tenant_id, books)
    done = 0
    for request_id in waiting:
        request, steps = await requests.lock_by_id(request_id)
        done += _tell_of_whole(work, books, request) + _tell_of_steps(work, books, request, steps, soon)
    return done


async def list_unswept(
    work: Work, tenant_id: TenantId, books: RequestBooks, *, besides: Collection[UUID]
) -> list[RequestId]:
    """The requests that the next sweep would take: late ones, and those with a step that is late or due soon."""
    overdue = await repository.list_unswept(work, tenant_id, work.now, besides, BATCH)
    soon = _soon(work, tenant_id, books)
    return list(
        dict.fromkeys([*overdue, *await repository.list_untold(work, tenant_id, work.now, soon, besides, BATCH)])
    )


async def mark_waiting(work: Work, tenant_id: TenantId) -> int:
    """Number of open steps, of a release before, of which queues know now what they wait for; up to a batch."""
    return await repository.mark_waiting(work, tenant_id, BATCH)


async def forget_turns(work: Work, tenant_id: TenantId) -> int:
    """Number of turns forgotten now that nobody waits for any more."""
    return await repository.forget_turns(work, tenant_id, work.now - TURNS_LAST, 10 * BATCH)


async def workload(db: Database, tenants: Sequence[TenantId], at: datetime) -> list[RequestWorkload]:
    """How much of each tenant the sweep has left lying for a while. One statement."""
    return await repository.workload(db, tenants, at - PATIENCE)


def _soon(work: Work, tenant_id: TenantId, books: RequestBooks) -> datetime:
    """The end of the next working day of the tenant; now where its calendar has none: what is late is told of still."""
    root = root_of(books.directory.units(tenant_id))
    try:
        return start(books, tenant_id, root.id, 1, work.now).due_at if root is not None else work.now
    except CalendarExhausted:
        return work.now


def _tell_of_whole(work: Work, books: RequestBooks, request: ServiceRequest) -> int:
    """1 when the request is marked as late now."""
    over = request.due_at is not None and request.due_at < work.now and request.decided_at is None
    if not over or request.overdue_at is not None or request.closed_at or request.paused_at:
        return 0
    request.overdue_at = work.now
    name = unit_name(books, TenantId(request.tenant_id), UnitId(request.unit_id))
    _told(work, request, RequestFact(EventType.OVERDUE, data={"unit": name._asdict()}))
    return 1


def _tell_of_steps(
    work: Work, books: RequestBooks, request: ServiceRequest, steps: Sequence[RequestStep], soon: datetime
) -> int:
    """Number of open steps whose unit is told that they are late, or due by `soon`: on its next working day."""
    done = 0
    if request.closed_at or request.paused_at or RequestState(request.state) in HELD:
        return 0
    for step in steps:
        if step.state != StepState.OPEN or step.overdue_at is not None or step.due_at is None or step.due_at > soon:
            continue
        if step.due_at < work.now:
            step.overdue_at, type_ = work.now, EventType.STEP_OVERDUE
        elif step.reminded_at is None:
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
