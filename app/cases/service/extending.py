"""Verbs about the time a case has: more of it, none for a while, and again."""

from __future__ import annotations

from datetime import date

from app.cases import domain
from app.cases.models import Case
from app.cases.repository import CaseRepository
from app.cases.terms import Books, CaseState, Verb
from app.db.work import Work
from app.deadlines import service as deadlines_service
from app.deadlines.terms import PauseCause, Timing
from app.identity.terms import Actor
from app.kit.clock import local_day

from .steps import permit, scope_of, settle
from .timing import clock_of, timed


async def extend_case(
    work: Work, actor: Actor, code: str, *, seen: int, books: Books, due_on: date, reason: str
) -> Case:
    """Due at the end of a later day, with the reason its reporters read.

    Raises: ExtensionTooShort; ExtensionTooLong over what the target allows; ExtensionTooFar.
    """
    case = await _lock(work, actor, code, Verb.EXTEND, seen, books)
    timing = deadlines_service.extend_clock(
        books.calendars,
        actor.tenant_id,
        clock_of(case, books),
        to=due_on,
        reason=reason,
        by=actor.staff_id,
        at=work.now,
    )
    fact = domain.extend(
        case.facts(), changes=timed(timing, work.now), due_on=_due_on(timing, actor, books), reason=reason
    )
    settle(work, actor, case, fact, books)
    return case


async def pause_case(
    work: Work, actor: Actor, code: str, *, seen: int, books: Books, cause: PauseCause, comment: str
) -> Case:
    """The clock standing still from now on. Raises: IllegalTransition when it does already; CalendarExhausted."""
    case = await _lock(work, actor, code, Verb.PAUSE, seen, books)
    timing = deadlines_service.pause_clock(
        books.calendars, actor.tenant_id, clock_of(case, books), cause=cause, at=work.now
    )
    fact = domain.pause(case.facts(), changes=timed(timing, work.now), cause=cause, comment=comment)
    settle(work, actor, case, fact, books)
    return case


async def resume_case(work: Work, actor: Actor, code: str, *, seen: int, books: Books) -> Case:
    """The clock running again from now on, unless the sender was asked while it stood: then it waits for the reply.

    Raises: IllegalTransition when it runs already; CalendarExhausted.
    """
    case = await _lock(work, actor, code, Verb.RESUME, seen, books)
    clock = clock_of(case, books)
    asked = CaseState(case.state) is CaseState.AWAITING_REPORTER
    waits = PauseCause.REPORTER if asked and clock.paused and clock.paused.cause is not PauseCause.REPORTER else None
    timing = deadlines_service.resume_clock(books.calendars, actor.tenant_id, clock, at=work.now)
    if waits:
        timing = deadlines_service.pause_clock(books.calendars, actor.tenant_id, timing.clock, cause=waits, at=work.now)
    fact = domain.resume(
        case.facts(), changes=timed(timing, work.now), due_on=_due_on(timing, actor, books), waits=waits
    )
    settle(work, actor, case, fact, books)
    return case


async def _lock(work: Work, actor: Actor, code: str, verb: Verb, seen: int, books: Books) -> Case:
    """The case locked, the verb permitted and possible."""
    case = await CaseRepository(work, actor.tenant_id).lock(code, visible_to=scope_of(actor, books.directory))
    permit(actor, verb, case, seen, books.directory)
    domain.next_state(case.facts(), verb)
    return case


def _due_on(timing: Timing, actor: Actor, books: Books) -> date:
    return local_day(timing.due_at, books.directory.tenant(actor.tenant_id).time_zone)
