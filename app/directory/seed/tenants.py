"""Writes the tenants, their units and what each answers for, from the packaged files and from the areas.

Codes of units: `{agency}` is the People's Committee of the province, `{agency}.01` to `.19` are its own bodies and
`.91` to `.99` the utilities, as the file says; People's Committees below take `.21`, `.22` … in the order of their
areas' codes, and in the same way `.01`, `.02` … below a district, whose offices take `.81` to `.89`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from sqlalchemy import Table, select

from app.db.work import Work
from app.directory.models import Area, Jurisdiction, MapEdition, Tenant, Unit
from app.directory.terms import Tier, UnitKind
from app.kit.ids import uuid7
from app.kit.text import Text

from .bulk import put_rows

_FILES = ("haiduong.toml", "khanhhoa.toml")
_FIRST_BELOW = 21
_TYPES_EN = {
    "Thành phố": "City",
    "Thị xã": "Town",
    "Huyện": "District",
    "Quận": "Urban District",
    "Phường": "Ward",
    "Xã": "Commune",
    "Thị trấn": "Township",
    "Đặc khu": "Special Zone",
    "Tỉnh": "Province",
}


@dataclass(frozen=True, slots=True)
class PlannedUnit:
    """A unit to be written; `categories` None: every one, empty: none."""

    code: str
    parent: str | None
    name: str
    name_en: str
    kind: UnitKind
    tier: Tier
    area_code: str
    categories: tuple[str, ...] | None
    contact: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class PlannedArea:
    """What planning needs to know of an area."""

    code: str
    parent: str | None
    tier: Tier
    name: str
    type_name: str


async def seed_tenants(work: Work, progress: Callable[[Text], None]) -> bool:
    """Every packaged tenant has all its units; units that are there already stay as officers left them."""
    wrote = False
    for name in _FILES:
        data = tomllib.loads((files("app.directory") / "data" / name).read_text("utf-8"))
        wrote = await _seed_tenant(work, data, progress) or wrote
    return wrote


async def _seed_tenant(work: Work, data: dict[str, Any], progress: Callable[[Text], None]) -> bool:
    about = data["tenant"]
    tenant_id = int(about["id"])
    edition_id = await work.session.scalar(select(MapEdition.id).where(MapEdition.code == about["edition"]))
    assert edition_id is not None
    tenant: dict[str, object] = {
        "id": tenant_id,
        "slug": about["slug"],
        "name": about["name"],
        "name_en": about["name_en"],
        "province_code": about["province"],
        "edition_id": edition_id,
        "agency_code": about["agency_code"],
        "hosts": about["hosts"],
        "time_zone": about["time_zone"],
        "active": True,
    }
    planned = list(plan_units(data, await _areas(work, edition_id, about["province"])))
    known = await work.session.execute(select(Unit.code, Unit.id).where(Unit.tenant_id == tenant_id))
    ids = {row.code: row.id for row in known}
    fresh = [unit for unit in planned if unit.code not in ids]
    if not fresh:
        return False
    progress(
        Text("Đang tạo {n} cơ quan, đơn vị của {name}…", "Creating {n} units of {name_en}…").fill(
            n=len(fresh), name=about["name"], name_en=about["name_en"]
        )
    )
    await put_rows(work, _table(Tenant), [tenant], key=["id"], overwrite=False)
    for unit in fresh:
        ids[unit.code] = uuid7(work.now)
    units: list[dict[str, object]] = [
        {
            "tenant_id": tenant_id,
            "id": ids[unit.code],
            "code": unit.code,
            "name": unit.name,
            "name_en": unit.name_en,
            "kind": unit.kind.value,
            "tier": unit.tier.value,
            "parent_id": ids[unit.parent] if unit.parent else None,
            "area_code": unit.area_code,
            "contact": dict(unit.contact),
            "active": True,
            "valid_from": None,
            "valid_to": None,
        }
        for unit in fresh
    ]
    jurisdictions: list[dict[str, object]] = [
        {
            "tenant_id": tenant_id,
            "id": uuid7(work.now),
            "unit_id": ids[unit.code],
            "area_code": unit.area_code,
            "category_code": category,
            "valid_from": None,
            "valid_to": None,
        }
        for unit in fresh
        for category in ((None,) if unit.categories is None else unit.categories)
    ]
    await put_rows(work, _table(Unit), units, key=["tenant_id", "id"], overwrite=False)
    await put_rows(work, _table(Jurisdiction), jurisdictions, key=["tenant_id", "id"], overwrite=False)
    return True


async def _areas(work: Work, edition_id: int, province: str) -> list[PlannedArea]:
    """The province and everything below it, by code."""
    columns = (Area.code, Area.parent_code, Area.tier, Area.name, Area.type_name)
    found: list[PlannedArea] = []
    above = [province]
    wanted = Area.code.in_(above)
    while above:
        rows = await work.session.execute(
            select(*columns).where(Area.edition_id == edition_id, wanted).order_by(Area.code)
        )
        level = [PlannedArea(code, parent, Tier(tier), name, kind) for code, parent, tier, name, kind in rows]
        found += level
        above = [area.code for area in level]
        wanted = Area.parent_code.in_(above)
    return found


def _table(model: type[Tenant | Unit | Jurisdiction]) -> Table:
    table = model.__table__
    assert isinstance(table, Table)
    return table


def _in_sentence(name: str) -> str:
    """A full name inside a sentence: `Thị trấn Thanh Miện` gives `thị trấn Thanh Miện`."""
    return name[0].lower() + name[1:]


def _committee(area: PlannedArea, code: str, parent: str | None, contact: Mapping[str, str]) -> PlannedUnit:
    short = area.name.removeprefix(area.type_name).strip()
    return PlannedUnit(
        code=code,
        parent=parent,
        name=f"UBND {_in_sentence(area.name)}",
        name_en=f"People's Committee of {short} {_TYPES_EN[area.type_name]}",
        kind=UnitKind.PEOPLE_COMMITTEE,
        tier=area.tier,
        area_code=area.code,
        categories=None,
        contact=contact,
    )


def plan_units(data: Mapping[str, Any], areas: list[PlannedArea]) -> Iterator[PlannedUnit]:
    """Every unit of the tenant, each after the one above it.

    Args:
        data: the packaged file.
        areas: the province and all below it.
    """
    about = data["tenant"]
    agency = str(about["agency_code"])
    province = next(area for area in areas if area.tier is Tier.PROVINCE)
    below: dict[str, list[PlannedArea]] = {}
    for area in sorted(areas, key=lambda area: area.code):
        if area.parent is not None:
            below.setdefault(area.parent, []).append(area)
    yield _committee(province, agency, None, {"website": about["website"]} if "website" in about else {})
    for row in data["units"]:
        yield _body(row, f"{agency}.{row['code']}", agency, province, row["name"])
    for number, area in enumerate(below.get(province.code, ()), start=_FIRST_BELOW):
        code = f"{agency}.{number:02}"
        yield _committee(area, code, agency, {})
        if area.tier is Tier.DISTRICT:
            for row in data.get("offices", ()):
                yield _body(row, f"{code}.{row['code']}", code, area, f"{row['name']} {_in_sentence(area.name)}")
        for below_number, commune in enumerate(below.get(area.code, ()), start=1):
            yield _committee(commune, f"{code}.{below_number:02}", code, {})


def _body(row: Mapping[str, Any], code: str, parent: str, area: PlannedArea, name: str) -> PlannedUnit:
    """A department, office, desk or utility as the file tells it."""
    district = area.tier is Tier.DISTRICT
    short = area.name.removeprefix(area.type_name).strip()
    categories = row.get("categories")
    return PlannedUnit(
        code=code,
        parent=parent,
        name=name,
        name_en=f"{row['name_en']}, {short} {_TYPES_EN[area.type_name]}" if district else row["name_en"],
        kind=UnitKind.OFFICE if district else UnitKind(row["kind"]),
        tier=area.tier,
        area_code=area.code,
        categories=None if categories is None else tuple(categories),
        contact=row.get("contact", {}),
    )
