"""Counts of public cases for figures: written with the publications they count, read without looking at any case."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, Literal, TypeAlias
from uuid import UUID

import asyncpg

from app.db.engine import Database
from app.db.work import Work
from app.kit.ids import TenantId
from app.publication.domain.figures import EVERYWHERE, FigureKey
from app.publication.terms import FiguresAsked, Sums, Tallied

from .maps import STATES, numbers

By: TypeAlias = Literal["category", "area", "period"]
_SUMS = (*STATES, "overdue")
_KEY: Final = "unit_id, category, period, area_district, area_commune"

_ADD: Final = f"""
INSERT INTO figure_cells (tenant_id, {_KEY}, {", ".join(_SUMS)})
SELECT $1, given.* FROM unnest(
 $2::uuid[], $3::text[], $4::text::int[], $5::text[], $6::text[],
 {", ".join(f"${place}::text::int[]" for place in range(7, 7 + len(_SUMS)))}
) AS given
ON CONFLICT (tenant_id, {_KEY}) DO UPDATE SET
 {", ".join(f"{name} = figure_cells.{name} + EXCLUDED.{name}" for name in _SUMS)}
"""  # noqa: S608 - names are constants of this module


async def add(work: Work, tenant_id: TenantId, added: Mapping[FigureKey, Sequence[int]]) -> None:
    """Add to these counts. One statement."""
    units, categories, periods, districts, communes = zip(*added, strict=True)
    sums = (numbers(one) for one in zip(*added.values(), strict=True))
    await work.fetch(_ADD, tenant_id, units, categories, numbers(periods), districts, communes, *sums)


_AS_COUNTED: Final = "state, overdue, category_code, case_id, coalesce(area_district, ''), coalesce(area_commune, '')"
# Whose portals show it: the row of a portal outlives what it shows.
_SHOWN_BY: Final = """ARRAY(
 SELECT u.unit_id FROM unit_publications u WHERE u.tenant_id = $1 AND u.case_id = p.case_id AND u.shown
)"""
_UNTALLIED: Final = f"""
SELECT {_AS_COUNTED}, {_SHOWN_BY} FROM publications p
WHERE tenant_id = $1 AND published AND tallied IS NULL AND placed = revision LIMIT $2
"""  # noqa: S608 - names are constants of this module
_MARK: Final = """
UPDATE publications p SET tallied = given.units::uuid[]
FROM unnest($2::uuid[], $3::text[]) AS given (case_id, units)
WHERE p.tenant_id = $1 AND p.case_id = given.case_id
"""


async def untallied(work: Work, tenant_id: TenantId, limit: int) -> list[Tallied]:
    """Publications that no figure counts yet and that portals show (index ix_publications_untallied)."""
    rows = await work.fetch(_UNTALLIED, tenant_id, limit)
    return [Tallied(*(*row[:6], tuple(row[6]))) for row in rows]


async def mark(work: Work, tenant_id: TenantId, counted: Iterable[tuple[UUID, Sequence[UUID] | None]]) -> None:
    """Cases count for these units from now on; None: for nobody. One statement."""
    cases, units = zip(*counted, strict=True)
    written = ["{" + ",".join(map(str, one)) + "}" if one is not None else None for one in units]
    await work.fetch(_MARK, tenant_id, cases, written)


async def sums_by(db: Database, of: FiguresAsked, by: By, categories: Sequence[str]) -> dict[str | int, Sums]:
    """The counts by one of their sides, ascending, of these categories. One statement (primary key)."""
    args: list[object] = [of.tenant, of.unit, list(categories), list(of.months)]
    named = {"category": "category", "area": "coalesce(nullif(area_commune, ''), area_district)", "period": "period"}
    rows = await db.lane.fetch(
        f"SELECT {named[by]} AS name, {', '.join(f'sum({one})::int AS {one}' for one in _SUMS)}"  # noqa: S608 - ours
        " FROM figure_cells WHERE tenant_id = $1 AND unit_id = $2"
        f" AND category = ANY($3::text[]) AND period = ANY($4::int[]) AND {_where(of, args, whole=by != 'area')}"
        f" GROUP BY 1 HAVING sum({' + '.join(STATES)}) > 0 ORDER BY 1",
        *args,
    )
    return {row["name"]: _sums(row) for row in rows}


def _where(of: FiguresAsked, args: list[object], *, whole: bool) -> str:
    """The condition on the area: on the count of all of it, or on those of the smallest areas in it."""
    sign = "=" if whole else "<>"
    of_all = f"area_commune {sign} '{EVERYWHERE}'"
    if of.area is None:
        return f"area_district {sign} '{EVERYWHERE}' AND {of_all}"
    column, code = of.area
    args.append(code)
    return f"area_commune = ${len(args)}" if column == "area_commune" else f"area_district = ${len(args)} AND {of_all}"


def _sums(row: asyncpg.Record) -> Sums:
    return Sums({state: row[state] for state in STATES if row[state]}, row["overdue"])


# What the counts ought to be, a month at a time.
_OPENED: Final = f"""
SELECT {_AS_COUNTED},
 CASE WHEN NOT published THEN NULL WHEN placed = revision THEN {_SHOWN_BY} ELSE tallied END AS units, tallied
