"""Reading the trail, which is itself an entry of it; and deciding how much may be asked for."""

from __future__ import annotations

from datetime import datetime

from app.audit import service as audit
from app.audit.terms import Action, Asked, Entry
from app.db.engine import Database
from app.db.work import ReadWork, Work
from app.identity.policies import may_act_as
from app.identity.terms import Actor, Role
from app.limits import service as limits
from app.limits.terms import Limited, LimitView, Per


async def list_entries(
    db: Database, actor: Actor, asked: Asked, *, before: int, limit: int, now: datetime
) -> list[Entry]:
    """Sealed entries of the actor's tenant that were asked for, newest first, before the position. Two statements.

    Raises: Forbidden.
    """
    may_act_as(actor, Role.AUDITOR, Role.TENANT_ADMIN).require()
    wanted = {name: str(value) for name, value in asked._asdict().items() if value is not None}
    await audit.write(db, actor, Action.TRAIL_READ, now=now, details=wanted)
    return await audit.list_entries(db, actor.tenant_id, asked, before=before, limit=limit)


async def list_limits(work: ReadWork, actor: Actor) -> list[LimitView]:
    """Every limit of the actor's tenant as it holds. One statement. Raises: Forbidden."""
    may_act_as(actor, Role.TENANT_ADMIN).require()
    return await limits.list_limits(work, actor.tenant_id)


async def set_limit(
    work: Work, actor: Actor, what: Limited, per: Per, *, most: int, window_s: int, seen: int
) -> LimitView:
    """The limit from now on, in all processes. Raises: Forbidden, UnknownLimit, StaleLimit."""
    may_act_as(actor, Role.TENANT_ADMIN).require()
    return await limits.set_limit(work, actor.tenant_id, actor, what, per, most, window_s, seen=seen)
