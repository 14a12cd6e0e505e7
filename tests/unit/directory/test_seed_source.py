"""What the country's maps hold after reading the package."""

from __future__ import annotations

from collections import Counter

import pytest

from app.directory.seed.source import Source, read_source
from app.directory.terms import Share, SuccessionKind, Tier
from app.kit.geo import distance_m
from app.kit.text import nfc


@pytest.fixture(scope="module")
def source() -> Source:
    return read_source()


def test_both_maps_have_every_area(source: Source) -> None:
    assert Counter(area.tier for area in source.older.values()) == {
        Tier.PROVINCE: 63,
        Tier.DISTRICT: 696,
        Tier.COMMUNE: 10_035,
    }
    assert Counter(area.tier for area in source.newer.values()) == {Tier.PROVINCE: 34, Tier.COMMUNE: 3_321}


def test_districts_without_communes_are_kept(source: Source) -> None:
    parents = {area.parent for area in source.older.values()}
    bare = {code for code, area in source.older.items() if area.tier is Tier.DISTRICT and code not in parents}
    assert bare == {"318", "471", "498", "536", "755"}  # Bạch Long Vĩ, Cồn Cỏ, Hoàng Sa, Lý Sơn, Côn Đảo


def test_every_area_belongs_to_one_of_the_next_tier(source: Source) -> None:
    for area in source.older.values():
        above = source.older[area.parent].tier if area.parent else None
        assert above is {Tier.PROVINCE: None, Tier.DISTRICT: Tier.PROVINCE, Tier.COMMUNE: Tier.DISTRICT}[area.tier]
    for area in source.newer.values():
        above = source.newer[area.parent].tier if area.parent else None
        assert above is {Tier.PROVINCE: None, Tier.COMMUNE: Tier.PROVINCE}[area.tier]


def test_every_name_is_composed_and_begins_with_its_type(source: Source) -> None:
    for area in (*source.older.values(), *source.newer.values()):
        assert area.name == nfc(area.name)
        assert area.name.startswith(f"{area.type_name} ")


def test_every_old_area_went_somewhere_and_every_new_one_came_from_somewhere(source: Source) -> None:
    assert {way.from_code for way in source.successions} == set(source.older)
    assert {way.to_code for way in source.successions} == set(source.newer)


def test_a_divided_commune_is_shared_and_a_merged_one_goes_whole(source: Source) -> None:
    for way in source.successions:
        assert (way.kind is SuccessionKind.SPLIT) == (way.share is Share.PARTIAL)


def test_hai_duong_went_into_hai_phong(source: Source) -> None:
    ways = {way.from_code: way for way in source.successions if way.kind is not SuccessionKind.ABOLISH}
    assert (ways["30"].to_code, ways["30"].kind) == ("31", SuccessionKind.MERGE)
    abolished = {way.from_code: way.to_code for way in source.successions if way.kind is SuccessionKind.ABOLISH}
    assert abolished["288"] == "31"
    assert ways["318"].to_code == "11948"  # Bạch Long Vĩ: a district became a special zone


def test_centres_that_the_geocoder_found_elsewhere_are_mended(source: Source) -> None:
    nam_dong = source.older["10672"]  # the package has it 16 km away, in Hải Phòng
    assert distance_m(nam_dong.centroid, source.older["288"].centroid) < 8_000
    hoang_sa = source.older["498"]  # the package has it in the city of Đà Nẵng
    assert hoang_sa.centroid.lon > 111
    assert source.older["22736"].centroid.lon > 113  # Trường Sa


def test_every_area_has_a_box_around_its_communes(source: Source) -> None:
    for areas in (source.older, source.newer):
        for area in areas.values():
            assert area.box is not None
            above = areas[area.parent].box if area.parent else None
            if above is not None:
                assert above.south <= area.box.south <= area.box.north <= above.north
                assert above.west <= area.box.west <= area.box.east <= above.east
