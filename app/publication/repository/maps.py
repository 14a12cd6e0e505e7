"""Counts of public cases on the map: written with the publications they count, read a tile or a density at a time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

import asyncpg

from app.cases.terms import CaseState
from app.db.engine import Database
from app.db.work import Work
from app.kit.ids import TenantId
from app.publication.domain.counting import DensityKey, MapKey
from app.publication.domain.mercator import SPOT_DEPTH, Tile, unwoven
from app.publication.terms import Cluster

STATES = tuple(state.value for state in CaseState)
SUMS = (*STATES, "x", "y")
COUNTED = "spot, state, category_code, case_id, lat, lon, coalesce(area_district, ''), coalesce(area_commune, '')"

_ADD_TO_MAP = f"""
INSERT INTO map_cells (tenant_id, depth, category, cell, {", ".join(SUMS)}, version)
SELECT $1, given.*, $2::bigint FROM unnest(
 $3::text::int[], $4::text[], $5::text::bigint[],
 {", ".join(f"${place}::text::bigint[]" for place in range(6, 6 + len(SUMS)))}
) AS given
ON CONFLICT (tenant_id, depth, category, cell) DO UPDATE SET
 {", ".join(f"{name} = map_cells.{name} + EXCLUDED.{name}" for name in SUMS)},
 version = greatest(EXCLUDED.version, map_cells.version + 1)
"""  # noqa: S608 - names are constants of this module
_ADD_TO_DENSITY = """
INSERT INTO density_cells (tenant_id, resolution, period, cell, area_district, area_commune, cases)
SELECT $1, given.* FROM unnest(
 $2::text::int[], $3::text::int[], $4::text::bigint[], $5::text[], $6::text[], $7::text::int[]
) AS given
ON CONFLICT (tenant_id, resolution, period, cell, area_district, area_commune) DO UPDATE SET
 cases = density_cells.cases + EXCLUDED.cases
