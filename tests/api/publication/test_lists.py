"""Lists of public cases and the map."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx
import pytest

from app.cases.models import Case
from app.db.engine import Database
from app.db.work import Work, write_work
from app.kit.clock import FixedClock
from tests.public_cases import HAIDUONG, Fill, Province
from tests.statements import Statements


def codes(answer: httpx.Response) -> set[str]:
    assert answer.status_code == 200, answer.text
    return {item["code"] for item in answer.json()["items"]}


@pytest.fixture
async def three(fill: Fill, province: Province) -> tuple[str, str, str]:
    """A pothole in Cẩm Thượng, a broken lamp in Bình Hàn, litter far away in Thanh Miện, resolved and overdue ones."""

    async def build(work: Work) -> list[Case]:
        return [
            await province.a_case(work, written="Có ổ gà lớn trước cổng trường Nguyễn Trãi"),
            await province.a_case(
                work,
                area="10510",
                category_code="lighting.street_lamp",
                written="Đèn đường không sáng",
                state="resolved",
                resolution="fixed",
                resolved_at=work.now,
                lat=20.9501,
                lon=106.3301,
            ),
            await province.a_case(
                work,
                area="11242",
                category_code="waste.dumping",
                written="Ổ rác tự phát, gà chết vứt đầy mương",
                overdue_at=work.now,
                lat=20.75,
                lon=106.22,
            ),
        ]

    cases = await fill(build)
    return cases[0].code, cases[1].code, cases[2].code


async def test_a_list_shows_lines_with_masked_titles(web: httpx.AsyncClient, three: tuple[str, ...]) -> None:
    page = (await web.get("/cases")).json()
    assert {item["code"] for item in page["items"]} == set(three)
    assert page["next_cursor"] is None
    assert "text" not in page["items"][0]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"area": "30"}, {0, 1, 2}),
        ({"area": "288"}, {0, 1}),
        ({"area": "10507"}, {0}),
        ({"category": "roads"}, {0}),
        ({"category": "roads.pothole"}, {0}),
        ({"state": "resolved"}, {1}),
        ({"state": ["resolved", "in_progress"]}, {0, 1, 2}),
        ({"overdue": "true"}, {2}),
        ({"overdue": "false"}, {0, 1}),
        ({"bbox": "106.30,20.93,106.34,20.96"}, {0, 1}),
        ({"bbox": "106.31,20.94,106.32,20.945"}, {0}),
        ({"q": "o ga"}, {0}),
        ({"q": "Ổ GÀ"}, {0}),
        ({"q": "nguyen trai, ổ gà"}, {0}),
        ({"q": "den duong"}, {1}),
        ({"q": "phuong cam thuong"}, {0}),
        ({"q": "không có chữ này"}, set()),
        ({"area": "288", "state": "resolved", "q": "den", "bbox": "106,20,107,21", "overdue": "false"}, {1}),
    ],
)
async def test_filters_find_what_they_say(
    web: httpx.AsyncClient, three: tuple[str, ...], query: dict[str, Any], found: set[int]
) -> None:
    assert codes(await web.get("/cases", params=query)) == {three[place] for place in found}


async def test_a_code_is_found_by_its_words(web: httpx.AsyncClient, three: tuple[str, ...]) -> None:
    assert codes(await web.get("/cases", params={"q": three[1]})) == {three[1]}


@pytest.mark.parametrize(
    ("query", "status", "slug"),
    [
        ({"bbox": "1,2,3"}, 400, "unreadable-bbox"),
        ({"bbox": "106.3,20.9,106.2,21.0"}, 400, "unreadable-bbox"),
        ({"bbox": "nan,20,107,21"}, 400, "unreadable-bbox"),
        ({"q": "!!!"}, 422, "nothing-to-search"),
        ({"cursor": "nonsense"}, 400, "unreadable-cursor"),
        ({"area": "99999"}, 422, "area-outside-tenant"),
        ({"category": "nothing"}, 422, "unknown-category"),
        ({"limit": "101"}, 422, "invalid"),
        ({"limit": "0"}, 422, "invalid"),
        ({"state": "lost"}, 422, "invalid"),
        ({"updated_since": "2026-11-20T00:00:00"}, 422, "invalid"),
    ],
)
async def test_a_query_that_makes_no_sense_is_refused_by_name(
    web: httpx.AsyncClient, query: dict[str, str], status: int, slug: str
) -> None:
    answer = await web.get("/cases", params=query)
    assert (answer.status_code, answer.json()["type"]) == (status, f"/problems/{slug}")


async def test_a_cursor_goes_only_with_its_own_query(web: httpx.AsyncClient, three: tuple[str, ...]) -> None:
    cursor = (await web.get("/cases", params={"limit": 1})).json()["next_cursor"]
    assert cursor
    answer = await web.get("/cases", params={"limit": 1, "area": "288", "cursor": cursor})
    assert (answer.status_code, answer.json()["type"]) == (400, "/problems/foreign-cursor")
    assert (await web.get("/cases", params={"limit": 2, "cursor": cursor})).status_code == 200


async def walk(web: httpx.AsyncClient, path: str = "/cases", **query: Any) -> list[str]:
    """Codes on all pages, in order."""
    seen: list[str] = []
    cursor: str | None = None
    while True:
        page = (await web.get(path, params={**query, **({"cursor": cursor} if cursor else {})})).json()
        seen += [item["code"] for item in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            return seen


async def many(work: Work, province: Province, size: int) -> list[Case]:
    return [await province.a_case(work) for _ in range(size)]


async def test_walking_the_pages_shows_every_case_once(web: httpx.AsyncClient, fill: Fill, province: Province) -> None:
    cases = await fill(lambda work: many(work, province, 7))
    more = await fill(lambda work: many(work, province, 4))
    for limit in (1, 2, 3, 5, 11, 100):
        assert sorted(await walk(web, limit=limit)) == sorted(case.code for case in [*cases, *more])
    assert set((await walk(web, limit=3))[:4]) == {case.code for case in more}


async def test_following_changes_misses_none_that_happen_on_the_way(
    db: Database, clock: FixedClock, web: httpx.AsyncClient, fill: Fill, province: Province
) -> None:
    cases = await fill(lambda work: many(work, province, 9))
    query: dict[str, Any] = {"updated_since": (clock.at - timedelta(hours=1)).isoformat(), "limit": 2}
    seen: list[str] = []
    cursor: str | None = None
    turn = 0
    while True:
        page = (await web.get("/cases", params={**query, **({"cursor": cursor} if cursor else {})})).json()
        seen += [f"{item['code']}:{item['state']}" for item in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
        if turn < 3:  # cases already seen and cases not yet seen change while somebody walks
            async with write_work(db, clock, HAIDUONG) as work:
                case = await work.session.get(Case, (HAIDUONG, cases[turn * 4].id))
                assert case is not None
                await province.change(work, case, state="resolved", resolution="fixed")
                await province.rebuild(work, case.id)
        turn += 1
    changed = {cases[0].code, cases[4].code, cases[8].code}
    assert {line.split(":")[0] for line in seen} == {case.code for case in cases}
    assert {f"{code}:resolved" for code in changed} <= set(seen)


async def test_who_follows_changes_is_told_of_cases_taken_back(
    db: Database, clock: FixedClock, web: httpx.AsyncClient, fill: Fill, province: Province, statements: Statements
) -> None:
    cases = await fill(lambda work: many(work, province, 5))
    async with write_work(db, clock, HAIDUONG) as work:
        for gone in cases[1:3]:
            case = await work.session.get_one(Case, (HAIDUONG, gone.id))
            await province.change(work, case, publication="withheld")
            await province.rebuild(work, case.id)
    since = (clock.at - timedelta(hours=1)).isoformat()
    lost = {case.code for case in cases[1:3]}
    for query in ({}, {"area": "10510"}, {"q": "o ga"}, {"bbox": "106.30,20.93,106.34,20.96"}):
        statements.clear()
        page = (await web.get("/cases", params={**query, "updated_since": since})).json()
        assert len(statements) == 1
        told = {item["code"]: item.keys() for item in page["items"] if item.get("withdrawn")}
        assert told.keys() == lost
        assert all(keys == {"code", "withdrawn", "updated_at"} for keys in told.values())
    for limit in (1, 2, 3, 5):
        assert sorted(await walk(web, limit=limit, updated_since=since)) == sorted(case.code for case in cases)
    assert lost.isdisjoint(await walk(web))
    features = (await web.get("/cases.geojson", params={"updated_since": since})).json()["features"]
    assert {feature["id"] for feature in features} == {case.code for case in cases} - lost


async def test_the_map_has_the_cases_with_a_place(web: httpx.AsyncClient, fill: Fill, province: Province) -> None:
    async def build(work: Work) -> list[Case]:
        return [await province.a_case(work), await province.a_case(work, lat=None, lon=None)]

    cases = await fill(build)
    answer = await web.get("/cases.geojson")
    assert answer.headers["content-type"] == "application/geo+json"
    collection = answer.json()
    assert [feature["id"] for feature in collection["features"]] == [cases[0].code]
    assert collection["features"][0]["geometry"] == {"type": "Point", "coordinates": [106.31702, 20.94132]}
    assert collection["features"][0]["properties"]["category"] == "roads.pothole"


async def test_an_empty_province_answers_empty_pages(web: httpx.AsyncClient) -> None:
    assert (await web.get("/cases")).json() == {"items": [], "next_cursor": None}
    assert (await web.get("/cases.geojson")).json() == {
        "type": "FeatureCollection",
        "features": [],
        "next_cursor": None,
    }


async def test_who_holds_the_answer_is_told_so(web: httpx.AsyncClient, three: tuple[str, ...]) -> None:
    for path in ("/cases", "/cases.geojson"):
        first = await web.get(path)
        again = await web.get(path, headers={"If-None-Match": first.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
        other = await web.get(path, params={"limit": 1}, headers={"If-None-Match": first.headers["etag"]})
        assert other.status_code == 200


async def test_every_list_is_one_statement(
    web: httpx.AsyncClient, three: tuple[str, ...], statements: Statements
) -> None:
    for path in ("/cases", "/cases.geojson"):
        for query in ({}, {"q": "o ga", "area": "288"}, {"bbox": "106,20,107,21"}):
            statements.clear()
            assert (await web.get(path, params=query)).status_code == 200
            assert len(statements) == 1


async def test_another_provinces_cases_are_not_listed(web: httpx.AsyncClient, three: tuple[str, ...]) -> None:
    assert codes(await web.get("/cases", headers={"Host": "haiduong.localhost"})) == set(three)
    assert codes(await web.get("/cases", headers={"Host": "khanhhoa.localhost"})) == set()
