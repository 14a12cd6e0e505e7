"""What can be done about messages that a consumer could not handle: look, have them tried again, skip them."""

from __future__ import annotations

from app.db.engine import Database
from app.db.work import Work
from app.kit.ids import TenantId
from app.outbox import repository
from app.outbox.errors import NotParked
from app.outbox.repository import OutboxRepository, ParkedRepository
from app.outbox.terms import Parked

LISTED_ROWS = 200


async def list_parked(
    db: Database, tenant_id: TenantId, consumer: str | None = None, *, dead: bool = False
) -> list[Parked]:
    """Messages that hold up their subject, by consumer and position, at most LISTED_ROWS; `dead`: no more tried."""
    return await repository.list_firsts(db, tenant_id, consumer, dead=dead, limit=LISTED_ROWS)


async def retry(work: Work, tenant_id: TenantId, consumer: str, position: int) -> None:
    """Have the message at `position` tried at once, as if it had never failed. Raises: NotParked."""
    if not await (await _held(work, tenant_id, consumer)).wake(work.now, position):
        raise NotParked


async def retry_all(work: Work, tenant_id: TenantId, consumer: str) -> int:
    """Number of subjects whose first parked message is tried at once, as if it had never failed."""
    return await (await _held(work, tenant_id, consumer)).wake(work.now)


async def skip(work: Work, tenant_id: TenantId, consumer: str, position: int) -> None:
    """Never hand the message at `position` to the consumer; those behind it are tried at once. Raises: NotParked."""
    if not await (await _held(work, tenant_id, consumer)).skip(position, work.now):
        raise NotParked


async def take_over(work: Work, tenant_id: TenantId) -> int:
    """Number of messages parked now that a worker of the release before has given up: each subject is tried again.

    One statement when there are none.
    """
    taken = 0
    for consumer in await repository.buriers(work, tenant_id):
        await OutboxRepository(work, tenant_id).wait_for_cursor(consumer)
        taken += await ParkedRepository(work, tenant_id, consumer).take_over(work.now)
    return taken


async def _held(work: Work, tenant_id: TenantId, consumer: str) -> ParkedRepository:
    """What the consumer has parked, kept from everybody else until `work` ends.

    A consumer that has no cursor has parked nothing, and its name may be a slip of the pen: it is given none.
    """
    if not await OutboxRepository(work, tenant_id).has_cursor(consumer):
        raise NotParked
    await OutboxRepository(work, tenant_id).wait_for_cursor(consumer)
    return ParkedRepository(work, tenant_id, consumer)
