"""What applicants and offices read of service requests."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
import orjson

from app.cases.terms import Scope
from app.db.engine import Database
from app.deadlines import service as deadlines_service
from app.deadlines.terms import Explanation
from app.identity import service as identity_service
from app.identity.domain import Keyring
from app.identity.terms import Actor
from app.kit.clock import local_day
from app.kit.ids import CitizenId, RequestId, StaffId, TenantId, UnitId
from app.media import service as media_service
from app.media.store import Store
from app.media.terms import UploadState
from app.papers import service as papers_service
from app.papers.terms import Paper
from app.procedures.terms import StepRole
from app.service_requests import domain, repository
from app.service_requests.errors import NoAppointment, RequestFileNotFound, RequestNotFound
from app.service_requests.models import RequestStep, ServiceRequest
from app.service_requests.terms import (
    APPLICANT_VERBS,
    FileRole,
    QueueView,
    RequestBooks,
    RequestFacts,
    RequestState,
    RequestView,
    Verb,
)
from app.timeline import service as timeline_service
from app.timeline.terms import Entry

from .own import owns
from .sealing import opened
from .steps import acting_unit, permitted, procedure_named

_FOR_APPLICANTS = frozenset({FileRole.DOCUMENT, FileRole.SUPPLEMENT, FileRole.MANDATE})


async def find_own(
    db: Database, keys: Keyring, books: RequestBooks, actor: Actor, code: str, secret: str | None
) -> RequestView:
    """The applicant's own view: never an opinion of an office, a result only once it is signed. Five statements.

    Raises: RequestNotFound, also for somebody else's.
    """
    row = await own_row(db, actor, code, secret)
    request_id = RequestId(row["id"])
    entries = await timeline_service.entries_for_applicant(db, actor.tenant_id, request_id)
    return await _view(db, keys, books, row, entries, roles=_seen_by_applicant(row))


async def own_row(db: Database, actor: Actor, code: str, secret: str | None) -> dict[str, Any]:
    """The applicant's own request. One statement. Raises: RequestNotFound, also for somebody else's."""
    if secret is None and actor.citizen_id is None:
        raise RequestNotFound
    row = await repository.find_tracked(db, actor.tenant_id, code)
    if row is None or not owns(actor, secret, citizen_id=row["citizen_id"], tracking=row["tracking_hash"]):
        raise RequestNotFound
    return row


def _seen_by_applicant(row: Mapping[str, Any]) -> Collection[FileRole]:
    decided = row["decided_at"] is not None
    return {*_FOR_APPLICANTS, FileRole.RESULT} if decided else _FOR_APPLICANTS


async def get_for_staff(
    db: Database, keys: Keyring, books: RequestBooks, actor: Actor, scope: Scope, code: str, *, now: datetime
) -> RequestView:
    """The view of an office that has, or had, a part in it. Six statements, seven the first time of the day.

    That the officer has seen who applies is written down before it is shown. Raises: RequestNotFound.
    """
    row = await repository.find_row(db, actor.tenant_id, code, scope)
    if row is None:
        raise RequestNotFound
    entries = await timeline_service.entries_for_staff(db, actor.tenant_id, RequestId(row["id"]), actor.units())
    view = await _view(db, keys, books, row, entries, roles=frozenset(FileRole))
    if view.papers.applicant.name:
        await identity_service.note_look(
            db,
            actor,
            RequestId(row["id"]),
            code=row["code"],
            unit_id=acting_unit(actor, view.facts, UnitId(row["unit_id"]), books.directory),
            day=local_day(now, books.directory.tenant(actor.tenant_id).time_zone),
            now=now,
        )
    return view


async def seen_id(db: Database, actor: Actor, scope: Scope, code: str) -> RequestId:
    """Which one it is, for an office that has, or had, a part in it. One statement. Raises: RequestNotFound."""
    row = await repository.find_row(db, actor.tenant_id, code, scope)
    if row is None:
        raise RequestNotFound
    return RequestId(row["id"])


async def get_for_program(
    db: Database, keys: Keyring, books: RequestBooks, tenant_id: TenantId, code: str
) -> RequestView:
    """The view of the program itself, with the history its applicant may read. Five statements.

    Raises: RequestNotFound; IdentityUnreadable when it was sealed with another key.
    """
    row = await repository.find_tracked(db, tenant_id, code)
    if row is None:
        raise RequestNotFound
    entries = await timeline_service.entries_for_applicant(db, tenant_id, RequestId(row["id"]))
    return await _view(db, keys, books, row, entries, roles=_FOR_APPLICANTS)


async def _view(
    db: Database,
    keys: Keyring,
    books: RequestBooks,
    row: Mapping[str, Any],
    entries: Sequence[Entry],
    *,
    roles: Collection[FileRole],
) -> RequestView:
    tenant_id, request_id = TenantId(row["tenant_id"]), RequestId(row["id"])
    steps = await repository.steps_of(db, tenant_id, request_id)
    files = [one for one in await repository.list_files(db, tenant_id, request_id) if FileRole(one["role"]) in roles]
    uploads = await media_service.list_uploads(db, [one["upload_id"] for one in files])
    return RequestView(
        row=row,
        steps=steps,
        files=files,
        uploads=uploads,
        entries=entries,
        papers=opened(keys, tenant_id, request_id, row["sealed"]),
        procedure=procedure_named(books, tenant_id, row["procedure_code"], row["procedure_version"]),
        facts=facts_of(row, steps),
    )


def facts_of(row: Mapping[str, Any], steps: Sequence[Mapping[str, Any]]) -> RequestFacts:
    """What decisions may know of rows as the driver gives them."""
    parts = [RequestStep(**{**step, "after": _json(step["after"])}) for step in steps]
    return ServiceRequest(**{**row, "came_from": _json(row["came_from"])}).facts(parts)


def _json(value: Any) -> Any:
    return orjson.loads(value) if isinstance(value, str) else value


def verbs_for_staff(view: RequestView, actor: Actor, books: RequestBooks) -> list[Verb]:
    """What the officer may do now, in the order of the table; of verbs on a step, on any of those that are open."""
    able = permitted(actor, view.facts, books.directory)
    return [verb for verb in domain.possible_verbs(view.facts) if verb in able]


def verbs_for_applicant(view: RequestView) -> list[Verb]:
    """What the applicant may do now."""
    return [verb for verb in domain.possible_verbs(view.facts) if verb in APPLICANT_VERBS]


def steps_of_actor(view: RequestView, actor: Actor, verb: Verb | None = None) -> list[str]:
    """Codes of the open steps that are the officer's own units'; of those that the verb fits, when one is named."""
    mine = actor.units()
    return [
        step.code
        for step in view.facts.open_steps
        if step.unit_id in mine and (verb is None or domain.fits(verb, step))
    ]


async def list_own(
    db: Database, tenant_id: TenantId, citizen_id: CitizenId, *, before: RequestId | None, limit: int
) -> list[dict[str, Any]]:
    """The account's requests, newest first. One statement."""
    return await repository.list_of_citizen(db, tenant_id, citizen_id, before, limit)


