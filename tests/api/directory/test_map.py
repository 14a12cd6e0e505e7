"""The map and the units as everyone sees them; they live in memory, so no database is asked."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date
from functools import cache
from types import SimpleNamespace

import httpx
import pytest
from fastapi import FastAPI

from app.directory.endpoints import hot_router, router
from app.directory.seed.source import SourceArea, read_source
from app.directory.snapshot import Area, AreaMap, Directory, Edition, Succession
from app.directory.terms import AreaCode, EditionId
from app.kit.clock import FixedClock
from app.kit.text import fold
from app.web.problems import install
from tests.provinces import WORKDAY, packaged_provinces

CAM_THUONG = {"lat": 20.951, "lon": 106.318}


def _area(edition: EditionId, area: SourceArea) -> Area:
    return Area(
        edition,
        AreaCode(area.code),
        area.name,
        area.type_name,
        area.tier,
        AreaCode(area.parent) if area.parent else None,
        area.centroid,
        area.box,
        fold(area.name),
    )


@cache
def whole_country() -> Directory:
    """Both maps with all their areas, and the units of both provinces."""
    source = read_source()
    older = Edition(EditionId(1), "vn-63", "63", "63", None, date(2025, 6, 30))
    newer = Edition(EditionId(2), "vn-34", "34", "34", date(2025, 7, 1), None)
    ways = [
        Succession(older.id, AreaCode(way.from_code), newer.id, AreaCode(way.to_code), way.kind, way.share)
        for way in source.successions
    ]
    maps = [
        AreaMap(older, [_area(older.id, area) for area in source.older.values()], after=ways),
        AreaMap(newer, [_area(newer.id, area) for area in source.newer.values()], before=ways),
    ]
    provinces = packaged_provinces().directory
    units = [unit for tenant in provinces.tenants for unit in provinces.units(tenant.id)]
    return Directory(maps, provinces.tenants, units, default_tenant="haiduong")


@pytest.fixture
async def web() -> AsyncIterator[httpx.AsyncClient]:
    """A client at a host that belongs to no province."""
    app = FastAPI()
    install(app)
    app.include_router(hot_router)
    app.include_router(router)
    app.state.directory = SimpleNamespace(current=whole_country())
    app.state.tenants = whole_country
    app.state.clock = FixedClock(WORKDAY)
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://anywhere.localhost") as client:
        yield client


async def test_a_point_of_hai_duong_is_named_with_all_three_tiers(web: httpx.AsyncClient) -> None:
    body = (await web.get("/api/v1/areas/locate", params=CAM_THUONG)).json()
    assert body["area"] == {
        "commune": {"code": "10507", "name": "Phường Cẩm Thượng", "tier": "commune"},
        "district": {"code": "288", "name": "Thành phố Hải Dương", "tier": "district"},
        "province": {"code": "30", "name": "Tỉnh Hải Dương", "tier": "province"},
    }
    assert body["edition"] == "vn-63"
    assert body["confidence"] == "approximate"
    assert "10510" in {neighbour["code"] for neighbour in body["neighbours"]}
    assert body["tenant"] == {"slug": "haiduong", "name": "Tỉnh Hải Dương"}


async def test_a_point_of_khanh_hoa_is_named_on_its_own_map(web: httpx.AsyncClient) -> None:
    body = (await web.get("/api/v1/areas/locate", params={"lat": 12.2435, "lon": 109.1943})).json()
    assert body["edition"] == "vn-34"
    assert body["area"]["district"] is None
    assert body["area"]["province"]["code"] == "56"
    assert body["tenant"]["slug"] == "khanhhoa"


async def test_a_point_of_nobody_is_named_without_a_tenant(web: httpx.AsyncClient) -> None:
    body = (await web.get("/api/v1/areas/locate", params={"lat": 21.0285, "lon": 105.8542})).json()
    assert body["area"]["province"]["name"] == "Thành phố Hà Nội"
    assert body["tenant"] is None


async def test_the_edition_may_be_chosen(web: httpx.AsyncClient) -> None:
    body = (await web.get("/api/v1/areas/locate", params={**CAM_THUONG, "edition": "vn-34"})).json()
    assert body["area"]["province"]["name"] == "Thành phố Hải Phòng"
    assert body["tenant"] is None


@pytest.mark.parametrize(
    ("lat", "lon", "slug"),
    [
        ("NaN", "106.3", "point-not-finite"),
        ("20.9", "inf", "point-not-finite"),
        ("200", "500", "point-not-finite"),
        ("106.318", "20.951", "point-swapped"),
        ("0", "0", "point-zero"),
        ("48.85", "2.35", "point-outside-vietnam"),
        ("18.5", "107.5", "point-in-no-area"),
        ("20.9", "north", "invalid"),
    ],
)
async def test_an_unusable_point_has_a_problem_of_its_own(
    web: httpx.AsyncClient, lat: str, lon: str, slug: str
) -> None:
    answer = await web.get("/api/v1/areas/locate", params={"lat": lat, "lon": lon})
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["type"] == f"/problems/{slug}"


async def test_a_swapped_point_is_offered_the_right_way_round(web: httpx.AsyncClient) -> None:
    answer = await web.get("/api/v1/areas/locate", params={"lat": 106.318, "lon": 20.951})
    assert answer.json()["suggestion"] == CAM_THUONG


async def test_areas_are_found_without_diacritics(web: httpx.AsyncClient) -> None:
    body = (await web.get("/api/v1/areas", params={"q": "CAM thuong"})).json()
    assert "Phường Cẩm Thượng" in [item["name"] for item in body["items"]]
    assert body["next_cursor"] is None


async def test_pages_of_areas_hold_every_area_once(web: httpx.AsyncClient) -> None:
    params: dict[str, str | int] = {"tier": "commune", "parent": "288", "limit": 5}
    codes: list[str] = []
    while True:
        body = (await web.get("/api/v1/areas", params=params)).json()
        codes += [item["code"] for item in body["items"]]
        if body["next_cursor"] is None:
            break
        params["cursor"] = body["next_cursor"]
    assert codes == sorted(set(codes))
    assert len(codes) == (await web.get("/api/v1/areas/288")).json()["children_count"]


async def test_a_cursor_of_another_query_is_refused(web: httpx.AsyncClient) -> None:
    first = (await web.get("/api/v1/areas", params={"tier": "commune", "limit": 5})).json()
    answer = await web.get("/api/v1/areas", params={"tier": "district", "cursor": first["next_cursor"]})
    assert (answer.status_code, answer.json()["type"]) == (400, "/problems/foreign-cursor")
    assert (await web.get("/api/v1/areas", params={"cursor": "???"})).json()["type"] == "/problems/unreadable-cursor"


async def test_an_area_says_what_it_became(web: httpx.AsyncClient) -> None:
    body = (await web.get("/api/v1/areas/10507")).json()
    assert body["chain"]["province"]["code"] == "30"
    assert body["successors"] == [
        {
            "edition": "vn-34",
            "code": "10507",
            "name": "Phường Thành Đông",
            "tier": "commune",
            "kind": "merge",
            "share": "full",
        }
    ]
    west, south, east, north = body["bbox"]
    assert west < body["centroid"]["lon"] < east
    assert south < body["centroid"]["lat"] < north
    assert body["has_boundary"] is False


async def test_an_area_of_the_newer_map_says_what_it_was(web: httpx.AsyncClient) -> None:
    body = (await web.get("/api/v1/areas/31", params={"at": "2025-07-01"})).json()
    provinces = {way["name"]: way["kind"] for way in body["predecessors"] if way["tier"] == "province"}
    assert provinces == {"Tỉnh Hải Dương": "merge", "Thành phố Hải Phòng": "merge"}
    assert {way["kind"] for way in body["predecessors"] if way["tier"] == "district"} == {"abolish"}


@pytest.mark.parametrize(
    ("path", "slug"),
    [
        ("/api/v1/areas/99999", "unknown-area"),
        ("/api/v1/areas?parent=99999", "unknown-area"),
        ("/api/v1/areas?edition=vn-99", "unknown-edition"),
        ("/api/v1/units?parent=H99", "unknown-unit"),
    ],
)
async def test_an_unknown_code_is_not_found(web: httpx.AsyncClient, path: str, slug: str) -> None:
    answer = await web.get(path, headers={"Accept-Language": "en"})
    assert (answer.status_code, answer.json()["type"]) == (404, f"/problems/{slug}")
    assert answer.headers["content-language"] == "en"


async def test_who_holds_the_answer_is_told_that_nothing_changed(web: httpx.AsyncClient) -> None:
    for path in ("/api/v1/areas?tier=province", "/api/v1/areas/30", "/api/v1/units?tier=district"):
        first = await web.get(path)
        again = await web.get(path, headers={"If-None-Match": first.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")


async def test_each_province_lists_its_own_units(web: httpx.AsyncClient) -> None:
    query = {"kind": "utility"}
    ours = (await web.get("/api/v1/units", params=query)).json()["items"]
    theirs = (await web.get("/api/v1/units", params=query, headers={"Host": "khanhhoa.localhost"})).json()["items"]
    assert [unit["code"] for unit in ours] == ["H23.91", "H23.92", "H23.93"]
    assert [unit["code"] for unit in theirs] == ["H32.91", "H32.92", "H32.93"]
    assert ours[0]["contact"]["phone"] == "19006769"
    assert (ours[0]["parent_code"], ours[0]["area"]["code"]) == ("H23", "30")


async def test_units_are_paged_and_named_in_english(web: httpx.AsyncClient) -> None:
    query: dict[str, str | int] = {"tier": "commune", "limit": 200}
    first = (await web.get("/api/v1/units", params=query, headers={"Accept-Language": "en"})).json()
    assert first["items"][0]["name"] == "People's Committee of Cẩm Thượng Ward"
    rest = (await web.get("/api/v1/units", params={**query, "cursor": first["next_cursor"]})).json()
    assert len(first["items"]) + len(rest["items"]) == 207
