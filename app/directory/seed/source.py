"""Reads the areas of both maps from the package `vietnamadminunits` and mends what its geocoder got wrong. No database.

The package's dataset names every area with a centre and, for the older map, a box found by geocoding the address.
Some addresses were found elsewhere (Phường Nam Đồng of Hải Dương lies in Hải Phòng there) or not at all (the communes
of Trường Sa carry the centre of Nha Trang's district). The newer map's centres are surveyed, and every old commune is
known to be part of a new one: an old centre too far from it, or copied from its district, is replaced.
"""

from __future__ import annotations

import math
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.metadata import distribution
from pathlib import Path

import orjson

from app.directory.terms import Share, SuccessionKind, Tier
from app.kit.geo import Box, Point, distance_m
from app.kit.text import nfc

PACKAGE = "vietnamadminunits"
RULES = 1  # raise when the mending below changes, so that maps loaded before are loaded again
_DEGREE_M = 111_195.0
_USUAL_KM2 = 100.0  # the mean of the new communes, for the few without a figure


@dataclass(slots=True)
class SourceArea:
    """One area as it will be stored."""

    code: str
    name: str
    type_name: str
    tier: Tier
    parent: str | None
    centroid: Point
    box: Box | None


@dataclass(frozen=True, slots=True)
class SourceSuccession:
    """One way from the older map to the newer."""

    from_code: str
    to_code: str
    kind: SuccessionKind
    share: Share


@dataclass(frozen=True, slots=True)
class Source:
    """Both maps and the ways between them."""

    older: dict[str, SourceArea]
    newer: dict[str, SourceArea]
    successions: list[SourceSuccession]


def fingerprint() -> str:
    """Which data a map was loaded from: package, version and our own rules."""
    return f"{PACKAGE} {distribution(PACKAGE).version}, rules {RULES}"


def _folder() -> Path:
    """The package's data folder, found without importing the package: that would load its parser's tables."""
    return Path(str(distribution(PACKAGE).locate_file(f"{PACKAGE}/data")))


def read_source() -> Source:
    """Both maps: 63 provinces, 696 districts, 10,035 communes; 34 provinces, 3,321 communes; all ways between them."""
    folder = _folder()
    with sqlite3.connect(f"file:{folder / 'dataset.db'}?mode=ro", uri=True) as connection:
        connection.row_factory = sqlite3.Row
        old_rows = connection.execute("SELECT * FROM admin_units_legacy").fetchall()
        new_rows = connection.execute("SELECT * FROM admin_units").fetchall()
    connection.close()
    ways = orjson.loads((folder / "converter_2025.json").read_bytes())
    older, newer = _older(old_rows), _newer(new_rows)
    old_keys = {
        f"{row['provinceKey']}_{row['districtKey']}_{row['wardKey'] or ''}": row["wardCode"] or row["districtCode"]
        for row in old_rows
    }
    new_keys = {(row["provinceKey"], row["wardKey"]): row["wardCode"] for row in new_rows}
    pairs = _pairs(ways, old_keys, new_keys)
    sizes = {row["wardCode"]: float(row["wardAreaKm2"] or _USUAL_KM2) for row in new_rows}
    _mend(older, newer, pairs, sizes)
    _surround(older)
    _surround(newer)
    return Source(older, newer, _successions(older, newer, pairs, ways, old_rows, new_rows))


def _box(bounds: str) -> Box:
    """A box from `south,west – north,east`."""
    low, high = bounds.split(" – ")
    south, west = map(float, low.split(","))
    north, east = map(float, high.split(","))
    return Box(south, west, north, east)


def _named(raw: str) -> tuple[str, str]:
    """Full name and type of an area, the type in sentence case: `Thị Trấn Ái Tử` gives `Thị trấn Ái Tử`, `Thị trấn`."""
    name = nfc(raw)
    kinds = ("Thành phố", "Thị trấn", "Thị xã", "Đặc khu", "Phường", "Huyện", "Quận", "Tỉnh", "Xã")
    kind = next(kind for kind in kinds if name.lower().startswith(f"{kind.lower()} "))
    return kind + name[len(kind) :], kind


def _older(rows: Iterable[sqlite3.Row]) -> dict[str, SourceArea]:
    """The map of 63 provinces. Five island districts have no communes: their row names only the district."""
    areas: dict[str, SourceArea] = {}
    for row in rows:
        parent: str | None = None
        for tier, prefix in ((Tier.PROVINCE, "province"), (Tier.DISTRICT, "district"), (Tier.COMMUNE, "ward")):
            code = row[f"{prefix}Code"]
            if code is None:
                continue
            if code not in areas:
                name, kind = _named(row[prefix])
                centroid = Point(row[f"{prefix}Lat"], row[f"{prefix}Lon"])
                areas[code] = SourceArea(code, name, kind, tier, parent, centroid, _box(row[f"{prefix}Bounds"]))
            parent = code
    return areas


def _newer(rows: Iterable[sqlite3.Row]) -> dict[str, SourceArea]:
    """The map of 34 provinces; its boxes follow from the older map's."""
    areas: dict[str, SourceArea] = {}
    for row in rows:
        parent: str | None = None
        for tier, prefix in ((Tier.PROVINCE, "province"), (Tier.COMMUNE, "ward")):
            code = row[f"{prefix}Code"]
            if code not in areas:
                name, kind = _named(row[prefix])
                areas[code] = SourceArea(
                    code, name, kind, tier, parent, Point(row[f"{prefix}Lat"], row[f"{prefix}Lon"]), None
                )
            parent = code
    return areas


