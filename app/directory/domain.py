"""Decides whether a file of boundaries may be used, and how well it fits the map; how a unit may be reached."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from urllib.parse import urlsplit

import numpy as np
import orjson
import shapely
from numpy.typing import NDArray
from shapely import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from app.identity.domain import email_address
from app.kit.geo import EARTH_RADIUS_M, VIETNAM
from app.kit.text import Text, has_forbidden_characters, nfc

from .errors import BoundaryFileUnreadable, UnusableContact
from .snapshot import Area
from .terms import CONTACT_FIELDS, AreaCode, Tier

_COARSE = 0.0005  # degrees, about fifty metres: what shows on a map of a whole province
_COARSE_DECIMALS = 5
DECIMALS = 7  # of a degree, about a centimetre: what the grid works with
_WORTH_NAMING_KM2 = 0.01
_LARGEST_SHARE = 0.2  # of an area that a neighbour may claim too: borders are drawn apart, but not that far
_FAR_KM = 3.0
_MOST_NAMED = 100
_KM_A_DEGREE = math.radians(1) * EARTH_RADIUS_M / 1000
_SOUTH, _WEST, _NORTH, _EAST = VIETNAM
Shapes = dict[AreaCode, BaseGeometry]


@dataclass(frozen=True, slots=True)
class Drawn:
    """One feature of a file."""

    code: str
    geometry: BaseGeometry
    valid_from: date | None
    valid_to: date | None
    approximate: bool


@dataclass(frozen=True, slots=True)
class Flaw:
    """A feature that cannot be used, and why."""

    code: str
    name: str
    reason: Text


@dataclass(frozen=True, slots=True)
class Overlap:
    """Two areas of one tier that claim the same ground."""

    code: str
    other: str
    km2: float
    share: float  # of the smaller one, 0 to 1


@dataclass(frozen=True, slots=True)
class Stray:
    """An area whose boundary lies `km` away from where the map has its centre."""

    code: str
    name: str
    km: float


@dataclass(frozen=True, slots=True)
class Fit:
    """How the boundaries below an area fill its own: ground of no child, ground outside, children without any."""

    code: str
    name: str
    gap_km2: float
    outside_km2: float
    children_without_boundary: int


@dataclass(frozen=True, slots=True)
class BoundaryReport:
    """What a file holds and how it fits. Usable when nothing is unknown, repeated or flawed."""

    edition: str
    counts: Mapping[Tier, int]
    replaced: int
    approximate: int
    unknown_codes: Sequence[str]
    repeated_codes: Sequence[str]
    flaws: Sequence[Flaw]
    overlaps: Sequence[Overlap] = ()
    overlap_km2: float = 0.0
    fits: Sequence[Fit] = ()
    undrawn_parents: Sequence[str] = ()  # without their boundary nobody can say where their children leave gaps
    strays: Sequence[Stray] = ()

    @property
    def usable(self) -> bool:
        """Whether the boundaries may be switched on."""
        return not (self.unknown_codes or self.repeated_codes or self.flaws) and bool(self.counts)


def read_features(content: bytes) -> list[Drawn]:
    """All features of a GeoJSON FeatureCollection (RFC 7946). Raises: BoundaryFileUnreadable."""
    try:
        data = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise BoundaryFileUnreadable(
            Text("Tệp không phải JSON hợp lệ: {error}.", "The file is not valid JSON: {error}.").fill(error=error)
        ) from error
    features = data.get("features") if isinstance(data, dict) else None
    if not isinstance(features, list) or not features:
        raise BoundaryFileUnreadable(
            Text(
                "Tệp cần là một FeatureCollection của GeoJSON và có ít nhất một ranh giới.",
                "The file must be a GeoJSON FeatureCollection with at least one boundary.",
            )
        )
    return [_feature(number, feature) for number, feature in enumerate(features, start=1)]


def _feature(number: int, feature: Any) -> Drawn:
    properties = feature.get("properties") if isinstance(feature, dict) else None
    code = properties.get("code") if isinstance(properties, dict) else None
    if not isinstance(code, str) or not isinstance(properties, dict):
        raise BoundaryFileUnreadable(
            Text(
                "Đối tượng thứ {n} thiếu thuộc tính code (mã đơn vị hành chính, dạng chữ).",
                "Feature number {n} lacks the property code (the area's code, as text).",
            ).fill(n=number)
        )
    try:
        geometry = shapely.from_geojson(orjson.dumps(feature.get("geometry")))
        days = [date.fromisoformat(day) if day else None for day in map(properties.get, ("valid_from", "valid_to"))]
    except (shapely.errors.GEOSException, ValueError, TypeError) as error:
        raise BoundaryFileUnreadable(
            Text(
                "Không đọc được đối tượng mã {code}: {error}.", "The feature with code {code} cannot be read: {error}."
            ).fill(code=code, error=error)
        ) from error
    return Drawn(code, geometry, days[0], days[1], properties.get("approx") is True)


def day_of(features: Iterable[Drawn]) -> date | None:
    """A day on which all of the features are in force, by what they say themselves; None when they say nothing.

    Raises: BoundaryFileUnreadable when there is no such day.
    """
    starts = [one.valid_from for one in features if one.valid_from is not None]
    ends = [one.valid_to for one in features if one.valid_to is not None]
    if starts and ends and max(starts) > min(ends):
        raise BoundaryFileUnreadable(
            Text(
                "Tệp trộn ranh giới của nhiều thời kỳ (valid_from, valid_to). Hãy tách thành từng tệp.",
                "The file mixes boundaries of several times (valid_from, valid_to). Split it.",
            )
        )
    return min(ends) if ends else max(starts, default=None)


def examine(
    features: Sequence[Drawn], areas: Mapping[AreaCode, Area], standing: Mapping[AreaCode, bytes], edition: str
) -> tuple[BoundaryReport, dict[AreaCode, bytes]]:
    """What is to be said of the file, and the WKB of each area when it is usable.

    Args:
        standing: WKB of the boundaries in use now; those the file names are replaced, the others stay beside it.
    """
    times = Counter(one.code for one in features)
    shapes: Shapes = {}
    flaws: list[Flaw] = []
    for one in features:
        known = areas.get(AreaCode(one.code))
        if known is None:
            continue
        shape, reason = _usable(one.geometry)
        if reason:
            flaws.append(Flaw(known.code, known.name, reason))
        elif shape is not None:
            shapes[known.code] = shape
    report = BoundaryReport(
        edition=edition,
        counts=dict(Counter(areas[code].tier for code in shapes)),
        replaced=len(shapes.keys() & standing.keys()),
        approximate=sum(one.approximate for one in features),
        unknown_codes=sorted(code for code in times if AreaCode(code) not in areas),
        repeated_codes=sorted(code for code, number in times.items() if number > 1),
        flaws=sorted(flaws, key=lambda flaw: flaw.code),
    )
    if not report.usable:
        return report, {}
    together: Shapes = {code: shapely.from_wkb(wkb) for code, wkb in standing.items()} | shapes
    overlaps = _overlaps(shapes, together, areas)
    parents = {parent for code in shapes if (parent := areas[code].parent) is not None}
    report = replace(
        report,
        flaws=[_claimed_twice(overlap, areas) for overlap in overlaps if overlap.share > _LARGEST_SHARE],
        overlaps=[overlap for overlap in overlaps if overlap.km2 >= _WORTH_NAMING_KM2][:_MOST_NAMED],
        overlap_km2=round(sum(overlap.km2 for overlap in overlaps), 3),
        fits=_fits(shapes, together, areas),
        undrawn_parents=sorted(areas[parent].name for parent in parents if parent not in together),
        strays=_strays(shapes, areas),
    )
    if not report.usable:
        return report, {}
    return report, {code: shapely.to_wkb(shape, byte_order=1, output_dimension=2) for code, shape in shapes.items()}


def _claimed_twice(overlap: Overlap, areas: Mapping[AreaCode, Area]) -> Flaw:
    one, other = areas[AreaCode(overlap.code)], areas[AreaCode(overlap.other)]
    reason = Text(
        "chồng lấn {km2:.1f} km² với {name} ({code}), bằng {share:.0%} đơn vị nhỏ hơn",
        "shares {km2:.1f} km² with {name} ({code}), which is {share:.0%} of the smaller one",
    )
    return Flaw(one.code, one.name, reason.fill(km2=overlap.km2, name=other.name, code=other.code, share=overlap.share))


def _strays(shapes: Shapes, areas: Mapping[AreaCode, Area]) -> list[Stray]:
    """Areas whose boundary is some kilometres away from their centre on the map, the farthest first."""
    found: list[Stray] = []
    for code, shape in shapes.items():
        centre = areas[code].centroid
        across = math.cos(math.radians(centre.lat))
        near = shapely.shortest_line(shape, shapely.Point(centre.lon, centre.lat)).coords
        km = math.hypot((near[0][0] - near[1][0]) * across, near[0][1] - near[1][1]) * _KM_A_DEGREE
        if km > _FAR_KM:
            found.append(Stray(code, areas[code].name, round(km, 1)))
    return sorted(found, key=lambda stray: (-stray.km, stray.code))


def _usable(geometry: BaseGeometry | None) -> tuple[BaseGeometry | None, Text | None]:
    """The geometry as a multipolygon on the grid of `DECIMALS`, or the reason why it cannot be one."""
    if geometry is None or geometry.is_empty:
        return None, Text("không có hình", "empty")
    if geometry.geom_type not in {"Polygon", "MultiPolygon"}:
        return None, Text("là {kind}, cần Polygon hoặc MultiPolygon", "a {kind}, not a Polygon or MultiPolygon").fill(
            kind=geometry.geom_type
        )
    if misplaced := _misplaced(*geometry.bounds):
        return None, misplaced
    if not geometry.is_valid:
        return None, Text("hình không hợp lệ: {why}", "not a valid shape: {why}").fill(
            why=shapely.is_valid_reason(geometry)
        )
    rounded = shapely.transform(shapely.force_2d(geometry), _rounded)
    if not rounded.is_valid:  # a sliver thinner than the grid
        rounded = shapely.set_precision(shapely.force_2d(geometry), 10**-DECIMALS)
        if rounded.is_empty or rounded.geom_type not in {"Polygon", "MultiPolygon"}:
            return None, Text("quá nhỏ, mất hình khi làm tròn đến 1e-7 độ", "vanishes when rounded to 1e-7 degrees")
        rounded = shapely.transform(rounded, _rounded)
    return MultiPolygon([rounded]) if isinstance(rounded, Polygon) else rounded, None


def _misplaced(west: float, south: float, east: float, north: float) -> Text | None:
    """Why these bounds cannot be in Vietnam; None when they are."""
    if _in_vietnam(west, south, east, north):
        return None
    bounds = f"{west:.4f},{south:.4f} – {east:.4f},{north:.4f}"
    if _in_vietnam(south, west, north, east):
        return Text(
            "ngoài Việt Nam ({bounds}): vĩ độ và kinh độ bị đổi chỗ? GeoJSON ghi kinh độ trước",
            "outside Vietnam ({bounds}): swapped latitude and longitude? GeoJSON has longitude first",
        ).fill(bounds=bounds)
    return Text("ngoài Việt Nam ({bounds})", "outside Vietnam ({bounds})").fill(bounds=bounds)


def _in_vietnam(west: float, south: float, east: float, north: float) -> bool:
    return west >= _WEST and east <= _EAST and south >= _SOUTH and north <= _NORTH


def _rounded(points: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.round(points, DECIMALS)


def km2(geometry: BaseGeometry) -> float:
    """Area in square kilometres, right to a hundredth for areas up to the size of a province."""
    if geometry.is_empty:
        return 0.0
    across = math.cos(math.radians(geometry.centroid.y))
    return float(geometry.area) * across * _KM_A_DEGREE**2


def _overlaps(shapes: Shapes, together: Shapes, areas: Mapping[AreaCode, Area]) -> list[Overlap]:
    """Ground that an area of the file shares with another of its tier, the largest first."""
    found: list[Overlap] = []
    for tier in Tier:
        codes = sorted(code for code in together if areas[code].tier is tier)
        if not codes:
            continue
        geometries = np.array([together[code] for code in codes], dtype=object)
        left, right = shapely.STRtree(geometries).query(geometries, predicate="intersects")
        once = left < right
        for a, b in zip(left[once].tolist(), right[once].tolist(), strict=True):
            if codes[a] not in shapes and codes[b] not in shapes:
                continue
            shared = km2(shapely.intersection(geometries[a], geometries[b]))
            if shared > 0:
                share = shared / min(km2(geometries[a]), km2(geometries[b]))
                found.append(Overlap(codes[a], codes[b], round(shared, 4), share))
    return sorted(found, key=lambda overlap: (-overlap.km2, overlap.code, overlap.other))


def _fits(shapes: Shapes, together: Shapes, areas: Mapping[AreaCode, Area]) -> list[Fit]:
    """For every drawn area that the file draws, or whose children it draws: how the children fill it, by code."""
    children: dict[AreaCode, list[AreaCode]] = defaultdict(list)
    for area in areas.values():
        if area.parent is not None:
            children[area.parent].append(area.code)
    concerned = {code for code in shapes if code in children}
    concerned |= {parent for code in shapes if (parent := areas[code].parent) is not None and parent in together}
    found: list[Fit] = []
    for code in sorted(concerned):
        drawn = [together[child] for child in children[code] if child in together]
        if not drawn:
            continue
        filled = shapely.union_all(drawn)
        own = together[code]
        missing = len(children[code]) - len(drawn)
        gap = 0.0 if missing else km2(shapely.difference(own, filled))
        outside = km2(shapely.difference(filled, own))
        found.append(Fit(code, areas[code].name, round(gap, 3), round(outside, 3), missing))
    return found


def checked_contact(contact: Mapping[str, str]) -> dict[str, str]:
    """How a unit is reached, as it is kept. Raises: UnusableContact."""
    errors, kept = [], {}
    for name in CONTACT_FIELDS:
        typed = nfc(contact.get(name, "")).strip()
        if not typed:
            continue
        email = email_address(typed) if name == "email" else typed
        web = name != "website" or urlsplit(typed).scheme in {"http", "https"}
        if email is None or not web or has_forbidden_characters(typed):
            errors.append({"pointer": f"/{name}", "detail": _NO_CONTACT[name]})
        else:
            kept[name] = email
    if errors:
        said = [_NO_CONTACT[name] for name in CONTACT_FIELDS if any(one["pointer"] == f"/{name}" for one in errors)]
        raise UnusableContact(Text(" ".join(one.vi for one in said), " ".join(one.en for one in said)), errors=errors)
    return kept


_NO_CONTACT = {
    "email": Text("Địa chỉ thư chưa đúng.", "This is no mail address."),
    "phone": Text("Số điện thoại có ký tự không dùng được.", "The phone number has characters nobody can dial."),
    "website": Text("Trang web cần bắt đầu bằng https:// hoặc http://.", "A website begins with https:// or http://."),
    "address": Text("Địa chỉ có ký tự không dùng được.", "The address has characters that cannot be used."),
}


def coarse_outlines(shapes: Mapping[AreaCode, bytes]) -> dict[AreaCode, bytes]:
    """GeoJSON geometries of boundaries in WKB, simplified together, so that neighbours still meet."""
    if not shapes:
        return {}
    whole = shapely.from_wkb(list(shapes.values()))
    coarse = shapely.transform(shapely.coverage_simplify(whole, _COARSE), lambda at: np.round(at, _COARSE_DECIMALS))
    return {code: shapely.to_geojson(shape).encode() for code, shape in zip(shapes, coarse, strict=True)}
