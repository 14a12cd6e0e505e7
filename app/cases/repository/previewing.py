"""What previews of rules ask about cases: without a transaction, page by page or counted by an index."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import asyncpg

from app.db.engine import Database
from app.kit.ids import TenantId, least_id

_MATTERS = """
    SELECT id, code, due_at, opened_at, unit_id, category_code, kind, priority, routing->'answers' AS answers,
      edition_id, COALESCE(area_commune, area_district, area_province) AS area, confidence FROM cases
    WHERE tenant_id = $1 AND state NOT IN ('resolved', 'closed') AND (due_at, id) > ($2, $3)
    ORDER BY due_at, id LIMIT $4
"""


async def list_matters(
    db: Database, tenant_id: TenantId, *, after: tuple[datetime, UUID], limit: int
) -> list[asyncpg.Record]:
    """Up to `limit` open cases, due first, after that key; with what routing asks of them. One statement."""
    return await db.lane.fetch(_MATTERS, tenant_id, *after, limit)


_OF_CATEGORIES = """
    SELECT code FROM cases WHERE tenant_id = $1 AND state NOT IN ('resolved', 'closed') AND category_code = ANY($2)
    ORDER BY due_at, id LIMIT $3
"""
_COUNT_OPEN = """
    SELECT count(*) FROM cases
    WHERE tenant_id = $1 AND state NOT IN ('resolved', 'closed') AND category_code = ANY($2)
"""
_COUNT_SINCE = "SELECT count(*) FROM cases WHERE tenant_id = $1 AND id >= $3 AND category_code = ANY($2)"


class CategoryCounts(NamedTuple):
    """How many cases of some categories are open, and how many came in since an instant, whatever became of them."""

    open: int
    recent: int


async def count_categories(
    db: Database, tenant_id: TenantId, categories: Collection[str], since: datetime
) -> CategoryCounts:
    """Two statements: by the index of what is open, and by ids, whose beginning is the time they were made."""
    named = list(categories)
    opened = await db.lane.fetchval(_COUNT_OPEN, tenant_id, named)
    return CategoryCounts(opened, await db.lane.fetchval(_COUNT_SINCE, tenant_id, named, least_id(since)))


async def list_of_categories(db: Database, tenant_id: TenantId, categories: Collection[str], limit: int) -> list[str]:
    """Codes of open cases of these categories, due first. One statement."""
    return [row["code"] for row in await db.lane.fetch(_OF_CATEGORIES, tenant_id, list(categories), limit)]