"""


async def add_to_map(work: Work, tenant_id: TenantId, added: Mapping[MapKey, Sequence[int]], version: int) -> None:
    """Add to the counts and sums of these cells. One statement."""
    depths, categories, cells = zip(*added, strict=True)
    sums = (numbers(one) for one in zip(*added.values(), strict=True))
    await work.fetch(_ADD_TO_MAP, tenant_id, version, numbers(depths), categories, numbers(cells), *sums)


async def add_to_density(work: Work, tenant_id: TenantId, added: Mapping[DensityKey, int]) -> None:
    """Add to the counts of these hexagons. One statement."""
    resolutions, periods, cells, districts, communes = zip(*added, strict=True)
    keys = (numbers(one) for one in (resolutions, periods, cells))
    await work.fetch(_ADD_TO_DENSITY, tenant_id, *keys, districts, communes, numbers(added.values()))


def numbers(values: Iterable[int]) -> str:
    """An array as text: the driver looks at each member of an array, and there are two hundred of a case."""
    return "{" + ",".join(map(str, values)) + "}"


_UNCOUNTED = """
SELECT state, category_code, case_id, lat, lon, coalesce(area_district, ''), coalesce(area_commune, '')
FROM publications WHERE tenant_id = $1 AND published AND lon IS NOT NULL AND spot IS NULL LIMIT $2
"""
_MARK = """
UPDATE publications p SET spot = given.spot FROM unnest($2::uuid[], $3::bigint[]) AS given (case_id, spot)
WHERE p.tenant_id = $1 AND p.case_id = given.case_id
"""


async def uncounted(work: Work, tenant_id: TenantId, limit: int) -> list[asyncpg.Record]:
    """All but the spot of publications that no map shows yet (index ix_publications_uncounted)."""
    return await work.fetch(_UNCOUNTED, tenant_id, limit)


async def mark(work: Work, tenant_id: TenantId, spots: Iterable[tuple[UUID, int | None]]) -> None:
    """Cases are counted at these spots from now on. One statement."""
    await work.fetch(_MARK, tenant_id, *zip(*spots, strict=True))


# One trip for the version and, unless it is the one that is held, for all that is drawn. `every` counts what a filter
# leaves out as well: a cell with many cases is not searched for the one that fits. At most 256 groups come back.
_PROBED = 64
_TILE = f"""
WITH keeper AS (
 SELECT coalesce((SELECT version FROM map_cells
  WHERE tenant_id = $1 AND depth = $2 AND category = '' AND cell = $3), 0) AS version
), found AS (
 SELECT cell >> $4::int AS place, {", ".join(f"sum({s}) FILTER (WHERE category = ANY($9)) AS {s}" for s in STATES)},
  sum(x::float8) FILTER (WHERE category = ANY($9)) AS x, sum(y::float8) FILTER (WHERE category = ANY($9)) AS y,
  sum({" + ".join(STATES)}) FILTER (WHERE category = ANY($9)) AS all_states,
  sum({" + ".join(STATES)}) FILTER (WHERE category = '') AS every
 FROM map_cells
 WHERE tenant_id = $1 AND depth = $5 AND category = ANY($6::text[]) AND cell >= $7 AND cell < $8
  AND (SELECT version FROM keeper) IS DISTINCT FROM $10::bigint
 GROUP BY 1
), counted AS (
 SELECT *, {" + ".join(f"CASE WHEN '{s}' = ANY($11::text[]) THEN {s} ELSE 0 END" for s in STATES)} AS number
 FROM found WHERE all_states > 0
)
SELECT keeper.version, c.*, single.*
FROM keeper LEFT JOIN counted c ON c.number > 0
LEFT JOIN LATERAL (
 SELECT p.code, p.category_code, p.state, p.spot FROM publications p
 WHERE c.number = 1 AND c.every <= {_PROBED} AND p.tenant_id = $1 AND p.published
  AND p.spot >= c.place << $12::int AND p.spot < (c.place + 1) << $12::int
  AND p.state = ANY($11) AND ('' = ANY($9) OR p.category_code = ANY($9))
 LIMIT 1
) AS single ON true
"""  # noqa: S608 - names are constants of this module


async def tile(
    db: Database,
    tenant_id: TenantId,
    tile: Tile,
    *,
    categories: Sequence[str] | None,
    states: Sequence[str] | None,
    held: int | None,
) -> tuple[int, list[Cluster] | None]:
    """The tile's version, and what is in it; None when the version is the one `held`. One statement."""
    depth, keeper = tile.keeper
    first, beyond = tile.cells(tile.counted_depth)
    halvings = tile.counted_depth - tile.zoom % 2
    chosen = list(states) if states is not None else list(STATES)
    wanted = list(categories) if categories is not None else [""]
    rows = await db.lane.fetch(
        _TILE,
        tenant_id,
        depth,
        keeper,
        2 * (tile.counted_depth - halvings),
        tile.counted_depth,
        sorted({*wanted, ""}),
        first,
        beyond,
        wanted,
        held,
        chosen,
        2 * (SPOT_DEPTH - halvings),
    )
    version: int = rows[0]["version"]
    if version == held:
        return version, None
    return version, [_cluster(row, chosen) for row in rows if row["place"] is not None]


def _cluster(row: asyncpg.Record, states: Sequence[str]) -> Cluster:
    counts = {name: row[name] for name in states if row[name]}
    if row["spot"] is not None:
        x, y = unwoven(row["spot"])
        return Cluster(x + 0.5, y + 0.5, counts, (row["code"], row["category_code"], row["state"]))
    everyone = float(row["all_states"])
    return Cluster(row["x"] / everyone + 0.5, row["y"] / everyone + 0.5, counts, None)


_AREA_COLUMNS = frozenset({"area_district", "area_commune"})


async def density(
    db: Database,
    tenant_id: TenantId,
    resolution: int,
    periods: Sequence[int],
    *,
    area: tuple[str, str] | None,
    cells: Sequence[int] | None,
    limit: int,
) -> list[tuple[int, int]]:
    """Hexagons with cases, ascending, and how many: of the periods together. One statement (primary key)."""
    args: list[object] = [tenant_id, resolution, list(periods), limit]
    where = ""
    if cells is not None:
        args.append(list(cells))
        where += f" AND cell = ANY(${len(args)}::bigint[])"
    if area is not None:
        column, code = area
        assert column in _AREA_COLUMNS
        args.append(code)
        where += f" AND {column} = ${len(args)}"
    rows = await db.lane.fetch(
        "SELECT cell, sum(cases) AS cases FROM density_cells"  # noqa: S608 - names are constants of this module
        f" WHERE tenant_id = $1 AND resolution = $2 AND period = ANY($3::int[]){where}"
        " GROUP BY cell HAVING sum(cases) > 0 ORDER BY cell LIMIT $4",
        *args,
    )
    return [(row["cell"], row["cases"]) for row in rows]
