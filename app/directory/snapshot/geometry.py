"""Boundaries as whole numbers: 10⁻⁷ degrees (about a centimetre), so that every test of a point is exact."""

from __future__ import annotations

import struct

import numpy as np
from numpy.typing import NDArray

UNITS = 10_000_000  # units in a degree; ±180° fits in 32 bits
Ring = NDArray[np.int32]
"""A closed ring of points: n × 2, longitude before latitude, first point repeated as the last."""

_COUNT = struct.Struct("<I")
_POLYGON, _MULTI = 3, 6


class UnreadableBoundaryError(ValueError):
    """The bytes are not a little-endian WKB polygon or multipolygon in two dimensions."""


def rings_of(wkb: bytes) -> list[Ring]:
    """All rings, outer and inner alike, of a polygon or multipolygon (OGC 06-103r4 section 8.2, little-endian).

    A point is inside when a ray from it crosses the rings an odd number of times: holes need no mark of their own.
    Raises: UnreadableBoundaryError.
    """
    kind, at = _kind(wkb, 0)
    if kind == _POLYGON:
        return _rings(wkb, 0)[0]
    if kind != _MULTI:
        raise UnreadableBoundaryError(kind)
    (polygons,) = _COUNT.unpack_from(wkb, at)
    at += 4
    rings: list[Ring] = []
    for _ in range(polygons):
        more, at = _rings(wkb, at)
        rings += more
    return rings


def _kind(wkb: bytes, at: int) -> tuple[int, int]:
    """Type of the geometry at this place, and where its content begins."""
    if wkb[at] != 1:
        raise UnreadableBoundaryError(wkb[at])
    return _COUNT.unpack_from(wkb, at + 1)[0], at + 5


def _rings(wkb: bytes, at: int) -> tuple[list[Ring], int]:
    """Rings of the polygon at this place, and where it ends."""
    kind, at = _kind(wkb, at)
    if kind != _POLYGON:
        raise UnreadableBoundaryError(kind)
    (count,) = _COUNT.unpack_from(wkb, at)
    at += 4
    rings: list[Ring] = []
    for _ in range(count):
        (points,) = _COUNT.unpack_from(wkb, at)
        degrees = np.frombuffer(wkb, "<f8", points * 2, at + 4).reshape(points, 2)
        rings.append(np.rint(degrees * UNITS).astype(np.int32))
        at += 4 + points * 16
    return rings, at
