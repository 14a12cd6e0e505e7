"""The five steps every verb takes: load → permit → decide → apply → record."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from app.audit import service as audit_service
from app.cases import service as cases_service
from app.db.work import Recorder, Work
from app.directory.snapshot import Directory
from app.identity.terms import Actor, ActorKind, system_actor
from app.kit.clock import local_day, rfc3339
from app.kit.ids import RequestId, StaffId, TenantId, UnitId
from app.outbox import service as outbox
from app.procedures.terms import Procedure, StepRole
from app.service_requests import domain, policies
from app.service_requests.errors import RequestNotFound, StaleRequest
from app.service_requests.events import RequestFact
from app.service_requests.models import RequestStep, ServiceRequest
from app.service_requests.repository import RequestRepository
from app.service_requests.terms import RequestBooks, RequestFacts, RequestState, StepState, Verb
from app.timeline import service as timeline_service

from .placing import place_begun
from .timing import follow, start_opened


class Held:
    """A service request in hand: its row locked, its steps, the version of the procedure it began with.

    `actor` is whoever acts, an officer in the capacity that lets him; `doable` are the verbs he may do here at all.
    """

    __slots__ = ("actor", "doable", "procedure", "request", "steps")

    def __init__(
        self,
        request: ServiceRequest,
        steps: list[RequestStep],
        procedure: Procedure,
        actor: Actor,
        doable: frozenset[Verb] | None = None,
    ) -> None:
        self.request = request
        self.steps = steps
        self.procedure = procedure
        self.actor = actor
        self.doable = doable

    def facts(self) -> RequestFacts:
        """What decisions may know of it."""
        return replace(self.request.facts(self.steps), doable=self.doable)

    def step(self, code: str) -> RequestStep:
        """The row of a step that the facts have."""
        return next(step for step in self.steps if step.code == code)


async def held(
    work: Work, actor: Actor, code: str, verb: Verb, seen: int | None, books: RequestBooks, *, step: str | None = None
) -> Held:
    """The request, locked, when the actor may do the verb to it. Raises: RequestNotFound, StaleRequest, Forbidden."""
    scope = cases_service.scope_of(actor, books.directory)
    request, steps = await RequestRepository(work, actor.tenant_id).lock(code, visible_to=scope)
    if seen is not None and request.version != seen:
        own = await timeline_service.is_own(work, actor, RequestId(request.id), request.version)
        raise StaleRequest(request.version, own=own)
    found = Held(request, steps, procedure_of(books, request), actor)
    facts = found.facts()
    found.actor = allow(actor, verb, facts, books.directory, step=step)
    found.doable = permitted(actor, facts, books.directory)
    return found


def permitted(actor: Actor, facts: RequestFacts, directory: Directory) -> frozenset[Verb]:
    """Verbs that the officer's roles let him do, whatever the state; of verbs on a step, on any of the open ones."""
    paths = paths_of(actor.tenant_id, facts, directory)
    steps = facts.open_steps

    def may(verb: Verb) -> bool:
        fitting: list[str | None] = [step.code for step in steps if domain.fits(verb, step)]
        if steps and not fitting:
            return False
        return any(policies.may(verb, actor, facts, paths, step=step) for step in fitting or [None])

    return frozenset(filter(may, Verb))


def procedure_of(books: RequestBooks, request: ServiceRequest) -> Procedure:
    """The version of the procedure that the request began with."""
    return procedure_named(books, TenantId(request.tenant_id), request.procedure_code, request.procedure_version)


def procedure_named(books: RequestBooks, tenant_id: TenantId, code: str, version: int) -> Procedure:
    """The version of the procedure, which a foreign key keeps there. Raises: RequestNotFound while it is unloaded."""
    found = books.procedures.find(tenant_id, code, version)
    if found is None:
        raise RequestNotFound
    return found


def allow(actor: Actor, verb: Verb, facts: RequestFacts, directory: Directory, *, step: str | None) -> Actor:
    """The actor as whoever does the verb, a deputy for a colleague. Raises: Forbidden with the reason."""
    paths = paths_of(actor.tenant_id, facts, directory)
    policies.may(verb, actor, facts, paths, step=step).require()
    return policies.in_capacity(verb, actor, facts, paths, step=step)


def paths_of(tenant_id: TenantId, facts: RequestFacts, directory: Directory) -> Mapping[UnitId, tuple[UnitId, ...]]:
    """From the tenant's root unit down to each unit that has a part in the request."""
    return {step.unit_id: directory.unit_path(tenant_id, step.unit_id) for step in facts.steps}


def with_paper(fact: RequestFact, number: str) -> RequestFact:
    """The fact with the paper that was handed out with it."""
    return replace(fact, data={**fact.data, "paper": number})


