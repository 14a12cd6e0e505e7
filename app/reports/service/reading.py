"""Who sent a report, and what its sender, officers and streams read of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from app.cases import service as cases_service
from app.cases.events import EventType
from app.cases.models import Case
from app.cases.service import CaseView
from app.cases.terms import Scope, Verb
from app.db.engine import Database
from app.db.work import ReadWork
from app.identity import service as identity_service
from app.identity.domain import matches
from app.identity.terms import Actor
from app.kit.ids import CaseId, CitizenId, ReportId, TenantId, UnitId
from app.letters import service as letters_service
from app.letters.terms import Letter
from app.media import service as media_service
from app.media.terms import Attached
from app.reports import repository
from app.reports.errors import ReportNotFound
from app.reports.terms import Rated, ReportText, Watched
from app.timeline import service as timeline_service
from app.timeline.terms import Audience, Entry


@dataclass(frozen=True, slots=True)
class ReportView:
    """A report with the case it lives in now, and the history its sender may read."""

    row: dict[str, Any]
    entries: list[Entry]


def owns(actor: Actor, secret: str | None, *, citizen_id: UUID | None, tracking: bytes | None) -> bool:
    """Whether the actor is the sender: by the account it belongs to, or by the tracking secret, if it came with one."""
    if citizen_id is not None and actor.citizen_id == citizen_id:
        return True
    return secret is not None and tracking is not None and matches(secret, tracking)


async def _find_own(db: Database, actor: Actor, code: str, secret: str | None) -> dict[str, Any] | None:
    if secret is None and actor.citizen_id is None:
        return None
    row = await repository.find_with_case(db, actor.tenant_id, code)
    if row is None or not owns(actor, secret, citizen_id=row["citizen_id"], tracking=row["tracking_hash"]):
        return None
    return row


async def list_own(
    db: Database, tenant_id: TenantId, citizen_id: CitizenId, *, before: ReportId | None, limit: int
) -> list[dict[str, Any]]:
    """At most `limit` of the account's reports with their cases, newest first, older than `before`. One statement."""
    return await repository.list_own(db, tenant_id, citizen_id, before, limit)


async def get_own_facts(db: Database, actor: Actor, code: str, secret: str | None) -> dict[str, Any]:
    """The actor's own report with its case. Raises: ReportNotFound, also for somebody else's."""
    row = await _find_own(db, actor, code, secret)
    if row is None:
        raise ReportNotFound
    return row


async def find_own(db: Database, actor: Actor, code: str, secret: str | None) -> ReportView | None:
    """The sender's own view, None when there is no such report or the actor is not its sender. Two statements."""
    row = await _find_own(db, actor, code, secret)
    if row is None:
        return None
    report_id = ReportId(row["report_id"])
    lives_in = CaseId(row["id"])
    entries = await timeline_service.entries_for_reporter(db, actor.tenant_id, lives_in, report_id)
    if row["opened_case_id"] != lives_in:
        before = await timeline_service.entries_for_reporter(
            db, actor.tenant_id, CaseId(row["opened_case_id"]), report_id
        )
        entries = sorted([*before, *_since_joined(before, entries)], key=lambda entry: entry.id)
    return ReportView(row, entries)


def _since_joined(before: list[Entry], entries: list[Entry]) -> list[Entry]:
    """Of the other case's history what this sender may read: the public part, and the rest since the matters met.

    What that unit asked and told its own reporters before is between them.
    """
    joined = max((entry.at for entry in before if entry.type == EventType.MERGED), default=None)
    return [
        entry
        for entry in entries
        if entry.type != EventType.OPENED
        and (entry.audience is Audience.PUBLIC or (joined is not None and entry.at >= joined))
    ]


async def letters_for_sender(db: Database, actor: Actor, view: ReportView) -> list[Letter]:
    """Letters to the sender, oldest first. Of a case his own was joined to, those since then. One statement."""
    opened, lives_in = CaseId(view.row["opened_case_id"]), CaseId(view.row["id"])
    letters = await letters_service.list_letters(db, actor.tenant_id, [opened, lives_in])
    if opened == lives_in:
        return letters
    joined = max((entry.at for entry in view.entries if entry.type == EventType.MERGED), default=None)
    return [one for one in letters if one.case_id == opened or (joined is not None and one.written_at >= joined)]


