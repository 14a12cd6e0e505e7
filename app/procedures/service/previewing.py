"""What would come of publishing or ending a version, and what is wrong in a file, before anything is written."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from app.catalogue.snapshot import Catalogue
from app.db.work import ReadWork
from app.directory.snapshot import Directory
from app.identity.terms import Actor
from app.kit.clock import local_day
from app.procedures import domain, policies, repository
from app.procedures.domain import Written
from app.procedures.errors import InvalidProcedure, Unreadable
from app.procedures.terms import Mistake, ProcedureVersion


@dataclass(frozen=True, slots=True)
class Consequences:
    """What would come of it. `ends`: versions with their last day; `left`: the one that takes new requests after."""

    version: ProcedureVersion
    on: date
    mistakes: tuple[Mistake, ...] = ()
    ends: tuple[tuple[int, date], ...] = ()
    left: int | None = None


async def preview_publication(
    work: ReadWork,
    actor: Actor,
    code: str,
    version: int,
    *,
    directory: Directory,
    catalogue: Catalogue,
    valid_from: date | None,
) -> Consequences:
    """What publishing the version from that day would mean. Raises: Forbidden, ProcedureVersionNotFound."""
    policies.may_keep_procedures(actor).require()
    found = (await repository.get_version(work, actor.tenant_id, code, version)).version_read()
    since = valid_from or found.procedure.valid_from
    today = local_day(work.now, directory.tenant(actor.tenant_id).time_zone)
    mistakes = domain.check_procedure(found.procedure)
    mistakes += domain.missing_units(found.procedure, directory, catalogue, tenant=actor.tenant_id, on=today)
    last_day = since - timedelta(days=1)
    others = await repository.published_versions(work, actor.tenant_id, code)
    ends = tuple(
        (row.version, max(last_day, row.valid_from))
        for row in others
        if row.version != version and (row.valid_to is None or row.valid_to > last_day)
    )
    return Consequences(found, since, tuple(mistakes), ends, version)


async def preview_retirement(work: ReadWork, actor: Actor, code: str, version: int, *, last_day: date) -> Consequences:
    """What ending the version after that day would mean. Raises: Forbidden, ProcedureVersionNotFound."""
    policies.may_keep_procedures(actor).require()
    found = (await repository.get_version(work, actor.tenant_id, code, version)).version_read()
    end = max(last_day, found.procedure.valid_from)
    others = [row.read() for row in await repository.published_versions(work, actor.tenant_id, code)]
    after = end + timedelta(days=1)
    left = next((one.version for one in others if one.version != version and one.open_on(after)), None)
    return Consequences(found, end, ends=((version, end),), left=left)


def look_at_file(
    actor: Actor, text: str, *, directory: Directory, catalogue: Catalogue, on: date
) -> tuple[Written | None, list[tuple[int, Mistake]]]:
    """What the file says, and every mistake with its line, steps without a unit too; None when it is no YAML.

    Pure. Raises: Forbidden.
    """
    policies.may_keep_procedures(actor).require()
    try:
        written = domain.read_file(text)
    except Unreadable as refused:
        return None, [(refused.line, refused.mistakes[0])]
    try:
        procedure = domain.read_procedure(actor.tenant_id, written.values)
    except InvalidProcedure as refused:
        return written, domain.lined(written, refused.mistakes)
    mistakes = domain.check_procedure(procedure)
    mistakes += domain.missing_units(procedure, directory, catalogue, tenant=actor.tenant_id, on=on)
    return written, domain.lined(written, mistakes)
