"""The categories as everyone sees them; they live in memory, so no database is asked."""

from __future__ import annotations

from collections.abc import AsyncIterator
from types import SimpleNamespace

import httpx
import pytest
from fastapi import FastAPI

from app.catalogue.endpoints import router
from app.kit.clock import FixedClock
from app.web.problems import install
from tests.provinces import WORKDAY, packaged_provinces


@pytest.fixture
async def web() -> AsyncIterator[httpx.AsyncClient]:
    """A client of Hải Dương; Khánh Hòa answers at its own host name."""
    app = FastAPI()
    install(app)
    app.include_router(router)
    provinces = packaged_provinces()
    app.state.catalogue = SimpleNamespace(current=provinces.catalogue)
    app.state.directory = SimpleNamespace(current=provinces.directory)
    app.state.tenants = lambda: provinces.directory
    app.state.clock = FixedClock(WORKDAY)
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://haiduong.localhost") as client:
        yield client


async def test_the_tree_is_in_vietnamese_unless_english_is_asked_for(web: httpx.AsyncClient) -> None:
    tree = (await web.get("/api/v1/categories")).json()["items"]
    assert (tree[0]["code"], tree[0]["name"]) == ("roads", "Đường sá, cầu cống")
    assert tree[0]["categories"][0]["code"] == "roads.pothole"
    assert len(tree) == 22
    english = (await web.get("/api/v1/categories", headers={"Accept-Language": "en"})).json()["items"]
    assert english[0]["name"] == "Roads and bridges"


async def test_other_legal_tracks_are_marked_in_the_tree(web: httpx.AsyncClient) -> None:
    tree = (await web.get("/api/v1/categories")).json()["items"]
    assert {group["code"] for group in tree if group["diverted"]} == {"complaint", "denunciation"}


async def test_who_holds_the_tree_is_told_that_nothing_changed(web: httpx.AsyncClient) -> None:
    first = await web.get("/api/v1/categories")
    again = await web.get("/api/v1/categories", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    other = {"If-None-Match": first.headers["etag"], "Accept-Language": "en"}
    assert (await web.get("/api/v1/categories", headers=other)).status_code == 200
    assert first.headers["vary"] == "Accept-Language"


async def test_a_category_says_what_to_ask_and_what_is_promised(web: httpx.AsyncClient) -> None:
    answer = await web.get("/api/v1/categories/lighting.street_lamp")
    body = answer.json()
    assert [question["code"] for question in body["questions"]] == ["pole_number", "lamps_out", "since"]
    assert body["target"]["working_days"] == 3
    assert "960/QĐ-UBND" in body["target"]["legal_basis"]
    assert body["open"] is True
    again = await web.get("/api/v1/categories/lighting.street_lamp", headers={"If-None-Match": answer.headers["etag"]})
    assert again.status_code == 304


async def test_a_diverted_category_gives_guidance(web: httpx.AsyncClient) -> None:
    body = (await web.get("/api/v1/categories/complaint.decision")).json()
    assert body["diverted"] is True
    assert body["publication"] == "never"
    assert "Luật Khiếu nại" in body["guidance"]


async def test_an_unknown_category_is_not_found_and_the_nearest_are_named(web: httpx.AsyncClient) -> None:
    answer = await web.get("/api/v1/categories/roads.pothol")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert body["type"] == "/problems/category-not-found"
    assert body["suggestions"][0] == {"code": "roads.pothole", "name": "Ổ gà, hố trên mặt đường"}


async def test_each_province_has_its_own_categories_at_its_own_host(web: httpx.AsyncClient) -> None:
    answer = await web.get("/api/v1/categories/roads.pothole", headers={"Host": "khanhhoa.localhost"})
    assert answer.status_code == 200
