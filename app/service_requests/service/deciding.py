"""Verbs of offices that hold a service request up, give it more time, or decide it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from app.db.engine import Database
from app.db.work import Work
from app.deadlines.errors import ClockPaused
from app.identity.terms import Actor
from app.kit.ids import RequestId, TenantId, UnitId, uuid7
from app.media import service as media_service
from app.papers.terms import PaperKind
from app.procedures.terms import StepRole
from app.service_requests import domain, repository
from app.service_requests.errors import ResultNotCleared
from app.service_requests.models import ServiceRequest
from app.service_requests.terms import FileRole, HandedIn, Missing, Outcome, RequestBooks, RequestState, Verb

from . import papering
from .correcting import called, check_asked
from .drafting import drop_draft
from .naming import day_text, holder, local_text
from .steps import Held, change, held, officer_of, settle, with_paper
from .timing import CAUSES, give_time

SUPPLY_WITHIN: Final = timedelta(days=30)
"""How long an applicant has to supply what is missing before an office may stop: told, and not done by itself."""


async def ask_supplement(
    work: Work,
    actor: Actor,
    code: str,
    *,
    seen: int,
    books: RequestBooks,
    missing: Sequence[Missing],
    words: str | None,
) -> ServiceRequest:
    """One list of what is missing; the applicant is told, the clocks stand. Raises: NotOfProcedure."""
    found = await held(work, actor, code, Verb.ASK_SUPPLEMENT, seen, books)
    check_asked(found.procedure, missing)
    await drop_draft(work, found)  # what is decided is decided by what is still to come
    found.request.drafted_by = found.request.drafted_outcome = found.request.decision_text = None
    due = local_text(books, actor.tenant_id, work.now + SUPPLY_WITHIN)
    fact = domain.ask_supplement(found.facts(), unit=holder(books, found), missing=missing, words=words, due=due)
    found.request.missing = {
        "number": found.request.supplements + 1,
        "items": [one.stored() for one in missing],
        "words": words,
        "due": due._asdict(),
    }
    paper = await papering.issue(
        work,
        actor,
        books,
        found,
        PaperKind.SUPPLEMENT_REQUEST,
        UnitId(found.request.unit_id),
        requirements=tuple(f"{_called(found, one.about)}: {one.reason}" for one in missing),
        reasons=(words,) if words else (),
        supplement_until=work.now + SUPPLY_WITHIN,
    )
    return settle(work, found, with_paper(fact, paper), books)


def _called(found: Held, about: str) -> str:
    """What people call a document or a field of the form, in Vietnamese."""
    name = called(found.procedure, about)
    return name.vi if name is not None else about


async def extend_request(
    work: Work, actor: Actor, code: str, *, seen: int, books: RequestBooks, due_on: date, reason: str
) -> ServiceRequest:
    """A later date with an apology; the first appointment stays.

    Raises: ClockPaused while the date would move on with each day, so that no paper could name it; as `extend_clock`.
    """
    found = await held(work, actor, code, Verb.EXTEND, seen, books)
    cause = CAUSES.get(RequestState(found.request.state))
    if cause is not None and found.request.closed_at is None:
        raise ClockPaused(cause)
    fact = domain.extend(found.facts(), unit=holder(books, found), due=day_text(due_on), reason=reason)
    by, promised = actor.staff_id, found.request.due_at
    timing = give_time(books, found.request, found.steps, to=due_on, reason=reason, by=by, at=work.now)
    paper = await papering.issue(
        work,
        actor,
        books,
        found,
        PaperKind.APOLOGY,
        UnitId(found.request.unit_id),
        reasons=(reason,),
        appointment_at=promised,
        first_appointment_at=first if (first := found.request.original_due_at) != promised else None,
        new_appointment_at=timing.due_at,
    )
    return settle(work, found, with_paper(fact, paper), books)


async def uploads_of(db: Database, files: Sequence[HandedIn], now: datetime, *, pointer: str) -> list[UUID]:
    """Ids of the uploads that were named, in their order. One statement. Raises: UploadUnfinished."""
    return await media_service.attachable(db, [one.upload for one in files], now, pointer=pointer)


async def decide_request(
    work: Work,
    actor: Actor,
    code: str,
    *,
    seen: int,
    books: RequestBooks,
    outcome: Outcome,
    words: str | None,
    results: Sequence[tuple[str, UUID]],
) -> ServiceRequest:
    """A result waits for a second person's signature; `results`: names and uploads of its files."""
    author = officer_of(actor)
    found = await held(work, actor, code, Verb.DECIDE, seen, books)
    facts = found.facts()
    decided = facts.with_role(StepRole.DECIDE)
    fact = domain.decide(
        facts,
        step=decided.code if decided else "",
        outcome=outcome,
        words=words,
        by=author,
        unit=holder(books, found, StepRole.DECIDE),
    )
    domain.result_given(outcome, words=words, files=len(results))
    put_files(work, actor, found.request, FileRole.RESULT, results)
    return settle(work, found, fact, books)


