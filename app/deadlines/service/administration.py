"""What administrators publish: edits of calendars, versions of targets. Never changed afterwards, only followed."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from app.db.reference import touch
from app.db.work import ReadWork, Work
from app.deadlines import domain, policies, repository
from app.deadlines.errors import StaleEdit
from app.deadlines.snapshot import Calendars
from app.deadlines.terms import CalendarCode, CalendarEdit, Recount, Target
from app.identity.terms import Actor

REFERENCE = "calendars"


async def list_calendars(
    work: ReadWork, actor: Actor
) -> tuple[list[CalendarEdit], dict[tuple[CalendarCode, int], Recount]]:
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
    await touch(work, REFERENCE)
    return published


async def try_edit(work: ReadWork, actor: Actor, edit: CalendarEdit, *, calendars: Calendars) -> Calendars:
    """The tenant's calendars as they would be with the edit; nothing is written. Raises: Forbidden, InvalidEdit."""
    policies.may_publish_edit(actor).require()
    _check(work, actor, edit, calendars)
    newest = await repository.newest_edit(work, actor.tenant_id, edit.code)
    return await repository.calendars_with(work.session, [replace(edit, version=newest + 1)])


def _check(work: Work, actor: Actor, edit: CalendarEdit, calendars: Calendars) -> None:
    calendar = calendars.of(actor.tenant_id)
    domain.check_edit(edit, today=calendar.local_day(work.now), first=calendar.first, last=calendar.last)


def _check_seen(newest: int, based_on: int | None) -> None:
    if based_on is not None and based_on != newest:
        raise StaleEdit(newest)


async def list_targets(work: ReadWork, actor: Actor, *, calendars: Calendars) -> list[tuple[Target, bool]]:
    """Every version of every target of the tenant, by code, newest first, with whether it holds today.

    Raises: Forbidden.
    """
    policies.may_read_edits(actor).require()
    targets = await repository.list_targets(work, actor.tenant_id)
    today = calendars.of(actor.tenant_id).local_day(work.now)
    current = {target.name for target in domain.in_force(targets, today)}
    return [(target, target.name in current) for target in targets]


async def publish_target(
    work: Work,
    actor: Actor,
    target: Target,
    *,
    calendars: Calendars,
    categories: Collection[str],
    based_on: int | None,
) -> tuple[Target, bool]:
    """The target as the newest version of its code, with whether it holds today; running cases keep theirs.

    Args:
        target: of the actor's tenant, not numbered yet.
        categories: codes of the tenant's.
        based_on: as in `publish_edit`.
    Raises: Forbidden, StaleEdit, InvalidEdit with a pointer for each mistake, EditRace.
    """
    policies.may_publish_edit(actor).require()
    newest = await repository.newest_target(work, actor.tenant_id, target.code)
    _check_seen(newest, based_on)
    today = calendars.of(actor.tenant_id).local_day(work.now)
    domain.check_target(target, today=today, categories=categories)
    published = await repository.add_target(work, replace(target, version=newest + 1), actor.staff_id)
    await touch(work, REFERENCE)
    return published, published.valid_from <= today
