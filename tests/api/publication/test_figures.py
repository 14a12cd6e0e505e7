"""The public cases in figures: all of them, those without a place too, and any part that is asked for."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from app.cases.models import Case
from app.db.engine import Database
from app.db.work import Work, write_work
from app.kit.clock import FixedClock
from app.kit.ids import UnitId
from app.publication.service import recount, tally
from tests.public_cases import HAIDUONG, Fill, Province
from tests.statements import Statements

ZONE = "Asia/Ho_Chi_Minh"
FIGURES = "/statistics"


@pytest.fixture
async def five(fill: Fill, province: Province, clock: FixedClock) -> list[Case]:
    """A pothole in the city, one that is answered, litter without a place in Chí Linh, an old lamp, one taken back."""
    chilinh = next(unit.id for unit in province.directory.units(HAIDUONG) if unit.area_code == "290")
    given: list[dict[str, Any]] = [
        {"due_at": clock.now() - timedelta(hours=1), "overdue_at": clock.now()},
        {"state": "resolved", "resolution": "fixed"},
        {"area": "290", "category_code": "waste.dumping", "lat": None, "lon": None, "unit_id": chilinh},
        {"category_code": "lighting.street_lamp", "at": datetime(2026, 3, 2, tzinfo=UTC)},
        {"publication": "withheld"},
    ]

    async def build(work: Work) -> list[Case]:
        return [await province.a_case(work, **one) for one in given]

    return await fill(build)


def _parts(told: dict[str, Any]) -> tuple[dict[str, int], ...]:
    return tuple(
        {one[name]: one["cases"] for one in told[part]}
        for part, name in (("categories", "code"), ("areas", "code"), ("months", "month"))
    )


async def test_every_public_case_counts_with_a_place_or_without(
    web: httpx.AsyncClient, five: list[Case], statements: Statements
) -> None:
    statements.clear()
    answer = await web.get(FIGURES)
    assert (answer.status_code, len(statements)) == (200, 3)
    told = answer.json()
    assert told["standing"] == {"open": 3, "overdue": 1, "answered": 1}
    assert (told["cases"], told["states"]) == (4, {"in_progress": 3, "resolved": 1})
    assert _parts(told) == (
        {"roads.pothole": 2, "waste.dumping": 1, "lighting.street_lamp": 1},
        {"10507": 3, "290": 1},
        {"2026-03": 1, "2026-11": 3},
    )
    again = await web.get(FIGURES, headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert len(five) == 5


@pytest.mark.parametrize(
    ("query", "standing", "cases", "parts"),
    [
        ("area=288", (2, 1, 1), 3, ({"roads.pothole": 2, "lighting.street_lamp": 1}, {"10507": 3})),
        ("area=10507&category=roads", (1, 1, 1), 2, ({"roads.pothole": 2}, {"10507": 2})),
        ("area=290", (1, 0, 0), 1, ({"waste.dumping": 1}, {"290": 1})),
        ("area=30&state=resolved", (3, 1, 1), 1, ({"roads.pothole": 1}, {"10507": 1})),
        ("category=waste", (1, 0, 0), 1, ({"waste.dumping": 1}, {"290": 1})),
        ("since=2026-04", (2, 1, 1), 3, ({"roads.pothole": 2, "waste.dumping": 1}, {"10507": 2, "290": 1})),
        ("until=2026-10", (1, 0, 0), 1, ({"lighting.street_lamp": 1}, {"10507": 1})),
        ("since=2026-03&area=288&category=lighting", (1, 0, 0), 1, ({"lighting.street_lamp": 1}, {"10507": 1})),
    ],
)  # fmt: skip
async def test_any_part_of_them_can_be_asked_for(
    web: httpx.AsyncClient,
    five: list[Case],
    query: str,
    standing: tuple[int, ...],
    cases: int,
    parts: tuple[object, ...],
) -> None:
    told = (await web.get(f"{FIGURES}?{query}")).json()
    assert (tuple(told["standing"].values()), told["cases"]) == (standing, cases)
    categories, areas, months = _parts(told)
    assert ((categories, areas), sum(months.values())) == (parts, cases)
    assert five


async def test_a_unit_counts_what_its_portal_shows(
    web: httpx.AsyncClient, five: list[Case], province: Province
) -> None:
    top, below = (province.directory.unit(HAIDUONG, UnitId(case.unit_id)).code for case in (five[0], five[2]))
    found = [(await web.get(FIGURES, params={"unit": code})).json()["cases"] for code in (top, below)]
    assert found == [4, 1]
    both = (await web.get(FIGURES, params={"unit": below, "area": "288"})).json()
    assert (both["cases"], both["categories"], both["areas"], both["months"]) == (0, [], [], [])


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("area=99999", 422), ("category=nothing", 422), ("unit=H99", 404), ("since=2026-13", 422),
        ("since=2026-11&until=2026-01", 422), ("since=2001-01", 422),
    ],
)  # fmt: skip
async def test_what_makes_no_sense_is_refused(web: httpx.AsyncClient, query: str, status: int) -> None:
    assert (await web.get(f"{FIGURES}?{query}")).status_code == status


async def test_a_wrong_value_among_several_is_told_by_its_parameter(web: httpx.AsyncClient) -> None:
    refused = await web.get(f"{FIGURES}?state=resolved&state=gone")
    assert [one["pointer"] for one in refused.json()["errors"]] == ["state"]


async def test_counts_follow_each_change_and_are_put_right(
    web: httpx.AsyncClient, five: list[Case], db: Database, clock: FixedClock, province: Province
) -> None:
    async with write_work(db, clock, HAIDUONG) as work:
        await province.change(work, await work.session.merge(five[0]), state="resolved", resolution="fixed")
        await province.change(work, await work.session.merge(five[1]), publication="withheld")
        await province.change(work, await work.session.merge(five[2]), category_code="waste.uncollected")
        await province.change(work, await work.session.merge(five[4]), publication="published")
        await province.rebuild(work, *[case.id for case in five])
    told = (await web.get(FIGURES)).json()
    assert told["standing"] == {"open": 3, "overdue": 0, "answered": 1}
    assert _parts(told)[0] == {"roads.pothole": 2, "waste.uncollected": 1, "lighting.street_lamp": 1}
    assert await recount(db, clock, HAIDUONG, ZONE) == 0
    for harm in (
        "UPDATE publications SET state = 'closed' WHERE published",
        "UPDATE figure_cells SET in_progress = in_progress + 3 WHERE category = ''",
        "UPDATE publications SET tallied = '{}'",
    ):
        await db.lane.fetch(harm)
    assert await recount(db, clock, HAIDUONG, ZONE) > 0
    right = (await web.get(FIGURES)).json()
    assert (right["states"], right["cases"], _parts(right)[1:]) == ({"closed": 4}, 4, _parts(told)[1:])
    assert await recount(db, clock, HAIDUONG, ZONE) == 0


async def test_an_earlier_releases_publications_count_once(
    web: httpx.AsyncClient, five: list[Case], db: Database, clock: FixedClock
) -> None:
    before, counted = (await web.get(FIGURES)).json(), []
    async with write_work(db, clock, HAIDUONG) as work:
        for statement in ("DELETE FROM figure_cells", "UPDATE publications SET tallied = NULL"):
            await work.session.execute(text(statement))
    for _ in range(3):
        async with write_work(db, clock, HAIDUONG) as work:
            counted.append(await tally(work, HAIDUONG, ZONE, limit=3))
    assert counted == [3, 1, 0]
    assert (await web.get(FIGURES)).json() == before
    assert await recount(db, clock, HAIDUONG, ZONE) == 0
    assert five
