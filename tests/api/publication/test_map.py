"""Public cases as vector tiles, and their density."""

from __future__ import annotations

import asyncio
import gzip
import random
from collections import Counter
from contextlib import suppress
from datetime import date, datetime
from typing import Any

import h3
import httpx
import mapbox_vector_tile
import pytest
from sqlalchemy import text

from app.cases.models import Case
from app.db.engine import Database
from app.db.errors import DatabaseUnavailable
from app.db.work import Work, write_work
from app.kit.clock import FixedClock
from app.outbox import service as outbox
from app.publication.domain.mercator import LAST_ZOOM, cell_of, spot_of, unwoven
from app.publication.errors import TooManyCells
from app.publication.service import count_places, density, recount
from app.publication.terms import CONSUMER, DensityAsked
from tests.public_cases import HAIDUONG, Fill, Province
from tests.statements import Statements

ZONE = "Asia/Ho_Chi_Minh"
PLACE = (20.941321, 106.317024)
STATES = ("received", "assigned", "in_progress", "awaiting_reporter", "awaiting_approval", "resolved", "closed")


def read(content: bytes) -> list[dict[str, Any]]:
    """Properties of the points of a tile, each within it."""
    if not content:
        return []
    layer = mapbox_vector_tile.decode(content, default_options={"y_coord_down": True})["cases"]
    for one in layer["features"]:
        assert all(0 <= side < 4096 for side in one["geometry"]["coordinates"]), one
    return [one["properties"] for one in layer["features"]]


def tile_of(zoom: int, lat: float = PLACE[0], lon: float = PLACE[1]) -> str:
    x, y = unwoven(cell_of(spot_of(lat, lon), zoom))
    return f"/tiles/{zoom}/{x}/{y}.mvt"


async def drawn(web: httpx.AsyncClient, address: str, **query: Any) -> list[dict[str, Any]]:
    answer = await web.get(address, params=query)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/vnd.mapbox-vector-tile"
    return read(answer.content)


async def drawn_in_all(web: httpx.AsyncClient, zoom: int, **query: Any) -> Counter[str]:
    """Counts by state of every tile of the zoom that holds something, with the tiles beside it."""
    found: Counter[str] = Counter()
    west, north = unwoven(cell_of(spot_of(21.3, 106.0), zoom))
    east, south = unwoven(cell_of(spot_of(20.6, 106.7), zoom))
    for x in range(west, east + 1):
        for y in range(north, south + 1):
            for one in await drawn(web, f"/tiles/{zoom}/{x}/{y}.mvt", **query):
                states = {one["state"]: 1} if "code" in one else {s: one[s] for s in STATES if s in one}
                assert sum(states.values()) == one["count"]
                found.update(states)
    return found


@pytest.fixture
async def many(fill: Fill, province: Province) -> list[Case]:
    """Forty-eight cases over the province, many of them in one street, two of them in one very place."""
    rng = random.Random(7)

    async def build(work: Work) -> list[Case]:
        places = [PLACE, PLACE]
        places += [(20.94 + rng.random() / 500, 106.31 + rng.random() / 500) for _ in range(22)]
        places += [(20.7 + rng.random() / 2, 106.1 + rng.random() / 2) for _ in range(24)]
        return [
            await province.a_case(
                work,
                lat=lat,
                lon=lon,
                state=rng.choice(STATES),
                category_code=rng.choice(["roads.pothole", "waste.dumping", "lighting.street_lamp"]),
            )
            for lat, lon in places
        ]

    return await fill(build)


async def test_a_case_by_itself_is_named(web: httpx.AsyncClient, fill: Fill, province: Province) -> None:
    async def build(work: Work) -> list[Case]:
        return [await province.a_case(work)]

    (case,) = await fill(build)
    for zoom in range(LAST_ZOOM + 1):
        assert await drawn(web, tile_of(zoom)) == [
            {"count": 1, "code": case.code, "category": "roads.pothole", "state": "in_progress"}
        ]


async def test_tiles_of_a_zoom_together_hold_every_public_case_that_has_a_place_once(
    web: httpx.AsyncClient, many: list[Case]
) -> None:
    wanted = Counter(case.state for case in many)
    for zoom in range(12):
        assert await drawn_in_all(web, zoom) == wanted, zoom
    for zoom in range(12, LAST_ZOOM + 1):
        addresses = {tile_of(zoom, round(case.lat or 0, 5), round(case.lon or 0, 5)) for case in many}
        found = [one for address in sorted(addresses) for one in await drawn(web, address)]
        assert sum(one["count"] for one in found) == len(many), zoom
        named = [one["code"] for one in found if "code" in one]
        assert len(named) == len(set(named)), zoom


