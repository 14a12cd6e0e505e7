"""The packaged provinces as snapshots in memory, built from the package's files alone: no database."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from importlib import resources
from uuid import UUID

from app.catalogue.seed import packaged_categories
from app.catalogue.snapshot import Catalogue
from app.directory.seed.source import SourceArea, read_source
from app.directory.seed.tenants import PlannedArea, plan_units
from app.directory.snapshot import Area, AreaMap, Directory, Edition, Jurisdiction, Tenant, Unit
from app.directory.terms import AreaCode, EditionId
from app.kit.ids import TenantId, UnitId
from app.kit.text import fold
from app.procedures.seed import packaged_procedures
from app.procedures.snapshot import Procedures
from app.routing.seed import packaged_rulebook
from app.routing.snapshot import Rulebooks

HAIDUONG, KHANHHOA = TenantId(1), TenantId(2)
WORKDAY = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)  # Friday, 10:00 in Vietnam


@dataclass(frozen=True)
class Provinces:
    """All that a decision needs."""

    directory: Directory
    catalogue: Catalogue
    rulebooks: Rulebooks
    procedures: Procedures


@lru_cache(maxsize=1)
def packaged_provinces() -> Provinces:
    """Hải Dương on the older map and Khánh Hòa on the newer, with their units, categories and rules."""
    source = read_source()
    maps: list[AreaMap] = []
    tenants: list[Tenant] = []
    units: list[Unit] = []
    jurisdictions: list[Jurisdiction] = []
    for slug, areas, number, code in (
        ("haiduong", source.older, EditionId(1), "vn-63"),
        ("khanhhoa", source.newer, EditionId(2), "vn-34"),
    ):
        data = tomllib.loads(resources.files("app.directory").joinpath(f"data/{slug}.toml").read_text("utf-8"))
        about = data["tenant"]
        own = _below(areas, about["province"])
        maps.append(AreaMap(Edition(number, code, code, code, None, None), [_area(number, area) for area in own]))
        tenant = TenantId(about["id"])
        tenants.append(
            Tenant(
                id=tenant,
                slug=slug,
                name=about["name"],
                name_en=about["name_en"],
                province=AreaCode(about["province"]),
                edition=number,
                agency_code=about["agency_code"],
                hosts=tuple(about["hosts"]),
                time_zone=about["time_zone"],
                active=True,
            )
        )
        planned = [PlannedArea(area.code, area.parent, area.tier, area.name, area.type_name) for area in own]
        ids: dict[str, UnitId] = {}
        for place, unit in enumerate(plan_units(data, planned), start=1):
            ids[unit.code] = UnitId(UUID(int=tenant << 64 | place))
            units.append(
                Unit(
                    tenant_id=tenant,
                    id=ids[unit.code],
                    code=unit.code,
                    name=unit.name,
                    name_en=unit.name_en,
                    kind=unit.kind,
                    tier=unit.tier,
                    parent_id=ids[unit.parent] if unit.parent else None,
                    area_code=AreaCode(unit.area_code),
                    contact=unit.contact,
                    active=True,
                )
            )
            jurisdictions.extend(
                Jurisdiction(tenant, ids[unit.code], AreaCode(unit.area_code), category)
                for category in ((None,) if unit.categories is None else unit.categories)
            )
    books = [packaged_rulebook(tenant.id, tenant.slug) for tenant in tenants]
    return Provinces(
        directory=Directory(maps, tenants, units, jurisdictions, default_tenant="haiduong"),
        catalogue=Catalogue(category for tenant in tenants for category in packaged_categories(tenant.id)),
        rulebooks=Rulebooks(book[0] for book in books if book is not None),
        procedures=Procedures(one for tenant in tenants for one in packaged_procedures(tenant.id)),
    )


def _below(areas: dict[str, SourceArea], province: str) -> list[SourceArea]:
    """The province and all below it, by code."""
    found = {province}
    for _ in range(2):
        found |= {area.code for area in areas.values() if area.parent in found}
    return [areas[code] for code in sorted(found)]


def _area(edition: EditionId, area: SourceArea) -> Area:
    return Area(
        edition=edition,
        code=AreaCode(area.code),
        name=area.name,
        type_name=area.type_name,
        tier=area.tier,
        parent=AreaCode(area.parent) if area.parent else None,
        centroid=area.centroid,
        box=area.box,
        search_name=fold(area.name),
    )
