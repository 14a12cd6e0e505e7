"""What is kept of applicants: theirs to take along, to give to their own account, to have erased; gone after a time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any, Final, TypeAlias
from uuid import UUID

from app.db.engine import Database
from app.db.work import Work
from app.identity import service as identity_service
from app.identity.domain import Keyring, papers_anew
from app.identity.errors import IdentityUnreadable
from app.identity.terms import Seals
from app.kit.ids import CitizenId, RequestId, TenantId
from app.papers import service as papers_service
from app.payments import service as payments_service
from app.service_requests import repository
from app.service_requests.terms import DECISIONS, KeptDraft, KeptRequest, Outcome, Papers, Person
from app.timeline import service as timeline_service

from .checking import PREFILLED
from .sealing import opened, opened_draft, sealed, sealed_draft

MOST_OF_ONE: Final = 1000
_CONTACT: Final = frozenset({"phone", "email"})
WRITTEN: Final = ("missing", "question", "to", "officer", "brought_by")
"""What people wrote or are called, of what the history keeps as data."""
Mask: TypeAlias = Callable[[tuple[str, ...], str], str]
"""Words with what is known of somebody masked, and whatever else looks like it."""


async def give_over(work: Work, giver: CitizenId, taker: CitizenId, tenants: Collection[TenantId]) -> int:
    """Number of requests of one account that are another's from now on, with its drafts. Two statements."""
    return await repository.give(work, giver, taker, tenants)


async def codes_of(work: Work, citizen: CitizenId, tenant_id: TenantId) -> dict[RequestId, str]:
    """The account's newest 1,000 requests in the tenant, by id. One statement."""
    rows = await repository.list_kept(work, [tenant_id], citizen, MOST_OF_ONE)
    return {RequestId(row["id"]): row["code"] for row in rows}


async def kept_of(
    work: Work, keys: Keyring, citizen: CitizenId, tenants: Collection[TenantId]
) -> tuple[list[KeptRequest], list[KeptDraft]]:
    """All that is kept of the account's requests and drafts, for its owner alone: no opening. Seven statements.

    With the papers that were issued on them, and the money that was asked for and came.

    Raises: IdentityUnreadable.
    """
    rows = await repository.list_kept(work, tenants, citizen, MOST_OF_ONE)
    files: defaultdict[UUID, list[dict[str, Any]]] = defaultdict(list)
    for one in await repository.list_kept_files(work, tenants, [row["id"] for row in rows]):
        # A result is its applicant's once it is signed.
        files[one.pop("request_id")].append(one)
    ids = [row["id"] for row in rows]
    issued = await papers_service.kept_of(work, keys, tenants, ids)
    paid = await payments_service.kept_of(work, tenants, ids)
    requests = []
    for row in rows:
        tenant_id, request_id = TenantId(row.pop("tenant_id")), row.pop("id")
        papers = opened(keys, tenant_id, request_id, row.pop("sealed"))
        signed = row["decided_at"] is not None
        shown = tuple(one for one in files[request_id] if signed or one["role"] != "result")
        if not signed and row["closed_at"] is None:
            row["decision_text"] = None  # it waits for a signature
        mine, money = issued.get(request_id, ()), paid.get(request_id, ())
        requests.append(KeptRequest(tenant_id, RequestId(request_id), papers, shown, mine, money, **row))
    drafts = [
        KeptDraft(
            row["procedure_code"],
            opened_draft(keys, TenantId(row["tenant_id"]), row["id"], row["sealed"]),
            row["created_at"],
            row["updated_at"],
        )
        for row in await repository.list_kept_drafts(work, tenants, citizen)
    ]
    return requests, drafts


async def erase(work: Work, keys: Keyring, citizen: CitizenId, tenants: Collection[TenantId], mask: Mask) -> int:
    """Number of requests that are nobody's from now on. Drafts go, and how to reach the applicant.

    What an office has decided, or has still to decide, stays as the record of a public body, with the applicant's own
    words behind a `mask`; what ended without a decision loses its papers and all words about it. So it is with the
    papers that were issued on it.
    """
    await repository.end_drafts(work, tenants, citizen)
    rows = await repository.list_kept(work, tenants, citizen, None)
    kept: list[tuple[TenantId, UUID, bytes]] = []
    masks: defaultdict[TenantId, dict[UUID, Callable[[str], str]]] = defaultdict(dict)
    gone: defaultdict[TenantId, list[UUID]] = defaultdict(list)
    stays: defaultdict[TenantId, list[UUID]] = defaultdict(list)
    for row in rows:
        tenant_id = TenantId(row["tenant_id"])
        decided = row["outcome"] is not None and Outcome(row["outcome"]) in DECISIONS
        if row["closed_at"] is not None and not decided:
            gone[tenant_id].append(row["id"])
        else:
            stays[tenant_id].append(row["id"])
            masks[tenant_id][row["id"]] = partial(mask, _ways_to(keys, tenant_id, row["id"], row["sealed"]))
        kept.append((tenant_id, row["id"], _without_contact(keys, tenant_id, row["id"], row["sealed"])))
    await repository.let_go(work, kept)
    for tenant_id, requests in gone.items():
        await repository.forget_papers(work, tenant_id, requests)
        await timeline_service.forget_words(work, tenant_id, requests, WRITTEN)
        await papers_service.forget(work, tenant_id, requests)
    for tenant_id, requests in stays.items():
        await timeline_service.mask_applicants(work, tenant_id, masks[tenant_id])
        await papers_service.forget_facts(work, keys, tenant_id, requests, _CONTACT)
    return len(rows)