def settle(work: Recorder, found: Held, fact: RequestFact, books: RequestBooks) -> ServiceRequest:
    """Apply and record one decided fact, with what it does to steps, clocks and the unit that answers for it.

    A step that begins is with whoever answers for its place by then; where that is another unit, it is told apart.
    """
    actor = found.actor
    request, before = found.request, RequestState(found.request.state)
    held_by = UnitId(request.unit_id)
    request.apply(fact, work.now)
    begun = []
    for change in fact.steps:
        step = found.step(change.code)
        waited = step.state != StepState.OPEN
        step.apply(change, work.now, actor.id)
        if waited and step.state == StepState.OPEN:
            begun.append(step)
    day = local_day(work.now, books.directory.tenant(TenantId(request.tenant_id)).time_zone)
    moves = place_begun(books, found.procedure, request, found.steps, begun, day)
    start_opened(books, TenantId(request.tenant_id), found.steps, work.now)
    follow(books, request, found.steps, before=before, at=work.now)
    facts = found.facts()
    for step, part in zip(found.steps, facts.steps, strict=True):
        step.waits_for = domain.waits_for(facts, part)
    receiver = facts.with_role(StepRole.RECEIVE)
    if receiver is not None:
        request.unit_id = domain.responsible(facts.steps, receiver).unit_id
        request.receiver_id = receiver.unit_id  # of whoever has the step now, where it has moved
    record(work, actor, request, fact, acting_unit(actor, facts, held_by, books.directory), held_by=held_by)
    for move in moves:
        request.version += 1
        record(work, system_actor(TenantId(request.tenant_id)), request, move, None)
    return request


def record(
    work: Recorder,
    actor: Actor,
    request: ServiceRequest,
    fact: RequestFact,
    unit_id: UnitId | None,
    *,
    held_by: UnitId | None = None,
) -> None:
    """Write the fact into the timeline, the outbox and, of officers, the audit trail."""
    timeline_service.record(
        work,
        actor,
        case_id=RequestId(request.id),
        case_version=request.version,
        type=fact.type.value,
        audience=fact.audience,
        unit_id=unit_id,
        text=fact.text,
        data={**fact.data, **fact.private},
    )
    outbox.append(
        work,
        tenant_id=TenantId(request.tenant_id),
        type=fact.type.value,
        subject_id=request.id,
        subject_version=request.version,
        payload=payload_of(request, fact, actor, held_by),
    )
    if actor.kind in {ActorKind.STAFF, ActorKind.CLIENT}:
        done = {"version": request.version, "state": request.state}
        audit_service.record(work, actor, fact.type.value, subject=request.code, unit_id=unit_id, details=done)


def payload_of(request: ServiceRequest, fact: RequestFact, actor: Actor, held_by: UnitId | None) -> dict[str, Any]:
    """What machines are told: codes and dates, never a name or what a person wrote."""
    return {
        "code": request.code,
        "state": request.state,
        "national_code": RequestState(request.state).national_code,
        "procedure": request.procedure_code,
        "unit_id": str(request.unit_id),
        "actor_kind": actor.kind.value,
        "audience": fact.audience.value,
        "due_at": _said(request.due_at),
        **({"from_unit_id": str(held_by)} if held_by is not None and held_by != request.unit_id else {}),
        "data": fact.data,
    }


def _said(at: datetime | None) -> str | None:
    return rfc3339(at) if at is not None else None


def acting_unit(actor: Actor, facts: RequestFacts, held_by: UnitId, directory: Directory) -> UnitId | None:
    """The unit on whose behalf the actor acts: one that has a part in it, else his nearest unit above the holder."""
    if actor.kind is not ActorKind.STAFF:
        return None
    mine = actor.units()
    parts = [held_by, *(step.unit_id for step in facts.steps)]
    own = next((unit_id for unit_id in parts if unit_id in mine), None)
    if own is not None:
        return own
    return next((unit for unit in reversed(directory.unit_path(actor.tenant_id, held_by)) if unit in mine), None)


async def change(
    work: Work,
    actor: Actor,
    code: str,
    verb: Verb,
    seen: int | None,
    books: RequestBooks,
    decide: Callable[[Held], RequestFact],
    *,
    step: str | None = None,
) -> ServiceRequest:
    """The request after `verb`. Raises: RequestNotFound, StaleRequest, Forbidden, and what `decide` does."""
    found = await held(work, actor, code, verb, seen, books, step=step)
    return settle(work, found, decide(found), books)


def officer_of(actor: Actor) -> StaffId:
    """The acting officer's account. Raises: RequestNotFound for anyone else, as if it did not exist."""
    if actor.staff_id is None:
        raise RequestNotFound
    return actor.staff_id
