"""What other systems mirror: whole public cases of a window of time, page by page."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from app.db.engine import Database
from app.kit.geo import EARTH_RADIUS_M
from app.kit.ids import TenantId, least_id
from app.publication.terms import Slice, Window

_BODIES = "SELECT body FROM publications WHERE tenant_id = $1 AND published"
_ROWS = "SELECT body, updated_at, case_id FROM publications WHERE tenant_id = $1 AND published"
# Great-circle distance as `app.kit.geo.distance_m` has it.
_DISTANCE = (
    f"{2 * EARTH_RADIUS_M} * asin(least(1, sqrt(sin(radians(lat - {{lat}}) / 2) ^ 2 + cos(radians({{lat}})) "
    "* cos(radians(lat)) * sin(radians(lon - {lon}) / 2) ^ 2)))"
)


class Mirrored(NamedTuple):
    """A public case as it is stored, and its key among the changes."""

    body: bytes
    updated_at: datetime
    case_id: UUID


async def bodies_by_code(db: Database, tenant_id: TenantId, codes: Sequence[str]) -> list[bytes]:
    """Stored bodies of those of the codes that are public, newest first; one statement on the unique key."""
    rows = await db.lane.fetch(f"{_BODIES} AND code = ANY($2::text[]) ORDER BY case_id DESC", tenant_id, list(codes))
    return [row[0] for row in rows]


async def rows_in(db: Database, tenant_id: TenantId, window: Window, of: Slice) -> list[Mirrored]:
    """Stored cases within the window; one statement.

    Newest opened first (primary key: ids begin with the instant a case was opened), or oldest change first where the
    window is one of changes (ix_publications_feed).
    """
    args: list[object] = [tenant_id, of.limit]
    conditions: list[str] = []

    def held(value: object, kind: str) -> str:
        args.append(value)
        return f"${len(args)}::{kind}"

    for condition, value, kind in (
        ("case_id >= {}", window.opened_from and least_id(window.opened_from), "uuid"),
        ("case_id < {}", window.opened_before and least_id(window.opened_before), "uuid"),
        ("updated_at >= {}", window.updated_from, "timestamptz"),
        ("updated_at < {}", window.updated_before, "timestamptz"),
        ("category_code = ANY({})", window.categories, "text[]"),
        ("state = ANY({})", window.states, "text[]"),
    ):
        if value is not None:
            conditions.append(condition.format(held(value, kind)))
    if (box := window.box) is not None:
        west, south, east, north = (held(side, "float8") for side in (box.west, box.south, box.east, box.north))
        conditions.append(f"lon IS NOT NULL AND point(lon, lat) <@ box(point({west}, {south}), point({east}, {north}))")
    if window.around is not None:
        (lat, lon), radius_m = window.around
        distance = _DISTANCE.format(lat=held(lat, "float8"), lon=held(lon, "float8"))
        conditions.append(f"{distance} <= {held(radius_m, 'float8')}")
    offset = ""
    if isinstance(of.begin, int):
        offset = f" OFFSET {held(of.begin, 'int')}"
    else:
        at, case_id = of.begin
        conditions.append(f"(updated_at, case_id) > ({held(at, 'timestamptz')}, {held(case_id, 'uuid')})")
    where = "".join(f" AND {condition}" for condition in conditions)
    order = "updated_at, case_id" if window.follows else "case_id DESC"
    rows = await db.lane.fetch(f"{_ROWS}{where} ORDER BY {order} LIMIT $2{offset}", *args)
    return [Mirrored(*row) for row in rows]
