"""The five steps every verb takes: load → permit → decide → apply → record."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from app.audit import service as audit_service
from app.cases import domain, policies
from app.cases.errors import CaseNotFound, StaleCase
from app.cases.events import COMMENT, CaseFact
from app.cases.models import Case
from app.cases.repository import CaseRepository
from app.cases.terms import Books, CaseFacts, Scope, Verb
from app.catalogue import service as catalogue_service
from app.db.work import Recorder, Work
from app.deadlines import service as deadlines_service
from app.directory.snapshot import Directory, Unit
from app.identity.terms import Actor, ActorKind
from app.kit.clock import rfc3339
from app.kit.ids import CaseId, ReportId, StaffId, TenantId, UnitId
from app.kit.text import Text
from app.outbox import service as outbox
from app.timeline import service as timeline_service
from app.timeline.terms import Audience

from .timing import clocked


def scope_of(actor: Actor, directory: Directory) -> Scope:
    """The cases an officer may see: those of his units and of all units below them; another system those it may."""
    every = directory.units(actor.tenant_id)
    if actor.grant is not None:
        held = frozenset({actor.grant.unit_id}) if actor.grant.unit_id else frozenset(UnitId(unit.id) for unit in every)
    else:
        held = actor.units()
    units = directory.subtree(actor.tenant_id, held)
    return Scope(actor.tenant_id, units, whole=len(units) == len(every))


def record(
    work: Recorder,
    actor: Actor,
    case: Case | CaseFacts,
    fact: CaseFact,
    unit_id: UnitId | None,
    *,
    due_at: datetime | None,
    held_by: UnitId | None = None,
) -> None:
    """Write the fact into the timeline and the outbox; words meant for fewer readers become an entry of their own.

    `held_by`: the unit that held the case before; the message names it when it is another one now.
    """
    apart = fact.text is not None and fact.text_audience is not None and fact.text_audience is not fact.audience
    case_id = CaseId(case.id)
    timeline_service.record(
        work,
        actor,
        case_id=case_id,
        case_version=case.version,
        type=fact.type.value,
        audience=fact.audience,
        unit_id=unit_id,
        text=None if apart else fact.text,
        data={**fact.data, **fact.people},
        report_id=fact.report_id,
    )
    if apart:
        timeline_service.record(
            work,
            actor,
            case_id=case_id,
            case_version=case.version,
            type=COMMENT,
            audience=fact.text_audience or Audience.STAFF,
            unit_id=unit_id,
            text=fact.text,
            data={"with": fact.type.value},
            report_id=fact.report_id,
        )
    outbox.append(
        work,
        tenant_id=TenantId(case.tenant_id),
        type=fact.type.value,
        subject_id=case.id,
        subject_version=case.version,
        payload={
            "code": case.code,
            "state": str(case.state),
            "unit_id": str(case.unit_id),
            "actor_kind": actor.kind.value,
            "audience": fact.audience.value,
            "due_at": rfc3339(due_at) if due_at is not None else None,
            **({"report_id": str(fact.report_id)} if fact.report_id is not None else {}),
            **({"from_unit_id": str(held_by)} if held_by is not None and held_by != case.unit_id else {}),
            "data": fact.data,
        },
    )
    if actor.kind in {ActorKind.STAFF, ActorKind.CLIENT}:
        done = {"version": case.version, "state": str(case.state)}
        audit_service.record(work, actor, fact.type.value, subject=case.code, unit_id=unit_id, details=done)


def settle(work: Work, actor: Actor, case: Case, fact: CaseFact, books: Books) -> None:
    """Apply and record one decided fact, with what it does to the case's clock.

    The entry belongs to the unit that held the case when it was decided.
    """
    held_by = UnitId(case.unit_id)
    case.apply(clocked(case, fact, books, work.now), work.now)
    record(work, actor, case, fact, _acting_unit(actor, held_by, books.directory), due_at=case.due_at, held_by=held_by)


def _acting_unit(actor: Actor, held_by: UnitId, directory: Directory) -> UnitId | None:
    """The unit on whose behalf the actor acts: the holder if he belongs to it, else his nearest unit above it."""
    if actor.kind is not ActorKind.STAFF:
        return None
    mine = actor.units()
    path = directory.unit_path(actor.tenant_id, held_by)
    return next((unit_id for unit_id in reversed(path) if unit_id in mine), None)


async def change(
    work: Work,
    actor: Actor,
    code: str,
    verb: Verb,
    seen: int | None,
    books: Books,
    decide: Callable[[CaseFacts], CaseFact],
) -> Case:
    """The case after `verb`. `seen` is the version the officer acted on. Raises: CaseNotFound, StaleCase, Forbidden."""
    case = await CaseRepository(work, actor.tenant_id).lock(code, visible_to=scope_of(actor, books.directory))
    actor = await permit(work, actor, verb, case, seen, books.directory)
    settle(work, actor, case, decide(case.facts()), books)
    return case


async def permit(work: Work, actor: Actor, verb: Verb, case: Case, seen: int | None, directory: Directory) -> Actor:
    """The actor in whose name the verb goes on: the own, or that of a colleague he stands in for.

    Raises: StaleCase when `seen` is not the present version, Forbidden with the reason.

    Who has changed it meanwhile is looked up only then: most often the officer himself, with a second click.
    """
    if seen is not None and case.version != seen:
        own = await timeline_service.is_own(work, actor, CaseId(case.id), case.version)
        raise StaleCase(case.version, own=own)
    return allow(actor, verb, case, directory)


def allow(actor: Actor, verb: Verb, case: Case, directory: Directory) -> Actor:
    """The actor in whose name the verb may be done to the case as it is. Raises: Forbidden with the reason."""
    path = directory.unit_path(actor.tenant_id, UnitId(case.unit_id))
    policies.may(verb, actor, case.facts(), path).require()
    return policies.in_capacity(verb, actor, case.facts(), path)


def unit_name(books: Books, facts: CaseFacts) -> Text:
    """Name of the unit that holds the case."""
    unit = books.directory.unit(facts.tenant_id, facts.unit_id)
    return Text(unit.name, unit.name_en)


def both_names(books: Books, facts: CaseFacts, to: Unit) -> dict[str, Any]:
    """Names and codes of the holder and of the unit that gets the case."""
    holder = books.directory.unit(facts.tenant_id, facts.unit_id)
    return {
        "from_unit": Text(holder.name, holder.name_en)._asdict(),
        "unit": Text(to.name, to.name_en)._asdict(),
        "from_unit_code": holder.code,
        "unit_code": to.code,
    }


def reopened(work: Work, books: Books, facts: CaseFacts, comment: str, report: ReportId | None) -> CaseFact:
    """The fact of reopening, with a fresh deadline from now by the target that holds today."""
    category = books.catalogue.category(facts.tenant_id, facts.category)
    unit = books.directory.unit(facts.tenant_id, facts.unit_id)
    deadline = deadlines_service.start_clock(
        books.calendars,
        facts.tenant_id,
        working_days=catalogue_service.working_days(category, facts.priority),
        at=work.now,
        unit_id=facts.unit_id,
        lineage=books.catalogue.lineage(facts.tenant_id, facts.category),
        tier=unit.tier,
        priority=facts.priority,
        area=unit.area_code,
    )
    return domain.reopen(
        facts,
        comment=comment,
        report=report,
        due_at=deadline.due_at,
        working_days=deadline.working_days,
        clock=deadlines_service.clock_values(deadline.clock),
    )


def officer_of(actor: Actor) -> StaffId:
    """The acting officer's account. Raises: CaseNotFound for anyone else, as if the case did not exist."""
    if actor.staff_id is None:
        raise CaseNotFound
    return actor.staff_id
