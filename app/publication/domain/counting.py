"""What a change of publications changes in the counts of the map: a case is in one cell of every size, or in none."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from functools import lru_cache

import h3.api.basic_int as h3

from app.cases.terms import CaseState
from app.kit.clock import local_day
from app.kit.geo import VIETNAM, Box
from app.kit.ids import made_at
from app.publication.terms import RESOLUTIONS, Counted

from .mercator import DEPTHS, SPOT_DEPTH, unwoven

MapKey = tuple[int, str, int]
"""Depth, category (none: of every category), cell."""
DensityKey = tuple[int, int, int, str, str]
"""Resolution, period, cell, district, commune."""
Change = tuple[Counted | None, Counted | None]
"""What was counted of a case, and what is to be."""

ALL_TIME = 0
_METRES = 111_000  # of a degree: too many of longitude away from the equator, which does no harm
_LONGEST_BORDER = 2_000  # of a box, in edges of its hexagons: twice that of a square with 20,000; some 15 ms
_PLACES = {state.value: place for place, state in enumerate(CaseState)}
_X, _Y = len(_PLACES), len(_PLACES) + 1
_SHIFTS = tuple((depth, 2 * (SPOT_DEPTH - depth)) for depth in DEPTHS)


def map_changes(changes: Iterable[Change]) -> dict[MapKey, list[int]]:
    """By cell what is added to the count of each state, and to the sums of columns and rows.

    What only moved within a cell is among them with sums that say so: whoever holds a picture of the cell has to know.
    """
    found: dict[MapKey, list[int]] = defaultdict(lambda: [0] * (_Y + 1))
    for before, after in changes:
        if before and after and (before.spot, before.category) == (after.spot, after.category):
            if before.state != after.state:
                _move(found, before, after.state)
            continue
        for sign, one in ((-1, before), (1, after)):
            if one is None:
                continue
            x, y = unwoven(one.spot)
            place = _PLACES[one.state]
            for row in _rows(found, one):
                row[place] += sign
                row[_X] += sign * x
                row[_Y] += sign * y
    return found


def _move(found: dict[MapKey, list[int]], one: Counted, state: str) -> None:
    gone, come = _PLACES[one.state], _PLACES[state]
    for row in _rows(found, one):
        row[gone] -= 1
        row[come] += 1


def _rows(found: dict[MapKey, list[int]], one: Counted) -> Iterator[list[int]]:
    """What is added to each cell of the case."""
    for depth, shift in _SHIFTS:
        cell = one.spot >> shift
        yield found[depth, "", cell]
        yield found[depth, one.category, cell]


def density_changes(changes: Iterable[Change], zone: str) -> dict[DensityKey, int]:
    """By hexagon, area and period of opening what is added to the number of cases."""
    found: dict[DensityKey, int] = defaultdict(int)
    for before, after in changes:
        for sign, one in ((-1, before), (1, after)):
            if one is None:
                continue
            day = local_day(made_at(one.case_id), zone)
            for resolution in RESOLUTIONS:
                cell = h3.latlng_to_cell(one.lat, one.lon, resolution)
                for period in (ALL_TIME, day.year, month_of(day)):
                    found[resolution, period, cell, one.district, one.commune] += sign
    return {key: number for key, number in found.items() if number}


def month_of(day: date) -> int:
    """The month as a period: 202611."""
    return day.year * 100 + day.month


def periods_since(since: date | None, until: date) -> list[int]:
    """The periods that together hold every case opened in the month of `since` or after it, until `until`."""
    if since is None:
        return [ALL_TIME]
    last = 12 if since.year < until.year else until.month
    months = [since.year * 100 + month for month in range(since.month, last + 1)]
    return months + list(range(since.year + 1, until.year + 1))


def months_between(first: date, last: date) -> list[int]:
    """The months of these days and all between them."""
    return [
        year * 100 + month
        for year in range(first.year, last.year + 1)
        for month in range(1, 13)
        if month_of(first) <= year * 100 + month <= month_of(last)
    ]


@lru_cache(maxsize=8192)
def outline(cell: int) -> list[tuple[float, float]]:
    """Corners of a hexagon, longitude first, the first one again at the end."""
    corners = [(round(lon, 6), round(lat, 6)) for lat, lon in h3.cell_to_boundary(cell)]
    return [*corners, corners[0]]


def cells_within(box: Box, resolution: int, most: int) -> list[int] | None:
    """Hexagons whose centre lies in the box; None when they, or those along its border, are more than `most`.

    Finding them takes as long as the box's border is long, whatever its area, and more than that: a strip without a
    single hexagon holds up everybody else. So what lies outside of Vietnam, where nothing is counted, is left away
    first, and a border that is still longer than that of any box of a province is refused.
    """
    south, west = max(box.south, VIETNAM[0]), max(box.west, VIETNAM[1])
    north, east = min(box.north, VIETNAM[2]), min(box.east, VIETNAM[3])
    if south >= north or west >= east:
        return []
    height, width = (north - south) * _METRES, (east - west) * _METRES
    if height * width > most * h3.average_hexagon_area(resolution, "m^2"):
        return None
    if 2 * (height + width) > _LONGEST_BORDER * h3.average_hexagon_edge_length(resolution, "m"):
        return None
    shape = h3.LatLngPoly([(south, west), (south, east), (north, east), (north, west)])
    return list(h3.h3shape_to_cells(shape, resolution))


def name_of(cell: int) -> str:
    """The cell as other programs write it."""
    return str(h3.int_to_str(cell))
