"""What endpoints about people's own data ask FastAPI for."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends

from app.identity.deps import CurrentStaff
from app.limits import service as limits
from app.limits.deps import limits_key
from app.limits.terms import Asking, Limited
from app.web.state import CurrentClock, CurrentDatabase


async def counted_lookup(
    actor: CurrentStaff, database: CurrentDatabase, clock: CurrentClock, key: Annotated[bytes, Depends(limits_key)]
) -> None:
    """Lets an officer look for one more phone: a hotline takes sixty calls an hour, guessing takes more.

    Raises: LimitReached.
    """
    now, asking = clock.now(), Asking("", (str(actor.id),))
    limits.require(await limits.count(database, key, actor.tenant_id, Limited.PHONE_LOOKUPS, asking, now=now), now)