async def test_filters_count_what_they_say(web: httpx.AsyncClient, many: list[Case]) -> None:
    queries: list[dict[str, Any]] = [
        {"state": "resolved"},
        {"state": ["resolved", "closed"]},
        {"category": "roads"},
        {"category": "waste.dumping"},
        {"category": "waste", "state": "received"},
    ]
    for query in queries:
        states = [query["state"]] if isinstance(query.get("state"), str) else query.get("state", STATES)
        category = query.get("category", "")
        wanted = Counter(c.state for c in many if c.state in states and c.category_code.startswith(category))
        for zoom in (8, 9, 11):
            assert await drawn_in_all(web, zoom, **query) == wanted, (query, zoom)


async def test_a_case_taken_back_is_gone_and_a_change_is_seen(
    web: httpx.AsyncClient, fill: Fill, province: Province, db: Database, clock: FixedClock
) -> None:
    async def build(work: Work) -> list[Case]:
        return [await province.a_case(work), await province.a_case(work, state="closed")]

    first, second = await fill(build)
    both = await web.get(tile_of(12))
    assert read(both.content) == [{"count": 2, "in_progress": 1, "closed": 1}]

    async def then(case: Case, **given: Any) -> httpx.Response:
        async with write_work(db, clock, HAIDUONG) as work:
            found = await work.session.get(Case, (HAIDUONG, case.id))
            assert found is not None
            await province.change(work, found, **given)
            await province.rebuild(work, case.id)
        return await web.get(tile_of(12), headers={"If-None-Match": both.headers["etag"]})

    assert read((await then(second, publication="withheld")).content) == [
        {"count": 1, "code": first.code, "category": "roads.pothole", "state": "in_progress"}
    ]
    assert read((await then(first, state="resolved", resolution="fixed")).content)[0]["state"] == "resolved"
    assert read((await then(first, category_code="waste.dumping")).content)[0]["category"] == "waste.dumping"
    assert read((await then(first, lat=20.75, lon=106.22)).content) == []
    assert (await drawn(web, tile_of(12, 20.75, 106.22)))[0]["code"] == first.code
    assert (await then(first, publication="withheld")).content == b""
    assert (await drawn(web, tile_of(12, 20.75, 106.22))) == []


async def test_a_text_that_changes_leaves_the_tile_as_it_was(
    web: httpx.AsyncClient, fill: Fill, province: Province, db: Database, clock: FixedClock, statements: Statements
) -> None:
    async def build(work: Work) -> list[Case]:
        return [await province.a_case(work)]

    (case,) = await fill(build)
    held = (await web.get(tile_of(15))).headers["etag"]
    async with write_work(db, clock, HAIDUONG) as work:
        found = await work.session.get(Case, (HAIDUONG, case.id))
        assert found is not None
        await province.change(work, found, answer="Đã giao đội duy tu.")
        assert await province.rebuild(work, case.id) == 1
    statements.clear()
    answer = await web.get(tile_of(15), headers={"If-None-Match": held})
    assert (answer.status_code, answer.content, len(statements)) == (304, b"", 1)
    assert answer.headers["etag"] == held


async def test_a_tile_is_one_statement_and_so_is_knowing_that_it_is_held(
    web: httpx.AsyncClient, many: list[Case], statements: Statements
) -> None:
    for zoom in (0, 7, 12, 17, 18):
        for query in ("", "?category=roads&state=closed"):
            statements.clear()
            answer = await web.get(tile_of(zoom) + query, headers={"Accept-Encoding": "identity"})
            assert len(statements) == 1
            assert answer.headers["cache-control"] == "no-cache"
            tag = answer.headers["etag"]
            assert tag.startswith('W/"')
            held = await web.get(tile_of(zoom) + query, headers={"If-None-Match": f'"other", {tag}'})
            assert (held.status_code, held.content, len(statements)) == (304, b"", 2)


async def test_a_tile_of_other_categories_is_not_the_one_that_is_held(web: httpx.AsyncClient, many: list[Case]) -> None:
    """As when a category is put into another group: no case has changed."""
    roads = await web.get(tile_of(8) + "?category=roads")
    for query in ("", "?category=waste"):
        answer = await web.get(tile_of(8) + query, headers={"If-None-Match": roads.headers["etag"]})
        assert answer.status_code == 200
        assert read(answer.content)


async def test_tiles_come_packed_where_the_client_unpacks(web: httpx.AsyncClient, many: list[Case]) -> None:
    plain = await web.get(tile_of(10), headers={"Accept-Encoding": "identity"})
    packed = await web.get(tile_of(10), headers={"Accept-Encoding": "gzip"})
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.content == plain.content
    assert packed.headers["etag"] == plain.headers["etag"]
    assert packed.headers["vary"] == "Accept-Encoding"
    assert len(gzip.compress(plain.content)) < len(plain.content)


