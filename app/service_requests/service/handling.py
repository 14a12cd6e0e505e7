"""Verbs of offices."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from app.db.work import Work
from app.deadlines import service as deadlines_service
from app.directory.snapshot import Unit
from app.identity import service as identity_service
from app.identity.terms import Actor
from app.kit.ids import TenantId, UnitId
from app.kit.text import Text
from app.papers.terms import PaperKind
from app.procedures.terms import StepRole
from app.service_requests import domain, repository
from app.service_requests.domain import step_name
from app.service_requests.errors import OfficerNotOfUnit
from app.service_requests.models import ServiceRequest
from app.service_requests.terms import RequestBooks, StepState, StepWait, Verb

from . import papering
from .drafting import drop_draft
from .naming import holder, local_text, of_step
from .steps import Held, change, held, settle, with_paper
from .timing import appoint, appointment, start


async def accept_request(work: Work, actor: Actor, code: str, *, seen: int, books: RequestBooks) -> ServiceRequest:
    """Accepted: the clock of the whole runs, and its end is the appointment."""
    found = await held(work, actor, code, Verb.ACCEPT, seen, books)
    request, tenant_id = found.request, actor.tenant_id
    timing = appointment(books, request, work.now)
    fact = domain.accept(
        found.facts(),
        unit=holder(books, found, StepRole.RECEIVE),
        appointment=local_text(books, tenant_id, timing.due_at),
        at=work.now,
    )
    appoint(books, request, timing, work.now)
    paper = await papering.issue(
        work,
        actor,
        books,
        found,
        PaperKind.RECEIPT,
        UnitId(request.receiver_id),
        appointment_at=timing.due_at,
    )
    return settle(work, found, with_paper(fact, paper), books)


async def refuse_request(
    work: Work, actor: Actor, code: str, *, seen: int, books: RequestBooks, reason: str
) -> ServiceRequest:
    """Not accepted, with the reason, on paper."""
    found = await held(work, actor, code, Verb.REFUSE, seen, books)
    unit_id = UnitId(found.request.receiver_id)
    fact = domain.refuse(found.facts(), unit=holder(books, found, StepRole.RECEIVE), reason=reason, at=work.now)
    paper = await papering.issue(work, actor, books, found, PaperKind.REFUSAL, unit_id, reasons=(reason,))
    return settle(work, found, with_paper(fact, paper), books)


async def complete_step(
    work: Work, actor: Actor, code: str, *, seen: int, books: RequestBooks, step: str, opinion: str | None
) -> ServiceRequest:
    """The step is done; whatever waited for it begins."""
    return await change(
        work,
        actor,
        code,
        Verb.COMPLETE,
        seen,
        books,
        lambda found: domain.complete_step(
            found.facts(),
            step=step,
            name=step_name(found.procedure, step),
            unit=of_step(books, found, step),
            opinion=opinion,
        ),
        step=step,
    )


async def send_back(
    work: Work, actor: Actor, code: str, *, seen: int, books: RequestBooks, step: str, to: str, reason: str
) -> ServiceRequest:
    """An earlier step has to be looked at again; what waited for a signature is gone, with its files."""
    found = await held(work, actor, code, Verb.SEND_BACK, seen, books, step=step)
    name, unit = step_name(found.procedure, step), of_step(books, found, step)
    fact = domain.send_back(found.facts(), step=step, to=to, name=name, unit=unit, reason=reason)
    await drop_draft(work, found)
    return settle(work, found, fact, books)


async def assign_step(
    work: Work, actor: Actor, code: str, *, seen: int, books: RequestBooks, step: str, officer: str
) -> ServiceRequest:
    """The officer of this user name, a member of the step's unit, put in charge of it. Raises: OfficerNotOfUnit."""
    found = await held(work, actor, code, Verb.ASSIGN, seen, books, step=step)
    facts = found.facts()
    part = facts.step(step)
    account = await identity_service.find_staff(work, actor.tenant_id, username=officer)
    if (
        part is None
        or account is None
        or not account.active
        or part.unit_id not in {one.unit_id for one in account.memberships}
    ):
        raise OfficerNotOfUnit
    fact = domain.assign(
        facts, step=step, officer=account.id, officer_name=account.name, unit=of_step(books, found, step)
    )
    return settle(work, found, fact, books)


async def consult_unit(
    work: Work,
    actor: Actor,
    code: str,
    *,
    seen: int,
    books: RequestBooks,
    step: str,
    unit: str,
    question: str,
    working_days: int,
) -> ServiceRequest:
    """Another unit is asked for its opinion, within so many working days. Raises: UnknownUnit."""
    asked = books.directory.unit_by_code(actor.tenant_id, unit)
    found = await held(work, actor, code, Verb.CONSULT, seen, books, step=step)
    facts = found.facts()
    fact = domain.consult(
        facts,
        step=step,
        unit=of_step(books, found, step),
        asked=Text(asked.name, asked.name_en),
        question=question,
    )
    repository.put_step(work, opinion_row(books, found, asked, step, question, working_days, work.now))
    return settle(work, found, fact, books)


def opinion_row(
    books: RequestBooks, found: Held, asked: Unit, step: str, question: str, working_days: int, at: datetime
) -> dict[str, Any]:
    """A row for the opinion of the unit that is asked, with a clock of its own."""
    tenant_id = TenantId(found.request.tenant_id)
    timing = start(books, tenant_id, asked.id, working_days, at)
    return {
        "tenant_id": tenant_id,
        "request_id": found.request.id,
        "code": domain.next_opinion(found.facts()),
        "place": max(one.place for one in found.steps) + 1,
        "unit_id": asked.id,
        "tier": asked.tier.value,
        "state": StepState.OPEN.value,
        "waits_for": StepWait.NOBODY.value,
        "after": [],
        "asked_by": step,
        "question": question,
        "working_days": working_days,
        "routing": {},
        "opened_at": at,
        "due_at": timing.due_at,
        "clock": deadlines_service.clock_values(timing.clock),
    }


async def give_opinion(
    work: Work, actor: Actor, code: str, *, seen: int, books: RequestBooks, step: str, opinion: str
) -> ServiceRequest:
    """The unit that was asked has answered."""
    return await change(
        work,
        actor,
        code,
        Verb.GIVE_OPINION,
        seen,
        books,
        lambda found: domain.give_opinion(found.facts(), step=step, unit=of_step(books, found, step), opinion=opinion),
        step=step,
    )
