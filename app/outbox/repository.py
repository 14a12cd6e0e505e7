"""Every SQL statement of the outbox. Short, prepared, one tenant each."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

import orjson
from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from app.db.engine import Database
from app.db.work import Work

from .models import ConsumerCursor, DeadLetter, OutboxHead
from .terms import COUNTED_ROWS, Backlog, Message


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

    async def _make_cursor(self, consumer: str) -> None:
        await self._session.execute(
            insert(ConsumerCursor)
            .values(tenant_id=self._tenant_id, consumer=consumer, position=0, failures=0)
            .on_conflict_do_nothing()
        )

    async def after(self, position: int, head: int, types: Collection[str], limit: int) -> list[Message]:
        """Messages of `types` after `position` up to `head`, in order (index uq_outbox_messages_position)."""
        rows = await self._work.fetch(_AFTER, self._tenant_id, position, head, sorted(types), limit)
        return [
            Message(
                tenant_id=self._tenant_id,
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
            for row in rows
        ]

    async def bury(self, consumer: str, message: Message, error: str, at: datetime) -> None:
        """Keep a message that could not be handled for an operator to look at."""
        await self._session.execute(
            insert(DeadLetter)
            .values(
                tenant_id=self._tenant_id,
                consumer=consumer,
                position=message.position,
                message_id=message.id,
                failed_at=at,
                error=error,
            )
            .on_conflict_do_nothing()
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
    SELECT position, id, type, type_version, subject_id, subject_version, occurred_at, public, payload::text
    FROM outbox_messages
    WHERE tenant_id = $1 AND position > $2 AND position <= $3 AND type = ANY($4::text[])
    ORDER BY position LIMIT $5
"""
_BACKLOG = f"""
    SELECT t.tenant_id,
        (SELECT count(*) FROM (
            SELECT FROM outbox_messages m WHERE m.tenant_id = t.tenant_id AND m.position IS NULL LIMIT {COUNTED_ROWS}
        ) w) AS waiting,
        (SELECT m.occurred_at FROM outbox_messages m
            WHERE m.tenant_id = t.tenant_id AND m.position IS NULL ORDER BY m.id LIMIT 1) AS waiting_since,
        (SELECT jsonb_object_agg(c.consumer, COALESCE(h.position, 0) - c.position) FROM consumer_cursors c
            WHERE c.tenant_id = t.tenant_id) AS lag,
        (SELECT jsonb_object_agg(d.consumer, d.letters) FROM (
            SELECT l.consumer, count(*) AS letters FROM dead_letters l WHERE l.tenant_id = t.tenant_id GROUP BY 1
        ) d) AS dead
    FROM unnest($1::int[]) AS t (tenant_id)
    LEFT JOIN outbox_heads h ON h.tenant_id = t.tenant_id
"""  # noqa: S608 - a number of ours


async def backlog(db: Database, tenants: Sequence[int]) -> list[Backlog]:
    """What each of the tenants has not done yet; one statement on partial indexes and tables of a few rows."""
    return [
        Backlog(
            row["tenant_id"],
            row["waiting"],
            row["waiting_since"],
            orjson.loads(row["lag"] or "{}"),
            orjson.loads(row["dead"] or "{}"),
        )
        for row in await db.lane.fetch(_BACKLOG, list(tenants))
    ]