def _ways_to(keys: Keyring, tenant_id: TenantId, request_id: UUID, content: bytes) -> tuple[str, ...]:
    """How applicant and filer could be reached; nothing when that cannot be read."""
    try:
        papers = opened(keys, tenant_id, request_id, content)
    except IdentityUnreadable:
        return ()
    persons = [papers.applicant, *([papers.filer] if papers.filer else [])]
    return tuple(way for one in persons for way in (one.phone, one.email) if way)


def _without_contact(keys: Keyring, tenant_id: TenantId, request_id: UUID, content: bytes) -> bytes:
    """The papers as they are sealed once nobody can call or write any more; unreadable ones as they were."""
    try:
        papers = opened(keys, tenant_id, request_id, content)
    except IdentityUnreadable:
        return content
    if not papers.applicant.name:
        return content
    reached = {question for question, of in PREFILLED.items() if of in _CONTACT}
    bare = Papers(
        _unreached(papers.applicant),
        _unreached(papers.filer) if papers.filer else None,
        _without(papers.answers, reached),
        papers.shown,
        tuple(replace(one, answers=_without(one.answers, reached)) for one in papers.earlier),
    )
    return sealed(keys, tenant_id, request_id, bare)


def _without(answers: Mapping[str, Any], questions: Collection[str]) -> dict[str, Any]:
    return {question: answer for question, answer in answers.items() if question not in questions}


def _unreached(person: Person) -> Person:
    return replace(person, phone=None, email=None)


async def due_papers(work: Work, tenant_id: TenantId, *, before: datetime, after: UUID, limit: int) -> list[RequestId]:
    """The requests that `forget_papers` would find. One statement."""
    return await repository.list_older(work, tenant_id, before=before, after=after, limit=limit)


async def due_issued(work: Work, tenant_id: TenantId, *, before: datetime, after: UUID, limit: int) -> list[RequestId]:
    """The requests that `forget_issued` would find. One statement."""
    return await repository.list_issued_older(work, tenant_id, before=before, after=after, limit=limit)


async def due_drafts(work: Work, tenant_id: TenantId, *, before: datetime, after: UUID, limit: int) -> list[UUID]:
    """The drafts that `forget_drafts` would find. One statement."""
    return await repository.list_drafts_older(work, tenant_id, before=before, after=after, limit=limit)


async def forget_papers(
    work: Work, tenant_id: TenantId, *, before: datetime, after: UUID, limit: int
) -> list[RequestId]:
    """Requests that ended before then and whose papers are gone now, with words about them, and files but for results.

    Ids beyond `after`, in order; as many as `limit`: there may be more. Eight statements.
    """
    found = await repository.list_older(work, tenant_id, before=before, after=after, limit=limit)
    await repository.forget_papers(work, tenant_id, found)
    await timeline_service.forget_words(work, tenant_id, found, WRITTEN)
    return found


async def forget_issued(
    work: Work, tenant_id: TenantId, *, before: datetime, after: UUID, limit: int
) -> list[RequestId]:
    """Requests that ended before then and whose papers name nobody from now on. As `forget_papers`."""
    found = await repository.list_issued_older(work, tenant_id, before=before, after=after, limit=limit)
    await papers_service.forget(work, tenant_id, found)
    return found


async def forget_drafts(work: Work, tenant_id: TenantId, *, before: datetime, after: UUID, limit: int) -> list[UUID]:
    """Drafts that nobody has touched since then and that are gone now. As `forget_papers`, one statement."""
    return await repository.forget_drafts(work, tenant_id, before=before, after=after, limit=limit)


async def list_seals(db: Database, keys: Keyring | None) -> list[Seals]:
    """How many requests and drafts each key has sealed, over all tenants; looks at every row."""
    return identity_service.seals_of(await repository.count_seals(db), keys)


async def has_papers(db: Database) -> bool:
    """Whether anybody's request or draft is stored, in whatever tenant."""
    return await repository.has_papers(db)


async def reseal(
    work: Work, keys: Keyring, tenant_id: TenantId, after: UUID, limit: int, *, drafts: bool
) -> tuple[int, UUID | None]:
    """Number of requests, or drafts, that the newest key seals now and did not, and where the next batch begins.

    None when this was the last. What another key has sealed that is not here stays as it is.
    """
    table = "service_request_drafts" if drafts else "service_requests"
    again: Callable[[UUID, bytes], bytes] = _draft_again(keys, tenant_id) if drafts else _papers_again(keys, tenant_id)
    rows = await repository.lock_sealed(work, tenant_id, table, after, limit)
    anew: list[tuple[UUID, bytes]] = []
    for row_id, content in rows:
        if content and not papers_anew(keys, content):
            with suppress(IdentityUnreadable):
                anew.append((row_id, again(row_id, content)))
    await repository.replace_seals(work, tenant_id, table, anew)
    return len(anew), rows[-1][0] if len(rows) == limit else None


def _papers_again(keys: Keyring, tenant_id: TenantId) -> Callable[[UUID, bytes], bytes]:
    return lambda row_id, content: sealed(keys, tenant_id, row_id, opened(keys, tenant_id, row_id, content))


def _draft_again(keys: Keyring, tenant_id: TenantId) -> Callable[[UUID, bytes], bytes]:
    return lambda row_id, content: sealed_draft(keys, tenant_id, row_id, opened_draft(keys, tenant_id, row_id, content))