def put_files(
    work: Work,
    actor: Actor,
    request: ServiceRequest,
    role: FileRole,
    files: Sequence[tuple[str, UUID]],
    *,
    document: str | None = None,
    supplement: int = 0,
) -> None:
    """The uploads are the request's from now on."""
    media_service.claim(work, TenantId(request.tenant_id), request.id, [upload for _, upload in files])
    for name, upload in files:
        repository.put_file(
            work,
            {
                "tenant_id": request.tenant_id,
                "request_id": request.id,
                "id": uuid7(work.now),
                "upload_id": upload,
                "role": role.value,
                "document": document,
                "name": name,
                "round": supplement,
                "reused_from": None,
                "added_at": work.now,
                "added_by": actor.id,
            },
        )


def put_reused(
    work: Work,
    actor: Actor,
    request: ServiceRequest,
    *,
    document: str,
    upload: UUID,
    reused_from: UUID,
    name: str,
    role: FileRole = FileRole.DOCUMENT,
    supplement: int = 0,
) -> None:
    """A file of an earlier request is this one's, too."""
    repository.put_file(
        work,
        {
            "tenant_id": request.tenant_id,
            "request_id": request.id,
            "id": uuid7(work.now),
            "upload_id": upload,
            "role": role.value,
            "document": document,
            "name": name,
            "round": supplement,
            "reused_from": reused_from,
            "added_at": work.now,
            "added_by": actor.id,
        },
    )


async def reject_decision(
    work: Work, actor: Actor, code: str, *, seen: int, books: RequestBooks, reason: str
) -> ServiceRequest:
    """The submitted result goes back, its files with it: others take their place."""
    found = await held(work, actor, code, Verb.REJECT_DECISION, seen, books)
    fact = domain.reject_decision(found.facts(), reason=reason, unit=holder(books, found, StepRole.DECIDE))
    await repository.drop_results(work, actor.tenant_id, found.request.id)
    return settle(work, found, fact, books)


async def sign_decision(
    work: Work, actor: Actor, code: str, *, seen: int, books: RequestBooks, db: Database
) -> ServiceRequest:
    """Decided, by another person than who submitted it; the clock ends. Raises: ResultNotCleared."""
    signer = officer_of(actor)
    found = await held(work, actor, code, Verb.SIGN, seen, books)
    facts = found.facts()
    fact = domain.sign_decision(facts, by=signer, unit=holder(books, found, StepRole.DECIDE), at=work.now)
    decided = facts.with_role(StepRole.DECIDE)
    assert decided is not None, "signed"
    files = await _signed_files(work, db, found)
    denied = facts.drafted_outcome is Outcome.DENIED
    stated = {"reasons": (found.request.decision_text or "",)} if denied else {"results": papering.results(files)}
    kind = PaperKind.REFUSAL if denied else PaperKind.RESULT_COVER
    paper = await papering.issue(work, actor, books, found, kind, decided.unit_id, **stated)
    return settle(work, found, with_paper(fact, paper), books)


async def _signed_files(work: Work, db: Database, found: Held) -> list[tuple[str, bytes]]:
    """Names and checksums of the result's files. Two statements. Raises: ResultNotCleared."""
    tenant_id, request_id = TenantId(found.request.tenant_id), RequestId(found.request.id)
    files = await repository.list_results(work, tenant_id, request_id)
    checksums = await media_service.list_checksums(db, [upload for _, upload in files])
    if len(checksums) < len(files):
        raise ResultNotCleared
    return [(name, checksums[upload]) for name, upload in files]


async def hand_over(
    work: Work, actor: Actor, code: str, *, seen: int, books: RequestBooks, to: str | None
) -> ServiceRequest:
    """The applicant has the result."""
    return await change(
        work,
        actor,
        code,
        Verb.HAND_OVER,
        seen,
        books,
        lambda found: domain.hand_over(found.facts(), unit=holder(books, found, StepRole.RETURN), to=to, at=work.now),
    )


async def add_note(
    work: Work, actor: Actor, code: str, *, seen: int, books: RequestBooks, words: str
) -> ServiceRequest:
    """Words for colleagues."""
    return await change(
        work, actor, code, Verb.NOTE, seen, books, lambda found: domain.note(found.facts(), words=words)
    )
