"""Whether one more service request is taken: not too many from one place, not the same one twice."""

from __future__ import annotations

from datetime import datetime

from app.db.engine import Database
from app.db.work import Work
from app.identity.domain import Keyring
from app.identity.terms import Actor, ActorKind
from app.limits import service as limits
from app.limits.terms import Asking, Limited
from app.service_requests import repository
from app.service_requests.errors import FiledAlready


async def admit(db: Database, keys: Keyring, actor: Actor, asking: Asking | None, now: datetime) -> None:
    """Nothing when one more may be filed by the account and from there. Raises: LimitReached."""
    if asking is None:
        return
    persons = (f"account:{actor.citizen_id}",) if actor.citizen_id else ()
    counted = Asking(asking.address, persons)
    judged = await limits.count(db, keys.limits, actor.tenant_id, Limited.SERVICE_REQUESTS, counted, now=now)
    limits.require(judged, now)


async def not_filed_yet(work: Work, actor: Actor, applicant: bytes, procedure: str, content: bytes) -> None:
    """Nothing when the person has no such request open; of several at once the first is filed, the others see it.

    Its code is told to whoever filed it and to officers: who applies for somebody else learns nothing of that person.
    Raises: FiledAlready.
    """
    await repository.hold_same(work, actor.tenant_id, applicant, procedure, content)
    same = await repository.find_same(work, actor.tenant_id, applicant, procedure, content)
    if same is not None:
        code, citizen_id = same
        own = actor.kind is ActorKind.STAFF or (citizen_id is not None and citizen_id == actor.citizen_id)
        raise FiledAlready(code if own else None)
