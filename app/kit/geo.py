"""Points on the earth: WGS 84 degrees, metres."""

from __future__ import annotations

import math
from typing import NamedTuple

EARTH_RADIUS_M = 6_371_008.8  # mean radius, IUGG 1980
# Vietnam's land and the islands it administers with some sea around them; a point outside is surely not ours.
VIETNAM = (7.0, 102.0, 23.5, 117.9)  # south, west, north, east


class Point(NamedTuple):
    """A place: latitude and longitude in degrees, WGS 84."""

    lat: float
    lon: float


class Box(NamedTuple):
    """A box of degrees, WGS 84, that does not cross the antimeridian."""

    south: float
    west: float
    north: float
    east: float

    def holds(self, point: Point) -> bool:
        """Whether `point` is inside or on the edge."""
        return self.south <= point.lat <= self.north and self.west <= point.lon <= self.east


def distance_m(a: Point, b: Point) -> float:
    """Great-circle distance in metres (haversine; within 0.5 % of the ellipsoid)."""
    lat_a, lat_b = math.radians(a.lat), math.radians(b.lat)
    half_lat = math.sin((lat_b - lat_a) / 2) ** 2
    half_lon = math.sin(math.radians(b.lon - a.lon) / 2) ** 2
    return 2 * EARTH_RADIUS_M * math.asin(math.sqrt(half_lat + math.cos(lat_a) * math.cos(lat_b) * half_lon))


def in_vietnam(point: Point) -> bool:
    """Whether `point` lies in the box around Vietnam (a quick refusal, no proof of being on land)."""
    return Box(*VIETNAM).holds(point)


def looks_swapped(point: Point) -> bool:
    """Whether `point` is outside Vietnam but would be inside with latitude and longitude exchanged."""
    return not in_vietnam(point) and in_vietnam(Point(point.lon, point.lat))
