"""The map's page, and the places it is drawn from."""

from __future__ import annotations

import httpx
import pytest
from fastapi import FastAPI
from pydantic import ValidationError

from app.db.engine import Database
from app.db.work import Work, in_work
from app.directory.service import import_boundaries
from app.kit.clock import FixedClock
from app.settings import Settings
from tests.integration.directory.test_boundaries import BINH_HAN, CAM_THUONG, collection
from tests.statements import Statements


async def test_places_have_their_boundaries_where_some_are_loaded(
    client: httpx.AsyncClient, db: Database, clock: FixedClock, statements: Statements
) -> None:
    bare = (await client.get("/map/places.geojson")).json()
    tiers = [one["properties"]["tier"] for one in bare["features"]]
    assert (tiers.count("district"), tiers.count("commune")) == (12, 207)
    assert all(one["geometry"] is None for one in bare["features"])

    async def load(work: Work) -> None:
        await import_boundaries(work, collection(CAM_THUONG, BINH_HAN), name="two wards")

    await in_work(db, clock, 1, load)
    statements.clear()
    answer = await client.get("/map/places.geojson")
    assert answer.headers["content-type"] == "application/geo+json"
    drawn = {one["properties"]["code"]: one["geometry"] for one in answer.json()["features"] if one["geometry"]}
    assert set(drawn) == {"10507", "10510"}
    assert len([text for text in statements.texts if "area_boundar" in text or "boundary_set" in text]) == 2
    held = {"If-None-Match": answer.headers["etag"]}
    assert (await client.get("/map/places.geojson", headers=held)).status_code == 304


async def test_without_a_tile_server_nobody_else_is_asked(client: httpx.AsyncClient) -> None:
    page = await client.get("/map")
    assert "img-src 'self';" in page.headers["content-security-policy"]
    assert 'data-tiles=""' in page.text
    assert "http://" not in page.text.replace("http://haiduong.localhost", "")
    assert "https://" not in page.text


async def test_pictures_alone_may_come_from_the_operators_tile_server(
    client: httpx.AsyncClient, application: FastAPI, settings: Settings
) -> None:
    tiles = "https://tiles.example.vn/vn/{z}/{x}/{y}.png"
    given = {"map_tiles": tiles, "map_credit": "<b>© Ai đó</b>"}
    application.state.settings = settings.model_copy(update=given)
    pages = [await client.get(address) for address in ("/map", "/report")]
    application.state.settings = settings
    for page in pages:
        policy = page.headers["content-security-policy"]
        assert "img-src 'self' https://tiles.example.vn;" in policy
        assert policy.count("tiles.example.vn") == 1
        assert "<b>© Ai" not in page.text
    assert "tiles.example.vn" not in (await client.get("/")).headers["content-security-policy"]


@pytest.mark.parametrize(
    "tiles", ["tiles.example.vn/{z}/{x}/{y}.png", "https://a.vn/{z}/{x}.png", "https://a b/{z}{x}{y}"]
)
def test_an_address_that_is_none_of_tiles_is_refused(tiles: str) -> None:
    with pytest.raises(ValidationError):
        Settings(_env_file=None, map_tiles=tiles)