@pytest.mark.parametrize("place", ["19/0/0", "-1/0/0", "3/8/0", "3/0/8", "3/-1/0", "99999999999999999999/0/0"])
async def test_beyond_the_map_there_is_no_tile(web: httpx.AsyncClient, place: str) -> None:
    answer = await web.get(f"/tiles/{place}.mvt")
    assert (answer.status_code, answer.json()["type"].rsplit("/", 1)[-1]) == (404, "no-such-tile")


async def test_a_tile_of_an_unknown_category_is_refused(web: httpx.AsyncClient) -> None:
    assert (await web.get("/tiles/3/0/0.mvt?category=nothing")).status_code == 422


async def test_an_earlier_releases_publications_are_counted_once(
    web: httpx.AsyncClient, many: list[Case], db: Database, clock: FixedClock
) -> None:
    before, told = await drawn_in_all(web, 9), (await web.get("/density")).json()
    async with write_work(db, clock, HAIDUONG) as work:
        for statement in (
            "DELETE FROM map_cells", "DELETE FROM density_cells", "UPDATE publications SET spot = NULL",
        ):  # fmt: skip
            await work.session.execute(text(statement))
    assert not await drawn_in_all(web, 9)
    numbers = []
    for _ in range(4):
        async with write_work(db, clock, HAIDUONG) as work:
            numbers.append(await count_places(work, HAIDUONG, ZONE, limit=20))
    assert numbers == [20, 20, 8, 0]
    assert await drawn_in_all(web, 9) == before
    assert (await web.get("/density")).json() == told
    assert await recount(db, clock, HAIDUONG, ZONE) == 0


_HARM = (  # what a program of the release before leaves behind when it runs on, and worse
    "UPDATE publications SET state = 'closed' WHERE code LIKE '%1'",
    "UPDATE publications SET published = false WHERE code LIKE '%2'",
    "UPDATE publications SET lat = lat + 0.01, area_commune = '10510' WHERE code LIKE '%3'",
    "UPDATE publications SET spot = NULL WHERE code LIKE '%4'",
    "UPDATE map_cells SET closed = closed + 1 WHERE depth = 8",
    "UPDATE map_cells SET x = x + 7 WHERE depth = 18",
    "UPDATE density_cells SET cases = cases + 2 WHERE resolution = 7",
)


async def test_wrong_counts_are_put_right_and_nobody_goes_on_holding_them(
    web: httpx.AsyncClient, many: list[Case], db: Database, clock: FixedClock
) -> None:
    for harm in _HARM:
        await db.lane.fetch(harm)
    rows = await db.lane.fetch("SELECT * FROM publications WHERE published")
    wrong = await web.get(tile_of(14))
    assert await recount(db, clock, HAIDUONG, ZONE) > 0
    wanted = Counter(row["state"] for row in rows)
    for zoom in (0, 5, 8, 11):
        assert await drawn_in_all(web, zoom) == wanted
    again = await web.get(tile_of(14), headers={"If-None-Match": wrong.headers["etag"]})
    assert again.status_code == 200
    for resolution in (5, 7, 9):
        found = (await web.get("/density", params={"resolution": resolution, "since": "2026-11"})).json()["cells"]
        assert found == Counter(h3.latlng_to_cell(row["lat"], row["lon"], resolution) for row in rows)
    sums = await db.lane.fetch(
        "SELECT depth, sum(x) AS x, sum(y) AS y FROM map_cells WHERE category = '' GROUP BY depth"
    )
    assert len({(row["x"], row["y"]) for row in sums}) == 1
    assert await recount(db, clock, HAIDUONG, ZONE) == 0


async def test_writers_at_once_count_each_case_once(
    web: httpx.AsyncClient, many: list[Case], db: Database, clock: FixedClock, province: Province
) -> None:
    """As in life: whoever rebuilds holds the consumer's cursor, and tries again when it has waited too long for it."""

    async def write(rng: random.Random) -> None:
        async with write_work(db, clock, HAIDUONG) as work:
            await outbox.hold_cursor(work, HAIDUONG, CONSUMER)
            chosen = rng.sample(many, 5)
            for case in chosen:
                found = await work.session.get(Case, (HAIDUONG, case.id))
                assert found is not None
                await province.change(
                    work,
                    found,
                    state=rng.choice(STATES),
                    publication=rng.choice(["published", "published", "withheld"]),
                    lat=20.7 + rng.random() / 2,
                )
            await province.rebuild(work, *[case.id for case in chosen])

    async def write_thrice(number: int) -> None:
        rng, left = random.Random(number), 3
        while left:
            with suppress(DatabaseUnavailable):
                await write(rng)
                left -= 1

    await asyncio.gather(*(write_thrice(number) for number in range(3)))
    async with write_work(db, clock, HAIDUONG) as work:
        rows = await work.fetch("SELECT state FROM publications WHERE tenant_id = 1 AND published AND lon IS NOT NULL")
    for zoom in (5, 8, 11):
        assert await drawn_in_all(web, zoom) == Counter(row["state"] for row in rows)
    assert (await web.get("/density?resolution=9")).json()["cases"] == len(rows)


