"""How a province keeps its procedures: drafts that may be wrong, versions that may not, and their end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from app.audit import service as audit
from app.audit.terms import Action
from app.catalogue.snapshot import Catalogue
from app.db.reference import touch
from app.db.work import ReadWork, Work
from app.directory.snapshot import Directory
from app.identity.terms import Actor
from app.kit.clock import local_day
from app.procedures import domain, policies, repository
from app.procedures.errors import InvalidProcedure, ProcedureIsPublished, StaleProcedure
from app.procedures.models import ProcedureRow
from app.procedures.terms import ProcedureVersion


async def list_versions(
    work: ReadWork, actor: Actor, *, after: tuple[str, int], limit: int
) -> Sequence[ProcedureVersion]:
    """Versions of the tenant after that code and version, drafts too, by code, newest first. Raises: Forbidden."""
    policies.may_keep_procedures(actor).require()
    rows = await repository.list_versions(work, actor.tenant_id, after, limit)
    return [row.version_read() for row in rows]


async def get_version(work: ReadWork, actor: Actor, code: str, version: int) -> ProcedureVersion:
    """That version, a draft too. Raises: Forbidden, ProcedureVersionNotFound."""
    policies.may_keep_procedures(actor).require()
    return (await repository.get_version(work, actor.tenant_id, code, version)).version_read()


async def draft_procedure(work: Work, actor: Actor, values: Mapping[str, Any]) -> ProcedureVersion:
    """A new draft of what `values` tells of, numbered after the newest version; it may hold mistakes.

    Raises: Forbidden, InvalidProcedure when it cannot even be read, ProcedureRace.
    """
    policies.may_keep_procedures(actor).require()
    read = domain.read_procedure(actor.tenant_id, {**values, "version": 1}, published=False)
    newest = await repository.newest_version(work, actor.tenant_id, read.code)
    row = await repository.add_draft(work, replace(read, version=newest + 1), created_by=actor.staff_id)
    audit.record(work, actor, Action.PROCEDURE_DRAFTED, subject=f"{row.code} v{row.version}")
    return row.version_read()


async def redraft_version(
    work: Work, actor: Actor, code: str, version: int, values: Mapping[str, Any], *, seen: int
) -> ProcedureVersion:
    """The draft with other content. Raises: Forbidden, InvalidProcedure, what `_draft` raises."""
    policies.may_keep_procedures(actor).require()
    row = await _draft(work, actor, code, version, seen)
    told = {**values, "code": code, "version": version}
    row.write(domain.read_procedure(actor.tenant_id, told, published=False))
    await work.session.flush()
    audit.record(work, actor, Action.PROCEDURE_DRAFTED, subject=f"{code} v{version}")
    return row.version_read()


async def publish_version(
    work: Work,
    actor: Actor,
    code: str,
    version: int,
    *,
    directory: Directory,
    catalogue: Catalogue,
    seen: int,
    valid_from: date | None = None,
) -> ProcedureVersion:
    """The draft in force from `valid_from` (as it is written when None); what was open then ends the day before.

    Raises: Forbidden, InvalidProcedure with every mistake and every step without a unit, what `_draft` raises.
    """
    policies.may_keep_procedures(actor).require()
    row = await _draft(work, actor, code, version, seen)
    procedure = row.read()
    procedure = replace(procedure, valid_from=valid_from or procedure.valid_from)
    today = local_day(work.now, directory.tenant(actor.tenant_id).time_zone)
    mistakes = domain.check_procedure(procedure)
    mistakes += domain.missing_units(procedure, directory, catalogue, tenant=actor.tenant_id, on=today)
    if mistakes:
        raise InvalidProcedure(mistakes)
    row.publish(procedure, at=work.now, by=actor.staff_id)
    await repository.end_earlier(work, row, procedure.valid_from - timedelta(days=1))
    await _told(work, actor, Action.PROCEDURE_PUBLISHED, row)
    return row.version_read()


async def retire_version(
    work: Work, actor: Actor, code: str, version: int, *, last_day: date, seen: int
) -> ProcedureVersion:
    """The published version takes no new service requests after `last_day`, nor after its own first day if later.

    Raises: Forbidden, ProcedureVersionNotFound, StaleProcedure, ProcedureIsDraft.
    """
    policies.may_keep_procedures(actor).require()
    row = await repository.lock_version(work, actor.tenant_id, code, version)
    if row.revision != seen:
        raise StaleProcedure(row.revision)
    row.end(last_day)
    await _told(work, actor, Action.PROCEDURE_RETIRED, row)
    return row.version_read()


async def bring_procedure(
    work: Work, actor: Actor, values: Mapping[str, Any], *, directory: Directory, catalogue: Catalogue, publish: bool
) -> ProcedureVersion | None:
    """A new version of what a file tells of, a draft or published; None when the newest published one says the same.

    Raises: what `draft_procedure` and `publish_version` raise.
    """
    read = domain.read_procedure(actor.tenant_id, values)
    newest = await repository.newest_published(work, actor.tenant_id, read.code)
    if newest is not None and replace(read, version=newest.version) == newest.read():
        return None
    made = await draft_procedure(work, actor, values)
    if not publish:
        return made
    code, version = made.procedure.code, made.procedure.version
    return await publish_version(
        work, actor, code, version, directory=directory, catalogue=catalogue, seen=made.revision
    )


async def _draft(work: Work, actor: Actor, code: str, version: int, seen: int) -> ProcedureRow:
    """The locked draft. Raises: ProcedureVersionNotFound, ProcedureIsPublished, StaleProcedure."""
    row = await repository.lock_version(work, actor.tenant_id, code, version)
    if row.published:
        raise ProcedureIsPublished
    if row.revision != seen:
        raise StaleProcedure(row.revision)
    return row


async def _told(work: Work, actor: Actor, action: Action, row: ProcedureRow) -> None:
    """Written down, and made known to every process."""
    await work.session.flush()
    audit.record(
        work, actor, action, subject=f"{row.code} v{row.version}", details={"from": row.valid_from.isoformat()}
    )
    await touch(work, "procedures")
