"""Where a point may be when there is no boundary to ask: areas whose box is near, the nearest centre first."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import NamedTuple

from app.kit.geo import EARTH_RADIUS_M, Box, Point

from .records import Area

MARGIN_M = 1500.0
"""How far outside its box an area is still thought of: boxes found by geocoding are a little small."""
DEGREE_M = math.radians(1) * EARTH_RADIUS_M
_CELL = 0.05  # degrees


class Candidate(NamedTuple):
    """An area that may be meant: metres outside its box, metres to its centre."""

    outside_m: float
    centre_m: float
    area: Area


class Centres:
    """Areas that no boundary names, by their boxes."""

    __slots__ = ("_cells",)

    def __init__(self, areas: Iterable[Area]) -> None:
        """Areas without a box count as a box of `MARGIN_M` around their centre."""
        cells: dict[tuple[int, int], list[Area]] = {}
        for area in areas:
            box = area.box or Box(*area.centroid, *area.centroid)
            high_lat = MARGIN_M / DEGREE_M
            high_lon = high_lat / math.cos(math.radians(box.north))
            for row in range(int((box.south - high_lat) // _CELL), int((box.north + high_lat) // _CELL) + 1):
                for col in range(int((box.west - high_lon) // _CELL), int((box.east + high_lon) // _CELL) + 1):
                    cells.setdefault((row, col), []).append(area)
        self._cells = {place: tuple(found) for place, found in cells.items()}

    def near(self, point: Point) -> list[Candidate]:
        """Areas whose box is within `MARGIN_M` of the point: those whose box holds it first, then by their centres."""
        across = math.cos(math.radians(point.lat)) * DEGREE_M
        found = [
            candidate
            for area in self._cells.get((int(point.lat // _CELL), int(point.lon // _CELL)), ())
            if (candidate := measure(area, point, across)).outside_m <= MARGIN_M
        ]
        return sorted(found, key=_plausible)


def measure(area: Area, point: Point, across_m: float) -> Candidate:
    """The area as a candidate; `across_m` is the length of a degree of longitude there."""
    lat, lon = point
    centre = math.hypot((lat - area.centroid.lat) * DEGREE_M, (lon - area.centroid.lon) * across_m)
    if area.box is None:
        return Candidate(centre, centre, area)
    south, west, north, east = area.box
    out_lat = south - lat if lat < south else lat - north if lat > north else 0.0
    out_lon = west - lon if lon < west else lon - east if lon > east else 0.0
    outside = math.hypot(out_lat * DEGREE_M, out_lon * across_m) if out_lat or out_lon else 0.0
    return Candidate(outside, centre, area)


def rank(areas: Iterable[Area], point: Point) -> list[Candidate]:
    """All of `areas`: those whose box holds the point first, then by their centres."""
    across = math.cos(math.radians(point.lat)) * DEGREE_M
    return sorted((measure(area, point, across) for area in areas), key=_plausible)


def _plausible(candidate: Candidate) -> tuple[bool, float, str]:
    """Order of candidates; the code decides between equals."""
    return candidate.outside_m > 0, candidate.centre_m, candidate.area.code
