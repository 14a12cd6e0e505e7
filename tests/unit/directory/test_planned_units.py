"""The units that the packaged files and the maps give each tenant."""

from __future__ import annotations

import tomllib
from collections import Counter
from importlib.resources import files
from typing import Any

import pytest

from app.directory.seed.source import SourceArea, read_source
from app.directory.seed.tenants import PlannedArea, PlannedUnit, plan_units
from app.directory.terms import Tier, UnitKind


def packaged(name: str) -> dict[str, Any]:
    return tomllib.loads((files("app.directory") / "data" / name).read_text("utf-8"))


def below(areas: dict[str, SourceArea], province: str) -> list[PlannedArea]:
    def is_below(area: SourceArea) -> bool:
        return area.code == province or (area.parent is not None and is_below(areas[area.parent]))

    return [
        PlannedArea(area.code, area.parent, area.tier, area.name, area.type_name)
        for area in areas.values()
        if is_below(area)
    ]


@pytest.fixture(scope="module")
def haiduong() -> list[PlannedUnit]:
    return list(plan_units(packaged("haiduong.toml"), below(read_source().older, "30")))


@pytest.fixture(scope="module")
def khanhhoa() -> list[PlannedUnit]:
    return list(plan_units(packaged("khanhhoa.toml"), below(read_source().newer, "56")))


def test_hai_duong_has_a_peoples_committee_at_every_place(haiduong: list[PlannedUnit]) -> None:
    committees = Counter(unit.tier for unit in haiduong if unit.kind is UnitKind.PEOPLE_COMMITTEE)
    assert committees == {Tier.PROVINCE: 1, Tier.DISTRICT: 12, Tier.COMMUNE: 207}


def test_khanh_hoa_has_two_tiers(khanhhoa: list[PlannedUnit]) -> None:
    committees = Counter(unit.tier for unit in khanhhoa if unit.kind is UnitKind.PEOPLE_COMMITTEE)
    assert committees == {Tier.PROVINCE: 1, Tier.COMMUNE: 65}
    assert not [unit for unit in khanhhoa if unit.tier is Tier.DISTRICT or unit.kind is UnitKind.OFFICE]


def test_codes_are_unique_and_a_parent_comes_before_its_children(
    haiduong: list[PlannedUnit], khanhhoa: list[PlannedUnit]
) -> None:
    for units in (haiduong, khanhhoa):
        seen: set[str] = set()
        for unit in units:
            assert unit.code not in seen
            assert unit.parent is None or unit.parent in seen
            assert unit.parent is None or unit.code.startswith(f"{unit.parent}.")
            seen.add(unit.code)


def test_well_known_units_keep_their_codes(haiduong: list[PlannedUnit], khanhhoa: list[PlannedUnit]) -> None:
    names = {unit.code: unit.name for unit in (*haiduong, *khanhhoa)}
    assert names["H23"] == "UBND tỉnh Hải Dương"
    assert names["H23.21"] == "UBND thành phố Hải Dương"
    assert names["H23.21.01"] == "UBND phường Cẩm Thượng"
    assert names["H23.21.82"] == "Phòng Kinh tế, Hạ tầng và Đô thị thành phố Hải Dương"
    assert names["H23.91"] == "Công ty Điện lực Hải Dương"
    assert names["H32"] == "UBND tỉnh Khánh Hòa"


def test_there_is_no_police_of_the_district(haiduong: list[PlannedUnit]) -> None:
    assert not [unit for unit in haiduong if "Công an" in unit.name and unit.tier is not Tier.PROVINCE]


def test_each_province_has_one_reception_and_three_utilities(
    haiduong: list[PlannedUnit], khanhhoa: list[PlannedUnit]
) -> None:
    for units in (haiduong, khanhhoa):
        kinds = Counter(unit.kind for unit in units)
        assert kinds[UnitKind.RECEPTION] == 1
        assert kinds[UnitKind.UTILITY] == 3
        assert all(unit.tier is Tier.PROVINCE for unit in units if unit.kind is UnitKind.UTILITY)
