"""What administrators publish: edits of calendars, versions of targets. Never changed afterwards, only followed."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from app.audit import service as audit
from app.audit.terms import Action
from app.db.reference import touch
from app.db.work import ReadWork, Work
from app.deadlines import domain, policies, repository
from app.deadlines.errors import StaleEdit
from app.deadlines.snapshot import Calendars, Targets
from app.deadlines.terms import CalendarEdit, Recount, Target
from app.identity.terms import Actor

REFERENCE = "calendars"


@dataclass(frozen=True, slots=True)
class Trial:
    """An edit that nobody has published: the calendars as they are without it, and as they would be."""

    edit: CalendarEdit
    present: Calendars
    calendars: Calendars


@dataclass(frozen=True, slots=True)
class PublishedTarget:
    """A version of a target: whether it holds today, and how far running cases were given it (None: it is not)."""

    target: Target
    current: bool
    given: Recount | None


async def list_calendars(work: ReadWork, actor: Actor) -> tuple[list[CalendarEdit], dict[tuple[str, int], Recount]]:
    """Every edit of the tenant's calendars, newest first within each, and how far each was followed. Raises: Forbidden.

    Two statements.
    """
    policies.may_read_edits(actor).require()
    edits = await repository.list_edits(work, actor.tenant_id)
    recounts = await repository.list_recounts(work, actor.tenant_id)
    return edits, {(one.code, one.version): one for one in recounts}


async def publish_edit(
    work: Work, actor: Actor, edit: CalendarEdit, *, calendars: Calendars, based_on: int | None
) -> CalendarEdit:
    """The edit as the newest version of its calendar; running clocks are counted anew by the worker.

    Args:
        edit: of the actor's tenant, not numbered yet.
        calendars: snapshot of the moment.
        based_on: the version the edit was made from; None publishes over whatever is there.
    Raises: Forbidden, StaleEdit, InvalidEdit with a pointer for each mistake, EditRace.
    """
    policies.may_publish_edit(actor).require()
    newest = await repository.newest_edit(work, actor.tenant_id, edit.code)
    _check_seen(newest, based_on)
    _check(work, actor, edit, calendars)
    published = await repository.add_edit(work, replace(edit, version=newest + 1), actor.staff_id)
    audit.record(work, actor, Action.CALENDAR_PUBLISHED, subject=edit.code, details={"version": newest + 1})
    await touch(work, REFERENCE)
    return published


async def try_edit(work: ReadWork, actor: Actor, edit: CalendarEdit, *, calendars: Calendars) -> Trial:
    """The tenant's calendars as they are, and as they would be with the edit; nothing is written.

    Both are read now: what somebody has just published is in both. Raises: Forbidden, InvalidEdit.
    """
    policies.may_publish_edit(actor).require()
    _check(work, actor, edit, calendars)
    newest = await repository.newest_edit(work, actor.tenant_id, edit.code)
    numbered = replace(edit, version=newest + 1)
    present = await repository.load_calendars(work.session)
    return Trial(numbered, present, await repository.calendars_with(work.session, [numbered]))


def _check(work: Work, actor: Actor, edit: CalendarEdit, calendars: Calendars) -> None:
    calendar = calendars.of(actor.tenant_id)
    domain.check_edit(edit, today=calendar.local_day(work.now), first=calendar.first, last=calendar.last)


def _check_seen(newest: int, based_on: int | None) -> None:
    if based_on is not None and based_on != newest:
        raise StaleEdit(newest)


async def list_targets(work: ReadWork, actor: Actor, *, calendars: Calendars) -> list[PublishedTarget]:
    """Every version of every target of the tenant, by code, newest first.

    Two statements. Raises: Forbidden.
    """
    policies.may_read_edits(actor).require()
    targets = await repository.list_targets(work, actor.tenant_id)
    given = {(one.code, one.version): one for one in await repository.list_retargets(work, actor.tenant_id)}
    today = calendars.of(actor.tenant_id).local_day(work.now)
    current = {target.name for target in domain.in_force(targets, today)}
    return [
        PublishedTarget(target, target.name in current, given.get((target.code, target.version))) for target in targets
    ]


async def try_target(
    work: ReadWork,
    actor: Actor,
    target: Target,
    *,
    calendars: Calendars,
    categories: Collection[str],
    for_running: bool = True,
) -> tuple[Target, Calendars]:
    """The target as it would be numbered, and the calendars and targets with it; nothing is written.

    `for_running`: running cases would be given it. Raises: Forbidden, InvalidEdit.
    """
    policies.may_publish_edit(actor).require()
    today = calendars.of(actor.tenant_id).local_day(work.now)
    domain.check_target(target, today=today, categories=categories, for_running=for_running)
    newest = await repository.newest_target(work, actor.tenant_id, target.code)
    numbered = replace(target, version=newest + 1)
    targets = Targets([*calendars.targets.versions(actor.tenant_id), numbered])
    return numbered, replace(calendars, targets=targets, memo={})


async def publish_target(
    work: Work,
    actor: Actor,
    target: Target,
    *,
    calendars: Calendars,
    categories: Collection[str],
    based_on: int | None,
    for_running: bool = False,
) -> PublishedTarget:
    """The target as the newest version of its code; running cases keep theirs unless it is `for_running` ones too.

    Args:
        target: of the actor's tenant, not numbered yet.
        categories: codes of the tenant's.
        based_on: as in `publish_edit`.
        for_running: the worker gives it to running cases that it fits, once it is in force.
    Raises: Forbidden, StaleEdit, InvalidEdit with a pointer for each mistake, EditRace.
    """
    policies.may_publish_edit(actor).require()
    newest = await repository.newest_target(work, actor.tenant_id, target.code)
    _check_seen(newest, based_on)
    today = calendars.of(actor.tenant_id).local_day(work.now)
    domain.check_target(target, today=today, categories=categories, for_running=for_running)
    numbered = replace(target, version=newest + 1)
    published = await repository.add_target(work, numbered, actor.staff_id, for_running=for_running)
    audit.record(work, actor, Action.TARGET_PUBLISHED, subject=target.code, details={"version": numbered.version})
    await touch(work, REFERENCE)
    return PublishedTarget(published, published.valid_from <= today, None)
