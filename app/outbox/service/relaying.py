"""Facts from their change to their position, and at last away."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import timedelta
from uuid import UUID

from app.bus.terms import Event
from app.db.engine import Database
from app.db.work import Recorder, Work, write_work
from app.kit.clock import Clock
from app.kit.ids import TenantId, uuid7
from app.outbox import repository
from app.outbox.errors import EventsForgotten, PositionAhead
from app.outbox.models import OutboxMessage
from app.outbox.repository import OutboxRepository
from app.outbox.terms import Backlog, Message, Standing

RELAY_BATCH_ROWS = 1000
PRUNE_BATCH_ROWS = 1000
_TABLE = OutboxMessage.__table__


def append(
    work: Recorder,
    *,
    tenant_id: TenantId,
    type: str,  # noqa: A002 - the envelope's own word (CloudEvents)
    subject_id: UUID,
    subject_version: int,
    payload: dict[str, object],
    public: bool = False,
    type_version: int = 1,
) -> None:
    """Record a fact with the change it tells of; it becomes visible to consumers when the change commits."""
    work.put(
        _TABLE,  # type: ignore[arg-type]
        {
            "tenant_id": tenant_id,
            "id": uuid7(work.now),
            "type": type,
            "type_version": type_version,
            "subject_id": subject_id,
            "subject_version": subject_version,
            "occurred_at": work.now,
            "public": public,
            "payload": payload,
        },
    )


async def relay(
    db: Database, clock: Clock, tenant_id: TenantId, numbered: Callable[[int, int, int], None] | None = None
) -> int:
    """Number of messages that were given their position now; 0 also when another relay is at work.

    After the commit `numbered` is told the tenant, and the positions after which and up to which there are new ones.
    """
    async with write_work(db, clock, tenant_id) as work:
        outbox = OutboxRepository(work, tenant_id)
        head = await outbox.lock_head()
        count = await outbox.number(head, RELAY_BATCH_ROWS) if head is not None else 0
    if count and numbered is not None and head is not None:
        numbered(tenant_id, head, head + count)
    return count


async def events_between(
    db: Database, tenant_id: int, after: int, until: int, limit: int | None = None
) -> Sequence[Event]:
    """Numbered messages after `after` up to `until`, as streams need them: all, or at most `limit`. One statement."""
    return await repository.events_after(db, tenant_id, after, until - after if limit is None else limit, until=until)


async def backlog(db: Database, tenants: Sequence[TenantId]) -> list[Backlog]:
    """What each of the tenants has not done yet. One statement."""
    return await repository.backlog(db, tenants)


async def head(work: Work, tenant_id: TenantId) -> int:
    """Position of the tenant's newest numbered message; 0 before the first."""
    return await OutboxRepository(work, tenant_id).head()


async def is_kept(work: Work, tenant_id: TenantId, message_id: UUID) -> bool:
    """Whether the message is still there to be told again."""
    return await OutboxRepository(work, tenant_id).has(message_id)


async def read(
    work: Work, tenant_id: TenantId, after: int, *, until: int, types: Collection[str], limit: int
) -> Sequence[Message]:
    """Messages of `types` after position `after` up to `until`, in order, at most `limit`."""
    return (await OutboxRepository(work, tenant_id).after("", after, until, types, limit)).messages


async def prune(work: Work, tenant_id: TenantId, consumers: Collection[str], keep: timedelta) -> int:
    """Number of messages older than `keep` that were forgotten now; 0 when no more can be. One statement.

    What one of `consumers`, or any that has a cursor, has not come to yet stays, and so does what is parked.
    """
    return await OutboxRepository(work, tenant_id).prune(consumers, work.now - keep, PRUNE_BATCH_ROWS)


async def retire(work: Work, tenant_id: TenantId, consumer: str) -> bool:
    """Whether the consumer had come anywhere: nobody waits for it any more. Wanted again, it begins with what is kept.

    One statement.
    """
    return await OutboxRepository(work, tenant_id).retire(consumer)


async def refuse_forgotten(db: Database, tenant_id: TenantId, after: int, *, public: bool) -> None:
    """Nothing when every message after `after`, or every `public` one, is still kept. One statement.

    Raises: EventsForgotten; PositionAhead when `after` was never given, or by a history that is lost.
    """
    _refuse(await repository.standing(db, tenant_id, after), after, public=public)


async def forgotten_until(work: Work, tenant_id: TenantId) -> int:
    """Position up to which messages may be gone; 0 when all are kept. One statement."""
    return await OutboxRepository(work, tenant_id).forgotten_until()


async def newest_after(work: Work, tenant_id: TenantId, after: int) -> int:
    """Position of the newest message, when every one after `after` is kept. One statement.

    Raises: EventsForgotten; PositionAhead when `after` was never given, or by a history that is lost.
    """
    standing = await repository.standing(work, tenant_id, after)
    _refuse(standing, after, public=False)
    return standing.newest


def _refuse(standing: Standing, after: int, *, public: bool) -> None:
    if standing.lost or after > standing.newest:
        raise PositionAhead(resume_from=standing.newest)
    pruned = standing.pruned_public if public else standing.pruned
    if after < pruned:
        raise EventsForgotten(resume_from=pruned)
