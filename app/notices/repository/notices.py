"""Statements on notices and on those they are for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import select

from app.db.engine import Database
from app.db.work import Work
from app.kit.ids import CaseId, ReportId, TenantId, UnitId
from app.kit.text import Lang
from app.notices.models import NoticeRow
from app.notices.terms import (
    Attempt,
    Channel,
    Claim,
    Notice,
    NoticeBacklog,
    NoticeState,
    Recipient,
)

from .preferences import preferences_of

# The reports of the cases, and of those merged into them, however often that was done.
_RECIPIENTS = """
    WITH RECURSIVE gathered AS (
        SELECT id AS case_id, id AS told_of FROM cases WHERE tenant_id = $1 AND id = ANY ($2)
        UNION
        SELECT c.id, g.told_of FROM gathered g JOIN cases c ON c.tenant_id = $1 AND c.merged_into_id = g.case_id
    )
    SELECT g.told_of, r.id, r.code, r.citizen_id, r.lang AS spoken, p.lang, p.channels,
        p.quiet_since, p.quiet_until, p.wanted
    FROM gathered g JOIN reports r ON r.tenant_id = $1 AND r.case_id = g.case_id
    LEFT JOIN notice_preferences p ON p.tenant_id = $1 AND p.report_id = r.id
    ORDER BY r.id
"""
# Who says that they meet the same, where that is public: to be told on their devices of what everyone may read. Each
# fact ($2 to $4: its case, whose supporters were told already, its position) has its own part of them. Whoever was told
# something newer of the case meanwhile is not told what was before.
_SUPPORTERS = """
    WITH RECURSIVE gathered AS (
        SELECT c.id AS case_id, c.id AS told_of, c.code FROM cases c
        JOIN publications p ON p.tenant_id = $1 AND p.case_id = c.id AND p.published
        WHERE c.tenant_id = $1 AND c.id = ANY ($2)
        UNION
        SELECT c.id, g.told_of, g.code FROM gathered g
        JOIN cases c ON c.tenant_id = $1 AND c.merged_into_id = g.case_id
    )
    SELECT f.place - 1 AS place, f.case_id AS told_of, n.* FROM unnest($2::uuid[], $3::uuid[], $4::bigint[])
        WITH ORDINALITY AS f (case_id, after, position, place)
    CROSS JOIN LATERAL (
        SELECT DISTINCT ON (s.citizen_id) s.id, g.code, s.citizen_id, s.lang AS spoken, NULL AS lang
        FROM gathered g JOIN supports s ON s.tenant_id = $1 AND s.case_id = g.case_id
        WHERE g.told_of = f.case_id AND s.citizen_id > f.after
            AND s.citizen_id = ANY (SELECT d.citizen_id FROM citizen_push_subscriptions d)
            AND NOT EXISTS (
                SELECT FROM gathered h JOIN reports r ON r.tenant_id = $1 AND r.case_id = h.case_id
                WHERE h.told_of = f.case_id AND r.citizen_id = s.citizen_id
            )
            AND NOT EXISTS (
                SELECT FROM notices t WHERE t.tenant_id = $1 AND t.case_id = f.case_id AND t.report_id = s.id
                    AND t.position > f.position
            )
        ORDER BY s.citizen_id, s.id LIMIT $5
    ) n
    ORDER BY f.place, n.citizen_id LIMIT $5
"""
_SITUATIONS = "SELECT id, unit_id, due_at FROM cases WHERE tenant_id = $1 AND id = ANY ($2)"
_ADD = """
    INSERT INTO notices (tenant_id, id, message_id, position, case_id, recipient_id, report_id, unit_id, occasion,
        channel, lang, legal, sealed_to, subject, body, state, attempts, created_at, next_at)
    SELECT $1, n.id, n.message_id, n.position, n.case_id, n.recipient_id, n.report_id, n.unit_id, n.occasion,
        n.channel, n.lang, n.legal, n.sealed_to, n.subject, n.body, 'waiting', 0, $2, n.next_at
    FROM unnest($3::uuid[], $4::uuid[], $5::bigint[], $6::uuid[], $7::uuid[], $8::uuid[], $9::uuid[], $10::text[],
        $11::text[], $12::text[], $13::bool[], $14::bytea[], $15::text[], $16::text[], $17::timestamptz[])
        AS n (id, message_id, position, case_id, recipient_id, report_id, unit_id, occasion, channel, lang, legal,
        sealed_to, subject, body, next_at)
    ON CONFLICT (tenant_id, message_id, recipient_id, channel) DO NOTHING
    RETURNING id
