"""The one way to write history and the one way to read it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any
from uuid import UUID

from app.db.engine import Database
from app.db.work import Recorder, Work
from app.identity.terms import Actor
from app.kit.ids import CaseId, ReportId, RequestId, TenantId, UnitId, uuid7
from app.kit.text import Text

from . import repository
from .models import TimelineEntry
from .terms import Audience, Entry, SubjectId, Written

_TABLE = TimelineEntry.__table__
_REPORTER_SEES = (Audience.PUBLIC, Audience.REPORTER)
_STAFF_SEES = (Audience.PUBLIC, Audience.REPORTER, Audience.STAFF, Audience.UNIT)


def record(
    work: Recorder,
    actor: Actor,
    *,
    case_id: SubjectId,
    case_version: int,
    type: str,  # noqa: A002 - the field's own word
    audience: Audience,
    unit_id: UnitId | None,
    text: str | None = None,
    data: dict[str, Any] | None = None,
    report_id: ReportId | None = None,
) -> None:
    """Write one entry with the change it tells of. `unit_id` is the unit on whose behalf the actor acted."""
    work.put(
        _TABLE,  # type: ignore[arg-type]
        {
            "tenant_id": actor.tenant_id,
            "case_id": case_id,
            "id": uuid7(work.now),
            "at": work.now,
            "type": type,
            "audience": audience.value,
            "case_version": case_version,
            "actor_kind": actor.kind.value,
            "actor_id": actor.id,
            "unit_id": unit_id,
            "report_id": report_id,
            "text": text,
            "data": {**(data or {}), **_capacity(actor)},
        },
    )


def _capacity(actor: Actor) -> dict[str, Any]:
    """Who stood in for whom, where somebody did; for officers' eyes."""
    if actor.instead_of is None:
        return {}
    deputy, colleague = actor.name, actor.instead_of.name
    return {"acting": Text(f"{deputy} làm thay {colleague}", f"{deputy} for {colleague}")._asdict()}


async def is_own(work: Work, actor: Actor, case_id: SubjectId, version: int) -> bool:
    """Whether it was the actor who brought the case to this version. One statement."""
    return actor.id is not None and await repository.wrote(work, actor.tenant_id, case_id, version) == actor.id


async def entries_for_reporter(db: Database, tenant_id: TenantId, case_id: CaseId, report_id: ReportId) -> list[Entry]:
    """What the sender of the report may read, oldest first: never another reporter's private entries."""
    entries = await repository.list_entries(db, tenant_id, case_id, _REPORTER_SEES)
    return [entry for entry in entries if entry.audience is Audience.PUBLIC or entry.report_id in {None, report_id}]


async def entries_for_applicant(db: Database, tenant_id: TenantId, request_id: RequestId) -> list[Entry]:
    """What the applicant of a service request may read, oldest first."""
    return await repository.list_entries(db, tenant_id, request_id, _REPORTER_SEES)


async def entries_for_staff(
    db: Database, tenant_id: TenantId, case_id: SubjectId, units: frozenset[UnitId]
) -> list[Entry]:
    """What a member of exactly `units` may read, oldest first: another unit's internal entries are left out."""
    entries = await repository.list_entries(db, tenant_id, case_id, _STAFF_SEES)
    return [entry for entry in entries if entry.audience is not Audience.UNIT or entry.unit_id in units]


async def words_of(
    work: Work, tenant_id: TenantId, cases: Collection[UUID], reports: Collection[ReportId]
) -> list[Written]:
    """What the senders of these reports wrote into these cases. One statement."""
    rows = await repository.list_of_senders(work, tenant_id, cases, reports)
    return [Written(ReportId(row["report_id"]), row["at"], row["type"], row["text"]) for row in rows]


async def mask_words(
    work: Work, tenant_id: TenantId, cases: Collection[UUID], masks: dict[ReportId, Callable[[str], str]]
) -> None:
    """What the reports' senders wrote into these cases is kept masked from now on: history's one exception, by law.

    Two statements.
    """
    rows = await repository.list_of_senders(work, tenant_id, cases, list(masks))
    texts = [(row["case_id"], row["id"], masks[ReportId(row["report_id"])](row["text"])) for row in rows]
    if texts:
        await repository.rewrite(work, tenant_id, texts)


async def forget_words(work: Work, tenant_id: TenantId, subjects: Collection[UUID], members: Collection[str]) -> None:
    """What anybody wrote into the history of these is gone, with these members of its data; what was done stays.

    As `mask_words`, an exception by law. One statement, none for none.
    """
    if subjects:
        await repository.forget_words(work, tenant_id, subjects, members)


async def mask_applicants(work: Work, tenant_id: TenantId, masks: Mapping[UUID, Callable[[str], str]]) -> None:
    """What the applicants of these wrote themselves is kept masked from now on. Two statements, none for none."""
    rows = await repository.list_of_applicants(work, tenant_id, list(masks)) if masks else []
    texts = [(row["case_id"], row["id"], masks[row["case_id"]](row["text"])) for row in rows]
    if texts:
        await repository.rewrite(work, tenant_id, texts)
