"""Triage: a case sorted anew, routed again when its category, kind or place has changed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from app.cases import domain
from app.cases.events import CaseFact
from app.cases.models import Case
from app.cases.repository import CaseRepository
from app.cases.terms import Books, CaseFacts, Changes, Verb
from app.catalogue import service as catalogue_service
from app.catalogue.terms import Answers, Kind, Priority
from app.db.work import Work
from app.deadlines import service as deadlines_service
from app.deadlines.terms import Timing
from app.directory.snapshot import AreaChain, Directory
from app.directory.terms import Confidence, EditionId
from app.identity.terms import Actor
from app.kit.geo import Point
from app.kit.ids import TenantId
from app.kit.text import Text
from app.routing import service as routing_service
from app.routing.terms import Decision

from .steps import both_names, permit, scope_of, settle
from .timing import clock_of, timed


async def triage_case(
    work: Work,
    actor: Actor,
    code: str,
    *,
    seen: int,
    books: Books,
    category: str | None = None,
    kind: Kind | None = None,
    priority: Priority | None = None,
    location: Point | None = None,
    area: str | None = None,
    answers: Answers | None = None,
    comment: str | None = None,
) -> Case:
    """Sorted anew: what is given is set, and a new category, kind or place routes the case again, audited.

    A complaint or denunciation is diverted with guidance. Raises: UnknownCategory, InvalidAnswers, place problems.
    """
    case = await CaseRepository(work, actor.tenant_id).lock(code, visible_to=scope_of(actor, books.directory))
    actor = await permit(work, actor, Verb.TRIAGE, case, seen, books.directory)
    facts = case.facts()
    anew = catalogue_service.reclassify(
        books.catalogue,
        tenant=facts.tenant_id,
        code=category or facts.category,
        kind=kind or facts.kind,
        priority=priority or facts.priority,
        answers=answers,
    )
    if anew.guidance is not None:
        fact = _diverted(case, facts, anew, anew.guidance, books, at=work.now)
    else:
        known = anew.answers if answers is not None else _answers_kept(case, anew)
        fact = _sorted(case, facts, anew, known, books, location=location, area=area, comment=comment, at=work.now)
    settle(work, actor, case, fact, books)
    return case


def _diverted(
    case: Case, facts: CaseFacts, anew: catalogue_service.Classified, guidance: Text, books: Books, *, at: datetime
) -> CaseFact:
    """The fact of diversion: the matter leaves the unit it may be about, for the one that guides such senders."""
    _, _, decision = _routed(case, facts, anew, {}, books, location=None, area=None, at=at)
    return domain.divert(
        facts,
        kind=anew.kind,
        category=anew.category.code,
        to=decision.unit_id,
        routing=decision.record(),
        guidance=guidance,
        at=at,
    )


def _answers_kept(case: Case, anew: catalogue_service.Classified) -> Answers:
    """What the sender answered, kept with the last routing decision; nothing when the questions are others now.

    It steers the route only: an officer who says how urgent a case is has the last word.
    """
    kept: Answers = case.routing.get("answers", {})
    return kept if anew.category.code == case.category_code else {}


def _sorted(
    case: Case,
    facts: CaseFacts,
    anew: catalogue_service.Classified,
    answers: Answers,
    books: Books,
    *,
    location: Point | None,
    area: str | None,
    comment: str | None,
    at: datetime,
) -> CaseFact:
    """The fact of sorting; with a new place, category or kind it carries a new routing decision."""
    changes = Changes(
        category_code=anew.category.code,
        kind=anew.kind,
        priority=anew.priority,
        publication_policy=anew.publication,
    )
    if (anew.category.code, anew.priority) != (facts.category, facts.priority):
        # A running case keeps the target it started with, unless it turns out to be another matter.
        timing = _retimed(case, facts, anew, books, at)
        if timing is not None:
            changes = Changes(**{**changes, **timed(timing, at)})
            changes["working_days"] = deadlines_service.in_days(timing.clock)
    moved: dict[str, Any] | None = None
    if location or area or anew.category.code != facts.category or anew.kind is not facts.kind:
        chain, confidence, decision = _routed(case, facts, anew, answers, books, location=location, area=area, at=at)
        changes = Changes(**{**changes, **_placed(chain, confidence, decision, answers, location)})
        if decision.unit_id != facts.unit_id:
            changes["unit_id"] = decision.unit_id
            unit = books.directory.unit(facts.tenant_id, decision.unit_id)
            moved = {
                **both_names(books, facts, unit),
                "rule": decision.rule,
                "routing_reason": decision.reason._asdict(),
            }
    return domain.triage(facts, changes=changes, category_name=anew.category.name, moved=moved, comment=comment)


def _retimed(
    case: Case, facts: CaseFacts, anew: catalogue_service.Classified, books: Books, at: datetime
) -> Timing | None:
    """The clock of the case with the target of what it is now; None when that is the one it has."""
    unit = books.directory.unit(facts.tenant_id, facts.unit_id)
    if case.clock is None and facts.reopen_count:
        # It runs on a later clock than its first, from before clocks were kept: when that one started nobody knows, and
        # counted from the opening it would be long over. So another target starts afresh.
        fresh = deadlines_service.start_clock(
            books.calendars,
            facts.tenant_id,
            working_days=anew.target_working_days,
            at=at,
            unit_id=facts.unit_id,
            lineage=anew.lineage,
            tier=unit.tier,
            priority=anew.priority,
            area=unit.area_code,
        )
        return Timing(fresh.clock, fresh.due_at) if fresh.working_days != case.working_days else None
    return deadlines_service.retarget_clock(
        books.calendars,
        facts.tenant_id,
        clock_of(case, books),
        working_days=anew.target_working_days,
        lineage=anew.lineage,
        tier=unit.tier,
        priority=anew.priority,
        at=at,
    )


def _routed(
    case: Case,
    facts: CaseFacts,
    anew: catalogue_service.Classified,
    answers: Answers,
    books: Books,
    *,
    location: Point | None,
    area: str | None,
    at: datetime,
) -> tuple[AreaChain, Confidence, Decision]:
    """Where the case lies now, how surely, and which unit that and what it is about come to. Raises: AreaMismatch."""
    chain, confidence = _place(books.directory, case, location, area)
    decision = routing_service.decide(
        books.rulebooks,
        books.directory,
        books.catalogue,
        tenant=facts.tenant_id,
        chain=chain,
        confidence=confidence,
        category=anew.category.code,
        kind=anew.kind,
        priority=anew.priority,
        answers=answers,
        at=at,
    )
    return chain, confidence, decision


def _place(directory: Directory, case: Case, location: Point | None, area: str | None) -> tuple[AreaChain, Confidence]:
    """Where the case lies now: by a new pin, by a named area (which the pin, if there is one, must allow), or as filed.

    Raises: AreaMismatch when pin and area contradict each other: they may only move together.
    """
    tenant_id = TenantId(case.tenant_id)
    point = location or (Point(case.lat, case.lon) if case.lat is not None and case.lon is not None else None)
    if area is not None and point is not None:
        located = directory.locate_stated(tenant_id, point, area)
        return located.chain, located.confidence
    if area is not None:
        return directory.chain_in(tenant_id, area), Confidence.STATED
    if location is not None:
        located = directory.locate_in(tenant_id, location)
        return located.chain, located.confidence
    code = case.area_commune or case.area_district or case.area_province
    return directory.chain(EditionId(case.edition_id), code), Confidence(case.confidence)


def _placed(
    chain: AreaChain, confidence: Confidence, decision: Decision, answers: Answers, location: Point | None
) -> Changes:
    changes = Changes(
        area_commune=chain.commune.code if chain.commune else None,
        area_district=chain.district.code if chain.district else None,
        area_province=chain.province.code,
        confidence=confidence.value,
        routing={**decision.record(), "answers": dict(answers)},
    )
    if location is not None:
        changes["lat"], changes["lon"] = location
    return changes
