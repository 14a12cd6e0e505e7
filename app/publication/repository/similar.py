"""Open public cases near a place, or in a commune."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from app.cases.terms import Scope
from app.db.engine import Database
from app.kit.geo import Box, Point
from app.kit.ids import TenantId, UnitId, least_id
from app.publication.terms import NearCase, OpenCase

# Of several texts in `search_text` the second is what was reported, the first is the code.
_NEAR = """
SELECT case_id, category_code, group_code, lat, lon, split_part(search_text, ' | ', 2), line FROM publications
WHERE tenant_id = $1 AND published AND lon IS NOT NULL AND state NOT IN ('resolved', 'closed') AND case_id >= $2
  AND point(lon, lat) <@ box(point($3, $4), point($5, $6))
ORDER BY point(lon, lat) <-> point($7, $8) LIMIT $9
"""


async def open_near(
    db: Database, tenant_id: TenantId, point: Point, box: Box, *, since: datetime, limit: int
) -> list[NearCase]:
    """The `limit` nearest within the box, opened since then; one statement (ix_publications_open_place)."""
    rows = await db.lane.fetch(
        _NEAR,
        *(tenant_id, least_id(since), box.west, box.south, box.east, box.north, point.lon, point.lat, limit),
    )
    return [NearCase(row[0], row[1], row[2], Point(row[3], row[4]), row[5], row[6]) for row in rows]


# What was opened since then was changed since then, so that the index ends the walk, however old the archive gets.
_WITHIN = """
SELECT case_id, category_code, group_code, split_part(search_text, ' | ', 2), line FROM publications
WHERE tenant_id = $1 AND published AND area_commune = $2 AND updated_at >= $3 AND case_id >= $4
  AND state NOT IN ('resolved', 'closed') AND ($5::text IS NULL OR group_code = $5)
ORDER BY updated_at DESC, case_id DESC LIMIT $6
"""


async def open_within(
    db: Database, tenant_id: TenantId, commune: str, group: str | None, *, since: datetime, limit: int
) -> list[NearCase]:
    """The `limit` of the commune, and of the group if one is named, that changed last, opened since then.

    One statement (ix_publications_commune).
    """
    rows = await db.lane.fetch(_WITHIN, tenant_id, commune, since, least_id(since), group, limit)
    return [NearCase(row[0], row[1], row[2], None, row[3], row[4]) for row in rows]


# The expression is that of ix_cases_area; so many of an area are walked, however long ago the last ones were.
_NEWEST = """
SELECT id, code, category_code, lat, lon, summary, unit_id FROM (
    SELECT id, code, category_code, lat, lon, summary, unit_id, state, kind FROM cases
    WHERE tenant_id = $1 AND COALESCE(area_commune, area_district, area_province) = $2 AND id >= $3
    ORDER BY id DESC LIMIT $4
) AS newest
WHERE state NOT IN ('resolved', 'closed') AND kind = $5 AND id <> $6 AND ($7::uuid[] IS NULL OR unit_id = ANY($7))
"""


async def newest_open(
    db: Database, scope: Scope, area: str, kind: str, *, but: UUID, since: datetime, limit: int
) -> list[OpenCase]:
    """What is open, of the kind and within the scope, of the area's `limit` newest cases since then, `but` one.

    One statement.
    """
    units = None if scope.whole else sorted(scope.units)
    rows = await db.lane.fetch(_NEWEST, scope.tenant_id, area, least_id(since), limit, kind, but, units)
    return [
        OpenCase(row[0], row[1], row[2], Point(row[3], row[4]) if row[3] is not None else None, row[5], UnitId(row[6]))
        for row in rows
    ]


# What waits is known by its commune and a square of the map, never by words: the same walk as above.
_WAITING = """
SELECT count(*) FROM (
    SELECT FROM (
        SELECT category_code, lat, lon, state, publication, publication_policy FROM cases
        WHERE tenant_id = $1 AND COALESCE(area_commune, area_district, area_province) = $2 AND id >= $3
        ORDER BY id DESC LIMIT $4
    ) AS newest
    WHERE publication = 'pending' AND publication_policy <> 'never' AND state NOT IN ('resolved', 'closed')
        AND category_code = ANY($5::text[])
        AND ($6::float8 IS NULL OR lat >= $6 AND lat < $7 AND lon >= $8 AND lon < $9)
    LIMIT $10
) AS waiting
"""


async def count_waiting(
    db: Database,
    tenant_id: TenantId,
    commune: str,
    square: Box | None,
    categories: Sequence[str],
    *,
    since: datetime,
    walk: int,
    most: int,
) -> int:
    """Open cases that the public may see once an officer agrees: up to `most`, of the commune's `walk` newest.

    One statement (ix_cases_area).
    """
    sides = (square.south, square.north, square.west, square.east) if square else (None, None, None, None)
    found: int = await db.lane.fetchval(
        _WAITING, tenant_id, commune, least_id(since), walk, list(categories), *sides, most
    )
    return found
