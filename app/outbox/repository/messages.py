"""Statements on messages, heads and cursors."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

import asyncpg
import orjson
from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from app.db.work import Work
from app.outbox.models import ConsumerCursor, OutboxHead, OutboxMessage
from app.outbox.terms import Batch, Message


class OutboxRepository:
    """Statements on messages, heads and cursors of one tenant."""

    def __init__(self, work: Work, tenant_id: int) -> None:
        self._work = work
        self._session = work.session
        self._tenant_id = tenant_id

    async def lock_head(self) -> int | None:
        """Last position given, its row locked; None when another relay holds it. Makes the row the first time."""
        where = select(OutboxHead.position).where(OutboxHead.tenant_id == self._tenant_id)
        found = await self._session.scalar(where.with_for_update(skip_locked=True))
        if found is None and await self._session.scalar(where) is None:
            await self._session.execute(
                insert(OutboxHead).values(tenant_id=self._tenant_id, position=0).on_conflict_do_nothing()
            )
            found = await self._session.scalar(where.with_for_update(skip_locked=True))
        return found

    async def number(self, head: int, limit: int) -> int:
        """Number of messages that were given the positions after `head` now, oldest id first, the head moved with them.

        Takes at most `limit` of those that have none (index ix_outbox_messages_waiting). The head must be locked by an
        earlier statement: this one's snapshot has to be younger than the lock, or it would number again what the relay
        before has numbered.
        """
        moved = await self._work.fetch(_NUMBER, self._tenant_id, head, limit)
        return int(moved[0]["position"]) - head if moved else 0

    async def head(self) -> int:
        """Last position given; 0 before the first."""
        found = await self._session.scalar(select(OutboxHead.position).where(OutboxHead.tenant_id == self._tenant_id))
        return found or 0

    async def has(self, message_id: UUID) -> bool:
        """Whether the message is still kept."""
        where = select(func.count()).where(OutboxMessage.tenant_id == self._tenant_id, OutboxMessage.id == message_id)
        return bool(await self._session.scalar(where))

    async def forgotten_until(self) -> int:
        """Position of the last message that is gone; 0 when all are kept."""
        where = select(OutboxHead.pruned_position).where(OutboxHead.tenant_id == self._tenant_id)
        return await self._session.scalar(where) or 0

    async def lock_cursor(self, consumer: str) -> ConsumerCursor | None:
        """The consumer's cursor, locked; None when another worker is at it. Makes the row the first time."""
        where = select(ConsumerCursor).where(
            ConsumerCursor.tenant_id == self._tenant_id, ConsumerCursor.consumer == consumer
        )
        found = await self._session.scalar(where.with_for_update(skip_locked=True))
        if found is None and await self._session.scalar(where.with_only_columns(func.count())) == 0:
            await self._make_cursor(consumer)
            found = await self._session.scalar(where.with_for_update(skip_locked=True))
        return found

    async def wait_for_cursor(self, consumer: str) -> None:
        """Lock the consumer's cursor as soon as whoever holds it lets go. Makes the row the first time."""
        await self._make_cursor(consumer)
        await self._session.execute(
            select(ConsumerCursor.position)
            .where(ConsumerCursor.tenant_id == self._tenant_id, ConsumerCursor.consumer == consumer)
            .with_for_update()
        )

    async def has_cursor(self, consumer: str) -> bool:
        """Whether the consumer has ever run."""
        where = select(func.count()).where(
            ConsumerCursor.tenant_id == self._tenant_id, ConsumerCursor.consumer == consumer
        )
        return bool(await self._session.scalar(where))

    async def _make_cursor(self, consumer: str) -> None:
        await self._session.execute(
            insert(ConsumerCursor)
            .values(tenant_id=self._tenant_id, consumer=consumer, position=0, failures=0)
            .on_conflict_do_nothing()
        )

    async def after(self, consumer: str, position: int, head: int, types: Collection[str], limit: int) -> Batch:
        """Messages of `types` after `position` up to `head`, in order (index uq_outbox_messages_position).

        With them the subjects that the consumer has parked messages of (index ix_parked_messages_subject).
        """
        rows = await self._work.fetch(_AFTER, self._tenant_id, position, head, sorted(types), limit, consumer)
        messages = [message_of(self._tenant_id, row) for row in rows]
        return Batch(messages, frozenset(row["subject_id"] for row in rows if row["held"]))

    async def retire(self, consumer: str) -> bool:
        """Whether the consumer had a cursor; it has none from now on, and what it parked is dropped. One statement."""
        return bool(await self._work.fetch(_RETIRE, self._tenant_id, consumer))

    async def prune(self, consumers: Collection[str], before: datetime, limit: int) -> int:
        """Number of messages forgotten now: from before `before`, and behind every cursor, of the oldest `limit`.

        Neither those that are parked nor those that one of `consumers` has not come to; a consumer without a cursor
        has come to none. The head remembers how far the tenant's messages are no longer all there, and how far its
        public ones.
        """
        rows = await self._work.fetch(_PRUNE, self._tenant_id, sorted(consumers), before, limit)
        return int(rows[0]["gone"]) if rows else 0