async def list_own_files(db: Database, tenant_id: TenantId, citizen_id: CitizenId) -> list[dict[str, Any]]:
    """Up to 100 documents that the account has handed in, to be used again. One statement."""
    return await repository.files_of(db, tenant_id, citizen_id, 100)


async def count_open(db: Database, tenant_id: TenantId, procedure: str) -> dict[int, int]:
    """How many requests for the procedure are not over, by the version they keep. One statement."""
    return await repository.count_open(db, tenant_id, procedure)


async def queue_page(
    db: Database,
    scope: Scope,
    view: QueueView,
    *,
    officer: StaffId | None,
    now: datetime,
    after: tuple[datetime, UUID, str],
    limit: int,
) -> Sequence[asyncpg.Record]:
    """Open steps of the scope's units, due first. One statement."""
    return await repository.list_queue(db, scope, view, officer=officer, now=now, after=after, limit=limit)


async def queue_counts(db: Database, scope: Scope, *, officer: StaffId | None, now: datetime) -> dict[QueueView, int]:
    """How many of the first 2,000 open steps each view holds. One statement."""
    return await repository.count_queues(db, scope, officer=officer, now=now, limit=2000)


def explain(row: Mapping[str, Any], books: RequestBooks, *, now: datetime) -> Explanation:
    """The appointment, day by day. Raises: NoAppointment before there is one; CalendarExhausted."""
    if row["clock"] is None or row["due_at"] is None:
        raise NoAppointment
    clock = deadlines_service.clock_from(_json(row["clock"]))
    ended = row["decided_at"] or row["closed_at"] or now
    return deadlines_service.explain_clock(
        books.calendars, TenantId(row["tenant_id"]), clock, due_at=row["due_at"], now=ended
    )


def closes_at(row: Mapping[str, Any], books: RequestBooks) -> datetime | None:
    """Until when on the day of the appointment somebody is at the counter; None before there is one."""
    if row["clock"] is None or row["due_at"] is None:
        return None
    clock = deadlines_service.clock_from(_json(row["clock"]))
    return deadlines_service.office_closes(books.calendars, TenantId(row["tenant_id"]), clock, row["due_at"])


def file_of(view: RequestView, file_id: UUID) -> Mapping[str, Any]:
    """The file, when it is one of those the view shows. Raises: RequestFileNotFound."""
    found = next((one for one in view.files if one["id"] == file_id), None)
    if found is None:
        raise RequestFileNotFound
    return found


def is_overdue(row: Mapping[str, Any], now: datetime) -> bool:
    """Whether the appointment was missed, or is missed now."""
    if row["due_at"] is None:
        return False
    held = row["paused_at"] is not None and row["decided_at"] is None
    return not held and bool(row["due_at"] < (row["decided_at"] or row["closed_at"] or now))


def current_units(view: RequestView) -> list[UnitId]:
    """Units that are at it now, in order; the receiving one when none is."""
    found = [step.unit_id for step in view.facts.open_steps if not step.consultation]
    receiver = view.facts.with_role(StepRole.RECEIVE)
    return found or ([receiver.unit_id] if receiver and RequestState(view.row["state"]) else [])


async def papers_of(db: Database, view: RequestView) -> list[Paper]:
    """Papers that were handed out on the request, oldest first. One statement."""
    return await papers_service.list_papers(db, TenantId(view.row["tenant_id"]), [view.row["id"]])


async def signed_file(store: Store, view: RequestView, file_id: UUID) -> bytes:
    """The bytes of a file of the result, for whoever asks who has signed it. Raises: RequestFileNotFound."""
    file = file_of(view, file_id)
    upload = view.uploads.get(file["upload_id"])
    if file["role"] != FileRole.RESULT or upload is None or upload.state is not UploadState.CLEARED:
        raise RequestFileNotFound
    return await asyncio.to_thread(store.read, file["upload_id"], upload.form)
