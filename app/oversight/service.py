"""Reading the trail, which is itself an entry of it; and deciding how much may be asked for."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime

from app.audit import service as audit
from app.audit.terms import Action, Asked, Checked, Entry
from app.db.engine import Database
from app.db.work import ReadWork, Work
from app.identity.domain import Keyring
from app.identity.policies import may_act_as
from app.identity.terms import Actor, Role
from app.limits import service as limits
from app.limits.terms import Limited, LimitPreview, LimitView, Per

CHECKED_ENTRIES = 200  # of the end of a chain, each time somebody looks at it


async def list_entries(
    db: Database, actor: Actor, asked: Asked, *, before: int, limit: int, now: datetime
) -> list[Entry]:
    """Sealed entries of the actor's tenant that were asked for, newest first, before the position. Two statements.

    Raises: Forbidden.
    """
    may_act_as(actor, Role.AUDITOR, Role.TENANT_ADMIN).require()
    await audit.write(db, actor, Action.TRAIL_READ, now=now, details=_told(asked))
    return await audit.list_entries(db, actor.tenant_id, asked, before=before, limit=limit)


async def find_entry(db: Database, actor: Actor, position: int, *, now: datetime) -> Entry | None:
    """The sealed entry at the position, None when there is none. Two statements. Raises: Forbidden."""
    may_act_as(actor, Role.AUDITOR, Role.TENANT_ADMIN).require()
    await audit.write(db, actor, Action.TRAIL_READ, now=now, details={"position": str(position)})
    found = await audit.list_entries(db, actor.tenant_id, Asked(), before=position + 1, limit=1)
    return next((entry for entry in found if entry.position == position), None)


async def export_entries(db: Database, actor: Actor, asked: Asked, *, now: datetime) -> AsyncIterator[Entry]:
    """All that were asked for, newest first, a batch at a time; that they were taken away is an entry.

    Raises: Forbidden, before the first.
    """
    may_act_as(actor, Role.AUDITOR, Role.TENANT_ADMIN).require()
    await audit.write(db, actor, Action.TRAIL_EXPORTED, now=now, details=_told(asked))
    return audit.each_entry(db, actor.tenant_id, asked)


async def check_end(db: Database, actor: Actor, keys: Keyring) -> Checked:
    """Whether the last CHECKED_ENTRIES of the actor's tenant follow one another to their head. Raises: Forbidden."""
    may_act_as(actor, Role.AUDITOR, Role.TENANT_ADMIN).require()
    return await audit.check_end(db, actor.tenant_id, keys.audit, CHECKED_ENTRIES)


def _told(asked: Asked) -> dict[str, str]:
    return {name: str(value) for name, value in asked._asdict().items() if value is not None}


async def list_limits(work: ReadWork, actor: Actor) -> list[LimitView]:
    """Every limit of the actor's tenant as it holds. One statement. Raises: Forbidden."""
    may_act_as(actor, Role.TENANT_ADMIN).require()
    return await limits.list_limits(work, actor.tenant_id)


async def preview_limit(
    work: ReadWork, actor: Actor, what: Limited, per: Per, *, most: int, window_s: int
) -> LimitPreview:
    """What the limit would mean beside the others. One statement. Raises: Forbidden, UnknownLimit."""
    may_act_as(actor, Role.TENANT_ADMIN).require()
    return await limits.preview_limit(work, actor.tenant_id, what, per, most, window_s)


async def set_limit(
    work: Work, actor: Actor, what: Limited, per: Per, *, most: int, window_s: int, seen: int
) -> LimitView:
    """The limit from now on, in all processes. Raises: Forbidden, UnknownLimit, StaleLimit."""
    may_act_as(actor, Role.TENANT_ADMIN).require()
    return await limits.set_limit(work, actor.tenant_id, actor, what, per, most, window_s, seen=seen)
