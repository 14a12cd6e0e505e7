"""Statements on parked messages. Whoever changes one holds the consumer's cursor."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import asyncpg
from sqlalchemy import delete

from app.db.engine import Database
from app.db.work import Work
from app.outbox.models import ParkedMessage
from app.outbox.terms import Parked, Setback

from .messages import message_of


class ParkedRepository:
    """Statements on the messages that one consumer of one tenant has set aside."""

    def __init__(self, work: Work, tenant_id: int, consumer: str) -> None:
        self._work = work
        self._tenant_id = tenant_id
        self._consumer = consumer

    async def park(self, setbacks: Sequence[Setback], at: datetime) -> None:
        """Set these messages aside, or say anew how those fare that already are; one statement."""
        await self._work.fetch(
            _PARK,
            self._tenant_id,
            self._consumer,
            at,
            [one.message.position for one in setbacks],
            [one.message.id for one in setbacks],
            [one.message.subject_id for one in setbacks],
            [one.attempts for one in setbacks],
            [one.next_at for one in setbacks],
            [one.died_at for one in setbacks],
            [one.error for one in setbacks],
        )

    async def due(self, at: datetime, limit: int, subject: UUID | None = None) -> list[Setback]:
        """Parked messages of the one subject that is due for longest (index ix_parked_messages_due), in order.

        Of `subject`, when it is given and due.
        """
        rows = await self._work.fetch(_DUE, self._tenant_id, self._consumer, at, limit, subject)
        return [
            Setback(
                message_of(self._tenant_id, row), row["attempts"], row["next_at"], row["died_at"], row["last_error"]
            )
            for row in rows
        ]

    async def release(self, positions: Sequence[int]) -> None:
        """Forget that these were parked."""
        await self._work.session.execute(
            delete(ParkedMessage).where(
                ParkedMessage.tenant_id == self._tenant_id,
                ParkedMessage.consumer == self._consumer,
                ParkedMessage.position.in_(positions),
            )
        )

    async def wake(self, at: datetime, position: int | None = None) -> int:
        """Number of subjects whose first parked message will be tried from `at` on, as if it had never failed.

        Of the subject of the first message at `position`, or of all. Nothing when that is not its subject's first.
        """
        rows = await self._work.fetch(_WAKE, self._tenant_id, self._consumer, at, position)
        return len(rows)

    async def skip(self, position: int, at: datetime) -> bool:
        """Whether the message at `position` was parked first of its subject; it is dropped and the next one is due."""
        rows = await self._work.fetch(_SKIP, self._tenant_id, self._consumer, at, position)
        return bool(rows)

    async def promote(self, setback: Setback, at: datetime) -> bool:
        """Whether a message of the subject of `setback` is still parked: the first of them is tried at `at`."""
        return bool(await self._work.fetch(_PROMOTE, self._tenant_id, self._consumer, at, setback.message.subject_id))

    async def take_over(self, at: datetime) -> int:
        """Number of dead letters that are parked from now on; of each of their subjects the first is tried at `at`.

        When the first of a subject has died, it and those behind it go on waiting.
        """
        rows = await self._work.fetch(_TAKE_OVER, self._tenant_id, self._consumer)
        if rows:
            subjects = list({row["subject_id"] for row in rows})
            await self._work.fetch(_ORDER, self._tenant_id, self._consumer, subjects, at)
        return len(rows)


async def buriers(work: Work, tenant_id: int) -> list[str]:
    """Names of the consumers that have dead letters, of the release before."""
    rows = await work.fetch("SELECT DISTINCT consumer FROM dead_letters WHERE tenant_id = $1 ORDER BY 1", tenant_id)
    return [row["consumer"] for row in rows]


async def is_any_due(db: Database, tenant_id: int, consumer: str, at: datetime) -> bool:
    """Whether a parked message is to be tried (index ix_parked_messages_due). One statement, no transaction."""
    return bool(await db.lane.fetchval(_IS_DUE, tenant_id, consumer, at))


async def list_firsts(db: Database, tenant_id: int, consumer: str | None, *, dead: bool, limit: int) -> list[Parked]:
    """The first parked message of each subject, by consumer and position; `dead`: only those that have died."""
    rows = await db.lane.fetch(_FIRSTS, tenant_id, consumer, dead, limit)
    return [_parked(row) for row in rows]


def _parked(row: asyncpg.Record) -> Parked:
    return Parked(**dict(row))


_COLUMNS = "position, message_id, subject_id, attempts, next_at, died_at, last_error"
_PARK = f"""
    INSERT INTO parked_messages (tenant_id, consumer, parked_at, {_COLUMNS})
    SELECT $1, $2, $3, {_COLUMNS} FROM unnest(
        $4::bigint[], $5::uuid[], $6::uuid[], $7::int[], $8::timestamptz[], $9::timestamptz[], $10::text[]
    ) AS given ({_COLUMNS})
    ON CONFLICT (tenant_id, consumer, position) DO UPDATE SET attempts = EXCLUDED.attempts,
        next_at = EXCLUDED.next_at, died_at = EXCLUDED.died_at, last_error = EXCLUDED.last_error
