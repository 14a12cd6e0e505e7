"""Handing messages to a consumer in position order, and again those that it had to set aside."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from app.db.engine import Database
from app.db.errors import outline
from app.db.work import Work, write_work
from app.kit.clock import Clock
from app.kit.ids import TenantId
from app.outbox import repository
from app.outbox.domain import MAX_ATTEMPTS, PAUSES
from app.outbox.repository import OutboxRepository, ParkedRepository
from app.outbox.terms import Batch, Message, Setback

from .handling import Consumer, Outcome, handle, is_outage

log = logging.getLogger("lienthong.outbox")
CONSUMER_BATCH_ROWS = 500  # all published, they take a third of the time a statement may take
RETRY_BATCH_ROWS = 100  # of one subject
RETRY_SUBJECTS = 20  # in one go, before new messages have their turn
MAX_FAILURES = 8  # turns in a row that got nowhere, before the first message is set aside whatever the reason
LONGEST_PAUSE = timedelta(minutes=5)
OUTAGE_PAUSE = timedelta(seconds=2)
PUT_OFF = timedelta(minutes=5)  # a parked message that is slow keeps the others waiting no more often than this
_MOST_ERROR = 500


async def consume(db: Database, clock: Clock, tenant_id: TenantId, consumer: Consumer) -> int:
    """Number of messages handled now, in one transaction with their effects.

    What fails is parked with what follows it of the same subject, in the same transaction; the cursor goes on. When all
    of several subjects fail, or something is away, nothing is parked: the next turns take a quarter of the batch each
    after a pause, until one message is alone. It is parked when it fails, or when something was away in MAX_FAILURES
    turns: then as one that was never tried.
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
            batch = await outbox.after(consumer.name, cursor.position, head, consumer.types, limit)
            handled = await _handle_new(work, tenant_id, consumer, batch) if batch.messages else 0
            reached = batch.messages[-1].position if len(batch.messages) == limit else head
            if reached != cursor.position:
                cursor.position = reached
                cursor.failures, cursor.retry_at, cursor.last_error = 0, None, None
            return handled
    except Exception as error:
        log.exception("consumer %s failed for tenant %s", consumer.name, tenant_id)
        if tried is not None:
            await _note_failure(db, clock, tenant_id, consumer, tried, error)
        return 0


async def _handle_new(work: Work, tenant_id: TenantId, consumer: Consumer, batch: Batch) -> int:
    """Number of messages of the batch that were handled; all others are parked."""
    free = [message for message in batch.messages if message.subject_id not in batch.held]
    outcome = await handle(work, tenant_id, consumer, [free] if free else [])
    setbacks = list(_setbacks(tenant_id, consumer, batch, outcome, work.now))
    if setbacks:
        await ParkedRepository(work, tenant_id, consumer.name).park(setbacks, work.now)
    return outcome.handled


def _setbacks(
    tenant_id: TenantId, consumer: Consumer, batch: Batch, outcome: Outcome, now: datetime
) -> Iterator[Setback]:
    """Messages of the batch that are to be parked, in order."""
    for message in batch.messages:
        if message.subject_id in batch.held:
            yield Setback(message)
        elif message.subject_id in outcome.failed:
            first, error = outcome.failed[message.subject_id]
            if message is first:
                yield _after_failure(tenant_id, consumer, message, 1, error, now)
            elif message.position > first.position:
                yield Setback(message)


def _after_failure(
    tenant_id: TenantId, consumer: Consumer, message: Message, attempts: int, error: Exception, now: datetime
) -> Setback:
    """How a message stands that has now failed `attempts` times, which the log is told."""
    dead = attempts >= MAX_ATTEMPTS
    log.warning(
        "consumer %s of tenant %s cannot handle message %s (%s), %s: %s",
        consumer.name,
        tenant_id,
        message.position,
        message.type,
        "given up" if dead else f"tried {attempts} times",
        outline(error),
        exc_info=error,
    )
    next_at = None if dead else now + PAUSES.after(attempts, secrets.randbelow(1000) / 1000)
    return Setback(message, attempts, next_at, now if dead else None, outline(error)[:_MOST_ERROR])


async def retry_due(db: Database, clock: Clock, tenant_id: TenantId, consumer: Consumer) -> int:
    """Number of parked messages handled now, subject by subject.

    One statement when none is due. The first message of a subject has a transaction of its own; when it is handled
    those behind it follow at once in another, so that it stays handled whatever becomes of them.
    """
    handled = 0
    for _ in range(RETRY_SUBJECTS):
        if not await repository.is_any_due(db, tenant_id, consumer.name, clock.now()):
            break
        first = await _retry(db, clock, tenant_id, consumer, 1)
        if first is None:
            break
        handled += first.handled
        if first.goes_on is not None:
            behind = await _retry(db, clock, tenant_id, consumer, RETRY_BATCH_ROWS, first.goes_on)
            handled += behind.handled if behind else 0
    return handled