async def find_letters(
    db: Database, actor: Actor, code: str, secret: str | None, *, units: Collection[UnitId]
) -> list[Letter]:
    """Letters that were sent about the report: to its sender, or to an officer in one of whose `units` the case lies.

    Raises: ReportNotFound for anyone else.
    """
    own = await find_own(db, actor, code, secret)
    if own is not None:
        return await letters_for_sender(db, actor, own)
    row = await find_facts(db, actor.tenant_id, code)
    if row is None or row["unit_id"] not in units:
        raise ReportNotFound
    return await letters_service.list_letters(db, actor.tenant_id, [CaseId(row["id"])])


def verbs_for_sender(view: ReportView) -> list[Verb]:
    """What the sender may do with the matter now."""
    columns = Case.__table__.columns.keys()
    return cases_service.verbs_for_reporter(Case(**{name: view.row[name] for name in columns}).facts())


# -- what officers read


async def reports_for_staff(db: Database, tenant_id: TenantId, view: CaseView) -> list[ReportText]:
    """What was written in the case's reports, those merged into it too, oldest first: never who wrote it.

    Whoever holds the view of a case has been let in. One statement.
    """
    return await repository.list_for_case(db, tenant_id, CaseId(view.row["id"]))


async def find_facts(db: Database, tenant_id: TenantId, code: str) -> dict[str, Any] | None:
    """The report with its case, whoever asks, None when there is none: the caller checks who may see it."""
    return await repository.find_with_case(db, tenant_id, code)


async def get_facts(db: Database, tenant_id: TenantId, code: str) -> dict[str, Any]:
    """The same. Raises: ReportNotFound."""
    row = await find_facts(db, tenant_id, code)
    if row is None:
        raise ReportNotFound
    return row


async def files_of_case(db: Database, tenant_id: TenantId, case_id: CaseId) -> dict[str, list[Attached]]:
    """Files of all reports of the case by their codes: for whoever holds a view of the case.

    What may tell who wrote it is held back where the sender asked not to be named, and where nobody is known to have
    sent it. One statement, two where there is such a file.
    """
    found = await repository.files_of_case(db, tenant_id, case_id)
    telling = [one.report_id for one in found if one.file.may_name_author]
    withheld = await identity_service.withheld_now(db, tenant_id, telling) if telling else {}
    files: dict[str, list[Attached]] = {}
    for one in found:
        unnamed = one.file.may_name_author and withheld.get(one.report_id, not one.by_account)
        files.setdefault(one.code, []).append(replace(one.file, held_back=unnamed))
    return files


async def files_of_own(db: Database, row: Mapping[str, Any]) -> dict[str, list[Attached]]:
    """Files of a report, by its code: for whoever holds it as its sender. One statement."""
    report_id = ReportId(row["report_id"])
    found = await media_service.list_of_reports(db, TenantId(row["tenant_id"]), [report_id])
    return {row["report_code"]: found.get(report_id, [])}


# -- what live streams ask


async def watched(db: Database, tenant_id: TenantId, report_ids: Collection[ReportId]) -> list[Watched]:
    """These reports with the cases they live in now; whoever asks has been let in. One statement."""
    return await repository.list_watched(db, tenant_id, report_ids)


async def watched_of(db: Database, tenant_id: TenantId, citizen_id: CitizenId) -> list[Watched]:
    """The account's newest reports with the cases they live in now. One statement."""
    return await repository.list_watched_of(db, tenant_id, citizen_id)


async def opened_by(
    db: Database, tenant_id: TenantId, case_ids: Collection[CaseId], citizens: Collection[CitizenId]
) -> list[Watched]:
    """Those of the accounts' reports that opened one of the cases. One statement."""
    return await repository.list_opened_by(db, tenant_id, case_ids, citizens)


async def count_stars(
    work: ReadWork, scope: Scope, begins_at: datetime, ends_at: datetime, zone_name: str
) -> list[Rated]:
    """Stars given to cases of the scope received in [begins_at, ends_at), by unit and month. One statement."""
    units = None if scope.whole else sorted(scope.units)
    return await repository.count_stars(work, scope.tenant_id, units, begins_at, ends_at, zone_name)
