"""What endpoints of support ask FastAPI for: who says it, counted."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from fastapi import Depends

from app.identity.deps import CurrentCitizen, CurrentCitizenId
from app.kit.ids import CitizenId, TenantId
from app.limits import service as limits
from app.limits.deps import CurrentAsking, limits_key
from app.limits.terms import Limited
from app.web.state import CurrentClock, CurrentDatabase


async def counted_citizen(
    actor: CurrentCitizen,
    citizen: CurrentCitizenId,
    asking: CurrentAsking,
    database: CurrentDatabase,
    clock: CurrentClock,
    key: Annotated[bytes, Depends(limits_key)],
) -> tuple[TenantId, CitizenId]:
    """The province, and the account or device that may say so once more. Raises: CitizenNeeded, LimitReached."""
    now, by = clock.now(), replace(asking, persons=(str(citizen),))
    limits.require(await limits.count(database, key, actor.tenant_id, Limited.SUPPORTS, by, now=now), now)
    return actor.tenant_id, citizen


Supporter = Annotated[tuple[TenantId, CitizenId], Depends(counted_citizen)]