@dataclass(frozen=True, slots=True)
class _Retried:
    """How many parked messages of a subject were handled, and the subject when more of it are due now."""

    handled: int
    goes_on: UUID | None


async def _retry(
    db: Database, clock: Clock, tenant_id: TenantId, consumer: Consumer, limit: int, subject: UUID | None = None
) -> _Retried | None:
    """What became of the first `limit` messages of `subject`, or of the subject that is due for longest.

    None when none can be tried now: what was to be tried rests then, as does everything behind it.
    """
    tried: Setback | None = None
    try:
        async with write_work(db, clock, tenant_id) as work:
            cursor = await OutboxRepository(work, tenant_id).lock_cursor(consumer.name)
            if cursor is None or _must_wait(cursor.retry_at, work.now):
                return None
            waiting = await ParkedRepository(work, tenant_id, consumer.name).due(work.now, limit, subject)
            if not waiting:
                return None
            tried = waiting[0]
            return await _handle_again(work, tenant_id, consumer, waiting)
    except Exception as error:
        log.exception("consumer %s failed for tenant %s at a parked message", consumer.name, tenant_id)
        if tried is not None:
            await _put_off(db, clock, tenant_id, consumer, tried, error)
        return None


async def _handle_again(work: Work, tenant_id: TenantId, consumer: Consumer, waiting: Sequence[Setback]) -> _Retried:
    """What became of these parked messages of one subject, the first still parked ones of it."""
    parked = ParkedRepository(work, tenant_id, consumer.name)
    messages = [one.message for one in waiting]
    outcome = await handle(work, tenant_id, consumer, [messages])
    done = [message.position for message in messages[: outcome.handled]]
    if done:
        await parked.release(done)
    for message, error in outcome.failed.values():
        attempts = 1 + next(one.attempts for one in waiting if one.message is message)
        setback = _after_failure(tenant_id, consumer, message, attempts, error, work.now)
        await parked.park([setback], work.now)
    goes_on = not outcome.failed and await parked.promote(waiting[0], work.now)
    return _Retried(outcome.handled, messages[0].subject_id if goes_on else None)


async def _put_off(
    db: Database, clock: Clock, tenant_id: TenantId, consumer: Consumer, tried: Setback, error: Exception
) -> None:
    """Let a parked message rest that could not even be tried; it is no try, so that it never dies of an outage."""
    async with write_work(db, clock, tenant_id) as work:
        outbox = OutboxRepository(work, tenant_id)
        if await outbox.lock_cursor(consumer.name) is None:
            return
        parked = ParkedRepository(work, tenant_id, consumer.name)
        waiting = await parked.due(work.now, 1, tried.message.subject_id)
        if waiting and waiting[0].message.id == tried.message.id:
            told = outline(error)[:_MOST_ERROR]
            setback = Setback(tried.message, waiting[0].attempts, work.now + PUT_OFF, None, told)
            await parked.park([setback], work.now)


async def hold_cursor(work: Work, tenant_id: TenantId, consumer: str) -> None:
    """Wait until nobody is at the consumer's cursor, and keep everybody from it until `work` ends."""
    await OutboxRepository(work, tenant_id).wait_for_cursor(consumer)


def _must_wait(retry_at: datetime | None, now: datetime) -> bool:
    """Whether the pause after a failure goes on. One longer than any we make means that the clock was set back."""
    return retry_at is not None and now < retry_at <= now + LONGEST_PAUSE


async def _note_failure(
    db: Database, clock: Clock, tenant_id: TenantId, consumer: Consumer, tried: tuple[int, int], error: Exception
) -> None:
    """Remember a turn that got nowhere and had found the cursor as `tried`; park the message that is always alone.

    When another worker has tried since, its outcome stands: several workers failing on one batch at once count as one.
    """
    async with write_work(db, clock, tenant_id) as work:
        outbox = OutboxRepository(work, tenant_id)
        cursor = await outbox.lock_cursor(consumer.name)
        if cursor is None or (cursor.position, cursor.failures) != tried:
            return
        cursor.failures += 1
        cursor.last_error = outline(error)[:_MOST_ERROR]
        pause = OUTAGE_PAUSE if is_outage(error) else timedelta(seconds=5 * 4.0 ** (cursor.failures - 1))
        cursor.retry_at = work.now + min(LONGEST_PAUSE, pause)
        if cursor.failures >= MAX_FAILURES:
            batch = await outbox.after(consumer.name, cursor.position, await outbox.head(), consumer.types, 1)
            for message in batch.messages:
                held = message.subject_id in batch.held
                setback = Setback(message, 0, None if held else cursor.retry_at, None, cursor.last_error)
                await ParkedRepository(work, tenant_id, consumer.name).park([setback], work.now)
                cursor.position = message.position
            cursor.failures = 0
