"""Statements on what is kept of people in payments: the words of transfers, and what providers told."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from app.db.work import Work
from app.kit.ids import TenantId, least_id

# Of what was proven; who sent the rest is not known, and it goes within days. Sums and transactions are the books'.
_OLDER = """
    SELECT id, provider, transaction_id FROM payment_callbacks
    WHERE tenant_id = $1 AND id > $2 AND id < $3 AND came_at < $4 AND body <> '' AND outcome <> ALL ($6)
    ORDER BY id LIMIT $5
"""
_FORGET = f"""
    WITH old AS ({_OLDER}), unsaid AS (
        UPDATE payment_receipts r SET told_reference = '' FROM old
        WHERE r.tenant_id = $1 AND r.source = old.provider AND r.transaction_id = old.transaction_id
    )
    UPDATE payment_callbacks c SET body = '' FROM old WHERE c.tenant_id = $1 AND c.id = old.id RETURNING c.id
"""  # noqa: S608 - words of ours
_UNPROVEN = """
    SELECT id FROM payment_callbacks
    WHERE tenant_id = $1 AND id > $2 AND id < $3 AND came_at < $4 AND outcome = ANY ($6) ORDER BY id LIMIT $5
"""
_FORGET_UNPROVEN = f"DELETE FROM payment_callbacks WHERE tenant_id = $1 AND id IN ({_UNPROVEN}) RETURNING id"  # noqa: S608
_PAYMENTS = """
    SELECT id, subject_id, reference, amount, state, created_at, paid_at, refund_due, refunded FROM payment_requests
    WHERE tenant_id = ANY ($1) AND subject_id = ANY ($2) ORDER BY id
"""
_RECEIPTS = """
    SELECT r.payment_id, r.source, r.transaction_id, r.amount, r.currency, r.paid_at, r.told_reference, ARRAY (
        SELECT c.body FROM payment_callbacks c
        WHERE c.tenant_id = r.tenant_id AND c.provider = r.source AND c.transaction_id = r.transaction_id
            AND c.body <> '' ORDER BY c.id
    ) AS bodies
    FROM payment_receipts r WHERE r.tenant_id = ANY ($1) AND r.payment_id = ANY ($2) ORDER BY r.id
"""


async def list_older(
    work: Work, tenant_id: TenantId, *, before: datetime, after: UUID, limit: int, besides: Collection[str]
) -> list[UUID]:
    """The messages that `forget_messages` would find, by ids. One statement."""
    rows = await work.fetch(_OLDER, tenant_id, after, least_id(before), before, limit, list(besides))
    return [row["id"] for row in rows]


async def forget_messages(
    work: Work, tenant_id: TenantId, *, before: datetime, after: UUID, limit: int, besides: Collection[str]
) -> list[UUID]:
    """Messages older than that, but of the outcomes named, whose words are gone now, by ids. One statement."""
    rows = await work.fetch(_FORGET, tenant_id, after, least_id(before), before, limit, list(besides))
    return sorted(row["id"] for row in rows)


async def list_unproven(
    work: Work, tenant_id: TenantId, *, before: datetime, after: UUID, limit: int, of: Collection[str]
) -> list[UUID]:
    """The messages that `forget_unproven` would find, by ids. One statement."""
    rows = await work.fetch(_UNPROVEN, tenant_id, after, least_id(before), before, limit, list(of))
    return [row["id"] for row in rows]


async def forget_unproven(
    work: Work, tenant_id: TenantId, *, before: datetime, after: UUID, limit: int, of: Collection[str]
) -> list[UUID]:
    """Messages older than that, of the outcomes named, that are gone now, by ids. One statement."""
    rows = await work.fetch(_FORGET_UNPROVEN, tenant_id, after, least_id(before), before, limit, list(of))
    return sorted(row["id"] for row in rows)


async def list_kept(
    work: Work, tenants: Collection[TenantId], subject_ids: Collection[UUID]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Requests for these subjects, and the money that came for them, oldest first. Two statements."""
    asked = [dict(row) for row in await work.fetch(_PAYMENTS, list(tenants), list(subject_ids))]
    came = await work.fetch(_RECEIPTS, list(tenants), [row["id"] for row in asked]) if asked else []
    return asked, [dict(row) for row in came]
