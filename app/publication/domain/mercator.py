"""Where a public case lies on the map of the web: one number, whose beginning names the tile at every zoom.

The earth is a square in Web Mercator (EPSG:3857), halved again and again. A spot has 26 halvings each way, less than a
metre here, and its bits are woven (Morton order): the spots of any tile are one range of numbers.
"""

from __future__ import annotations

import math
from typing import NamedTuple

SPOT_DEPTH = 26  # halvings of the square
DEPTHS = tuple(range(0, 24, 2))  # at which cases are counted
LAST_ZOOM = 18
CLUSTER_DEPTH = 4  # halvings of a tile: at most 256 clusters in it
EXTENT = 4096  # units of a tile's side
_SIDE = 1 << SPOT_DEPTH
_WEAVES = (
    (16, 0x0000FFFF0000FFFF),
    (8, 0x00FF00FF00FF00FF),
    (4, 0x0F0F0F0F0F0F0F0F),
    (2, 0x3333333333333333),
    (1, 0x5555555555555555),
)


def woven(x: int, y: int) -> int:
    """Column and row as one number: bits of `x` at even places, of `y` at odd ones."""
    for shift, mask in _WEAVES:
        x = (x | x << shift) & mask
        y = (y | y << shift) & mask
    return x | y << 1


def unwoven(cell: int) -> tuple[int, int]:
    """Column and row of `woven`."""
    x, y = cell & _WEAVES[-1][1], cell >> 1 & _WEAVES[-1][1]
    for (shift, _), (_, mask) in zip(reversed(_WEAVES), (*reversed(_WEAVES[:-1]), (0, 0xFFFFFFFF)), strict=True):
        x = (x | x >> shift) & mask
        y = (y | y >> shift) & mask
    return x, y


def spot_of(lat: float, lon: float) -> int:
    """The spot of a place in degrees WGS 84; beyond the square's edges, near the poles, the nearest in it."""
    x = int((lon / 360 + 0.5) * _SIDE)
    y = int((0.5 - math.asinh(math.tan(math.radians(lat))) / math.tau) * _SIDE)
    return woven(min(max(x, 0), _SIDE - 1), min(max(y, 0), _SIDE - 1))


def cell_of(spot: int, depth: int) -> int:
    """The cell of a spot after so many halvings."""
    return spot >> 2 * (SPOT_DEPTH - depth)


class Tile(NamedTuple):
    """A square of the map: zoom, column from the west, row from the north."""

    zoom: int
    x: int
    y: int

    @property
    def is_one(self) -> bool:
        """Whether there is such a tile, and we draw it."""
        return 0 <= self.zoom <= LAST_ZOOM and 0 <= self.x < 1 << self.zoom and 0 <= self.y < 1 << self.zoom

    @property
    def cell(self) -> int:
        """Its number among the tiles of its zoom."""
        return woven(self.x, self.y)

    @property
    def keeper(self) -> tuple[int, int]:
        """Depth and number of the smallest counted cell that holds all of it."""
        depth = self.zoom - self.zoom % 2
        return depth, self.cell >> 2 * (self.zoom - depth)

    @property
    def counted_depth(self) -> int:
        """The depth at which what is in it is read: that of its clusters, or one more."""
        return self.zoom + CLUSTER_DEPTH + self.zoom % 2

    def cells(self, depth: int) -> tuple[int, int]:
        """The first cell in it at that depth, and the first beyond it."""
        shift = 2 * (depth - self.zoom)
        return self.cell << shift, self.cell + 1 << shift

    def units(self, x: float, y: float) -> tuple[int, int]:
        """A position among all spots, column and row, in units of this tile."""
        part = EXTENT / (1 << SPOT_DEPTH - self.zoom)
        west, north = self.x << SPOT_DEPTH - self.zoom, self.y << SPOT_DEPTH - self.zoom
        return int((x - west) * part), int((y - north) * part)