"""
# A notice that need not go out and had begun to when its process died is not sent again: nobody knows whether it was.
# With a line of a unit come all the others of that unit: they are one letter. To a reporter no notice goes out while
# an earlier one waits or is under way: what is read last has to be what holds.
_CLAIM = """
    WITH due AS MATERIALIZED (
        SELECT id, unit_id FROM notices AS d WHERE tenant_id = $1 AND state = 'waiting' AND next_at <= $2
            AND (locked_until IS NULL OR locked_until < $2) AND ($5::text IS NULL OR channel = $5)
            AND (unit_id IS NOT NULL OR NOT EXISTS (
                SELECT FROM notices AS e WHERE e.tenant_id = $1 AND e.recipient_id = d.recipient_id
                    AND e.channel = d.channel AND e.state = 'waiting' AND (e.position, e.id) < (d.position, d.id)
            ))
        ORDER BY next_at LIMIT $4 FOR UPDATE SKIP LOCKED
    ), lines AS MATERIALIZED (
        SELECT id FROM notices WHERE tenant_id = $1 AND state = 'waiting' AND next_at <= $2
            AND (locked_until IS NULL OR locked_until < $2) AND unit_id IN (SELECT unit_id FROM due)
        ORDER BY next_at LIMIT 5000 FOR UPDATE SKIP LOCKED
    )
    UPDATE notices AS n SET attempts = n.attempts + 1, locked_until = $3, begun = false,
        state = CASE WHEN n.begun AND NOT n.legal THEN 'unknown' ELSE n.state END,
        settled_at = CASE WHEN n.begun AND NOT n.legal THEN $2 END,
        sealed_to = CASE WHEN n.begun AND NOT n.legal THEN NULL ELSE n.sealed_to END
    WHERE n.tenant_id = $1 AND n.id = ANY (ARRAY(SELECT id FROM due UNION SELECT id FROM lines))
    RETURNING n.id, n.channel, n.legal, n.sealed_to, n.subject, n.body, n.attempts, n.created_at, n.report_id,
        n.unit_id, n.lang, n.state
"""
_BEGIN = """
    UPDATE notices SET begun = true, locked_until = $4 WHERE tenant_id = $1 AND id = ANY ($2) AND locked_until = $3
    RETURNING id
"""
_RELEASE = """
    UPDATE notices SET locked_until = NULL, attempts = attempts - 1
    WHERE tenant_id = $1 AND id = ANY ($2) AND locked_until = $3 AND NOT begun AND state = 'waiting'
"""
_SETTLE = """
    UPDATE notices SET state = $4::text, next_at = $5, settled_at = $6, said = $7, locked_until = NULL, begun = false,
        sealed_to = CASE WHEN $4::text IN ('waiting', 'failed') THEN sealed_to END
    WHERE tenant_id = $1 AND id = ANY ($2) AND locked_until = $3
"""
_BACKLOG = """
    SELECT t.tenant_id, count(n.id) FILTER (WHERE n.state = 'waiting' AND n.next_at <= $2) AS waiting,
        min(n.next_at) FILTER (WHERE n.state = 'waiting' AND n.next_at <= $2) AS oldest_at,
        (SELECT count(*) FROM notices f WHERE f.tenant_id = t.tenant_id AND f.settled_at > $3 AND f.state = 'failed')
            AS failed
    FROM unnest($1::int[]) AS t (tenant_id)
    LEFT JOIN notices n ON n.tenant_id = t.tenant_id AND n.state = 'waiting'
    GROUP BY t.tenant_id
"""
_FORGET = """
    DELETE FROM notices WHERE tenant_id = $1 AND id IN (
        SELECT id FROM notices WHERE tenant_id = $1 AND settled_at < $2 ORDER BY settled_at LIMIT $3
    )
