"""Statements on partners themselves."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import select

from app.db.engine import Database
from app.db.work import ReadWork, Work
from app.kit.ids import TenantId
from app.partners.domain import PAUSES, REST
from app.partners.errors import PartnerNotFound
from app.partners.models import PartnerRow

_DUE = """
    SELECT DISTINCT e.partner_id FROM partner_posts p
    JOIN partner_errands e ON e.tenant_id = p.tenant_id AND e.id = p.errand_id
    JOIN partners a ON a.tenant_id = e.tenant_id AND a.id = e.partner_id
    WHERE p.tenant_id = $1 AND p.state = 'waiting' AND p.next_at <= $2
    AND (p.locked_until IS NULL OR p.locked_until <= $2)
    AND (a.retry_at IS NULL OR a.retry_at <= $2)
    ORDER BY e.partner_id
"""
_FOLLOWED = """
    UPDATE partners SET follow_at = $3
    WHERE tenant_id = $1 AND id IN (
        SELECT id FROM partners WHERE tenant_id = $1 AND active AND follow_at <= $2
        AND (retry_at IS NULL OR retry_at <= $2) ORDER BY follow_at FOR UPDATE SKIP LOCKED
    ) RETURNING id
"""
# What was written by a clock that has been set back since, and would wait until then again.
_POSTS_TO_COME = """
    UPDATE partner_posts SET next_at = least(next_at, $2),
        locked_until = CASE WHEN locked_until > $4 THEN NULL ELSE locked_until END
    WHERE tenant_id = $1 AND state = 'waiting' AND (next_at > $3 OR locked_until > $4)
"""
_RESTS_TO_COME = "UPDATE partners SET retry_at = NULL WHERE tenant_id = $1 AND retry_at > $2"
_TURNS_TO_COME = "UPDATE partners SET follow_at = $2 WHERE tenant_id = $1 AND follow_at > $3"
_FAILING = """
    SELECT a.tenant_id, a.name, a.failures, a.last_error, (
        SELECT count(*) FROM partner_posts p JOIN partner_errands e ON e.tenant_id = p.tenant_id AND e.id = p.errand_id
        WHERE p.tenant_id = a.tenant_id AND p.state = 'dead' AND e.partner_id = a.id
    ) AS dead
    FROM partners a WHERE a.tenant_id = ANY($1::int[]) AND a.active ORDER BY a.tenant_id, a.id
"""


class Standing(NamedTuple):
    """How a partner is, for whoever looks after the installation."""

    tenant_id: TenantId
    name: str
    failures: int
    last_error: str | None
    dead: int


async def list_all(work: ReadWork | Work, tenant_id: TenantId) -> Sequence[PartnerRow]:
    """All of the tenant's, oldest first. One statement."""
    found = await work.session.scalars(
        select(PartnerRow).where(PartnerRow.tenant_id == tenant_id).order_by(PartnerRow.id)
    )
    return found.all()


async def active_of(work: Work, tenant_id: TenantId, units: Collection[UUID] | None = None) -> Sequence[PartnerRow]:
    """Active partners, of these units or of all. One statement."""
    wanted = select(PartnerRow).where(PartnerRow.tenant_id == tenant_id, PartnerRow.active)
    if units is not None:
        wanted = wanted.where(PartnerRow.unit_id.in_(units))
    return (await work.session.scalars(wanted.order_by(PartnerRow.id))).all()


async def get(work: ReadWork | Work, tenant_id: TenantId, partner_id: UUID) -> PartnerRow:
    """The partner. Raises: PartnerNotFound. One statement."""
    found = await work.session.scalar(
        select(PartnerRow).where(PartnerRow.tenant_id == tenant_id, PartnerRow.id == partner_id)
    )
    if found is None:
        raise PartnerNotFound
    return found


async def lock(work: Work, tenant_id: TenantId, partner_id: UUID) -> PartnerRow:
    """The same, locked. Raises: PartnerNotFound. One statement."""
    found = await work.session.scalar(
        select(PartnerRow).where(PartnerRow.tenant_id == tenant_id, PartnerRow.id == partner_id).with_for_update()
    )
    if found is None:
        raise PartnerNotFound
    work.catch_up(found.updated_at)
    return found


async def write(work: Work, row: PartnerRow) -> None:
    """Put a new partner there."""
    work.session.add(row)
    await work.settle()


async def list_due(db: Database, tenant_id: TenantId, now: datetime) -> list[UUID]:
    """Partners that have something to be told now and do not rest. One statement."""
    return [row["partner_id"] for row in await db.lane.fetch(_DUE, tenant_id, now)]


async def claim_followed(work: Work, tenant_id: TenantId, next_at: datetime) -> list[UUID]:
    """Partners whose turn it is to be asked; nobody else asks them before `next_at`. One statement."""
    return [row["id"] for row in await work.fetch(_FOLLOWED, tenant_id, work.now, next_at)]


async def list_failing(db: Database, tenants: Sequence[TenantId]) -> list[Standing]:
    """How each active partner is. One statement."""
    found = await db.lane.fetch(_FAILING, list(tenants))
    return [Standing(TenantId(row["tenant_id"]), *list(row.values())[1:]) for row in found]


async def forget_times_to_come(db: Database, tenant_id: TenantId, now: datetime, *, lease: timedelta) -> None:
    """What waits for longer than anything is made to wait is due now, who rests for longer rests no more.

    An attempt under way keeps its lease, unless that goes beyond any. Two statements.
    """
    await db.lane.fetch(_POSTS_TO_COME, tenant_id, now, now + PAUSES.longest, now + lease)
    await db.lane.fetch(_RESTS_TO_COME, tenant_id, now + REST.waits.longest)


async def forget_turns_to_come(db: Database, tenant_id: TenantId, now: datetime, *, every: timedelta) -> None:
    """Partners whose turn is further off than any is made are asked now. One statement."""
    await db.lane.fetch(_TURNS_TO_COME, tenant_id, now, now + every)
