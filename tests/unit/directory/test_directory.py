"""Tenants, units and jurisdictions in memory."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import pytest

from app.directory.errors import AreaOutsideTenant, UnknownArea, UnknownEdition, UnknownTenant, UnknownUnit
from app.directory.snapshot import Area, AreaMap, Directory, Edition, Jurisdiction, Tenant, Unit
from app.directory.terms import AreaCode, EditionId, Tier, UnitKind
from app.kit.geo import Box, Point
from app.kit.ids import TenantId, UnitId
from app.kit.text import fold
from tests.provinces import HAIDUONG, KHANHHOA, packaged_provinces

EDITION = EditionId(1)
T = TenantId(1)
TODAY = date(2025, 6, 1)


def area(code: str, name: str, tier: Tier, parent: str | None) -> Area:
    return Area(
        EDITION,
        AreaCode(code),
        name,
        name.split(maxsplit=1)[0],
        tier,
        AreaCode(parent) if parent else None,
        Point(20.9, 106.3),
        Box(20.8, 106.2, 21.0, 106.4),
        fold(name),
    )


def unit(
    number: int, code: str, kind: UnitKind, tier: Tier, area_code: str, parent: int | None, **changed: object
) -> Unit:
    values: dict[str, object] = {
        "tenant_id": T,
        "id": UnitId(UUID(int=number)),
        "code": code,
        "name": code,
        "name_en": code,
        "kind": kind,
        "tier": tier,
        "parent_id": UnitId(UUID(int=parent)) if parent else None,
        "area_code": AreaCode(area_code),
        "contact": {},
        "active": True,
    } | changed
    return Unit(**values)  # type: ignore[arg-type]


def over(number: int, area_code: str, category: str | None = None, **dates: date) -> Jurisdiction:
    return Jurisdiction(T, UnitId(UUID(int=number)), AreaCode(area_code), category, **dates)


AREAS = [
    area("30", "Tỉnh Hải Dương", Tier.PROVINCE, None),
    area("288", "Thành phố Hải Dương", Tier.DISTRICT, "30"),
    area("10507", "Phường Cẩm Thượng", Tier.COMMUNE, "288"),
    area("10510", "Phường Bình Hàn", Tier.COMMUNE, "288"),
    area("31", "Thành phố Hải Phòng", Tier.PROVINCE, None),
]
COMMITTEE, OFFICE = UnitKind.PEOPLE_COMMITTEE, UnitKind.OFFICE
UNITS = [
    unit(1, "H23", COMMITTEE, Tier.PROVINCE, "30", None),
    unit(2, "H23.21", COMMITTEE, Tier.DISTRICT, "288", 1),
    unit(3, "H23.21.01", COMMITTEE, Tier.COMMUNE, "10507", 2),
    unit(4, "H23.21.82", OFFICE, Tier.DISTRICT, "288", 2),
    unit(5, "H23.21.81", OFFICE, Tier.DISTRICT, "288", 2),
    unit(6, "H23.19", UnitKind.RECEPTION, Tier.PROVINCE, "30", 1),
    unit(7, "H23.21.80", OFFICE, Tier.DISTRICT, "288", 2, valid_to=date(2025, 2, 28)),
]
JURISDICTIONS = [
    over(1, "30"),
    over(2, "288"),
    over(3, "10507"),
    over(4, "288", "roads"),
    over(5, "288"),
    over(6, "30"),
    over(7, "288", "roads"),
]
TENANT = Tenant(
    T, "haiduong", "Tỉnh Hải Dương", "Hải Dương", AreaCode("30"), EDITION, "H23", ("hd.vn",), "Asia/Ho_Chi_Minh", True
)
OLDER = Edition(EDITION, "vn-63", "63", "63", None, date(2025, 6, 30))


@pytest.fixture
def directory() -> Directory:
    return Directory([AreaMap(OLDER, AREAS)], [TENANT], UNITS, JURISDICTIONS, default_tenant="haiduong")


def test_a_chain_leads_from_the_commune_to_the_province(directory: Directory) -> None:
    chain = directory.chain(EDITION, "10507")
    assert chain.codes == ("10507", "288", "30")
    assert (chain.area.code, chain.province.code) == ("10507", "30")
    assert directory.chain(EDITION, "288").commune is None


def test_a_subtree_holds_what_is_below_and_itself(directory: Directory) -> None:
    assert directory.map(EDITION).subtree("288") == {"288", "10507", "10510"}
    assert directory.is_within(EDITION, "10507", "30")
    assert directory.is_within(EDITION, "30", "30")
    assert not directory.is_within(EDITION, "30", "10507")
    assert not directory.is_within(EDITION, "99999", "30")


def test_names_are_found_without_diacritics(directory: Directory) -> None:
    assert [found.code for found in directory.map(EDITION).search("CAM thuong")] == ["10507"]
    assert [found.code for found in directory.map(EDITION).search("", tier=Tier.COMMUNE, after="10507")] == ["10510"]
    assert [found.code for found in directory.map(EDITION).search("hai", parent=AreaCode("30"))] == ["288"]


def test_unknown_names_are_refused_by_name(directory: Directory) -> None:
    with pytest.raises(UnknownArea):
        directory.area(EDITION, "99999")
    with pytest.raises(UnknownEdition):
        directory.chain(EditionId(9), "30")
    with pytest.raises(UnknownEdition):
        directory.edition_by_code("vn-99")
    with pytest.raises(UnknownEdition):
        directory.edition_on(date(2030, 1, 1))
    with pytest.raises(UnknownUnit):
        directory.unit_by_code(T, "H99")
    with pytest.raises(UnknownTenant):
        directory.tenant_by_slug("nowhere")
    with pytest.raises(AreaOutsideTenant):
        directory.chain_in(T, "31")


def test_a_tenant_is_known_by_host_code_and_province(directory: Directory) -> None:
    assert directory.tenant_of_host("HD.vn") == T
    assert directory.tenant_of_host("elsewhere.vn") is None
    assert directory.tenant_of_code("H23-261122-0042") == T
    assert directory.tenant_of_code("h23.21.01") == T
    assert directory.tenant_of_code("H2-261122-0042") is None
    assert directory.tenant_of_code("") is None
    assert directory.tenant_of_province(EDITION, "30") is TENANT
    assert directory.default_tenant() == T


def test_a_path_leads_from_the_province_to_the_unit(directory: Directory) -> None:
    commune = directory.unit_by_code(T, "H23.21.01")
    path = directory.unit_path(T, commune.id)
    assert [directory.unit(T, step).code for step in path] == ["H23", "H23.21", "H23.21.01"]
    parent = directory.parent(T, commune.id)
    assert parent is not None
    assert parent.code == "H23.21"
    assert directory.parent(T, path[0]) is None


def test_a_subtree_of_units_leaves_out_what_is_not_known(directory: Directory) -> None:
    district = directory.unit_by_code(T, "H23.21")
    found = directory.subtree(T, [district.id, UnitId(UUID(int=99))])
    assert {directory.unit(T, one).code for one in found} == {
        "H23.21",
        "H23.21.01",
        "H23.21.80",
        "H23.21.81",
        "H23.21.82",
    }
    assert directory.subtree(TenantId(2), [district.id]) == frozenset()


def test_the_narrower_jurisdiction_comes_first(directory: Directory) -> None:
    chain = directory.chain(EDITION, "10507")
    found = directory.units_covering(T, OFFICE, Tier.DISTRICT, chain, ("roads.pothole", "roads"), TODAY)
    assert [one.code for one in found] == ["H23.21.82", "H23.21.81"]


def test_a_unit_that_has_ended_is_not_found(directory: Directory) -> None:
    chain = directory.chain(EDITION, "10507")
    codes = [
        one.code for one in directory.units_covering(T, OFFICE, Tier.DISTRICT, chain, ("roads",), date(2025, 2, 1))
    ]
    assert codes == ["H23.21.80", "H23.21.82", "H23.21.81"]


def test_reception_is_the_committee_below_and_the_desk_of_the_province(directory: Directory) -> None:
    chain = directory.chain(EDITION, "10507")
    found = [directory.reception(T, chain, tier, TODAY) for tier in (Tier.COMMUNE, Tier.DISTRICT, Tier.PROVINCE)]
    assert [one.code if one else None for one in found] == ["H23.21.01", "H23.21", "H23.19"]
    nobody = directory.chain(EDITION, "10510")
    assert directory.reception(T, nobody, Tier.COMMUNE, TODAY) is None


def test_units_are_found_by_words_of_their_names(directory: Directory) -> None:
    found = directory.search_units(T, "h23.21", kind=OFFICE, parent="H23.21", after="H23.21.81", on=TODAY)
    assert [one.code for one in found] == ["H23.21.82"]


def test_a_map_without_boundaries_on_purpose_refuses_to_place_a_point() -> None:
    area_map = AreaMap(OLDER, AREAS, locates=False)
    assert area_map.provinces
    with pytest.raises(LookupError, match="cannot place"):
        area_map.locator.locate(Point(20.9467, 106.3134))


def test_pages_of_a_province_hold_the_port_and_its_own_host() -> None:
    directory = packaged_provinces().directory
    assert directory.pages_of(HAIDUONG, "http://127.0.0.1:8123") == "http://127.0.0.1:8123"
    assert directory.pages_of(KHANHHOA, "http://127.0.0.1:8123") == "http://khanhhoa.localhost:8123"
    assert directory.pages_of(KHANHHOA, "https://lienthong.example.vn") == "https://khanhhoa.localhost"
    assert directory.pages_of(KHANHHOA, "https://lienthong.example.vn/", "haiduong.localhost") == (
        "https://khanhhoa.localhost"
    )
    assert directory.pages_of(HAIDUONG, "https://lienthong.example.vn/", "HaiDuong.localhost:8443") == (
        "https://haiduong.localhost:8443"
    )
    assert directory.pages_of(HAIDUONG, "https://lienthong.example.vn/", "haiduong.localhost:80<x>") == (
        "https://lienthong.example.vn"
    )
