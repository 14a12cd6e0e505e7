"""Which boundaries hold a point: a grid of cells that mostly know the answer, and exact tests in the others.

A cell that no boundary crosses names its area at once. Any other lists its candidates; each is tested by the crossings
of a ray, looking only at the edges of the candidate's own latitude band (about a dozen). All in flat arrays of whole
numbers: the 547,000 points of the country's communes take some 15 MB and nothing is prepared at the first question.
Built by numpy in half a second; asked in plain Python, where one look-up costs less than one call into numpy.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from app.kit.geo import EARTH_RADIUS_M

from .geometry import UNITS, Ring

UNIT_M = math.radians(1) * EARTH_RADIUS_M / UNITS
_EDGES_A_BAND = 12
_CELLS_A_SIDE = 12  # cells along the side of a middling area
_MOST_CELLS = 1_500_000
_LEAST_STEP = UNITS // 1000  # 110 m
_EMPTY = -1
Ints = NDArray[np.int64]


class Grid:
    """Boundaries numbered as they were given. All coordinates are in units of `geometry.UNITS`, x is longitude."""

    __slots__ = (
        "_band_at",
        "_band_height",
        "_bands",
        "_bottom",
        "_candidates",
        "_cells",
        "_cols",
        "_edges",
        "_lists",
        "_rows",
        "_step",
        "_top",
        "_x0",
        "_xs",
        "_y0",
        "_ys",
    )

    def __init__(self, boundaries: Sequence[Sequence[Ring]]) -> None:
        """`boundaries` holds the rings of one area after the other; there must be at least one, each with a ring."""
        rings = [ring for one in boundaries for ring in one]
        points = np.concatenate(rings).astype(np.int64)
        lengths = np.array([len(ring) for ring in rings])
        owners = np.repeat(np.repeat(np.arange(len(boundaries)), [len(one) for one in boundaries]), lengths)
        starts = np.ones(len(points), dtype=bool)
        starts[np.cumsum(lengths) - 1] = False  # a ring's last point starts no edge
        edges = np.flatnonzero(starts)
        owner = owners[edges]
        a, b = points[edges], points[edges + 1]
        low, high = np.minimum(a, b), np.maximum(a, b)
        self._xs = array("i", points[:, 0].astype(np.int32).tobytes())
        self._ys = array("i", points[:, 1].astype(np.int32).tobytes())
        self._set_bands(len(boundaries), edges, owner, low[:, 1], high[:, 1])
        self._set_cells(len(boundaries), owner, a, b, low, high)

    def _set_bands(self, count: int, edges: Ints, owner: Ints, low: Ints, high: Ints) -> None:
        """Sort every area's edges into latitude bands of about `_EDGES_A_BAND` edges; an edge may be in several."""
        bottom = np.full(count, np.iinfo(np.int64).max)
        top = np.full(count, np.iinfo(np.int64).min)
        np.minimum.at(bottom, owner, low)
        np.maximum.at(top, owner, high)
        bands = np.clip(np.bincount(owner, minlength=count) // _EDGES_A_BAND, 1, 4096)
        height = (top - bottom) // bands + 1
        first = np.concatenate(([0], np.cumsum(bands)))
        low_band = first[owner] + (low - bottom[owner]) // height[owner]
        high_band = first[owner] + (high - bottom[owner]) // height[owner]
        which, band = _spread(low_band, high_band + 1)
        order = np.argsort(band, kind="stable")
        offsets = np.searchsorted(band[order], np.arange(first[-1] + 1))
        self._edges = array("i", edges[which[order]].astype(np.int32).tobytes())
        self._bands = array("i", offsets.astype(np.int32).tobytes())
        self._band_at = array("i", first.astype(np.int32).tobytes())
        self._band_height = array("q", height.tobytes())
        self._bottom = array("q", bottom.tobytes())
        self._top = array("q", top.tobytes())

    def _set_cells(self, count: int, owner: Ints, a: Ints, b: Ints, low: Ints, high: Ints) -> None:
        """Fill the grid: a cell crossed by an area's boundary names it as a candidate, a cell inside as sure."""
        origin, end = low.min(axis=0), high.max(axis=0)
        spans = np.array([[self._top[i] - self._bottom[i]] for i in range(count)], dtype=np.float64)
        step = max(_LEAST_STEP, int(np.median(spans)) // _CELLS_A_SIDE)
        while int(np.prod((end - origin) // step + 1)) > _MOST_CELLS:
            step += step // 4
        cols, rows = (int(n) for n in (end - origin) // step + 1)
        cells = cols * rows
        low_cell, high_cell = (low - origin) // step, (high - origin) // step
        border = _border_cells(owner, low_cell, high_cell, cols, cells)
        inside = _inside_cells(owner, a - origin, b - origin, step, cols, cells)
        sure = np.setdiff1d(inside, border, assume_unique=True)
        entries = np.concatenate((border, sure))
        flags = np.concatenate((np.zeros(len(border), np.int64), np.ones(len(sure), np.int64)))
        cell, value = entries % cells, (entries // cells) << 1 | flags
        order = np.lexsort((value, cell))
        cell, value = cell[order], value[order]
        used, first, size = np.unique(cell, return_index=True, return_counts=True)
        alone = (size == 1) & (value[first] & 1 == 1)
        grid = np.full(cells, _EMPTY, np.int32)
        grid[used[alone]] = value[first[alone]] >> 1
        grid[used[~alone]] = -2 - np.arange(np.count_nonzero(~alone))
        listed = np.repeat(~alone, size)
        self._lists = array("i", np.concatenate(([0], np.cumsum(size[~alone]))).astype(np.int32).tobytes())
        self._candidates = array("i", value[listed].astype(np.int32).tobytes())
        self._cells = array("i", grid.tobytes())
        self._x0, self._y0 = (int(n) for n in origin)
        self._step, self._cols, self._rows = step, cols, rows

    def holding(self, x: int, y: int) -> Sequence[int]:
        """Numbers of the boundaries that hold the point, ascending. On an edge shared by two, exactly one holds it."""
        col, row = (x - self._x0) // self._step, (y - self._y0) // self._step
        if not (0 <= col < self._cols and 0 <= row < self._rows):
            return ()
        cell = self._cells[row * self._cols + col]
        if cell >= 0:
            return (cell,)
        if cell == _EMPTY:
            return ()
        at = -2 - cell
        return [
            value >> 1
            for value in self._candidates[self._lists[at] : self._lists[at + 1]]
            if value & 1 or self._holds(value >> 1, x, y)
        ]

    def _holds(self, number: int, x: int, y: int) -> bool:
        """Whether a ray from the point to the east crosses the boundary an odd number of times; exact."""
        above = y - self._bottom[number]
        if above < 0 or y > self._top[number]:
            return False
        band = self._band_at[number] + above // self._band_height[number]
        xs, ys = self._xs, self._ys
        inside = False
        for edge in self._edges[self._bands[band] : self._bands[band + 1]]:
            ay, by = ys[edge], ys[edge + 1]
            if (ay > y) != (by > y):
                ax = xs[edge]
                side = (xs[edge + 1] - ax) * (y - ay) - (x - ax) * (by - ay)
                if side > 0 if by > ay else side < 0:
                    inside = not inside
        return inside

    def near(self, x: int, y: int, radius_m: float) -> list[tuple[float, int]]:
        """Boundaries with an edge within `radius_m` of the point: (metres to the edge, number), the nearest first."""
        across = math.cos(math.radians(y / UNITS))
        reach_y = int(radius_m / UNIT_M) + 1
        reach_x = int(reach_y / across) + 1
        found: set[int] = set()
        for row in range(
            max((y - reach_y - self._y0) // self._step, 0),
            min((y + reach_y - self._y0) // self._step, self._rows - 1) + 1,
        ):
            start = row * self._cols
            for col in range(
                max((x - reach_x - self._x0) // self._step, 0),
                min((x + reach_x - self._x0) // self._step, self._cols - 1) + 1,
            ):
                cell = self._cells[start + col]
                if cell < _EMPTY:
                    at = -2 - cell
                    for value in self._candidates[self._lists[at] : self._lists[at + 1]]:
                        if not value & 1:
                            found.add(value >> 1)
        measured = [(self._distance(number, x, y, reach_x, reach_y, across), number) for number in found]
        return sorted(pair for pair in measured if pair[0] <= radius_m)

    def _distance(self, number: int, x: int, y: int, reach_x: int, reach_y: int, across: float) -> float:
        """Metres to the nearest of the boundary's edges within reach; more than the reach or infinite when none is.

        On the plane that touches the earth at the point: right to a thousandth within 20 km.
        """
        height, bottom = self._band_height[number], self._bottom[number]
        first = max((y - reach_y - bottom) // height, 0)
        last = min((y + reach_y) - bottom, self._top[number] - bottom) // height
        if last < first:
            return math.inf
        base = self._band_at[number]
        xs, ys = self._xs, self._ys
        best = math.inf
        for edge in self._edges[self._bands[base + first] : self._bands[base + last + 1]]:
            ax, bx, ay, by = xs[edge] - x, xs[edge + 1] - x, ys[edge] - y, ys[edge + 1] - y
            if (ax > reach_x < bx) or (ax < -reach_x > bx) or (ay > reach_y < by) or (ay < -reach_y > by):
                continue
            dx, dy = (bx - ax) * across, by - ay
            square = dx * dx + dy * dy
            along = min(1.0, max(0.0, -(ax * across * dx + ay * dy) / square)) if square else 0.0
            px, py = ax * across + along * dx, ay + along * dy
            best = min(best, px * px + py * py)
        return math.sqrt(best) * UNIT_M


def _spread(first: Ints, end: Ints) -> tuple[Ints, Ints]:
    """For each i every number of [first[i], end[i]): (i repeated, the number)."""
    size = end - first
    which = np.repeat(np.arange(len(first)), size)
    ahead = np.arange(len(which)) - np.repeat(np.cumsum(size) - size, size)
    return which, first[which] + ahead


def _border_cells(owner: Ints, low: Ints, high: Ints, cols: int, cells: int) -> Ints:
    """`area * cells + cell` of every cell that the box of one of the area's edges touches, ascending, once each."""
    which, row = _spread(low[:, 1], high[:, 1] + 1)
    again, col = _spread(low[which, 0], high[which, 0] + 1)
    return np.unique(owner[which[again]] * cells + row[again] * cols + col)


def _inside_cells(owner: Ints, a: Ints, b: Ints, step: int, cols: int, cells: int) -> Ints:
    """`area * cells + cell` of every cell whose centre is inside the area, ascending.

    Row by row the boundary's crossings with the line through the centres, sorted, open and close by turns.
    """
    half = step // 2
    low, high = np.minimum(a[:, 1], b[:, 1]), np.maximum(a[:, 1], b[:, 1])
    which, row = _spread(-((half - low) // step), -((half - high) // step))
    y = row * step + half
    ax, ay, bx, by = a[which, 0], a[which, 1], b[which, 0], b[which, 1]
    x = ax + (bx - ax) * ((y - ay) / (by - ay))
    col = np.floor((x - half) / step).astype(np.int64) + 1
    order = np.lexsort((x, row, owner[which]))
    col, row, whose = col[order], row[order], owner[which][order]
    span, inner = _spread(np.clip(col[::2], 0, cols), np.clip(col[1::2], 0, cols))
    return np.unique(whose[::2][span] * cells + row[::2][span] * cols + inner)
