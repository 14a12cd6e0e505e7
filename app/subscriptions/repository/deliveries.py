"""Statements on deliveries."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

import asyncpg
import orjson
from sqlalchemy import select, tuple_, update

from app.db.engine import Database
from app.db.work import Work
from app.kit.ids import TenantId
from app.outbox.terms import Message
from app.subscriptions.errors import DeliveryNotFound
from app.subscriptions.models import DeliveryRow
from app.subscriptions.terms import (
    PUBLIC_TYPES,
    TRIAL,
    Attempt,
    Claim,
    Delivery,
    DeliveryState,
    Event,
    SubscriptionId,
)


class Located(NamedTuple):
    """A case's codes as they are now; `unit_id` holds it."""

    areas: frozenset[str]
    category: str
    unit_id: UUID


class DeliveryRepository:
    """Statements on the deliveries of one tenant, in the caller's transaction."""

    def __init__(self, work: Work, tenant_id: TenantId) -> None:
        self._work = work
        self._session = work.session
        self._tenant_id = tenant_id

    async def located(self, case_ids: Collection[UUID]) -> dict[UUID, Located]:
        """Where each of the cases belongs. One statement."""
        return {
            row["id"]: Located(
                frozenset(filter(None, (row["area_province"], row["area_district"], row["area_commune"]))),
                row["category_code"],
                row["unit_id"],
            )
            for row in await self._work.fetch(_LOCATED, self._tenant_id, sorted(case_ids))
        }

    async def told(self, subscriptions: Collection[UUID], subjects: Collection[UUID]) -> set[tuple[UUID, UUID]]:
        """Pairs of subscription and subject of which there is a delivery (index ix_deliveries_subject)."""
        rows = await self._work.fetch(_TOLD, self._tenant_id, sorted(subscriptions), sorted(subjects))
        return {(row["subscription_id"], row["subject_id"]) for row in rows}

    async def add(self, told: Sequence[tuple[SubscriptionId, Message]], now: datetime, *, again: bool) -> int:
        """Number of deliveries that wait from now on, of the pairs of subscription and message. One statement.

        Those that are there already stay as they are, or with `again` are as if they had never been attempted.
        """
        if not told:
            return 0
        rows = await self._work.fetch(
            _ADD_AGAIN if again else _ADD,
            self._tenant_id,
            now,
            [subscription_id for subscription_id, _ in told],
            [message.id for _, message in told],
            [message.position for _, message in told],
            [message.type for _, message in told],
            [message.subject_id for _, message in told],
        )
        return len(rows)

    async def add_trial(self, subscription_id: UUID, message_id: UUID, now: datetime) -> Delivery:
        """A delivery that has no message behind it and waits behind nothing."""
        row = DeliveryRow(
            tenant_id=self._tenant_id,
            subscription_id=subscription_id,
            message_id=message_id,
            position=0,
            type=TRIAL,
            subject_id=message_id,
            state=DeliveryState.WAITING.value,
            attempts=0,
            created_at=now,
            next_at=now,
        )
        self._session.add(row)
        await self._session.flush()
        return row.read()

    async def lock(self, subscription_id: UUID, message_id: UUID) -> DeliveryRow:
        """The delivery, locked. Raises: DeliveryNotFound."""
        found: DeliveryRow | None = await self._session.scalar(
            select(DeliveryRow)
            .where(
                DeliveryRow.tenant_id == self._tenant_id,
                DeliveryRow.subscription_id == subscription_id,
                DeliveryRow.message_id == message_id,
            )
            .with_for_update()
        )
        if found is None:
            raise DeliveryNotFound
        return found

    async def find_claimed(self, claim: Claim) -> DeliveryRow | None:
        """The delivery, locked, if it is still ours: nobody has claimed it since."""
        found: DeliveryRow | None = await self._session.scalar(
            select(DeliveryRow)
            .where(
                DeliveryRow.tenant_id == self._tenant_id,
                DeliveryRow.subscription_id == claim.subscription_id,
                DeliveryRow.message_id == claim.message_id,
                DeliveryRow.locked_until == claim.locked_until,
            )
            .with_for_update()
        )
        return found

    async def wake(self, subscription_id: UUID, now: datetime) -> None:
        """Have all that waits of the subscription attempted now, as if it had never failed."""
        await self._session.execute(
            update(DeliveryRow)
            .where(
                DeliveryRow.tenant_id == self._tenant_id,
                DeliveryRow.subscription_id == subscription_id,
                DeliveryRow.state == DeliveryState.WAITING.value,
            )
            .values(next_at=now, attempts=0, first_failed_at=None)
        )

    async def list(
        self, subscription_id: UUID, state: DeliveryState | None, before: tuple[datetime, UUID] | None, limit: int
    ) -> list[Delivery]:
        """The subscription's deliveries, newest first, after `before` (index ix_deliveries_log)."""
        statement = select(DeliveryRow).where(
            DeliveryRow.tenant_id == self._tenant_id, DeliveryRow.subscription_id == subscription_id
        )
        if state is not None:
            statement = statement.where(DeliveryRow.state == state.value)
        if before is not None:
            statement = statement.where(tuple_(DeliveryRow.created_at, DeliveryRow.message_id) < before)
        statement = statement.order_by(DeliveryRow.created_at.desc(), DeliveryRow.message_id.desc()).limit(limit)
        return [row.read() for row in await self._session.scalars(statement)]

    async def prune(self, settled_before: datetime, waiting_before: datetime, limit: int) -> int:
        """Number of deliveries forgotten now, at most `limit` of each kind: settled long ago, waiting for longer than

        their messages are kept, and those of subscriptions that are no more.
        """
        rows = await self._work.fetch(_PRUNE, self._tenant_id, settled_before, waiting_before, limit)
        return int(rows[0]["gone"])


