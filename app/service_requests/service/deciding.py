"""Verbs of offices that hold a service request up, give it more time, or decide it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Final
from uuid import UUID

from app.db.engine import Database
from app.db.work import Work
from app.identity.terms import Actor
from app.kit.ids import TenantId, uuid7
from app.media import service as media_service
from app.procedures.terms import StepRole
from app.service_requests import domain, repository
from app.service_requests.errors import NothingOwed
from app.service_requests.models import ServiceRequest
from app.service_requests.terms import FileRole, HandedIn, Missing, Outcome, RequestBooks, Verb

from .naming import day_text, holder, local_text, money
from .steps import change, held, officer_of, settle
from .timing import extend_steps, extended, put_whole

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
    """One list of what is missing; the applicant is told, the clocks stand."""
    found = await held(work, actor, code, Verb.ASK_SUPPLEMENT, seen, books)
    due = local_text(books, actor.tenant_id, work.now + SUPPLY_WITHIN)
    fact = domain.ask_supplement(found.facts(), unit=holder(books, found), missing=missing, words=words, due=due)
    found.request.missing = {
        "number": found.request.supplements + 1,
        "items": [one.stored() for one in missing],
        "words": words,
        "due": due._asdict(),
    }
    return settle(work, actor, found, fact, books)


async def extend_request(
    work: Work, actor: Actor, code: str, *, seen: int, books: RequestBooks, due_on: date, reason: str
) -> ServiceRequest:
    """A later date with an apology; the first appointment stays. Raises: as `extend_clock`."""
    found = await held(work, actor, code, Verb.EXTEND, seen, books)
    facts = found.facts()
    fact = domain.extend(facts, unit=holder(books, found), due=day_text(due_on), reason=reason)
    by = actor.staff_id
    timing = extended(books, found.request, to=due_on, reason=reason, by=by, at=work.now)
    put_whole(found.request, timing, work.now)
    units = frozenset(step.unit_id for step in facts.open_steps)
    extend_steps(books, found.steps, units, to=due_on, reason=reason, by=by, at=work.now)
    return settle(work, actor, found, fact, books)


async def ask_payment(
    work: Work, actor: Actor, code: str, *, seen: int, books: RequestBooks, amount: Decimal | None
) -> ServiceRequest:
    """The applicant pays first: what the fee rules came to, or what the officer names where they leave it open."""
    found = await held(work, actor, code, Verb.ASK_PAYMENT, seen, books)
    owed = amount if amount is not None else found.request.fee
    if not owed:
        raise NothingOwed
    found.request.fee = owed
    fact = domain.ask_payment(found.facts(), unit=holder(books, found), amount=money(owed), reference=None)
    return settle(work, actor, found, fact, books)


async def record_payment(
    work: Work, actor: Actor, code: str, *, seen: int, books: RequestBooks, receipt: str | None
) -> ServiceRequest:
    """Paid at the desk, with the number of the receipt."""
    return await change(
        work,
        actor,
        code,
        Verb.RECORD_PAYMENT,
        seen,
        books,
        lambda found: domain.record_payment(found.facts(), amount=money(found.request.fee or 0), receipt=receipt),
    )


async def uploads_of(db: Database, files: Sequence[HandedIn], *, pointer: str) -> list[UUID]:
    """Ids of the uploads that were named, in their order. One statement. Raises: UploadUnfinished."""
    return await media_service.attachable(db, [one.upload for one in files], pointer=pointer)


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
    put_files(work, actor, found.request, FileRole.RESULT, results)
    return settle(work, actor, found, fact, books)


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
    work: Work, actor: Actor, request: ServiceRequest, *, document: str, upload: UUID, reused_from: UUID, name: str
) -> None:
    """A file of an earlier request is this one's, too."""
    repository.put_file(
        work,
        {
            "tenant_id": request.tenant_id,
            "request_id": request.id,
            "id": uuid7(work.now),
            "upload_id": upload,
            "role": FileRole.DOCUMENT.value,
            "document": document,
            "name": name,
            "round": 0,
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
    return settle(work, actor, found, fact, books)


async def sign_decision(work: Work, actor: Actor, code: str, *, seen: int, books: RequestBooks) -> ServiceRequest:
    """Decided, by another person than who submitted it; the clock ends."""
    signer = officer_of(actor)
    return await change(
        work,
        actor,
        code,
        Verb.SIGN,
        seen,
        books,
        lambda found: domain.sign_decision(
            found.facts(), by=signer, unit=holder(books, found, StepRole.DECIDE), at=work.now
        ),
    )


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
