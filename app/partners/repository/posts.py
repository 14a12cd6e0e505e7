"""Posts: claimed by one process each, the oldest of an errand first."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from app.db.work import Work
from app.kit.ids import TenantId
from app.partners.models import ErrandRow, PostRow
from app.partners.terms import Claim, PostKind

from .errands import errand_in

_CLAIM = """
    WITH due AS (
        SELECT p.errand_id, p.number, p.doubtful FROM partner_posts p
        JOIN partner_errands e ON e.tenant_id = p.tenant_id AND e.id = p.errand_id
        WHERE p.tenant_id = $1 AND e.partner_id = $2 AND p.state = 'waiting' AND p.next_at <= $3
        AND (p.locked_until IS NULL OR p.locked_until <= $3)
        AND NOT EXISTS (
            SELECT FROM partner_posts b WHERE b.tenant_id = p.tenant_id AND b.errand_id = p.errand_id
            AND b.number < p.number AND b.state = 'waiting'
        )
        ORDER BY p.next_at, p.errand_id LIMIT $5 FOR UPDATE OF p SKIP LOCKED
    )
    UPDATE partner_posts p SET locked_until = $4, doubtful = true
    FROM due, partner_errands e
    WHERE p.tenant_id = $1 AND p.errand_id = due.errand_id AND p.number = due.number
    AND e.tenant_id = p.tenant_id AND e.id = p.errand_id
    RETURNING p.number, p.kind, p.occurred_at, p.attempts, p.first_failed_at, due.doubtful AS doubtful,
        e.id, e.partner_id, e.case_id, e.case_code, e.state, e.their_id, e.token, e.status, e.created_at, e.sent_at,
        e.heard_at, e.ended_at
"""
_BEHIND = """
    UPDATE partner_posts SET state = 'dead', next_at = NULL, settled_at = $4
    WHERE tenant_id = $1 AND errand_id = $2 AND number > $3 AND state = 'waiting'
"""


async def claim(work: Work, tenant_id: TenantId, partner_id: UUID, locked_until: datetime, most: int) -> list[Claim]:
    """Posts that are ours until `locked_until`. One statement."""
    rows = await work.fetch(_CLAIM, tenant_id, partner_id, work.now, locked_until, most)
    return [
        Claim(
            errand=errand_in(tenant_id, row),
            number=row["number"],
            kind=PostKind(row["kind"]),
            occurred_at=row["occurred_at"],
            attempts=row["attempts"],
            first_failed_at=row["first_failed_at"],
            locked_until=locked_until,
            doubtful=row["doubtful"],
        )
        for row in rows
    ]


async def lock_claimed(work: Work, claim: Claim) -> tuple[PostRow, ErrandRow] | None:
    """The post and its errand, locked; None when it is somebody else's by now. Two statements."""
    tenant_id = claim.errand.tenant_id
    errand = await work.session.scalar(
        select(ErrandRow).where(ErrandRow.tenant_id == tenant_id, ErrandRow.id == claim.errand.id).with_for_update()
    )
    post = await work.session.scalar(
        select(PostRow)
        .where(
            PostRow.tenant_id == tenant_id,
            PostRow.errand_id == claim.errand.id,
            PostRow.number == claim.number,
            PostRow.locked_until == claim.locked_until,
        )
        .with_for_update()
    )
    return (post, errand) if post is not None and errand is not None else None


async def give_up_behind(work: Work, claim: Claim) -> None:
    """What waits behind a request that was given up is given up with it: the partner has nothing it could be about.

    Whoever has the request tried again has these tried again as well. One statement.
    """
    await work.fetch(_BEHIND, claim.errand.tenant_id, claim.errand.id, claim.number, work.now)
