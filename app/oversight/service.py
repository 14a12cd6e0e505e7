"""Reading the trail, which is itself an entry of it."""

from __future__ import annotations

from datetime import datetime

from app.audit import service as audit
from app.audit.terms import Action, Asked, Entry
from app.db.engine import Database
from app.identity.policies import may_act_as
from app.identity.terms import Actor, Role


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
