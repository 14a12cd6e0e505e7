"""What the desk that took a request in records for its applicant: who came, or wrote, is told with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from app.db.work import Work
from app.identity.terms import Actor
from app.kit.ids import TenantId
from app.kit.text import Text
from app.procedures.terms import StepRole
from app.service_requests import domain
from app.service_requests.errors import DocumentsMissing
from app.service_requests.models import ServiceRequest
from app.service_requests.terms import Brought, Channel, FileRole, RequestBooks, Verb

from .correcting import correct
from .deciding import put_files
from .naming import holder
from .own import complained
from .sealing import opened, sealed
from .steps import Held, held, settle


def _brought(books: RequestBooks, found: Held, by: str, channel: Channel) -> Brought:
    return Brought(by, channel, holder(books, found, StepRole.RECEIVE))


async def supply_at_desk(
    work: Work,
    actor: Actor,
    code: str,
    *,
    seen: int,
    books: RequestBooks,
    brought_by: str,
    channel: Channel,
    words: str | None,
    files: Sequence[tuple[str, str, UUID]],
    shown: Sequence[str],
    answers: Mapping[str, Any],
) -> ServiceRequest:
    """What was asked for has come to the desk.

    `files`: document, name and upload of each; `shown`: documents seen on paper, compared and given back; `answers`: of
    the form's questions that were asked for anew.
    Raises: NothingSupplied, DocumentsMissing; as `correct`.
    """
    found = await held(work, actor, code, Verb.SUPPLY, seen, books)
    _known(found, shown)
    brought, came = _brought(books, found, brought_by, channel), len(files) + len(shown)
    domain.supply(found.facts(), words=words, files=came, answers=list(answers))  # before anything is looked at
    documents = [*(document for document, _, _ in files), *shown]
    corrected = await correct(work, found, books, answers, documents) if answers else []
    fact = domain.supply(found.facts(), words=words, files=came, answers=corrected, brought=brought)
    request = found.request
    for document, name, upload in files:
        put_files(
            work,
            actor,
            request,
            FileRole.SUPPLEMENT,
            [(name, upload)],
            document=document,
            supplement=request.supplements,
        )
    if shown:
        _note_shown(books, request, shown)
    return settle(work, found, fact, books)


def _known(found: Held, shown: Sequence[str]) -> None:
    """Nothing. Raises: DocumentsMissing for a paper that the procedure does not ask for."""
    asked = {one.code for one in found.procedure.documents}
    errors = [
        {
            "pointer": f"/documents/{one}",
            "detail": Text("Thủ tục không có giấy tờ này.", "It asks for no such document."),
        }
        for one in shown
        if one not in asked
    ]
    if errors:
        raise DocumentsMissing(errors=errors)


def _note_shown(books: RequestBooks, request: ServiceRequest, shown: Sequence[str]) -> None:
    """These papers were seen at a desk, too."""
    tenant_id = TenantId(request.tenant_id)
    papers = opened(books.keys, tenant_id, request.id, request.sealed)
    papers = replace(papers, shown=tuple(dict.fromkeys((*papers.shown, *shown))))
    request.sealed = sealed(books.keys, tenant_id, request.id, papers)


async def ask_withdrawal_at_desk(
    work: Work,
    actor: Actor,
    code: str,
    *,
    seen: int,
    books: RequestBooks,
    brought_by: str,
    channel: Channel,
    reason: str | None,
) -> ServiceRequest:
    """The applicant wants it back, and said so at the desk or in a letter."""
    found = await held(work, actor, code, Verb.ASK_WITHDRAWAL, seen, books)
    brought = _brought(books, found, brought_by, channel)
    return settle(work, found, domain.ask_withdrawal(found.facts(), reason=reason, brought=brought), books)


async def complain_at_desk(
    work: Work,
    actor: Actor,
    code: str,
    *,
    seen: int,
    books: RequestBooks,
    brought_by: str,
    channel: Channel,
    words: str | None,
) -> ServiceRequest:
    """The applicant complains, at the desk or in a letter, that it is past its date. Raises: NotOverdue."""
    found = await held(work, actor, code, Verb.COMPLAIN, seen, books)
    return complained(work, found, books, words=words, brought=_brought(books, found, brought_by, channel))