def message_of(tenant_id: int, row: asyncpg.Record) -> Message:
    """The message of a row with its columns, `payload` as text."""
    return Message(
        tenant_id=tenant_id,
        position=row["position"],
        id=row["id"],
        type=row["type"],
        type_version=row["type_version"],
        subject_id=row["subject_id"],
        subject_version=row["subject_version"],
        occurred_at=row["occurred_at"],
        public=row["public"],
        payload=orjson.loads(row["payload"]),
    )


_NUMBER = """
    WITH waiting AS (
        SELECT w.id, row_number() OVER (ORDER BY w.id) AS place FROM (
            SELECT id FROM outbox_messages WHERE tenant_id = $1 AND position IS NULL ORDER BY id LIMIT $3
        ) w
    ), numbered AS (
        UPDATE outbox_messages m SET position = $2::bigint + waiting.place FROM waiting
        WHERE m.tenant_id = $1 AND m.id = waiting.id RETURNING m.position
    )
    UPDATE outbox_heads h SET position = last.position FROM (SELECT max(position) AS position FROM numbered) last
    WHERE h.tenant_id = $1 AND last.position IS NOT NULL RETURNING h.position
"""
_AFTER = """
    SELECT m.position, m.id, m.type, m.type_version, m.subject_id, m.subject_version, m.occurred_at, m.public,
        m.payload::text,
        EXISTS (
            SELECT FROM parked_messages p
            WHERE p.tenant_id = m.tenant_id AND p.consumer = $6 AND p.subject_id = m.subject_id
        ) AS held
    FROM outbox_messages m
    WHERE m.tenant_id = $1 AND m.position > $2 AND m.position <= $3 AND m.type = ANY($4::text[])
    ORDER BY m.position LIMIT $5
"""
_RETIRE = """
    WITH parked AS (DELETE FROM parked_messages WHERE tenant_id = $1 AND consumer = $2)
    DELETE FROM consumer_cursors WHERE tenant_id = $1 AND consumer = $2 RETURNING 1
"""
_PRUNE = """
    WITH reach AS (
        SELECT least(
            (SELECT min(c.position) FROM consumer_cursors c WHERE c.tenant_id = $1),
            (SELECT min(COALESCE(c.position, 0)) FROM unnest($2::text[]) AS n (name)
                LEFT JOIN consumer_cursors c ON c.tenant_id = $1 AND c.consumer = n.name)
        ) AS position
    ), oldest AS (
        SELECT m.id, m.position, m.occurred_at FROM outbox_messages m
        WHERE m.tenant_id = $1 AND m.position <= (SELECT position FROM reach) AND NOT EXISTS (
            SELECT FROM parked_messages p WHERE p.tenant_id = m.tenant_id AND p.position = m.position
        )
        ORDER BY m.position LIMIT $4
    ), gone AS (
        DELETE FROM outbox_messages m USING oldest o
        WHERE m.tenant_id = $1 AND m.id = o.id AND o.occurred_at < $3 RETURNING m.position, m.public
    ), counted AS (
        SELECT count(*) AS gone, max(position) AS position, max(position) FILTER (WHERE public) AS public FROM gone
    )
    UPDATE outbox_heads h SET pruned_position = greatest(h.pruned_position, counted.position),
        pruned_public_position = greatest(h.pruned_public_position, counted.public)
    FROM counted WHERE h.tenant_id = $1 AND counted.gone > 0 RETURNING counted.gone
"""
