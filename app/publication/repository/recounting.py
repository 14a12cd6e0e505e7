"""Whether the counts of the map are those of the publications: read a square or a month at a time, and put right."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import asyncpg

from app.db.work import Work
from app.kit.ids import TenantId
from app.publication.domain.counting import DensityKey, MapKey
from app.publication.domain.mercator import DEPTHS, SPOT_DEPTH
from app.publication.terms import RESOLUTIONS, Counted

from .maps import COUNTED, SUMS, numbers

_SUMMED = ", ".join(SUMS)
_PLACES = """
SELECT case_id, spot, CASE WHEN published THEN lat END AS lat, lon FROM publications
WHERE tenant_id = $1 AND case_id > $2 ORDER BY case_id LIMIT $3
"""
_NEXT_SQUARE = """
SELECT least(
 (SELECT min(spot) >> $4::int FROM publications WHERE tenant_id = $1 AND spot >= $2::bigint << $4::int),
 (SELECT min(cell) FROM map_cells WHERE tenant_id = $1 AND depth = $3 AND category = '' AND cell >= $2)
) AS cell
"""
_IN_SQUARE = f"SELECT {COUNTED} FROM publications WHERE tenant_id = $1 AND spot >= $2 AND spot < $3"  # noqa: S608
_CELLS_BELOW = f"""
SELECT m.depth, m.category, m.cell, {_SUMMED}
FROM unnest($2::int[], $3::bigint[], $4::bigint[]) AS range (depth, first, beyond)
CROSS JOIN (SELECT category FROM map_cells WHERE tenant_id = $1 AND depth = 0 AND cell = 0) AS every
JOIN map_cells m ON m.tenant_id = $1 AND m.depth = range.depth AND m.category = every.category
 AND m.cell >= range.first AND m.cell < range.beyond
"""  # noqa: S608 - names are constants of ours
_SUM_UP = f"""
INSERT INTO map_cells (tenant_id, depth, category, cell, {_SUMMED}, version)
SELECT $1, $2::int, category, cell >> 4, {", ".join(f"sum({name})" for name in SUMS)}, $3::bigint
FROM map_cells WHERE tenant_id = $1 AND depth = $2 + 2 GROUP BY category, cell >> 4
ON CONFLICT (tenant_id, depth, category, cell) DO UPDATE SET
 {", ".join(f"{name} = EXCLUDED.{name}" for name in SUMS)}, version = greatest(EXCLUDED.version, map_cells.version + 1)
WHERE ({", ".join(f"map_cells.{name}" for name in SUMS)}) IS DISTINCT FROM ({", ".join(f"EXCLUDED.{n}" for n in SUMS)})
RETURNING 1
"""  # noqa: S608 - names are constants of ours


async def places_after(work: Work, tenant_id: TenantId, after: UUID, limit: int) -> list[asyncpg.Record]:
    """Spot and public place of publications of cases greater than `after`, ascending (primary key)."""
    return await work.fetch(_PLACES, tenant_id, after, limit)


async def next_square(work: Work, tenant_id: TenantId, depth: int, first: int) -> int | None:
    """The first square from `first` on that holds a case, or a count. One statement (two indexes)."""
    (row,) = await work.fetch(_NEXT_SQUARE, tenant_id, first, depth, 2 * (SPOT_DEPTH - depth))
    cell: int | None = row["cell"]
    return cell


async def in_square(work: Work, tenant_id: TenantId, depth: int, cell: int) -> list[Counted]:
    """Every case whose spot lies in the square, as it is counted (index ix_publications_spot)."""
    shift = 2 * (SPOT_DEPTH - depth)
    return [Counted(*row) for row in await work.fetch(_IN_SQUARE, tenant_id, cell << shift, cell + 1 << shift)]


async def cells_below(work: Work, tenant_id: TenantId, depth: int, cell: int) -> dict[MapKey, list[int]]:
    """Counts and sums of the square and of all counted squares in it. One statement (primary key)."""
    depths = [one for one in DEPTHS if one >= depth]
    first = [cell << 2 * (one - depth) for one in depths]
    beyond = [cell + 1 << 2 * (one - depth) for one in depths]
    rows = await work.fetch(_CELLS_BELOW, tenant_id, depths, first, beyond)
    return {tuple(row)[:3]: list(row)[3:] for row in rows}


async def sum_up(work: Work, tenant_id: TenantId, depth: int, version: int) -> int:
    """Number of counts of that depth that were not the sums of those in them, and are. One statement."""
    return len(await work.fetch(_SUM_UP, tenant_id, depth, version))


_PERIODS = "SELECT DISTINCT period FROM density_cells WHERE tenant_id = $1 AND resolution = $2"
_FIRST_AND_LAST = """
SELECT case_id FROM (
 (SELECT case_id FROM publications WHERE tenant_id = $1 ORDER BY case_id LIMIT 1) UNION ALL
 (SELECT case_id FROM publications WHERE tenant_id = $1 ORDER BY case_id DESC LIMIT 1)
) AS ends
"""
_OPENED = f"""
SELECT {COUNTED} FROM publications
WHERE tenant_id = $1 AND case_id > $2 AND case_id < $3 AND spot IS NOT NULL ORDER BY case_id LIMIT $4
"""  # noqa: S608 - names are constants of ours
_HEXAGONS = """
SELECT resolution, period, cell, area_district, area_commune, cases FROM density_cells
WHERE tenant_id = $1 AND resolution = ANY($2::text::int[]) AND period = $3
"""
_SUM_PERIODS = """
INSERT INTO density_cells (tenant_id, resolution, period, cell, area_district, area_commune, cases)
SELECT $1, resolution, $2::int, cell, area_district, area_commune, sum(cases) FROM density_cells
WHERE tenant_id = $1 AND resolution = $3 AND period = ANY($4::int[])
GROUP BY resolution, cell, area_district, area_commune
ON CONFLICT (tenant_id, resolution, period, cell, area_district, area_commune) DO UPDATE SET cases = EXCLUDED.cases
WHERE density_cells.cases <> EXCLUDED.cases RETURNING 1
"""


async def periods(work: Work, tenant_id: TenantId) -> list[int]:
    """Periods that have counts. One statement."""
    return [row["period"] for row in await work.fetch(_PERIODS, tenant_id, RESOLUTIONS[0])]


async def first_and_last(work: Work, tenant_id: TenantId) -> list[UUID]:
    """The oldest and the newest case that has a publication; none where there is none. One statement (primary key)."""
    return [row["case_id"] for row in await work.fetch(_FIRST_AND_LAST, tenant_id)]


async def opened(work: Work, tenant_id: TenantId, after: UUID, before: UUID, limit: int) -> list[Counted]:
    """Cases on the map between these ids, ascending, as they are counted. One statement (primary key)."""
    return [Counted(*row) for row in await work.fetch(_OPENED, tenant_id, after, before, limit)]


async def hexagons(work: Work, tenant_id: TenantId, period: int) -> dict[DensityKey, int]:
    """Counts of a period. One statement (primary key)."""
    rows = await work.fetch(_HEXAGONS, tenant_id, numbers(RESOLUTIONS), period)
    return {tuple(row)[:5]: row["cases"] for row in rows}


async def sum_periods(work: Work, tenant_id: TenantId, resolution: int, period: int, of: Sequence[int]) -> int:
    """Number of counts of the period that were not the sums of these months, and are. One statement."""
    return len(await work.fetch(_SUM_PERIODS, tenant_id, period, resolution, list(of)))