"""


# A day's stretch at a time: what settled earlier was looked at by an earlier turn.
_LET_GO = """
    UPDATE notices SET sealed_to = NULL
    WHERE tenant_id = $1 AND settled_at BETWEEN $2 AND $3 AND sealed_to IS NOT NULL
"""


class Situation(NamedTuple):
    """How a case stands now."""

    unit_id: UUID
    due_at: datetime


class NewNotice(NamedTuple):
    """A notice to be written."""

    id: UUID
    message_id: UUID
    position: int
    case_id: UUID
    recipient_id: UUID
    report_id: UUID | None
    unit_id: UUID | None
    occasion: str
    channel: Channel
    lang: Lang
    legal: bool
    sealed_to: bytes
    subject: str
    body: str
    next_at: datetime


class NoticeRepository:
    """Statements on the notices of one tenant, in the caller's transaction."""

    def __init__(self, work: Work, tenant_id: TenantId) -> None:
        self._work = work
        self._tenant_id = tenant_id

    async def recipients(self, case_ids: Collection[UUID]) -> Mapping[UUID, list[Recipient]]:
        """The reports to be told of each case, those of cases merged into it among them. One statement."""
        found: defaultdict[UUID, list[Recipient]] = defaultdict(list)
        for row in await self._work.fetch(_RECIPIENTS, self._tenant_id, sorted(case_ids)):
            recipient = Recipient(
                CaseId(row["told_of"]), ReportId(row["id"]), row["code"], row["citizen_id"], preferences_of(row)
            )
            found[row["told_of"]].append(recipient)
        return found

    async def supporters(self, wanted: Sequence[tuple[UUID, UUID, int]], limit: int) -> list[tuple[int, Recipient]]:
        """The first `limit` who support a case and have a device, each with its fact's place in `wanted`, in order.

        `wanted`: of each fact its case, the account after which to go on, and its position. Nobody where the case is
        not public. What a sender of the case is told anyway is not told again. One statement.
        """
        rows = await self._work.fetch(_SUPPORTERS, self._tenant_id, *map(list, zip(*wanted, strict=True)), limit)
        return [
            (
                row["place"],
                Recipient(
                    CaseId(row["told_of"]), ReportId(row["id"]), row["code"], row["citizen_id"], preferences_of(row)
                ),
            )
            for row in rows
        ]

    async def situations(self, case_ids: Collection[UUID]) -> dict[UUID, Situation]:
        """How each case stands. One statement."""
        rows = await self._work.fetch(_SITUATIONS, self._tenant_id, sorted(case_ids))
        return {row["id"]: Situation(row["unit_id"], row["due_at"]) for row in rows}

    async def add(self, notices: Sequence[NewNotice], now: datetime) -> int:
        """Number of notices that wait from now on; those already written stay as they are. One statement."""
        if not notices:
            return 0
        columns = map(list, zip(*notices, strict=True))
        return len(await self._work.fetch(_ADD, self._tenant_id, now, *columns))

    async def let_go(self, since: datetime, until: datetime) -> None:
        """No address is kept of notices settled between the two that nobody would take; one statement."""
        await self._work.fetch(_LET_GO, self._tenant_id, since, until)

    async def forget(self, before: datetime, limit: int) -> int:
        """Number of notices settled before then that are forgotten now; one statement."""
        found = await self._work.fetch(f"{_FORGET} RETURNING id", self._tenant_id, before, limit)
        return len(found)


async def begin(
    db: Database, tenant_id: TenantId, ids: Sequence[UUID], locked_until: datetime, until: datetime
) -> bool:
    """Whether all of them are still the caller's; then they are until `until`, and going out. One statement."""
    return len(await db.lane.fetch(_BEGIN, tenant_id, list(ids), locked_until, until)) == len(ids)


async def release(db: Database, tenant_id: TenantId, ids: Sequence[UUID], locked_until: datetime) -> None:
    """Those that had not begun to go out are anybody's again, as if they had not been claimed. One statement."""
    await db.lane.fetch(_RELEASE, tenant_id, list(ids), locked_until)


