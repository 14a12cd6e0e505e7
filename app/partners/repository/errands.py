"""Errands and what was heard of them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

import asyncpg
from sqlalchemy import select

from app.db.engine import Database
from app.db.work import ReadWork, Work
from app.kit.ids import CaseId, TenantId
from app.partners.domain import STATE_KEY
from app.partners.errors import ErrandNotFound
from app.partners.models import ErrandRow
from app.partners.terms import OPEN, Errand, ErrandState, Heard, Line, Outcome, PostKind, PostState

_ADD_ERRAND = """
    INSERT INTO partner_errands (tenant_id, id, partner_id, case_id, case_code, state, created_at)
    VALUES ($1, $2, $3, $4, $5, 'waiting', $6)
    ON CONFLICT DO NOTHING RETURNING id
"""
_ADD_POST = """
    INSERT INTO partner_posts (tenant_id, errand_id, number, kind, state, occurred_at, next_at)
    VALUES ($1, $2, $3, $4, 'waiting', $5, $6)
    ON CONFLICT DO NOTHING
"""
# A state that comes back after another is news again, so only the newest is known.
_HEARD = """
    WITH before AS (
        DELETE FROM partner_heard WHERE tenant_id = $1 AND errand_id = $2 AND key <> $3::text
        AND starts_with($3, $5) AND starts_with(key, $5)
    )
    INSERT INTO partner_heard (tenant_id, errand_id, key, heard_at) VALUES ($1, $2, $3, $4)
    ON CONFLICT DO NOTHING RETURNING key
"""
_NEWS = """
    SELECT said.place FROM unnest($3::text[], $4::text[]) WITH ORDINALITY AS said (their_id, key, place)
    JOIN LATERAL (
        SELECT id, state FROM partner_errands WHERE tenant_id = $1 AND partner_id = $2 AND their_id = said.their_id
        ORDER BY id DESC LIMIT 1
    ) e ON e.state IN ('with_them', 'answered')
    WHERE NOT EXISTS (
        SELECT FROM partner_heard h WHERE h.tenant_id = $1 AND h.errand_id = e.id AND h.key = said.key
    ) ORDER BY said.place
"""
_DROP_UNSENT = """
    WITH request AS (
        DELETE FROM partner_posts WHERE tenant_id = $1 AND errand_id = $2 AND kind = 'request' AND state = 'waiting'
        AND NOT doubtful RETURNING errand_id
    ), behind AS (
        DELETE FROM partner_posts p USING request r
        WHERE p.tenant_id = $1 AND p.errand_id = r.errand_id AND p.kind <> 'request' AND p.state = 'waiting'
    )
    SELECT errand_id FROM request
"""
_LINES = """
    SELECT e.*, p.kind AS post_kind, p.number AS post_number, p.state AS post_state,
        coalesce(p.attempts, 0) AS attempts, p.next_at, p.last_outcome, p.last_code
    FROM partner_errands e LEFT JOIN LATERAL (
        SELECT * FROM partner_posts p WHERE p.tenant_id = e.tenant_id AND p.errand_id = e.id AND p.state <> 'delivered'
        ORDER BY p.number LIMIT 1
    ) p ON true
    WHERE e.tenant_id = $1 AND e.partner_id = $2 AND ($3::text IS NULL OR e.state = $3)
    AND ($4::uuid IS NULL OR e.id < $4) ORDER BY e.id DESC LIMIT $5
"""
_REVIVE = """
    UPDATE partner_posts SET state = 'waiting', next_at = $3, attempts = 0, first_failed_at = NULL
    WHERE tenant_id = $1 AND errand_id = $2 AND state = 'dead' RETURNING kind
"""
_WAIT_ON = """
    UPDATE partner_posts p SET next_at = $3
    FROM partner_errands e
    WHERE p.tenant_id = $1 AND e.tenant_id = $1 AND e.id = p.errand_id AND e.partner_id = $2 AND p.state = 'waiting'
    AND p.next_at > $3
"""
_FORGET = """
    WITH old AS (
        SELECT id FROM partner_errands
        WHERE tenant_id = $1 AND state IN ('called_back', 'refused') AND ended_at < $2 ORDER BY ended_at LIMIT $3
        FOR UPDATE SKIP LOCKED
    ), posts AS (
        DELETE FROM partner_posts WHERE tenant_id = $1 AND errand_id IN (SELECT id FROM old)
    ), heard AS (
        DELETE FROM partner_heard WHERE tenant_id = $1 AND errand_id IN (SELECT id FROM old)
    )
    DELETE FROM partner_errands WHERE tenant_id = $1 AND id IN (SELECT id FROM old) RETURNING 1
