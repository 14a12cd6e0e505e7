"""Appending facts, numbering them, and handing them to consumers, each exactly once in effect.

A fact is written in the transaction of its change. The relay numbers committed facts afterwards, so that a reader of
"after N" never misses a late commit (docs/decisions/0005). A consumer's cursor moves in the transaction of its
effects, so that a worker killed at any moment leaves neither a gap nor a repeat (docs/decisions/0006).
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from app.db.engine import Database
from app.db.errors import is_down, may_retry, outline
from app.db.work import Recorder, Work, write_work
from app.kit.clock import Clock
from app.kit.ids import TenantId, uuid7
from app.kit.problems import Unavailable

from . import repository
from .models import OutboxMessage
from .repository import OutboxRepository
from .terms import Backlog, Message

log = logging.getLogger("lienthong.outbox")
RELAY_BATCH_ROWS = 1000
CONSUMER_BATCH_ROWS = 500  # all published, they take a third of the time a statement may take
MAX_FAILURES = 8
LONGEST_PAUSE = timedelta(minutes=5)
OUTAGE_PAUSE = timedelta(seconds=2)
_TABLE = OutboxMessage.__table__


class Consumer(Protocol):
    """Reacts to facts of some types; all its effects go through the given Work."""

    @property
    def name(self) -> str:
        """Stable name of its cursor."""
        ...

    @property
    def types(self) -> frozenset[str]:
        """Types of messages it wants."""
        ...

    async def handle(self, work: Work, tenant_id: TenantId, messages: Sequence[Message]) -> None:
        """Take a batch in position order; raise to have all of it rolled back and tried again."""
        ...


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


async def backlog(db: Database, tenants: Sequence[TenantId]) -> list[Backlog]:
    """What each of the tenants has not done yet. One statement."""
    return await repository.backlog(db, tenants)


async def relay(db: Database, clock: Clock, tenant_id: TenantId) -> int:
    """Number of messages that were given their position now; 0 also when another relay is at work."""
    async with write_work(db, clock, tenant_id) as work:
        outbox = OutboxRepository(work, tenant_id)
        head = await outbox.lock_head()
        return await outbox.number(head, RELAY_BATCH_ROWS) if head is not None else 0


async def consume(db: Database, clock: Clock, tenant_id: TenantId, consumer: Consumer) -> int:
    """Number of messages handled now, in one transaction with their effects.

    After a failure the next tries take a quarter of the batch each, down to one message, with growing pauses; a
    message that still fails at the MAX_FAILURES-th try becomes a dead letter and the cursor goes on. An outage is no
    try: it says nothing of the message.
    """
    tried: tuple[int, int] | None = None
    try:
        async with write_work(db, clock, tenant_id) as work:
            outbox = OutboxRepository(work, tenant_id)
            cursor = await outbox.lock_cursor(consumer.name)
            if cursor is None or _must_wait(cursor.retry_at, work.now):
                return 0
            tried = cursor.position, cursor.failures
            head = await outbox.head()
            limit = max(1, CONSUMER_BATCH_ROWS >> 2 * cursor.failures)
            messages = await outbox.after(cursor.position, head, consumer.types, limit)
            if messages:
                await consumer.handle(work, tenant_id, messages)
            reached = messages[-1].position if len(messages) == limit else head
            if reached != cursor.position:
                cursor.position = reached
                cursor.failures, cursor.retry_at, cursor.last_error = 0, None, None
            return len(messages)
    except Exception as error:
        log.exception("consumer %s failed for tenant %s", consumer.name, tenant_id)
        if tried is not None:
            await _note_failure(db, clock, tenant_id, consumer, tried, error)
        return 0


async def hold_cursor(work: Work, tenant_id: TenantId, consumer: str) -> None:
    """Wait until nobody is at the consumer's cursor, and keep everybody from it until `work` ends."""
    await OutboxRepository(work, tenant_id).wait_for_cursor(consumer)


def _must_wait(retry_at: datetime | None, now: datetime) -> bool:
    """Whether the pause after a failure goes on. One longer than any we make means that the clock was set back."""
    return retry_at is not None and now < retry_at <= now + LONGEST_PAUSE


def _is_outage(error: Exception) -> bool:
    """Whether the message had no part in it: something was away, or two transactions met."""
    return isinstance(error, Unavailable) or is_down(error) or may_retry(error)


async def _note_failure(
    db: Database, clock: Clock, tenant_id: TenantId, consumer: Consumer, tried: tuple[int, int], error: Exception
) -> None:
    """Remember the failure of the try that found the cursor as `tried`; bury the message that has had all its tries.

    When another worker has tried since, its outcome stands: several workers failing on one batch at once count as one
    try, so that no message is buried that was never tried alone.
    """
    async with write_work(db, clock, tenant_id) as work:
        outbox = OutboxRepository(work, tenant_id)
        cursor = await outbox.lock_cursor(consumer.name)
        if cursor is None or (cursor.position, cursor.failures) != tried:
            return
        cursor.last_error = outline(error)[:500]
        if _is_outage(error):
            cursor.retry_at = work.now + OUTAGE_PAUSE
            return
        cursor.failures += 1
        cursor.retry_at = work.now + min(LONGEST_PAUSE, timedelta(seconds=0.5 * 2.0**cursor.failures))
        if cursor.failures >= MAX_FAILURES:
            messages = await outbox.after(cursor.position, await outbox.head(), consumer.types, 1)
            if messages:
                await outbox.bury(consumer.name, messages[0], cursor.last_error, work.now)
                cursor.position = messages[0].position
            cursor.failures, cursor.retry_at = 0, None
