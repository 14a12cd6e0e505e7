"""What is said to be similar before a report is sent: which cases, why, and from how little that is worked out."""

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

SIMILAR = "http://anyone.test/api/v1/reports/similar"
HERE = {"lat": 20.94135, "lon": 106.31705}
DRAFT = {**HERE, "category": "roads.pothole", "q": "o gaf truoc cong truowngf, xe mays hay ngax"}


async def ask(web: httpx.AsyncClient, **query: Any) -> list[dict[str, Any]]:
    answer = await web.get(SIMILAR, params=query)
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "no-store"
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


@pytest.fixture
async def pothole(fill: Fill, province: Province) -> Case:
    async def build(work: Work) -> list[Case]:
        return [await province.a_case(work, at=work.now - timedelta(days=3))]

    return (await fill(build))[0]


async def test_the_same_matter_is_found_with_its_reasons(web: httpx.AsyncClient, pothole: Case) -> None:
    (found,) = await ask(web, **DRAFT)
    assert found["case"]["code"] == pothole.code
    assert found["case"]["title"] == "Có ổ gà lớn trước cổng trường, xe máy hay ngã."
    assert (found["distance_m"], found["days"]) == (5, 3)
    assert found["score"] > 0.8
    assert "o ga" in found["shared_words"]


async def test_place_alone_place_and_category_are_enough_to_ask(web: httpx.AsyncClient, pothole: Case) -> None:
    assert [one["case"]["code"] for one in await ask(web, **HERE)] == [pothole.code]
    assert [one["case"]["code"] for one in await ask(web, **HERE, category="roads")] == [pothole.code]
    assert await ask(web, **HERE, category="noise.karaoke") == []
    assert await ask(web, **HERE, category="lighting.street_lamp", q="den duong khong sang") == []


@pytest.mark.parametrize(
    "given",
    [
        {"lat": 20.9450},  # four hundred metres away
        {"state": "resolved", "resolution": "fixed"},
        {"days": 130},
        {"publication": "withheld"},
        {"publication": "pending"},
        {"publication_policy": "never"},
        {"lat": None, "lon": None},
    ],
)
async def test_what_is_far_over_old_or_not_public_is_not_told(
    web: httpx.AsyncClient, fill: Fill, province: Province, given: dict[str, Any]
) -> None:
    days = given.pop("days", 1)

    async def build(work: Work) -> list[Case]:
        return [await province.a_case(work, at=work.now - timedelta(days=days), **given)]

    await fill(build)
    assert await ask(web, **DRAFT) == []


async def test_a_case_that_was_merged_or_taken_back_is_not_told_any_more(
    web: httpx.AsyncClient, db: Database, clock: FixedClock, province: Province, pothole: Case
) -> None:
    async with write_work(db, clock, HAIDUONG) as work:
        case = await work.session.get_one(Case, (HAIDUONG, pothole.id))
        await province.change(work, case, publication="withheld")
        await province.rebuild(work, case.id)
    assert await ask(web, **DRAFT) == []


async def test_the_likeliest_come_first_and_five_at_most(
    web: httpx.AsyncClient, fill: Fill, province: Province
) -> None:
    async def build(work: Work) -> list[Case]:
        return [await province.a_case(work, lat=20.94135 + place * 0.0001) for place in range(8)]

    cases = await fill(build)
    assert [one["case"]["code"] for one in await ask(web, **DRAFT)] == [case.code for case in cases[:5]]


async def test_it_takes_one_statement_and_one_for_what_waits(
    web: httpx.AsyncClient, pothole: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    await ask(web, **DRAFT)
    statements = Statements.watch(monkeypatch)
    assert await ask(web, **DRAFT)
    assert len(statements) == 2
    statements.clear()
    assert await ask(web, **HERE)
    assert len(statements) == 1


@pytest.mark.parametrize(
    ("query", "slug"),
    [
        ({"lat": 0, "lon": 0}, "point-zero"),
        ({"lat": 106.3, "lon": 20.9}, "point-swapped"),
        ({**HERE, "category": "no.such"}, "unknown-category"),
    ],
)
async def test_what_cannot_be_meant_is_refused(web: httpx.AsyncClient, query: dict[str, Any], slug: str) -> None:
    answer = await web.get(SIMILAR, params=query)
    assert answer.status_code in {404, 422}
    assert answer.json()["type"].endswith(slug)


@pytest.mark.parametrize("q", ["", "   ", "!!!", "\u200b", "x" * 1000, "[{(%' OR 1=1 --", "ổ gà " * 190])
async def test_any_words_are_answered(web: httpx.AsyncClient, pothole: Case, q: str) -> None:
    for one in await ask(web, **HERE, q=q):
        assert one["case"]["code"] == pothole.code


async def test_a_commune_alone_is_asked_for_by_words_category_and_time(
    web: httpx.AsyncClient, fill: Fill, province: Province, statements: Statements
) -> None:
    async def build(work: Work) -> list[Case]:
        there = {"at": work.now - timedelta(days=3), "lat": None, "lon": None}
        return [
            await province.a_case(work, **there),
            await province.a_case(work, **there, area="10513"),
            await province.a_case(work, **{**there, "at": work.now - timedelta(days=130)}),
            await province.a_case(work, **there, category_code="lighting.street_lamp"),
        ]

    same, *_ = await fill(build)
    asked = {"area": "10507", "category": "roads.pothole", "q": "o gaf truoc cong truongf, xe mays hay ngax"}
    statements.clear()
    (found,) = await ask(web, **asked)
    assert len(statements) == 2
    assert (found["case"]["code"], found["distance_m"], found["days"]) == (same.code, None, 3)
    assert await ask(web, area="10507", category="roads.pothole") == [], "a commune alone is no likeness"
    assert await ask(web, **{**asked, "q": "vỉa hè bị lấn chiếm để bán hàng"}) == []
    nowhere = await web.get(SIMILAR, params={"q": "o ga"})
    assert (nowhere.status_code, nowhere.json()["type"].rpartition("/")[2]) == (422, "place-needed")


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ([{}] * 1, 0),  # nobody learns of one
        ([{}] * 2, 2),
        ([{}] * 7, 5),
        ([{"category_code": "roads.surface", "written": "Gì cũng vậy"}] * 3, 3),
        ([{"category_code": "lighting.street_lamp"}] * 3, 0),
        ([{"lat": 20.9471}] * 3, 0),  # another square
        ([{"publication_policy": "never"}] * 3, 0),
        ([{"publication": "withheld"}] * 3, 0),
        ([{"state": "resolved", "resolution": "fixed"}] * 3, 0),
        ([{"days": 31}] * 3, 0),
    ],
)
async def test_what_waits_nearby_is_counted_roughly_whatever_is_asked_for(
    web: httpx.AsyncClient, fill: Fill, province: Province, given: list[dict[str, Any]], told: int
) -> None:
    async def build(work: Work) -> list[Case]:
        cases = []
        for one in given:
            rest = {"publication": "pending", "lat": 20.94132, "lon": 106.31702, **one}
            at = work.now - timedelta(days=rest.pop("days", 1))
            cases.append(await province.a_case(work, at=at, **rest))
        return cases

    await fill(build)
    asked = {"category": "roads.pothole", "area": "10507"}
    here: dict[str, Any] = {**HERE, **asked}
    for query in (here, {**here, "lat": 20.9431, "q": "ổ gà"}, {**here, "q": "gì khác"}):
        answer = (await web.get(SIMILAR, params=query)).json()
        assert (answer["waiting"], answer["items"]) == (told, [])
    assert (await web.get(SIMILAR, params=HERE)).json()["waiting"] == 0, "a category is asked for"