async def list_due(db: Database, tenant_id: TenantId, now: datetime) -> list[SubscriptionId]:
    """Subscriptions with a delivery that may be attempted now. One statement on ix_deliveries_due."""
    return [SubscriptionId(row["id"]) for row in await db.lane.fetch(_DUE, tenant_id, now)]


async def claim(
    db: Database,
    tenant_id: TenantId,
    subscription_id: SubscriptionId,
    now: datetime,
    locked_until: datetime,
    *,
    subjects: int,
    of_each: int,
) -> list[Claim]:
    """Deliveries that are ours until `locked_until`, in the order of their positions. One statement.

    Of at most `subjects` subjects, `of_each` of each: the earliest and what follows it and is due. What another sender
    holds is passed over, and so is what comes after it of its subject: who holds the earliest holds the subject.
    """
    rows = await db.lane.fetch(_CLAIM, tenant_id, subscription_id, now, subjects, locked_until, of_each - 1)
    return [_claimed(tenant_id, subscription_id, locked_until, row) for row in rows]


async def settle_accepted(db: Database, done: Sequence[tuple[Claim, Attempt]], now: datetime) -> None:
    """Write down that these claims of one subscription were accepted, those that are still ours. One statement.

    The subscription is locked before its deliveries, as everywhere.
    """
    first = done[0][0]
    await db.lane.fetch(
        _ACCEPTED,
        first.tenant_id,
        first.subscription_id,
        now,
        [claim.message_id for claim, _ in done],
        [claim.locked_until for claim, _ in done],
        [attempt.status for _, attempt in done],
        [attempt.excerpt for _, attempt in done],
    )


async def release(db: Database, claims: Sequence[Claim]) -> None:
    """Give back what was claimed of one subscription and not attempted. One statement."""
    first = claims[0]
    ids = [claim.message_id for claim in claims]
    await db.lane.fetch(_RELEASE, first.tenant_id, first.subscription_id, ids, first.locked_until)


async def forget_times_to_come(
    db: Database, tenant_id: TenantId, now: datetime, *, lease: timedelta, rest: timedelta
) -> None:
    """Have attempted now what was written by a clock that has been set back since, and would wait until then again."""
    await db.lane.fetch(_TIMES_TO_COME, tenant_id, now, now + lease)
    await db.lane.fetch(_RESTS_TO_COME, tenant_id, now + rest)


def _claimed(
    tenant_id: TenantId, subscription_id: SubscriptionId, locked_until: datetime, row: asyncpg.Record
) -> Claim:
    previous_holds = row["previous_secret_until_at"] is not None and row["previous_secret_until_at"] > row["at"]
    return Claim(
        tenant_id=tenant_id,
        subscription_id=subscription_id,
        message_id=row["message_id"],
        locked_until=locked_until,
        subject_id=row["subject_id"],
        event=_event(row),
        url=row["url"],
        secret=row["secret"],
        previous_secret=row["previous_secret"] if previous_holds else None,
    )


def _event(row: asyncpg.Record) -> Event | None:
    if row["type"] == TRIAL:
        return Event(row["message_id"], TRIAL, row["subscription_id"], 0, row["created_at"], 0, {}, superseded=False)
    if row["payload"] is None:
        return None
    revisable = row["type"] in PUBLIC_TYPES and row["type"] != _WITHDRAWN
    return Event(
        id=row["message_id"],
        type=row["type"],
        subject_id=row["subject_id"],
        subject_version=row["subject_version"],
        occurred_at=row["occurred_at"],
        position=row["position"],
        payload=orjson.loads(row["payload"]),
        superseded=revisable and row["shown_revision"] != row["subject_version"],
    )