"""  # noqa: S608 - names of ours
_DUE = """
    SELECT m.position, m.id, m.type, m.type_version, m.subject_id, m.subject_version, m.occurred_at, m.public,
        m.payload::text, p.attempts, p.next_at, p.died_at, p.last_error
    FROM parked_messages p JOIN outbox_messages m ON m.tenant_id = p.tenant_id AND m.position = p.position
    WHERE p.tenant_id = $1 AND p.consumer = $2 AND m.position IS NOT NULL AND p.subject_id = (
        SELECT d.subject_id FROM parked_messages d
        WHERE d.tenant_id = $1 AND d.consumer = $2 AND d.next_at <= $3 AND ($5::uuid IS NULL OR d.subject_id = $5)
        ORDER BY d.next_at LIMIT 1
    )
    ORDER BY p.position LIMIT $4
"""
_IS_DUE = "SELECT EXISTS (SELECT FROM parked_messages WHERE tenant_id = $1 AND consumer = $2 AND next_at <= $3)"
# A subject's first message is the one that is tried, or has died: those behind it have neither instant.
_WAKE = """
    UPDATE parked_messages SET next_at = $3, died_at = NULL, attempts = 0
    WHERE tenant_id = $1 AND consumer = $2 AND (next_at IS NOT NULL OR died_at IS NOT NULL)
    AND ($4::bigint IS NULL OR position = $4) RETURNING position
"""
_PROMOTE = """
    UPDATE parked_messages SET next_at = $3 WHERE tenant_id = $1 AND consumer = $2 AND position = (
        SELECT min(n.position) FROM parked_messages n
        WHERE n.tenant_id = $1 AND n.consumer = $2 AND n.subject_id = $4
    ) RETURNING position
"""
_SKIP = """
    WITH gone AS (
        DELETE FROM parked_messages WHERE tenant_id = $1 AND consumer = $2 AND position = $4
        AND (next_at IS NOT NULL OR died_at IS NOT NULL) RETURNING subject_id
    ), next AS (
        UPDATE parked_messages SET next_at = $3 WHERE tenant_id = $1 AND consumer = $2 AND position = (
            SELECT min(n.position) FROM parked_messages n JOIN gone USING (subject_id)
            WHERE n.tenant_id = $1 AND n.consumer = $2 AND n.position > $4
        )
    )
    SELECT subject_id FROM gone
"""
_TAKE_OVER = """
    WITH letters AS (
        DELETE FROM dead_letters d USING outbox_messages m
        WHERE d.tenant_id = $1 AND d.consumer = $2 AND m.tenant_id = d.tenant_id AND m.id = d.message_id
        RETURNING d.position, d.message_id, m.subject_id, d.failed_at, d.error
    )
    INSERT INTO parked_messages (tenant_id, consumer, position, message_id, subject_id, parked_at, last_error)
    SELECT $1, $2, position, message_id, subject_id, failed_at, error FROM letters
    ON CONFLICT DO NOTHING RETURNING subject_id
"""
_ORDER = """
    UPDATE parked_messages p SET died_at = CASE WHEN p.position = first.position THEN p.died_at END,
        next_at = CASE WHEN p.position = first.position AND p.died_at IS NULL THEN COALESCE(p.next_at, $4) END
    FROM (
        SELECT n.subject_id, min(n.position) AS position FROM parked_messages n
        WHERE n.tenant_id = $1 AND n.consumer = $2 AND n.subject_id = ANY($3::uuid[]) GROUP BY 1
    ) first
    WHERE p.tenant_id = $1 AND p.consumer = $2 AND p.subject_id = first.subject_id
"""
_FIRSTS = """
    SELECT p.consumer, p.position, m.type, p.subject_id, p.parked_at, p.attempts, p.next_at, p.died_at, p.last_error,
        (SELECT count(*) FROM parked_messages b WHERE b.tenant_id = p.tenant_id AND b.consumer = p.consumer
            AND b.subject_id = p.subject_id AND b.position > p.position)::int AS behind
    FROM parked_messages p JOIN outbox_messages m ON m.tenant_id = p.tenant_id AND m.position = p.position
    WHERE p.tenant_id = $1 AND m.position IS NOT NULL AND ($2::text IS NULL OR p.consumer = $2)
    AND (p.died_at IS NOT NULL OR (p.next_at IS NOT NULL AND NOT $3))
    ORDER BY p.consumer, p.position LIMIT $4
"""
