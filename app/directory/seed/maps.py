"""Writes both editions of the map, their areas and the ways between them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from sqlalchemy import Table, select

from app.db.work import Work
from app.directory.models import Area, AreaSuccession, MapEdition
from app.directory.terms import EditionId
from app.kit.text import Text, fold

from .bulk import put_rows
from .source import SourceArea, fingerprint, read_source

OLDER = EditionId(1)
NEWER = EditionId(2)
_LAST_DAY = date(2025, 6, 30)
_FIRST_DAY = date(2025, 7, 1)


async def seed_maps(work: Work, progress: Callable[[Text], None]) -> bool:
    """Both editions are there as the installed package tells them; False when they were already."""
    source_name = fingerprint()
    loaded = await work.session.scalars(select(MapEdition.source).order_by(MapEdition.id))
    if list(loaded) == [source_name, source_name]:
        return False
    progress(Text("Đang đọc danh mục hành chính cả nước…", "Reading the areas of the whole country…"))
    source = read_source()
    progress(
        Text(
            "Đang ghi {old} đơn vị của bản đồ 63 tỉnh và {new} đơn vị của bản đồ 34 tỉnh…",
            "Writing {old} areas of the map of 63 provinces and {new} of the map of 34…",
        ).fill(old=len(source.older), new=len(source.newer))
    )
    await put_rows(work, _table(MapEdition), _editions(source_name), key=["id"], overwrite=True)
    areas = [_area(OLDER, None, _LAST_DAY, area) for area in source.older.values()]
    areas += [_area(NEWER, _FIRST_DAY, None, area) for area in source.newer.values()]
    await put_rows(work, _table(Area), areas, key=["edition_id", "code"], overwrite=True)
    ways: list[dict[str, object]] = [
        {
            "from_edition_id": OLDER,
            "from_code": way.from_code,
            "to_edition_id": NEWER,
            "to_code": way.to_code,
            "kind": way.kind.value,
            "share": way.share.value,
        }
        for way in source.successions
    ]
    key = ["from_edition_id", "from_code", "to_edition_id", "to_code"]
    await put_rows(work, _table(AreaSuccession), ways, key=key, overwrite=True)
    return True


def _table(model: type[MapEdition | Area | AreaSuccession]) -> Table:
    table = model.__table__
    assert isinstance(table, Table)
    return table


def _editions(source_name: str) -> list[dict[str, object]]:
    older: dict[str, object] = {
        "id": OLDER,
        "code": "vn-63",
        "name": "Bản đồ 63 tỉnh, ba cấp (đến 30/6/2025)",
        "name_en": "63 provinces, three tiers (until 30 June 2025)",
        "valid_from": None,
        "valid_to": _LAST_DAY,
        "source": source_name,
    }
    newer: dict[str, object] = {
        "id": NEWER,
        "code": "vn-34",
        "name": "Bản đồ 34 tỉnh, hai cấp (từ 1/7/2025)",
        "name_en": "34 provinces, two tiers (from 1 July 2025)",
        "valid_from": _FIRST_DAY,
        "valid_to": None,
        "source": source_name,
    }
    return [older, newer]


def _area(edition: EditionId, valid_from: date | None, valid_to: date | None, area: SourceArea) -> dict[str, object]:
    box = area.box
    return {
        "edition_id": edition,
        "code": area.code,
        "tier": area.tier.value,
        "name": area.name,
        "type_name": area.type_name,
        "parent_code": area.parent,
        "lat": area.centroid.lat,
        "lon": area.centroid.lon,
        "south": box.south if box else None,
        "west": box.west if box else None,
        "north": box.north if box else None,
        "east": box.east if box else None,
        "valid_from": valid_from,
        "valid_to": valid_to,
        "search_name": fold(area.name),
    }
