"""Where a point is: total and deterministic. Every point has an answer or one of the problems of `errors`."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

from app.directory.errors import PointInNoArea, PointNotFinite, PointOutsideVietnam, PointSwapped, PointZero
from app.directory.terms import AreaCode, Confidence
from app.kit.geo import VIETNAM, Point, looks_swapped

from .boundaries import Boundaries
from .centres import NEAR_M, Candidate, Centres, rank
from .geometry import UNITS
from .grid import Grid
from .records import Area, AreaChain, Located, Neighbour

SNAP_M = 3000.0
"""How far outside every boundary a point may be and still be given to the nearest: piers, sandbanks, coarse coasts."""
MOST_ACCURACY_M = 20_000.0
_GAP_M = 500.0
_MOST_NEIGHBOURS = 6
_SOUTH, _WEST, _NORTH, _EAST = VIETNAM


def refuse_unusable(point: Point) -> None:
    """Nothing when the point may be in Vietnam. Raises: one of the problems of points, each saying what to do."""
    lat, lon = point
    if _SOUTH <= lat <= _NORTH and _WEST <= lon <= _EAST:
        return
    if not (math.isfinite(lat) and math.isfinite(lon)):
        raise PointNotFinite
    if looks_swapped(point):
        raise PointSwapped(point)
    if abs(lat) > 90 or abs(lon) > 180:
        raise PointNotFinite
    if abs(lat) < 0.01 and abs(lon) < 0.01:
        raise PointZero
    raise PointOutsideVietnam


class NoLocator:
    """Stands where a process has no locator because it places nothing, as a worker: to ask it is a mistake of ours."""

    __slots__ = ()

    def locate(self, point: Point, accuracy_m: float | None = None) -> Located:
        """Never. Raises: LookupError."""
        message = f"this process loads no boundaries and cannot place {point} ({accuracy_m} m)"
        raise LookupError(message)


class Locator:
    """Finds the area of a point on one edition of the map."""

    __slots__ = ("_centres", "_chains", "_inside", "_layers", "_leaves", "_open", "_shaped", "_under")

    def __init__(
        self,
        chains: Mapping[AreaCode, AreaChain],
        children: Mapping[AreaCode, tuple[Area, ...]],
        boundaries: Boundaries | None,
    ) -> None:
        """`boundaries` may name any areas of any tiers; what they leave open is decided by centres."""
        self._chains = chains
        self._layers = boundaries.layers if boundaries is not None else ()
        self._shaped = frozenset(boundaries.codes & chains.keys()) if boundaries is not None else frozenset()
        self._inside = {code: Located(chains[code], Confidence.EXACT) for code in self._shaped if code not in children}
        self._leaves = tuple(chain.area for code, chain in chains.items() if code not in children)
        unshaped = [leaf for leaf in self._leaves if leaf.code not in self._shaped]
        self._centres = Centres(unshaped)
        self._under = {
            leaf.code: next((code for code in chains[leaf.code].codes if code in self._shaped), None)
            for leaf in unshaped
        }
        """The smallest area with a boundary that a leaf without one belongs to."""
        self._open: dict[AreaCode, list[Area]] = {}
        for leaf in unshaped:
            above = self._under[leaf.code]
            if above is not None:
                self._open.setdefault(above, []).append(leaf)

    def locate(self, point: Point, accuracy_m: float | None = None) -> Located:
        """The area of the point, with how sure that is and which others may be meant.

        The deepest tier with a boundary around the point decides. Below it, or where nothing has a boundary, the
        nearest centre among the areas whose box holds the point does, marked approximate. Where boundaries overlap
        the lowest code is taken and the others are neighbours.

        Args:
            accuracy_m: radius of the circle in which the point is; above 20 km it counts as 20 km.
        Raises: PointNotFinite, PointSwapped, PointZero, PointOutsideVietnam, PointInNoArea.
        """
        refuse_unusable(point)
        x, y = round(point.lon * UNITS), round(point.lat * UNITS)
        for codes, grid in self._layers:
            holding = grid.holding(x, y)
            if holding:
                inside = self._inside.get(codes[holding[0]])
                if inside is None:
                    return self._below_boundary(codes[holding[0]], point)
                if len(holding) == 1 and not accuracy_m:
                    return inside
                return self._at_border(inside, codes, grid, holding, point, accuracy_m)
        return self._outside_boundaries(point)

    def _at_border(
        self,
        inside: Located,
        codes: tuple[AreaCode, ...],
        grid: Grid,
        holding: Iterable[int],
        point: Point,
        accuracy_m: float | None,
    ) -> Located:
        """`inside`, with the neighbours whose boundary the accuracy circle touches or that overlap it there."""
        own = inside.chain.area.code
        distances = {codes[number]: 0.0 for number in holding}
        touched = False
        if accuracy_m and accuracy_m > 0:
            reach = min(accuracy_m, MOST_ACCURACY_M)
            for distance, number in grid.near(round(point.lon * UNITS), round(point.lat * UNITS), reach):
                touched = touched or codes[number] == own
                distances.setdefault(codes[number], distance)
        distances.pop(own, None)
        if not touched and not distances:
            return inside
        neighbours = [Neighbour(self._chains[code].area, round(far, 1)) for code, far in distances.items()]
        if touched and not neighbours:  # nobody has drawn what lies on the other side
            neighbours = self._neighbours(self._centres.near(point), own)
        neighbours.sort(key=lambda neighbour: (neighbour.distance_m, neighbour.area.code))
        return Located(inside.chain, Confidence.BORDER, 0.0, tuple(neighbours[:_MOST_NEIGHBOURS]))

    def _below_boundary(self, code: AreaCode, point: Point) -> Located:
        """The leaf below `code` that the point is probably in, `code` having a boundary around it."""
        open_leaves = self._open.get(code)
        if open_leaves:
            candidates = self._candidates(point, code)
            return self._by_centre(candidates or rank(open_leaves, point))
        for reach in (_GAP_M, SNAP_M, MOST_ACCURACY_M):  # a gap between the boundaries below
            if near := self._snap(point, reach, code):
                return near
        return self._by_centre(rank((leaf for leaf in self._leaves if code in self._chains[leaf.code].codes), point))

    def _outside_boundaries(self, point: Point) -> Located:
        """The area of a point in no boundary: by centres where no boundary was loaded, else the nearest boundary."""
        candidates = self._candidates(point, None)
        if candidates and not candidates[0].outside_m:
            return self._by_centre(candidates)
        if near := self._snap(point, SNAP_M, None):
            return near
        if candidates:
            return self._by_centre(candidates)
        raise PointInNoArea

    def _candidates(self, point: Point, under: AreaCode | None) -> list[Candidate]:
        """Leaves near the point of which `under` is the smallest area with a boundary."""
        return [one for one in self._centres.near(point) if self._under[one.area.code] == under]

    def _snap(self, point: Point, reach_m: float, below: AreaCode | None) -> Located | None:
        """The area with the nearest boundary within reach, if there is any; only of those below `below`."""
        x, y = round(point.lon * UNITS), round(point.lat * UNITS)
        near = sorted(
            (distance, codes[number])
            for codes, grid in self._layers
            for distance, number in grid.near(x, y, reach_m)
            if below is None or below in self._chains[codes[number]].codes[1:]
        )
        if not near:
            return None
        distance, code = near[0]
        if code not in self._inside:
            return self._below_boundary(code, point)
        others = [
            Neighbour(self._chains[other].area, round(far, 1)) for far, other in near[1:] if other in self._inside
        ]
        return Located(self._chains[code], Confidence.BORDER, round(distance, 1), tuple(others[:_MOST_NEIGHBOURS]))

    def _by_centre(self, candidates: list[Candidate]) -> Located:
        """The first of `candidates`, approximate; the others whose box holds the point may be meant as well."""
        first = candidates[0]
        chain = self._chains[first.area.code]
        neighbours = tuple(self._neighbours(candidates[1:], first.area.code))
        return Located(chain, Confidence.APPROXIMATE, round(first.centre_m, 1), neighbours)

    def _neighbours(self, candidates: Iterable[Candidate], own: AreaCode) -> list[Neighbour]:
        """The nearest of the candidates, without the area chosen and without the implausible."""
        return [
            Neighbour(candidate.area, round(candidate.centre_m, 1))
            for candidate in candidates
            if candidate.area.code != own and candidate.outside_m <= NEAR_M
        ][:_MOST_NEIGHBOURS]
