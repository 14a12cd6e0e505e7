"""Verbs of what changed for an account: numbering it, reading it on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

import asyncpg
import orjson

from app.cases.events import EventType
from app.citizens.events import AccountEvent
from app.db.engine import Database
from app.db.work import Work
from app.identity.terms import ActorKind
from app.kit.ids import CaseId, CitizenId, ReportId, TenantId, UnitId
from app.mobile import repository
from app.mobile.events import ChangeEvent
from app.mobile.terms import CONSUMER, Change, ChangeKind, ChangePage, Removal
from app.outbox import service as outbox
from app.outbox.terms import Message, Series
from app.publication.terms import Change as PublicChange
from app.reports.events import ReportEvent
from app.supports.events import SupportEvent
from app.timeline.terms import Audience, Entry
from app.web.cursors import CursorAhead

MOST_AT_ONCE: Final = 2_000  # of reports, or supports: two seconds, of the ten that a batch may take
_CASES: Final = frozenset(event.value for event in EventType)
_FIRST: Final = UUID(int=0)


async def note_changes(work: Work, tenant_id: TenantId, messages: Sequence[Message]) -> int:
    """How many things changed for somebody, each numbered now. Five statements, and a few for each hundred things.

    What a message says is not relied on, only what it is about: the rows are made to say what is true now. So a
    message that comes late, twice or with many others leaves nothing out and repeats nothing. Of the things in the
    cases of the batch so many are looked at that it is done in time; a message of our own tells of the rest.
    """
    requests, reports, supports = set[UUID](), set[UUID](), set[UUID]()
    entered, ended = set[UUID](), set[UUID]()
    cases: dict[ChangeKind, dict[UUID, UUID]] = {ChangeKind.REPORT: {}, ChangeKind.SUPPORT: {}}
    for message in messages:
        match message.type:
            case AccountEvent.JOINED:
                entered.add(message.subject_id)
                ended.add(UUID(message.payload["from"]))
            case AccountEvent.ERASED:
                ended.add(message.subject_id)
            case SupportEvent.GIVEN | SupportEvent.TAKEN_BACK:
                supports.add(message.subject_id)
            case PublicChange.PUBLISHED | PublicChange.UPDATED | PublicChange.WITHDRAWN:
                cases[ChangeKind.SUPPORT][message.subject_id] = _FIRST
            case ChangeEvent.WENT_ON:
                of_kind, after = cases[ChangeKind(message.payload["kind"])], UUID(message.payload["after"])
                of_kind[message.subject_id] = min(after, of_kind.get(message.subject_id, after))
            case ReportEvent.CLAIMED:
                reports.add(message.subject_id)
            case kind if kind in _CASES:
                cases[ChangeKind.REPORT][message.subject_id] = _FIRST
            case _:
                requests.add(message.subject_id)
    await repository.forget(work, tenant_id, ended)
    own = await repository.things_of(work, tenant_id, entered)
    reports |= await _in_cases(work, tenant_id, ChangeKind.REPORT, cases) | own[ChangeKind.REPORT]
    supports |= await _in_cases(work, tenant_id, ChangeKind.SUPPORT, cases) | own[ChangeKind.SUPPORT]
    numbered = await repository.number_reports(work, tenant_id, reports)
    numbered += await repository.number_supports(work, tenant_id, supports)
    return numbered + await repository.number_requests(work, tenant_id, requests | own[ChangeKind.SERVICE_REQUEST])


async def _in_cases(
    work: Work, tenant_id: TenantId, kind: ChangeKind, all_cases: Mapping[ChangeKind, Mapping[UUID, UUID]]
) -> set[UUID]:
    """The first of what accounts have in these cases; who takes it leaves word of where to go on. One statement.

    That word commits with what was numbered: whoever dies in between has left neither.
    """
    cases = all_cases[kind]
    found = await repository.list_in_cases(work, tenant_id, kind, cases, MOST_AT_ONCE + 1)
    if len(found) > MOST_AT_ONCE:
        del found[MOST_AT_ONCE:]
        last, reached = found[-1]
        for case in sorted(case for case in cases if case >= last):
            outbox.append(
                work,
                tenant_id=tenant_id,
                type=ChangeEvent.WENT_ON.value,
                subject_id=case,
                subject_version=1,
                payload={"kind": kind.value, "after": str(reached if case == last else cases[case])},
            )
    return {thing for _, thing in found}


async def changes_after(
    db: Database, tenant_id: TenantId, citizen: CitizenId, number: int, *, limit: int
) -> ChangePage:
    """At most `limit` things that changed for the account after `number`, in order. One statement, two when none did.

    Raises: CursorAhead when no such number was ever given, or by a history that is lost.
    """
    rows = await repository.page_after(db, tenant_id, citizen, number, limit + 1)
    around = rows[0] if rows else await repository.head(db, tenant_id, number)
    if around["lost"] or (not rows and number > around["number"]):
        raise CursorAhead
    changes = [_change(tenant_id, row) for row in rows[:limit]]
    reached = changes[-1].number if changes else number
    return ChangePage(changes, reached, more=len(rows) > limit, restored_at=around["restored_at"])


async def leap(work: Work, tenant_id: TenantId) -> None:
    """The next change gets a number behind all that a lost history can have given. Five statements and a flush."""
    await outbox.hold_cursor(work, tenant_id, CONSUMER)
    head = await repository.begin_head(work, tenant_id)
    head.number = await outbox.note_lost(work, tenant_id, Series.CHANGES, after=head.number)


_REPORT = {
    "category": "category_code",
    "excerpt": "excerpt",
    "state": "case_state",
    "resolution": "resolution",
    "unit_id": "case_unit_id",
    "answer": "answer",
    "received_at": "received_at",
    "due_at": "case_due_at",
    "original_due_at": "case_original_due_at",
    "stars": "stars",
}
_REQUEST = {
    **{same: same for same in ("state", "outcome", "unit_id", "submitted_at", "accepted_at", "due_at")},
    "procedure": "procedure_code",
    "original_due_at": "original_due_at",
    "stars": "request_stars",
}
_PAPER = {"number": "paper_number", "kind": "paper_kind", "issued_at": "issued_at", "checksum": "checksum"}
_COLUMNS = {ChangeKind.REPORT: _REPORT, ChangeKind.SERVICE_REQUEST: _REQUEST, ChangeKind.PAPER: _PAPER}


def _change(tenant_id: TenantId, row: asyncpg.Record) -> Change:
    """The row as a change; what is not the account's at this very moment is gone, whatever was numbered."""
    kind, code = ChangeKind(row["kind"]), row["code"]
    gone = Removal.ELSEWHERE if code is None else Removal(row["gone"]) if row["gone"] else None
    there = gone is not Removal.ELSEWHERE
    state: dict[str, Any] | None = None
    if there and kind is ChangeKind.SUPPORT:
        state = orjson.loads(row["body"])
    elif there and kind is not ChangeKind.ENTRY:
        state = {name: row[column] for name, column in _COLUMNS[kind].items()}
        if kind is ChangeKind.REPORT:
            state["merged_into"] = row["case_code"] if row["case_code"] != code else None
    return Change(
        number=row["number"],
        kind=kind,
        id=row["subject_id"],
        code=code,
        about=row["about_id"],
        changed_at=row["changed_at"],
        gone=gone,
        state=state,
        entry=_entry(tenant_id, row) if there and kind is ChangeKind.ENTRY else None,
    )


def _entry(tenant_id: TenantId, row: asyncpg.Record) -> Entry:
    return Entry(
        tenant_id=tenant_id,
        case_id=CaseId(row["history_id"]),
        id=row["subject_id"],
        at=row["at"],
        type=row["type"],
        audience=Audience(row["audience"]),
        case_version=row["case_version"],
        actor_kind=ActorKind(row["actor_kind"]),
        actor_id=None,  # nobody's account is told
        unit_id=UnitId(row["entry_unit_id"]) if row["entry_unit_id"] else None,
        report_id=ReportId(row["report_id"]) if row["report_id"] else None,
        text=row["text"],
        data=orjson.loads(row["data"]),
    )
