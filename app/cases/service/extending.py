"""Verbs about the time a case has: more of it, none for a while, and again."""

from __future__ import annotations

from datetime import date, datetime

import orjson

from app.cases import domain, repository
from app.cases.models import Case
from app.cases.repository import CaseRepository
from app.cases.terms import Books, CaseState, Verb
from app.db.engine import Database
from app.db.work import Work
from app.deadlines import service as deadlines_service
from app.deadlines.terms import PauseCause, Timing
from app.directory.terms import EditionId
from app.identity.terms import Actor
from app.kit.clock import local_day
from app.kit.ids import CaseId, UnitId
from app.kit.text import Text
from app.letters import service as letters_service
from app.letters.terms import Letter, Occasion

from .steps import allow, permit, scope_of, settle
from .timing import clock_of, timed


async def extend_case(
    work: Work, actor: Actor, code: str, *, seen: int, books: Books, due_on: date, reason: str
) -> Case:
    """Due at the end of a later day, with a letter of apology that gives the reason to its reporters.

    Raises: ExtensionTooShort; ExtensionOnDayOff; ExtensionTooLong over what the target allows; ExtensionTooFar.
    """
    case, actor = await _lock(work, actor, code, Verb.EXTEND, seen, books)
    sent = await letters_service.count_letters(work, actor.tenant_id, CaseId(case.id))
    timing, letter = _extended(actor, case, books, due_on=due_on, reason=reason, at=work.now, sent=sent)
    fact = domain.extend(
        case.facts(),
        changes=timed(timing, work.now),
        due_on=_due_on(timing, actor, books),
        reason=reason,
        letter=letter.number,
    )
    settle(work, actor, case, fact, books)
    letters_service.send(work, letter)
    return case


async def preview_extension(
    db: Database, actor: Actor, code: str, *, books: Books, due_on: date, reason: str, now: datetime
) -> tuple[Timing, Letter]:
    """When the case would be due, and the letter that would be sent; nothing is written. Two statements.

    Raises: what `extend_case` raises.
    """
    row = await repository.get_case(db, scope_of(actor, books.directory), code)
    stored = orjson.loads(row["clock"]) if row["clock"] is not None else None
    case = Case(**{**row, "routing": {}, "clock": stored})
    allow(actor, Verb.EXTEND, case, books.directory)
    domain.next_state(case.facts(), Verb.EXTEND)
    sent = len(await letters_service.list_letters(db, actor.tenant_id, [CaseId(case.id)]))
    return _extended(actor, case, books, due_on=due_on, reason=reason, at=now, sent=sent)


def _extended(
    actor: Actor, case: Case, books: Books, *, due_on: date, reason: str, at: datetime, sent: int
) -> tuple[Timing, Letter]:
    """The clock with more time, and the letter that says so; `sent`: how many the case has had before."""
    clock, tenant = clock_of(case, books), books.directory.tenant(actor.tenant_id)
    timing = deadlines_service.extend_clock(
        books.calendars, actor.tenant_id, clock, to=due_on, reason=reason, by=actor.staff_id, at=at
    )
    unit = books.directory.unit(actor.tenant_id, UnitId(case.unit_id))
    place = case.area_commune or case.area_district or case.area_province
    province = books.directory.area(tenant.edition, tenant.province)
    category = books.catalogue.find(actor.tenant_id, case.category_code)

    def day(at: datetime) -> date:
        return local_day(at, tenant.time_zone)

    occasion = Occasion(
        code=case.code,
        unit=Text(unit.name, unit.name_en),
        seat=province.name.removeprefix(province.type_name).strip(),
        category=category.name if category else Text(case.category_code, case.category_code),
        place=books.directory.area(EditionId(case.edition_id), place).inside,
        received_on=day(case.opened_at),
        due_before=day(case.due_at),
        due_on=day(timing.due_at),
        original_due_on=day(case.original_due_at),
        reason=reason,
    )
    letter = letters_service.draft_extension(
        occasion,
        tenant_id=actor.tenant_id,
        case_id=CaseId(case.id),
        unit_id=unit.id,
        count=sent + 1,
        by=actor.staff_id,
        at=at,
        on=day(at),
    )
    return timing, letter


async def pause_case(
    work: Work, actor: Actor, code: str, *, seen: int, books: Books, cause: PauseCause, comment: str
) -> Case:
    """The clock standing still from now on. Raises: IllegalTransition when it does already; CalendarExhausted."""
    case, actor = await _lock(work, actor, code, Verb.PAUSE, seen, books)
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
    case, actor = await _lock(work, actor, code, Verb.RESUME, seen, books)
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


async def _lock(work: Work, actor: Actor, code: str, verb: Verb, seen: int, books: Books) -> tuple[Case, Actor]:
    """The case locked, the verb permitted and possible; in whose name it is done."""
    case = await CaseRepository(work, actor.tenant_id).lock(code, visible_to=scope_of(actor, books.directory))
    actor = await permit(work, actor, verb, case, seen, books.directory)
    domain.next_state(case.facts(), verb)
    return case, actor


def _due_on(timing: Timing, actor: Actor, books: Books) -> date:
    return local_day(timing.due_at, books.directory.tenant(actor.tenant_id).time_zone)
