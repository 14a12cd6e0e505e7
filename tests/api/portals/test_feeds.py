"""A portal's feeds, read by the libraries that others read feeds with."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from xml.etree import ElementTree as ET

import feedparser
import httpx
import pytest

from app.kit.clock import FixedClock
from app.main import create_app, install
from app.portal.endpoints import feeds
from app.process import Process
from tests.statements import Statements

from .conftest import Change, Publish

ATOM = "{http://www.w3.org/2005/Atom}"
GONE = "{http://purl.org/atompub/tombstones/1.0}deleted-entry"
FEEDS = ("feed.atom", "feed.json", "cases.geojson", "cases.csv", "sitemap.xml")


async def test_a_reader_reads_the_feed(client: httpx.AsyncClient, publish: Publish, clock: FixedClock) -> None:
    first = await publish(written="Đèn đường <không> sáng & tối om")
    clock.at += timedelta(minutes=5)
    second = await publish("H23.21.02", written="Cây đổ chắn ngang đường")
    answer = await client.get("/portal/H23.21/feed.atom")
    assert answer.headers["content-type"] == "application/atom+xml"
    read = feedparser.parse(answer.content)
    assert not read.bozo
    assert read.feed.title == "UBND thành phố Hải Dương"
    assert [entry.title for entry in read.entries] == ["Cây đổ chắn ngang đường", "Đèn đường <không> sáng & tối om"]
    assert read.entries[0].link == f"http://haiduong.localhost/portal/H23.21/cases/{second.code}"
    assert read.entries[1].id == f"tag:haiduong.localhost,2026:case/{first.code}"
    assert read.entries[1].content[0].value == "Đèn đường <không> sáng & tối om"
    assert read.entries[0].updated_parsed > read.entries[1].updated_parsed
    assert (await client.get(httpx.URL(read.entries[0].link).path)).status_code == 200


async def test_each_portal_has_its_own_subtree(client: httpx.AsyncClient, publish: Publish) -> None:
    await publish("H23.21.01")
    await publish("H23.32")
    counts = {
        unit: len(feedparser.parse((await client.get(f"/portal/{unit}/feed.atom")).content).entries)
        for unit in ("H23", "H23.21", "H23.21.01", "H23.21.02", "H23.32")
    }
    assert counts == {"H23": 2, "H23.21": 1, "H23.21.01": 1, "H23.21.02": 0, "H23.32": 1}


async def test_what_is_withdrawn_leaves_a_tombstone_in_every_portal(
    client: httpx.AsyncClient, publish: Publish, change: Change, clock: FixedClock
) -> None:
    case = await publish()
    clock.at += timedelta(seconds=5)
    await change(case, publication="withheld")
    for unit in ("H23", "H23.21", "H23.21.01"):
        root = ET.fromstring((await client.get(f"/portal/{unit}/feed.atom")).content)
        assert root.find(f"{ATOM}entry") is None
        gone = root.find(GONE)
        assert gone is not None
        assert gone.get("ref") == f"tag:haiduong.localhost,2026:case/{case.code}"
        assert not feedparser.parse((await client.get(f"/portal/{unit}/feed.atom")).content).bozo
        told = (await client.get(f"/portal/{unit}/feed.json")).json()
        assert told["items"] == []
        assert [one["code"] for one in told["_withdrawn"]] == [case.code]
        assert (await client.get(f"/portal/{unit}/cases.geojson")).json()["features"] == []
        assert (await client.get(f"/portal/{unit}/cases/{case.code}")).status_code == 404


async def test_a_case_that_goes_elsewhere_leaves_the_portal_it_was_in(
    client: httpx.AsyncClient, publish: Publish, change: Change, clock: FixedClock
) -> None:
    case = await publish("H23.21.01")
    clock.at += timedelta(seconds=5)
    await change(case, unit="H23.32")
    items = {unit: (await client.get(f"/portal/{unit}/feed.json")).json() for unit in ("H23", "H23.21", "H23.32")}
    assert [len(one["items"]) for one in items.values()] == [1, 0, 1]
    assert [len(one["_withdrawn"]) for one in items.values()] == [0, 1, 0]
    assert (await client.get(f"/portal/H23.21/cases/{case.code}")).status_code == 404
    clock.at += timedelta(seconds=5)
    await change(case, unit="H23.21.02")
    back = (await client.get("/portal/H23.21/feed.json")).json()
    assert (len(back["items"]), back["_withdrawn"]) == (1, [])


async def test_pages_of_a_feed_hold_everything_once(
    client: httpx.AsyncClient, publish: Publish, clock: FixedClock
) -> None:
    codes = []
    for _ in range(53):
        clock.at += timedelta(seconds=1)
        codes.append((await publish()).code)
    for name in ("feed.atom", "feed.json"):
        found: list[str] = []
        address: str | None = f"http://haiduong.localhost/portal/H23/{name}"
        while address:
            answer = await client.get(address)
            if name == "feed.json":
                found += [item["id"].rpartition("/")[2] for item in answer.json()["items"]]
                address = answer.json().get("next_url")
            else:
                read = feedparser.parse(answer.content)
                found += [entry.id.rpartition("/")[2] for entry in read.entries]
                address = next((link.href for link in read.feed.links if link.rel == "next"), None)
        assert found == codes[::-1]


@pytest.mark.parametrize("name", FEEDS)
async def test_whoever_holds_the_answer_is_told_so(
    client: httpx.AsyncClient, publish: Publish, clock: FixedClock, name: str
) -> None:
    await publish()
    clock.at += timedelta(seconds=30)
    first = await client.get(f"/portal/H23/{name}")
    assert first.status_code == 200
    for header, value in (
        ("If-None-Match", first.headers["etag"]),
        ("If-Modified-Since", first.headers["last-modified"]),
    ):
        again = await client.get(f"/portal/H23/{name}", headers={header: value})
        assert (again.status_code, again.content) == (304, b"")
    await publish(written="Thêm một việc nữa")
    for header, value in (
        ("If-None-Match", first.headers["etag"]),
        ("If-Modified-Since", first.headers["last-modified"]),
    ):
        assert (await client.get(f"/portal/H23/{name}", headers={header: value})).status_code == 200


async def test_no_time_is_told_that_may_still_change(client: httpx.AsyncClient, publish: Publish) -> None:
    await publish()  # this very second
    assert "last-modified" not in (await client.get("/portal/H23/feed.atom")).headers


async def test_the_map_is_geojson(client: httpx.AsyncClient, publish: Publish) -> None:
    case = await publish()
    await publish(lat=None, lon=None)
    answer = await client.get("/portal/H23.21/cases.geojson")
    assert answer.headers["content-type"] == "application/geo+json"
    (feature,) = answer.json()["features"]
    assert feature["id"] == case.code
    assert feature["geometry"] == {"type": "Point", "coordinates": [106.31702, 20.94132]}


async def test_the_table_is_csv_and_no_formula(client: httpx.AsyncClient, publish: Publish) -> None:
    await publish(written='=HYPERLINK("http://evil.example";"Bấm") là ổ gà, "sâu"\nlắm')
    answer = await client.get("/portal/H23/cases.csv")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8; header=present"
    assert answer.content.count(b"\r\n") == 2
    (row,) = csv.DictReader(io.StringIO(answer.text, newline=""))
    assert row["title"].startswith("'=HYPERLINK")
    assert (row["unit"], row["category"], row["lat"]) == ("H23.21.01", "roads.pothole", "20.94132")
    assert not [cell for cell in row.values() if cell.startswith(("=", "+", "-", "@"))]
    browser = await client.get("/portal/H23/cases.csv", headers={"Accept": "text/html,*/*;q=0.8"})
    assert browser.content == b"\xef\xbb\xbf" + answer.content, "Excel knows UTF-8 by its mark"


async def test_the_sitemap_names_pages_that_are_there(client: httpx.AsyncClient, publish: Publish) -> None:
    await publish()
    root = ET.fromstring((await client.get("/portal/H23.21/sitemap.xml")).content)
    places = [element.text or "" for element in root.iter("{http://www.sitemaps.org/schemas/sitemap/0.9}loc")]
    assert len(places) == 2
    for place in places:
        assert (await client.get(httpx.URL(place).path)).status_code == 200


@pytest.mark.parametrize("name", ["", *(f"/{name}" for name in FEEDS)])
async def test_a_portal_of_nobody_is_not_found(client: httpx.AsyncClient, name: str) -> None:
    assert (await client.get(f"/portal/H23.99.99{name}")).status_code == 404


@pytest.mark.parametrize("cursor", ["x", "W10", "bm90IGpzb24"])
async def test_a_cursor_that_is_none_is_refused(client: httpx.AsyncClient, cursor: str) -> None:
    for name in ("feed.atom", "feed.json", "cases.geojson", "cases.csv"):
        assert (await client.get(f"/portal/H23/{name}?cursor={cursor}")).status_code == 400


async def test_the_other_province_sees_nothing_of_it(client: httpx.AsyncClient, publish: Publish) -> None:
    case = await publish()
    other = (await client.get("http://elsewhere.test/portal/H32/feed.json")).json()
    assert other["items"] == []
    assert (await client.get(f"http://elsewhere.test/portal/H32/cases/{case.code}")).status_code == 404


@pytest.mark.parametrize(
    ("address", "most"),
    [
        ("/portal/H23.21", 3),
        ("/portal/H23.21/feed.atom", 3),
        ("/portal/H23.21/feed.json", 3),
        ("/portal/H23.21/cases.geojson", 3),
        ("/portal/H23.21/cases.csv", 3),
        ("/portal/H23.21/sitemap.xml", 3),
        ("/portal/H23.21/widget", 3),
        ("/api/v1/public/portals/H23.21", 1),
        ("/api/v1/public/portals/H23.21/changes", 1),
        ("/api/v1/public/portals/H23.21/digest", 1),
        ("/api/v1/public/portals/H23.21/digest/2026-11-20", 1),
    ],
)
async def test_an_answer_costs_the_same_statements_however_much_there_is(
    client: httpx.AsyncClient, publish: Publish, statements: Statements, address: str, most: int
) -> None:
    for count in (1, 4):
        for _ in range(count):
            await publish()
        statements.clear()
        assert (await client.get(address)).status_code == 200
        assert len(statements) <= most


@pytest.mark.parametrize("name", ["cases.csv", "sitemap.xml"])
async def test_what_has_many_rows_counts_as_many_reads(
    process: Process, publish: Publish, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    for _ in range(3):
        await publish()
    monkeypatch.setattr(feeds, "_MANY_ROWS", 1)
    settings = process.settings.model_copy(update={"reads_per_address_minute": 10})
    application = create_app(settings, process.clock, shared=process)
    install(application, process)
    transport = httpx.ASGITransport(app=application, client=("203.113.5.9", 50_000))
    async with httpx.AsyncClient(transport=transport, base_url="http://haiduong.localhost") as reader:
        answers = [await reader.get(f"/portal/H23.21/{name}") for _ in range(3)]
    assert [one.status_code for one in answers] == [200, 200, 429]