def _pairs(
    ways: Mapping[str, Mapping[str, Mapping[str, list[object]]]],
    old_keys: Mapping[str, str],
    new_keys: Mapping[tuple[str, str], str],
) -> list[tuple[str, str]]:
    """Every (old commune or communeless district, new commune) that share ground."""
    pairs: list[tuple[str, str]] = []
    for province, whole in ways["DICT_PROVINCE_WARD_NO_DIVIDED"].items():
        for new, olds in whole.items():
            pairs.extend((old_keys[str(old)], new_keys[province, new]) for old in olds)
    for province, divided in ways["DICT_PROVINCE_WARD_DIVIDED"].items():
        for old, parts in divided.items():
            for part in parts:
                assert isinstance(part, dict)
                pairs.append((old_keys[old], new_keys[province, part["newWardKey"]]))
    return sorted(set(pairs))


def _square(centre: Point, side_m: float) -> Box:
    """A box of that many metres around `centre`."""
    half_lat = side_m / 2 / _DEGREE_M
    half_lon = half_lat / math.cos(math.radians(centre.lat))
    return Box(centre.lat - half_lat, centre.lon - half_lon, centre.lat + half_lat, centre.lon + half_lon)


def _union(boxes: Iterable[Box]) -> Box:
    """The smallest box around all of them; there must be one."""
    south, west, north, east = zip(*boxes, strict=True)
    return Box(min(south), min(west), max(north), max(east))


def _mend(
    older: dict[str, SourceArea],
    newer: dict[str, SourceArea],
    pairs: list[tuple[str, str]],
    sizes_km2: Mapping[str, float],
) -> None:
    """Old centres that cannot be right move to the new commune's; new ones get the box of their parts."""
    became: dict[str, list[str]] = defaultdict(list)
    made_of: dict[str, list[str]] = defaultdict(list)
    for old, new in pairs:
        became[old].append(new)
        made_of[new].append(old)
    for old, news in became.items():
        area = older[old]
        above = older[area.parent] if area.parent else None
        new = min(news, key=lambda code: distance_m(area.centroid, newer[code].centroid))
        side_m = math.sqrt(sizes_km2[new]) * 1000
        copied = area.tier is Tier.COMMUNE and above is not None and area.centroid == above.centroid
        if copied or distance_m(area.centroid, newer[new].centroid) > side_m + 2000:
            area.centroid = newer[new].centroid
            area.box = _square(area.centroid, side_m)
    for new, area in newer.items():
        if area.tier is Tier.COMMUNE:
            own = _square(area.centroid, math.sqrt(sizes_km2[new]) * 1000)
            area.box = _union([own, *(box for old in made_of[new] if (box := older[old].box) is not None)])


def _surround(areas: dict[str, SourceArea]) -> None:
    """Districts and provinces have the box of the areas below them; the source's often frame only the chief town."""
    for tier in (Tier.DISTRICT, Tier.PROVINCE):
        below: dict[str, list[Box]] = defaultdict(list)
        for area in areas.values():
            if area.parent is not None and area.box is not None:
                below[area.parent].append(area.box)
        for code, boxes in below.items():
            if areas[code].tier is tier:
                areas[code].box = _union(boxes)


def _successions(
    older: dict[str, SourceArea],
    newer: dict[str, SourceArea],
    pairs: list[tuple[str, str]],
    ways: Mapping[str, Mapping[str, list[str]]],
    old_rows: Iterable[sqlite3.Row],
    new_rows: Iterable[sqlite3.Row],
) -> list[SourceSuccession]:
    """What became of every old area. A district with communes was abolished: its duties went to the new province."""
    old_provinces = {row["provinceKey"]: row["provinceCode"] for row in old_rows}
    new_provinces = {row["provinceKey"]: row["provinceCode"] for row in new_rows}
    province_pairs = [
        (old_provinces[old], new_provinces[new]) for new, olds in ways["DICT_PROVINCE"].items() for old in olds
    ]
    listed = {old for old, _ in province_pairs}
    province_pairs += [(code, code) for code in sorted(old_provinces.values()) if code not in listed]
    into = dict(province_pairs)
    found = _kinds(older, newer, province_pairs) + _kinds(older, newer, pairs)
    told = {way.from_code for way in found}
    found += [
        SourceSuccession(area.code, into[area.parent], SuccessionKind.ABOLISH, Share.FULL)
        for area in older.values()
        if area.tier is Tier.DISTRICT and area.code not in told and area.parent is not None
    ]
    return found


def _kinds(
    older: dict[str, SourceArea], newer: dict[str, SourceArea], pairs: list[tuple[str, str]]
) -> list[SourceSuccession]:
    """Each pair with its kind, which follows from how many go out of the old area and into the new one."""
    out = Counter(old for old, _ in pairs)
    into = Counter(new for _, new in pairs)
    found: list[SourceSuccession] = []
    for old, new in pairs:
        share = Share.FULL if out[old] == 1 else Share.PARTIAL
        if share is Share.PARTIAL:
            kind = SuccessionKind.SPLIT
        elif into[new] > 1:
            kind = SuccessionKind.MERGE
        else:
            same = older[old].name == newer[new].name
            kind = SuccessionKind.UNCHANGED if same else SuccessionKind.RENAME
        found.append(SourceSuccession(old, new, kind, share))
    return found