FROM publications p WHERE tenant_id = $1 AND case_id > $2 AND case_id < $3 ORDER BY case_id LIMIT $4
"""  # noqa: S608 - names are constants of this module
_CELLS: Final = f"SELECT {_KEY}, {', '.join(_SUMS)} FROM figure_cells WHERE tenant_id = $1 AND period = $2"  # noqa: S608
_SUM_UP: Final = f"""
INSERT INTO figure_cells (tenant_id, {_KEY}, {", ".join(_SUMS)})
SELECT $1, unit_id, category, 0, area_district, area_commune, {", ".join(f"sum({name})" for name in _SUMS)}
FROM figure_cells WHERE tenant_id = $1 AND period <> 0 GROUP BY unit_id, category, area_district, area_commune
ON CONFLICT (tenant_id, {_KEY}) DO UPDATE SET {", ".join(f"{name} = EXCLUDED.{name}" for name in _SUMS)}
WHERE ({", ".join(f"figure_cells.{name}" for name in _SUMS)})
 IS DISTINCT FROM ({", ".join(f"EXCLUDED.{name}" for name in _SUMS)})
RETURNING 1
"""  # noqa: S608 - names are constants of this module
_MONTHS: Final = "SELECT DISTINCT period FROM figure_cells WHERE tenant_id = $1 AND period <> 0"


async def months(work: Work, tenant_id: TenantId) -> set[int]:
    """Months that have counts. One statement."""
    return {row["period"] for row in await work.fetch(_MONTHS, tenant_id)}


async def opened(
    work: Work, tenant_id: TenantId, after: UUID, before: UUID, limit: int
) -> list[tuple[UUID, Tallied | None, Sequence[UUID] | None]]:
    """Cases between these ids, ascending: as what each ought to count, if at all, and the units it is marked with."""
    rows = [tuple(row) for row in await work.fetch(_OPENED, tenant_id, after, before, limit)]
    return [(row[3], Tallied(*(*row[:6], tuple(row[6]))) if row[6] is not None else None, row[7]) for row in rows]


async def cells(work: Work, tenant_id: TenantId, month: int) -> dict[FigureKey, list[int]]:
    """Counts of a month. One statement."""
    return {tuple(row)[:5]: list(row)[5:] for row in await work.fetch(_CELLS, tenant_id, month)}


async def sum_up(work: Work, tenant_id: TenantId) -> int:
    """Number of counts of all time that were not the sums of those of the months, and are. One statement."""
    return len(await work.fetch(_SUM_UP, tenant_id))