_WITHDRAWN = "publication.withdrawn"
_LOCATED = """
    SELECT id, area_province, area_district, area_commune, category_code, unit_id FROM cases
    WHERE tenant_id = $1 AND id = ANY($2::uuid[])
"""
_TOLD = """
    SELECT DISTINCT subscription_id, subject_id FROM deliveries
    WHERE tenant_id = $1 AND subscription_id = ANY($2::uuid[]) AND subject_id = ANY($3::uuid[])
"""
_ADDED = """
    INSERT INTO deliveries (
        tenant_id, subscription_id, message_id, position, type, subject_id, state, created_at, next_at
    )
    SELECT $1, t.subscription_id, t.message_id, t.position, t.type, t.subject_id, 'waiting', $2, $2
    FROM unnest($3::uuid[], $4::uuid[], $5::bigint[], $6::text[], $7::uuid[])
        AS t (subscription_id, message_id, position, type, subject_id)
    ON CONFLICT (tenant_id, subscription_id, message_id)
"""
_ADD = f"{_ADDED} DO NOTHING RETURNING 1"
_ADD_AGAIN = f"""{_ADDED}
    DO UPDATE SET state = 'waiting', next_at = $2, attempts = 0, first_failed_at = NULL, settled_at = NULL RETURNING 1
"""
# Subqueries of one value and arrays, not EXISTS and IN: those may be made into joins of all that waits with itself,
# which take minutes on a table that has just filled and of which PostgreSQL knows nothing yet. For the same reason what
# waits of a subject is named by what it is not: the indexes of all that waits are then out of the question.
_ATTEMPTABLE = """
    d.state = 'waiting' AND d.next_at <= $2 AND (d.locked_until IS NULL OR d.locked_until <= $2)
    AND d.position = (
        SELECT e.position FROM deliveries e
        WHERE e.tenant_id = d.tenant_id AND e.subscription_id = d.subscription_id AND e.subject_id = d.subject_id
        AND e.state NOT IN ('delivered', 'dead') ORDER BY e.position LIMIT 1
    )
"""
_LISTENS = "s.state = 'active' AND (s.retry_at IS NULL OR s.retry_at <= $2)"
# Trials are looked for by themselves (ix_deliveries_trial): a subscription that is paused or rests is not gone through.
_DUE = f"""
    SELECT s.id FROM subscriptions s
    WHERE s.tenant_id = $1 AND (
        ({_LISTENS} AND (
            SELECT true FROM deliveries d WHERE d.tenant_id = s.tenant_id AND d.subscription_id = s.id
            AND {_ATTEMPTABLE} ORDER BY d.next_at LIMIT 1
        )) OR (
            SELECT true FROM deliveries d WHERE d.tenant_id = s.tenant_id AND d.subscription_id = s.id
            AND d.type = 'subscription.trial' AND {_ATTEMPTABLE} LIMIT 1
        )
    )
    ORDER BY s.id
"""  # noqa: S608 - conditions of ours
_CLAIM = f"""
    WITH listens AS MATERIALIZED (
        SELECT FROM subscriptions s WHERE s.tenant_id = $1 AND s.id = $2 AND {_LISTENS.replace("$2", "$3")}
    ), events AS MATERIALIZED (
        SELECT d.message_id, d.subject_id, d.position FROM deliveries d
        WHERE d.tenant_id = $1 AND d.subscription_id = $2 AND (SELECT count(*) FROM listens) > 0
        AND {_ATTEMPTABLE.replace("$2", "$3")}
        ORDER BY d.next_at, d.position LIMIT $4 FOR UPDATE SKIP LOCKED
    ), trials AS MATERIALIZED (
        SELECT d.message_id, d.subject_id, d.position FROM deliveries d
        WHERE d.tenant_id = $1 AND d.subscription_id = $2 AND (SELECT count(*) FROM listens) = 0
        AND d.type = 'subscription.trial' AND {_ATTEMPTABLE.replace("$2", "$3")}
        LIMIT $4 FOR UPDATE SKIP LOCKED
    ), due AS (
        SELECT * FROM events UNION ALL SELECT * FROM trials
    ), behind AS (
        SELECT f.message_id FROM due CROSS JOIN LATERAL (
            SELECT n.message_id, bool_and(n.next_at <= $3 AND (n.locked_until IS NULL OR n.locked_until <= $3))
                OVER (ORDER BY n.position) AS goes_on
            FROM (
                SELECT b.message_id, b.next_at, b.locked_until, b.position FROM deliveries b
                WHERE b.tenant_id = $1 AND b.subscription_id = $2 AND b.subject_id = due.subject_id
                AND b.position > due.position AND b.state NOT IN ('delivered', 'dead') ORDER BY b.position LIMIT $6
            ) n
        ) f WHERE f.goes_on
    ), claimed AS (
        UPDATE deliveries d SET locked_until = $5
        WHERE d.tenant_id = $1 AND d.subscription_id = $2
        AND d.message_id = ANY(ARRAY(SELECT message_id FROM due UNION ALL SELECT message_id FROM behind))
        RETURNING d.tenant_id, d.subscription_id, d.message_id, d.position, d.type, d.subject_id, d.created_at
    )
    SELECT c.*, s.url, s.secret, s.previous_secret, s.previous_secret_until_at, $3::timestamptz AS at,
        m.subject_version, m.occurred_at, m.payload::text AS payload,
        CASE WHEN p.published THEN p.revision END AS shown_revision
    FROM claimed c
    JOIN subscriptions s ON s.tenant_id = c.tenant_id AND s.id = c.subscription_id
    LEFT JOIN outbox_messages m ON m.tenant_id = c.tenant_id AND m.id = c.message_id
    LEFT JOIN publications p ON p.tenant_id = c.tenant_id AND p.case_id = c.subject_id
    ORDER BY c.position
"""  # noqa: S608 - conditions of ours
_ACCEPTED = """
    WITH learned AS (
        UPDATE subscriptions SET failures = 0, retry_at = NULL, last_success_at = $3
        WHERE tenant_id = $1 AND id = $2 RETURNING id
    )
    UPDATE deliveries d SET state = 'delivered', next_at = NULL, settled_at = $3, locked_until = NULL,
        attempts = d.attempts + 1, last_attempt_at = $3, last_outcome = 'accepted', last_status = t.status,
        last_excerpt = t.excerpt
    FROM unnest($4::uuid[], $5::timestamptz[], $6::int[], $7::text[]) AS t (message_id, locked_until, status, excerpt)
    WHERE d.tenant_id = $1 AND d.subscription_id = (SELECT id FROM learned) AND d.message_id = ANY($4)
    AND d.message_id = t.message_id AND d.locked_until = t.locked_until
"""
_RELEASE = """
    UPDATE deliveries SET locked_until = NULL
    WHERE tenant_id = $1 AND subscription_id = $2 AND message_id = ANY($3::uuid[]) AND locked_until = $4
"""
_TIMES_TO_COME = """
    UPDATE deliveries SET next_at = LEAST(next_at, $2::timestamptz),
        locked_until = CASE WHEN locked_until <= $3 THEN locked_until END
    WHERE tenant_id = $1 AND state = 'waiting'
    AND ((next_at > $2 AND COALESCE(last_attempt_at, created_at) > $2) OR locked_until > $3)
"""
_RESTS_TO_COME = "UPDATE subscriptions SET retry_at = NULL WHERE tenant_id = $1 AND retry_at > $2"
# `seen` hops from one subscription to the next: to look at every delivery for its own would take as long as the log is.
_PRUNE = """
    WITH RECURSIVE seen AS (
        (SELECT subscription_id FROM deliveries WHERE tenant_id = $1 ORDER BY subscription_id LIMIT 1)
        UNION ALL
        SELECT (SELECT d.subscription_id FROM deliveries d
            WHERE d.tenant_id = $1 AND d.subscription_id > seen.subscription_id ORDER BY d.subscription_id LIMIT 1)
        FROM seen WHERE seen.subscription_id IS NOT NULL
    ), old AS (
        (SELECT subscription_id, message_id FROM deliveries
            WHERE tenant_id = $1 AND state <> 'waiting' AND settled_at < $2 LIMIT $4)
        UNION ALL
        (SELECT subscription_id, message_id FROM deliveries
            WHERE tenant_id = $1 AND state = 'waiting' AND created_at < $3 LIMIT $4)
        UNION ALL
        (SELECT d.subscription_id, d.message_id FROM seen
            JOIN deliveries d ON d.tenant_id = $1 AND d.subscription_id = seen.subscription_id
            WHERE NOT EXISTS (SELECT FROM subscriptions s WHERE s.tenant_id = $1 AND s.id = seen.subscription_id)
            LIMIT $4)
    ), gone AS (
        DELETE FROM deliveries d USING old
        WHERE d.tenant_id = $1 AND d.subscription_id = old.subscription_id AND d.message_id = old.message_id
        RETURNING 1
    )
    SELECT count(*) AS gone FROM gone
"""