async def test_another_province_sees_nothing_of_it(many: list[Case], db: Database) -> None:
    rows = await db.lane.fetch("SELECT DISTINCT tenant_id FROM map_cells UNION SELECT tenant_id FROM density_cells")
    assert [row[0] for row in rows] == [HAIDUONG]


async def test_a_density_holds_every_case_in_its_hexagon(
    web: httpx.AsyncClient, many: list[Case], statements: Statements
) -> None:
    for resolution in range(5, 10):
        statements.clear()
        found = (await web.get("/density", params={"resolution": resolution})).json()
        assert len(statements) == 1
        wanted = Counter(h3.latlng_to_cell(round(c.lat or 0, 5), round(c.lon or 0, 5), resolution) for c in many)
        assert found == {"resolution": resolution, "since": None, "cases": len(many), "cells": wanted}
        shown = (await web.get("/density.geojson", params={"resolution": resolution})).json()
        assert {one["id"]: one["properties"]["cases"] for one in shown["features"]} == wanted
        (ring,) = shown["features"][0]["geometry"]["coordinates"]
        assert len(ring) == 7
        assert ring[0] == ring[-1]


async def test_a_density_is_narrowed_to_an_area_a_box_and_a_time(
    web: httpx.AsyncClient, fill: Fill, province: Province
) -> None:
    april = datetime.fromisoformat("2025-03-31T17:30:00+00:00")  # half past midnight in Hải Dương

    async def build(work: Work) -> list[Case]:
        return [
            await province.a_case(work),
            await province.a_case(work, area="10510", lat=20.9501, lon=106.3301),
            await province.a_case(work, area="11242", lat=20.75, lon=106.22, at=april),
        ]

    await fill(build)

    async def number(**query: Any) -> int:
        answer = await web.get("/density", params={"resolution": 9, **query})
        assert answer.status_code == 200, answer.text
        cases: int = answer.json()["cases"]
        return cases

    assert [await number(area=code) for code in ("30", "288", "10507", "11242")] == [3, 2, 1, 1]
    assert await number(bbox="106.30,20.93,106.34,20.96") == 2
    assert await number(bbox="106.30,20.93,106.34,20.96", area="10507") == 1
    assert [await number(since=month) for month in ("2025-03", "2025-04", "2025-05", "2099-01")] == [3, 3, 2, 0]


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("resolution=4", 422),
        ("resolution=10", 422),
        ("since=2025", 422),
        ("since=2025-13", 422),
        ("area=99999", 422),
        ("bbox=1,2,3", 400),
        ("resolution=9&bbox=102,8,110,23", 400),
    ],
)
async def test_a_density_that_cannot_be_given_is_refused_in_words(
    web: httpx.AsyncClient, query: str, status: int
) -> None:
    assert (await web.get(f"/density?{query}")).status_code == status


async def test_a_density_has_no_more_cells_than_an_answer_may(db: Database, many: list[Case]) -> None:
    asked = DensityAsked(HAIDUONG, None, date(2026, 11, 20), None, None)
    found = await density(db, 9, asked)
    assert await density(db, 9, asked, len(found)) == found
    with pytest.raises(TooManyCells):
        await density(db, 9, asked, len(found) - 1)


async def test_a_density_that_is_held_is_not_sent_again(web: httpx.AsyncClient, many: list[Case]) -> None:
    for address in ("/density", "/density.geojson?resolution=8"):
        first = await web.get(address)
        again = await web.get(address, headers={"If-None-Match": first.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")


async def test_a_place_that_is_told_coarsely_is_counted_where_it_is_told(
    web: httpx.AsyncClient, fill: Fill, province: Province, db: Database
) -> None:
    async def build(work: Work) -> list[Case]:
        return [await province.a_case(work, category_code="water_supply.quality", publication_policy="confirm")]

    (case,) = await fill(build)
    (one,) = (await web.get("/density?resolution=9")).json()["cells"]
    assert one == h3.latlng_to_cell(20.941, 106.317, 9)
    assert (await drawn(web, tile_of(18, 20.941, 106.317)))[0]["code"] == case.code
    assert await db.lane.fetchval("SELECT spot FROM publications") == spot_of(20.941, 106.317) != spot_of(*PLACE)
