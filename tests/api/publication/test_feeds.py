"""The public cases of a province as Atom and CSV, read by the libraries that others read them with."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from xml.etree import ElementTree as ET

import feedparser
import httpx
import pytest

from app.cases.models import Case
from app.db.engine import Database
from app.db.work import Work, write_work
from app.kit.clock import FixedClock
from tests.public_cases import HAIDUONG, Fill, Province
from tests.statements import Statements

GONE = "{http://purl.org/atompub/tombstones/1.0}deleted-entry"
FEEDS = ("/cases.atom", "/cases.csv")


@pytest.fixture
async def four(fill: Fill, province: Province, db: Database, clock: FixedClock) -> list[Case]:
    """A pothole in the city, litter far away that would be a formula, a lamp, one taken back; one a minute."""
    written = ("Ổ gà <sâu> & rộng", '=HYPERLINK("http://evil.example") rác', "Đèn đường không sáng", "Nhầm chỗ")
    found: list[Case] = []
    for place, words in enumerate(written):
        far: dict[str, object] = (
            {"area": "11242", "category_code": "waste.dumping", "lat": None, "lon": None} if place == 1 else {}
        )
        clock.at += timedelta(minutes=1)

        async def build(work: Work, words: str = words, far: dict[str, object] = far) -> list[Case]:
            return [await province.a_case(work, written=words, **far)]

        found += await fill(build)
    clock.at += timedelta(minutes=1)
    async with write_work(db, clock, HAIDUONG) as work:
        await province.change(work, await work.session.merge(found[3]), publication="withheld")
        await province.rebuild(work, found[3].id)
    return found


async def test_a_reader_reads_the_feed_of_the_province(web: httpx.AsyncClient, four: list[Case]) -> None:
    answer = await web.get("/cases.atom", headers={"Accept-Language": "en"})
    assert answer.headers["content-type"] == "application/atom+xml"
    assert answer.headers["vary"] == "Accept-Encoding, Accept-Language"
    read = feedparser.parse(answer.content)
    assert not read.bozo
    assert read.feed.title == "Public cases – Hải Dương Province"
    assert [entry.id.rpartition("/")[2] for entry in read.entries] == [four[2].code, four[1].code, four[0].code]
    assert read.entries[2].content[0].value == "Ổ gà <sâu> & rộng"
    assert read.entries[2].link.endswith(f"/cases/{four[0].code}")
    (gone,) = ET.fromstring(answer.content).iter(GONE)
    assert (gone.get("ref") or "").endswith(f":case/{four[3].code}")


async def test_a_chosen_part_is_a_feed_of_its_own_without_what_would_tell_of_others(
    web: httpx.AsyncClient, four: list[Case]
) -> None:
    every, roads = [feedparser.parse((await web.get(f"/cases.atom{q}")).content) for q in ("", "?category=roads")]
    assert every.feed.id != roads.feed.id
    answer = await web.get("/cases.atom?category=roads")
    assert four[3].code not in answer.text, "which category it was of is nobody's business any more"
    since = four[0].opened_at.isoformat()
    follows = await web.get("/cases.atom", params={"category": "waste", "updated_since": since})
    assert [one.get("ref", "")[-14:] for one in ET.fromstring(follows.content).iter(GONE)] == [four[3].code[-14:]]


@pytest.mark.parametrize("address", FEEDS)
async def test_pages_lead_on_to_everything_once(web: httpx.AsyncClient, four: list[Case], address: str) -> None:
    found: list[str] = []
    asked: str | None = f"{address}?limit=1&area=30"
    while asked:
        answer = await web.get(asked)
        if address == "/cases.csv":
            found += [row["code"] for row in csv.DictReader(io.StringIO(answer.text, newline=""))]
        else:
            read = feedparser.parse(answer.content)
            found += [entry.id.rpartition("/")[2] for entry in read.entries]
            more = [link.href for link in read.feed.links if link.rel == "next"]
            assert more == ([answer.links["next"]["url"]] if "next" in answer.links else [])
        asked = str(answer.links["next"]["url"]) if "next" in answer.links else None
    assert found == [four[2].code, four[1].code, four[0].code]


async def test_the_table_is_csv_and_no_formula_and_tells_what_was_taken_back(
    web: httpx.AsyncClient, four: list[Case]
) -> None:
    answer = await web.get("/cases.csv")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8; header=present"
    assert answer.headers["content-disposition"] == 'attachment; filename="cases.csv"'
    rows = list(csv.DictReader(io.StringIO(answer.text, newline="")))
    assert [row["code"] for row in rows] == [four[2].code, four[1].code, four[0].code]
    assert rows[1]["title"].startswith("'=HYPERLINK")
    assert (rows[1]["lat"], rows[2]["lat"], rows[2]["withdrawn"]) == ("", "20.94132", "false")
    since = await web.get("/cases.csv", params={"updated_since": four[0].opened_at.isoformat()})
    (last,) = [row for row in csv.DictReader(io.StringIO(since.text, newline="")) if row["withdrawn"] == "true"]
    assert {name for name, value in last.items() if value} == {"code", "updated_at", "withdrawn"}
    browser = await web.get("/cases.csv", headers={"Accept": "text/html,*/*;q=0.8"})
    assert browser.content == b"\xef\xbb\xbf" + answer.content, "Excel knows UTF-8 by its mark"


@pytest.mark.parametrize("address", FEEDS)
async def test_whoever_holds_it_is_told_so_in_one_statement(
    web: httpx.AsyncClient, four: list[Case], statements: Statements, address: str
) -> None:
    first = await web.get(address)
    statements.clear()
    again = await web.get(address, headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content, len(statements)) == (304, b"", 1)
    wrong = [await web.get(f"{address}?{query}") for query in ("cursor=x", "area=99999", "bbox=1,2", "limit=5000")]
    assert [one.status_code for one in wrong] == [400, 422, 400, 422]
    assert four


@pytest.mark.parametrize("address", FEEDS)
async def test_nothing_is_a_feed_as_well(web: httpx.AsyncClient, address: str) -> None:
    answer = await web.get(address)
    assert answer.status_code == 200
    if address == "/cases.atom":
        assert not feedparser.parse(answer.content).bozo