"""


async def add_errand(work: Work, errand: Errand) -> bool:
    """Whether the errand is new: a case has one that is open at most. One statement."""
    found = await work.fetch(
        _ADD_ERRAND,
        errand.tenant_id,
        errand.id,
        errand.partner_id,
        errand.case_id,
        errand.case_code,
        errand.created_at,
    )
    return bool(found)


async def add_post(
    work: Work, tenant_id: TenantId, errand_id: UUID, number: int, kind: PostKind, occurred_at: datetime
) -> None:
    """What the partner is told from now on; the same fact is told once. One statement."""
    await work.fetch(_ADD_POST, tenant_id, errand_id, number, kind.value, occurred_at, work.now)


def errand_in(tenant_id: TenantId, row: asyncpg.Record) -> Errand:
    """The errand whose columns the row has."""
    return Errand(
        tenant_id=tenant_id,
        id=row["id"],
        partner_id=row["partner_id"],
        case_id=CaseId(row["case_id"]),
        case_code=row["case_code"],
        state=ErrandState(row["state"]),
        their_id=row["their_id"],
        token=row["token"],
        status=row["status"],
        created_at=row["created_at"],
        sent_at=row["sent_at"],
        heard_at=row["heard_at"],
        ended_at=row["ended_at"],
    )


async def errands_of_cases(work: Work, tenant_id: TenantId, cases: Collection[UUID]) -> dict[UUID, ErrandRow]:
    """By case: its errand that is open. One statement."""
    found = await work.session.scalars(
        select(ErrandRow)
        .where(
            ErrandRow.tenant_id == tenant_id,
            ErrandRow.case_id.in_(cases),
            ErrandRow.state.in_([state.value for state in OPEN]),
        )
        .order_by(ErrandRow.id)
        .with_for_update()
    )
    return {row.case_id: row for row in found}


async def errand_of(work: ReadWork | Work, tenant_id: TenantId, partner_id: UUID, errand_id: UUID) -> ErrandRow:
    """The errand of that partner. Raises: ErrandNotFound. One statement."""
    found = await work.session.scalar(
        select(ErrandRow).where(
            ErrandRow.tenant_id == tenant_id, ErrandRow.partner_id == partner_id, ErrandRow.id == errand_id
        )
    )
    if found is None:
        raise ErrandNotFound
    return found


async def lock_errand(work: Work, tenant_id: TenantId, partner_id: UUID, their_id: str) -> ErrandRow | None:
    """The newest errand that the partner knows by that id, locked; None: none of ours. One statement."""
    return await work.session.scalar(
        select(ErrandRow)
        .where(ErrandRow.tenant_id == tenant_id, ErrandRow.partner_id == partner_id, ErrandRow.their_id == their_id)
        .order_by(ErrandRow.id.desc())
        .limit(1)
        .with_for_update()
    )


async def list_followed(work: ReadWork, tenant_id: TenantId, partner_id: UUID, after: UUID, limit: int) -> list[Errand]:
    """Up to `limit` errands with the partner, by id, after `after`. One statement."""
    found = await work.session.scalars(
        select(ErrandRow)
        .where(
            ErrandRow.tenant_id == tenant_id,
            ErrandRow.partner_id == partner_id,
            ErrandRow.state == ErrandState.WITH_THEM.value,
            ErrandRow.id > after,
        )
        .order_by(ErrandRow.id)
        .limit(limit)
    )
    return [row.read() for row in found]


async def list_news(db: Database, tenant_id: TenantId, partner_id: UUID, heard: Sequence[Heard]) -> list[Heard]:
    """What of it is about an errand that the partner still has and was not heard before, in order. One statement."""
    ids, keys = [one.their_id for one in heard], [one.key for one in heard]
    return [heard[row["place"] - 1] for row in await db.lane.fetch(_NEWS, tenant_id, partner_id, ids, keys)]


async def drop_unsent(work: Work, tenant_id: TenantId, errand_id: UUID) -> bool:
    """Whether the partner has certainly not been sent the request; then it is told nothing at all. One statement."""
    return bool(await work.fetch(_DROP_UNSENT, tenant_id, errand_id))


async def note_heard(work: Work, tenant_id: TenantId, errand_id: UUID, key: str) -> bool:
    """Whether it was not heard before; from now on it was. One statement."""
    return bool(await work.fetch(_HEARD, tenant_id, errand_id, key, work.now, STATE_KEY))


async def list_lines(
    db: Database, tenant_id: TenantId, partner_id: UUID, *, state: ErrandState | None, before: UUID | None, limit: int
) -> list[Line]:
    """A partner's errands, newest first. One statement."""
    rows = await db.lane.fetch(_LINES, tenant_id, partner_id, state.value if state else None, before, limit)
    return [
        Line(
            errand_in(tenant_id, row),
            PostKind(row["post_kind"]) if row["post_kind"] else None,
            row["post_number"],
            PostState(row["post_state"]) if row["post_state"] else None,
            row["attempts"],
            row["next_at"],
            Outcome(row["last_outcome"]) if row["last_outcome"] else None,
            row["last_code"],
        )
        for row in rows
    ]


async def revive(work: Work, tenant_id: TenantId, errand_id: UUID) -> Sequence[PostKind]:
    """Kinds of the errand's posts that were given up and wait once more. One statement."""
    return [PostKind(row["kind"]) for row in await work.fetch(_REVIVE, tenant_id, errand_id, work.now)]


async def wait_on(work: Work, tenant_id: TenantId, partner_id: UUID) -> None:
    """What waits for the partner is tried at once: its address or key is another. One statement."""
    await work.fetch(_WAIT_ON, tenant_id, partner_id, work.now)


async def forget(work: Work, tenant_id: TenantId, before: datetime, limit: int) -> int:
    """Number of errands that ended before that instant and are gone now. One statement."""
    return len(await work.fetch(_FORGET, tenant_id, before, limit))