async def claim(
    db: Database,
    tenant_id: TenantId,
    now: datetime,
    locked_until: datetime,
    limit: int,
    channel: Channel | None = None,
) -> list[Claim]:
    """Up to `limit` notices that are due, and every line of their units' letters, the caller's until then.

    Of one channel when it is named; index ix_notices_due_channel. One statement.
    """
    rows = await db.lane.fetch(_CLAIM, tenant_id, now, locked_until, limit, channel.value if channel else None)
    return [
        Claim(
            tenant_id=tenant_id,
            id=row["id"],
            channel=Channel(row["channel"]),
            legal=row["legal"],
            sealed_to=row["sealed_to"],
            subject=row["subject"],
            body=row["body"],
            attempts=row["attempts"],
            created_at=row["created_at"],
            locked_until=locked_until,
            report_id=ReportId(row["report_id"]) if row["report_id"] else None,
            unit_id=UnitId(row["unit_id"]) if row["unit_id"] else None,
            lang=Lang(row["lang"]),
        )
        for row in rows
        if row["state"] == NoticeState.WAITING
    ]


async def settle(
    db: Database,
    tenant_id: TenantId,
    ids: Sequence[UUID],
    locked_until: datetime,
    state: NoticeState,
    next_at: datetime | None,
    settled_at: datetime | None,
    attempt: Attempt,
) -> None:
    """Write down what came of notices that are still the caller's. One statement."""
    await db.lane.fetch(
        _SETTLE, tenant_id, list(ids), locked_until, state.value, next_at, settled_at, attempt.said[:500] or None
    )


async def list_due_tenants(
    db: Database, tenants: Sequence[TenantId], now: datetime, channel: Channel | None = None
) -> list[TenantId]:
    """Those of the tenants that have something due, on one channel if it is named.

    One statement, a look at one row of the index for each.
    """
    rows = await db.lane.fetch(
        "SELECT t.tenant_id FROM unnest($1::int[]) AS t (tenant_id) WHERE EXISTS (SELECT FROM notices n"
        " WHERE n.tenant_id = t.tenant_id AND n.state = 'waiting' AND n.next_at <= $2"
        " AND (n.locked_until IS NULL OR n.locked_until < $2) AND ($3::text IS NULL OR n.channel = $3))",
        list(tenants),
        now,
        channel.value if channel else None,
    )
    return [TenantId(row["tenant_id"]) for row in rows]


async def backlog(db: Database, tenants: Sequence[TenantId], now: datetime) -> list[NoticeBacklog]:
    """What each tenant has not told, and what nobody would take in the last week. One statement."""
    rows = await db.lane.fetch(_BACKLOG, list(tenants), now, now - timedelta(days=7))
    return [NoticeBacklog(*row) for row in rows]


async def list_of_case(work: Work, tenant_id: TenantId, case_id: UUID, limit: int) -> list[Notice]:
    """The newest notices to senders and units, newest first (index ix_notices_case). One statement."""
    rows = await work.session.scalars(
        select(NoticeRow)
        .where(
            NoticeRow.tenant_id == tenant_id, NoticeRow.case_id == case_id, NoticeRow.occasion.not_like("supported%")
        )
        .order_by(NoticeRow.id.desc())
        .limit(limit)
    )
    return [row.read() for row in rows]


async def list_of_report(work: Work, tenant_id: TenantId, case_id: UUID, report_id: UUID, limit: int) -> list[Notice]:
    """The newest notices to the sender of the report, newest first. One statement."""
    rows = await work.session.scalars(
        select(NoticeRow)
        .where(NoticeRow.tenant_id == tenant_id, NoticeRow.case_id == case_id, NoticeRow.report_id == report_id)
        .order_by(NoticeRow.id.desc())
        .limit(limit)
    )
    return [row.read() for row in rows]


async def retry_failed(db: Database, tenant_id: TenantId, now: datetime, since: datetime) -> int:
    """Number of failed notices of the time `since` that are tried once more; those without an address are not."""
    rows = await db.lane.fetch(
        "UPDATE notices SET state = 'waiting', next_at = $2, created_at = $2, attempts = 0, settled_at = NULL"
        " WHERE tenant_id = $1 AND state = 'failed' AND settled_at > $3 AND sealed_to IS NOT NULL RETURNING id",
        tenant_id,
        now,
        since,
    )
    return len(rows)
