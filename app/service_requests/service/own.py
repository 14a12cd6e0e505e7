"""What applicants do with their service requests afterwards."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from app.db.work import Work
from app.identity.domain import matches
from app.identity.terms import Actor, ActorKind
from app.kit.ids import TenantId, UnitId
from app.kit.text import Text
from app.service_requests import domain
from app.service_requests.models import ServiceRequest
from app.service_requests.repository import RequestRepository
from app.service_requests.terms import APPLICANT_VERBS, Brought, FileRole, RequestBooks

from .correcting import correct
from .deciding import put_files, put_reused
from .steps import Held, procedure_of, settle


class Rated(NamedTuple):
    """A request after a verdict, and the stars that the verdict takes the place of; None: it is the first."""

    request: ServiceRequest
    before: int | None


def owns(actor: Actor, secret: str | None, *, citizen_id: UUID | None, tracking: bytes | None) -> bool:
    """Whether the actor is the applicant: by the account, or by the secret printed on the receipt of a desk."""
    if citizen_id is not None and actor.citizen_id == citizen_id:
        return True
    return secret is not None and tracking is not None and matches(secret, tracking)


def as_applicant(actor: Actor) -> Actor:
    """Who acts: the account, else nobody known: holding the secret says nothing about being an officer."""
    return actor if actor.kind is ActorKind.CITIZEN else Actor(ActorKind.ANONYMOUS, actor.tenant_id)


async def _own(work: Work, actor: Actor, code: str, secret: str | None, books: RequestBooks) -> Held:
    def is_own(request: ServiceRequest) -> bool:
        return owns(actor, secret, citizen_id=request.citizen_id, tracking=request.tracking_hash)

    request, steps = await RequestRepository(work, actor.tenant_id).lock_own(code, is_own)
    return Held(request, steps, procedure_of(books, request), as_applicant(actor), APPLICANT_VERBS)


async def supply(
    work: Work,
    actor: Actor,
    code: str,
    secret: str | None,
    *,
    books: RequestBooks,
    words: str | None,
    files: Sequence[tuple[str, str, UUID]],
    reused: Sequence[tuple[str, UUID, UUID, str]] = (),
    answers: Mapping[str, Any] | None = None,
) -> ServiceRequest:
    """The applicant supplies what was asked for.

    `files`: document, name and upload of each; `reused`: of those handed in before as `reused_files` finds them;
    `answers`: of the form's questions that were asked for anew.
    Raises: NothingSupplied; as `correct`.
    """
    found = await _own(work, actor, code, secret, books)
    facts = found.facts()
    documents = [document for document, _, _ in files] + [document for document, *_ in reused]
    domain.supply(facts, words=words, files=len(documents), answers=list(answers or ()))  # before anything is looked at
    corrected = await correct(work, found, books, answers, documents) if answers else []
    fact = domain.supply(facts, words=words, files=len(documents), answers=corrected)
    applicant = as_applicant(actor)
    for document, name, upload in files:
        put_files(
            work,
            applicant,
            found.request,
            FileRole.SUPPLEMENT,
            [(name, upload)],
            document=document,
            supplement=found.request.supplements,
        )
    for document, upload, file_id, name in reused:
        put_reused(
            work,
            applicant,
            found.request,
            document=document,
            upload=upload,
            reused_from=file_id,
            name=name,
            role=FileRole.SUPPLEMENT,
            supplement=found.request.supplements,
        )
    return settle(work, found, fact, books)


async def ask_withdrawal(
    work: Work, actor: Actor, code: str, secret: str | None, *, books: RequestBooks, reason: str | None
) -> ServiceRequest:
    """The applicant wants it back."""
    found = await _own(work, actor, code, secret, books)
    return settle(work, found, domain.ask_withdrawal(found.facts(), reason=reason), books)


async def complain(
    work: Work, actor: Actor, code: str, secret: str | None, *, books: RequestBooks, words: str | None
) -> ServiceRequest:
    """The applicant complains that it is late; the unit above the one that has it is told. Raises: NotOverdue."""
    return complained(work, await _own(work, actor, code, secret, books), books, words=words)


def complained(
    work: Work, found: Held, books: RequestBooks, *, words: str | None, brought: Brought | None = None
) -> ServiceRequest:
    """The complaint is on record, and the unit above the one that has it is told. Raises: NotOverdue."""
    tenant_id = TenantId(found.request.tenant_id)
    above = books.directory.parent(tenant_id, UnitId(found.request.unit_id))
    name = Text(above.name, above.name_en) if above else None
    request = found.request
    running = request.decided_at is None and request.paused_at is None
    if running and request.due_at is not None and request.due_at < work.now and request.overdue_at is None:
        request.overdue_at = work.now  # nobody has to wait for the worker to look
    fact = domain.complain(found.facts(), words=words, above=name, at=work.now, brought=brought)
    return settle(work, found, fact, books)


async def rate(
    work: Work,
    actor: Actor,
    code: str,
    secret: str | None,
    *,
    books: RequestBooks,
    stars: int,
    words: str | None,
) -> Rated:
    """The applicant's verdict; a later one takes the place of an earlier one, which is told."""
    found = await _own(work, actor, code, secret, books)
    before = found.request.stars
    fact = domain.rate(found.facts(), stars=stars, words=words, at=work.now)
    return Rated(settle(work, found, fact, books), before)
