"""Which boundaries hold a point: a grid of cells that mostly know the answer, and exact tests in the others.

A cell that no boundary crosses names its area at once. Any other lists its candidates; each is tested by the crossings
of a ray, looking only at the edges of the candidate's own latitude band (about a dozen). All in flat arrays of whole
numbers: the 547,000 points of the country's communes take some 15 MB and nothing is prepared at the first question.
Built by numpy in half a second; asked in plain Python, where one look-up costs less than one call into numpy.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterable, Iterator, Sequence

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
_CHUNK = 30_000  # edges worked on at a time while building
Ints = NDArray[np.int64]


class _Lines:
    """The edges of all areas, handed out in chunks of whole areas so that building needs little memory."""

    def __init__(self, xs: NDArray[np.int32], ys: NDArray[np.int32], ring_ends: Ints, area_ends: Ints) -> None:
        """Point i begins the edge to point i + 1, unless it is the last of its ring."""
        self.xs, self.ys = xs, ys
        self._area_ends = area_ends
        self._area_starts = np.concatenate(([0], area_ends[:-1]))
        self.sizes = area_ends - self._area_starts
        self._begins = np.ones(len(xs), dtype=bool)
        self._begins[ring_ends - 1] = False

    def extent(self, along: NDArray[np.int32]) -> tuple[Ints, Ints]:
        """Least and greatest coordinate of every area."""
        low, high = (pick.reduceat(along, self._area_starts) for pick in (np.minimum, np.maximum))
        return low.astype(np.int64), high.astype(np.int64)

    def span(self, along: NDArray[np.int32], edges: Ints) -> tuple[Ints, Ints]:
        """Least and greatest coordinate of each of the edges."""
        a, b = along[edges], along[edges + 1]
        return np.minimum(a, b).astype(np.int64), np.maximum(a, b).astype(np.int64)

    def chunks(self) -> Iterator[tuple[Ints, Ints]]:
        """Edges by the number of their first point, with the area of each; about `_CHUNK` at a time."""
        area = 0
        while area < len(self.sizes):
            start = self._area_starts[area]
            end = max(area + 1, int(np.searchsorted(self._area_ends, start + _CHUNK, side="right")))
            points = np.flatnonzero(self._begins[start : self._area_ends[end - 1]]) + start
            owners = np.repeat(np.arange(area, end), self.sizes[area:end])
            yield points, owners[points - start]
            area = end


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

    def __init__(self, boundaries: Iterable[Sequence[Ring]]) -> None:
        """`boundaries` gives the rings of one area after the other; there must be at least one, each with a ring."""
        self._xs, self._ys = array("i"), array("i")
        ends: list[int] = []  # of each ring
        area_ends: list[int] = []
        for rings in boundaries:
            for ring in rings:
                self._xs.frombytes(np.ascontiguousarray(ring[:, 0]).tobytes())
                self._ys.frombytes(np.ascontiguousarray(ring[:, 1]).tobytes())
                ends.append(len(self._xs))
            area_ends.append(len(self._xs))
        lines = _Lines(
            np.frombuffer(self._xs, np.int32), np.frombuffer(self._ys, np.int32), np.array(ends), np.array(area_ends)
        )
        self._set_bands(lines)
        self._set_cells(lines)

    def _set_bands(self, lines: _Lines) -> None:
        """Sort every area's edges into latitude bands of about `_EDGES_A_BAND` edges; an edge may be in several."""
        bottom, top = lines.extent(lines.ys)
        bands = np.clip(lines.sizes // _EDGES_A_BAND, 1, 4096)
        height = (top - bottom) // bands + 1
        first = np.concatenate(([0], np.cumsum(bands)))
        self._edges, sizes = array("i"), np.zeros(first[-1] + 1, np.int64)
        for edges, owner in lines.chunks():
            low, high = lines.span(lines.ys, edges)
            which, band = _spread(
                first[owner] + (low - bottom[owner]) // height[owner],
                first[owner] + (high - bottom[owner]) // height[owner] + 1,
            )
            self._edges.frombytes(edges[which[np.argsort(band, kind="stable")]].astype(np.int32).tobytes())
            counted = np.bincount(band - first[owner[0]])
            sizes[1 + first[owner[0]] : 1 + first[owner[0]] + len(counted)] = counted
        self._bands = array("i", np.cumsum(sizes).astype(np.int32).tobytes())
        self._band_at = array("i", first.astype(np.int32).tobytes())
        self._band_height, self._bottom, self._top = (array("q", one.tobytes()) for one in (height, bottom, top))

    def _set_cells(self, lines: _Lines) -> None:
        """Fill the grid: a cell crossed by an area's boundary names it as a candidate, a cell inside as sure."""
        bottom, top = lines.extent(lines.ys)
        left, right = lines.extent(lines.xs)
        self._x0, self._y0 = int(left.min()), int(bottom.min())
        width, height = int(right.max()) - self._x0, int(top.max()) - self._y0
        step = max(_LEAST_STEP, int(np.median(top - bottom)) // _CELLS_A_SIDE)
        while (width // step + 1) * (height // step + 1) > _MOST_CELLS:
            step += step // 4
        self._step, self._cols, self._rows = step, width // step + 1, height // step + 1
        entries = array("q")  # cell, area and whether it is sure, packed so that they sort in this order
        bits = len(lines.sizes).bit_length() + 1
        for edges, owner in lines.chunks():
            border = self._border_cells(lines, edges, owner)
            sure = np.setdiff1d(self._inside_cells(lines, edges, owner), border, assume_unique=True)
            for keys, flag in ((border, 0), (sure, 1)):
                whose, cell = np.divmod(keys, self._cols * self._rows)
                entries.frombytes((cell << bits | whose << 1 | flag).tobytes())
        found = np.frombuffer(entries, np.int64)
        found.sort()
        used, first, size = np.unique(found >> bits, return_index=True, return_counts=True)
        value = (found & (1 << bits) - 1).astype(np.int32)
        alone = (size == 1) & (value[first] & 1 == 1)
        grid = np.full(self._cols * self._rows, _EMPTY, np.int32)
        grid[used[alone]] = value[first[alone]] >> 1
        grid[used[~alone]] = -2 - np.arange(np.count_nonzero(~alone))
        self._lists = array("i", np.concatenate(([0], np.cumsum(size[~alone]))).astype(np.int32).tobytes())
        self._candidates = array("i", value[np.repeat(~alone, size)].tobytes())
        self._cells = array("i", grid.tobytes())

    def _border_cells(self, lines: _Lines, edges: Ints, owner: Ints) -> Ints:
        """`area * cells + cell` of every cell that the box of one of the edges touches, ascending, once each."""
        (left, right), (bottom, top) = lines.span(lines.xs, edges), lines.span(lines.ys, edges)
        which, row = _spread((bottom - self._y0) // self._step, (top - self._y0) // self._step + 1)
        again, col = _spread((left - self._x0)[which] // self._step, (right - self._x0)[which] // self._step + 1)
        return np.unique((owner[which[again]] * self._rows + row[again]) * self._cols + col)

    def _inside_cells(self, lines: _Lines, edges: Ints, owner: Ints) -> Ints:
        """`area * cells + cell` of every cell whose centre is inside the area, ascending.

        Row by row the boundary's crossings with the line through the centres, sorted, open and close by turns.
        """
        half = self._step // 2
        bottom, top = lines.span(lines.ys, edges)
        first, end = (-((self._y0 + half - level) // self._step) for level in (bottom, top))
        which, row = _spread(first, end)
        y = row * self._step + self._y0 + half
        edge = edges[which]
        ax, ay = lines.xs[edge].astype(np.int64), lines.ys[edge].astype(np.int64)
        x = ax + (lines.xs[edge + 1] - ax) * ((y - ay) / (lines.ys[edge + 1] - ay))
        col = np.floor((x - self._x0 - half) / self._step).astype(np.int64) + 1
        order = np.lexsort((x, row, owner[which]))
        col, row, whose = col[order], row[order], owner[which][order]
        span, inner = _spread(np.clip(col[::2], 0, self._cols), np.clip(col[1::2], 0, self._cols))
        return np.unique((whose[::2][span] * self._rows + row[::2][span]) * self._cols + inner)

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
