"""Open public cases near a place."""

from __future__ import annotations

from datetime import datetime

from app.db.engine import Database
from app.kit.geo import Box, Point
from app.kit.ids import TenantId, least_id
from app.publication.terms import NearCase

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
