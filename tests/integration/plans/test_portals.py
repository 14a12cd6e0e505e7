"""A portal, a system and a supporter read little more than they are shown, whatever lies beside it."""

from __future__ import annotations

from uuid import UUID

import pytest

from app.db.work import Work, in_work
from app.kit.ids import CaseId, CitizenId, uuid7
from app.notices.repository import NoticeRepository
from app.publication import repository as publication_repository
from app.publication.terms import MOST_COUNTED, MOST_MADE
from app.supports import repository as supports_repository
from app.worker import loop as worker_loop
from tests.conftest import NOW
from tests.integration.plans.conftest import HAIDUONG, Town
from tests.integration.plans.test_plans import PAGE, _asked, narrow

REPEATS = 7
DAY = NOW.date().isoformat()


@pytest.mark.parametrize("unit", ["H23", "H23.21", "H23.21.01"])
async def test_feeds_changes_and_digests_read_what_they_show(town: Town, unit: str) -> None:
    page, api = f"/portal/{unit}", f"/api/v1/public/portals/{unit}"
    feeds = (f"{page}/feed.atom", f"{page}/feed.json", f"{page}/cases.geojson", f"{page}/cases.csv")
    for address in (*feeds, f"{api}/changes", f"{api}/changes?limit=500", f"{api}/digest/{DAY}"):
        town.plans.taken()
        for _ in range(REPEATS):
            answer = await town.client.get(address)
            assert answer.status_code == 200, address
        narrow(town.plans.taken(), PAGE)


@pytest.mark.parametrize("unit", ["H23", "H23.21"])
async def test_digests_are_read_as_they_are_kept_and_made_of_few_cases(town: Town, unit: str) -> None:
    month = f"/api/v1/public/portals/{unit}/digest?from=2026-10-21&to={DAY}"
    town.plans.taken()
    made = [(await town.client.get(month)).json()["days"] for _ in range(REPEATS)][-1]
    narrow(town.plans.taken(), MOST_MADE + 1)
    while await worker_loop.place_in_portals(town.process):
        pass
    town.plans.taken()
    kept = [(await town.client.get(month)).json()["days"] for _ in range(REPEATS)][-1]
    visits = town.plans.taken()
    assert sum(visit.rows for visit in visits if visit.table != "portal_days") == 0, "no case was looked at"
    narrow(visits, 31)
    assert kept
    assert all(one in kept for one in made if one["sha256"] is not None)


async def test_figures_of_the_province_and_its_sitemap_read_counts(town: Town) -> None:
    figures = "/api/v1/public/statistics"
    whole = [f"?{query}" for query in ("unit=H23.21", "area=288", "area=10507&state=closed", "category=roads")]
    months = [f"?{query}&since=2025-03&until=2026-11" for query in ("area=288", "category=roads", "unit=H23.21.01")]
    for address in ["", *whole, *months]:
        visits = await _asked(town, figures + address)
        narrow(visits, MOST_COUNTED + 1)
        assert {visit.table for visit in visits} == {"figure_cells"}
        assert all("Index" in visit.node for visit in visits), visits
    for address in ("/sitemap.xml", f"/sitemaps/cases/{DAY}.xml"):
        town.plans.taken()
        for _ in range(REPEATS):
            assert (await town.client.get(address)).status_code == 200, address
        narrow(town.plans.taken(), MOST_COUNTED + 1)


@pytest.mark.parametrize(
    "query", ["", "area=288", "category=roads.pothole&state=closed", f"updated_since={DAY}T00:00:00Z"]
)
async def test_feeds_of_the_province_read_what_they_show(town: Town, query: str) -> None:
    for name in ("cases.atom", "cases.csv"):
        town.plans.taken()
        for _ in range(REPEATS):
            answer = await town.client.get(f"/api/v1/public/{name}?{query}")
            assert answer.status_code == 200, answer.text
        narrow(town.plans.taken(), PAGE)


@pytest.mark.parametrize("unit", ["H23", "H23.21", "H23.21.01"])
async def test_figures_are_counted_to_an_end(town: Town, unit: str) -> None:
    town.plans.taken()
    for _ in range(REPEATS):
        assert (await town.client.get(f"/portal/{unit}")).status_code == 200
    narrow(town.plans.taken(), MOST_COUNTED + 1)


async def test_the_last_page_of_changes_costs_no_more_than_the_first(town: Town) -> None:
    address = "/api/v1/public/portals/H23/changes"
    page = (await town.client.get(f"{address}?limit=500")).json()
    for _ in range(20):
        page = (await town.client.get(f"{address}?limit=500&cursor={page['cursor']}")).json()
    town.plans.taken()
    for _ in range(REPEATS):
        assert (await town.client.get(f"{address}?limit=500&cursor={page['cursor']}")).status_code == 200
    narrow(town.plans.taken(), PAGE)


async def test_a_system_finds_its_own_reports_by_their_codes(town: Town) -> None:
    process = town.process
    some = await process.db.lane.fetch("SELECT code FROM cases WHERE tenant_id = $1 LIMIT 50", HAIDUONG)
    codes, stranger = [row["code"] for row in some], uuid7(process.clock.now())

    async def find(work: Work) -> int:
        return len(
            await publication_repository.PublicationRepository(work, HAIDUONG).sources_of_client(stranger, codes)
        )

    town.plans.taken()
    assert [await in_work(process.db, process.clock, HAIDUONG, find) for _ in range(REPEATS)] == [0] * REPEATS
    narrow(town.plans.taken(), 200)


async def test_supporters_are_counted_by_the_cases_they_were_said_of(town: Town) -> None:
    db, clock, now = town.process.db, town.process.clock, town.process.clock.now()
    oldest = "SELECT id, code FROM cases WHERE tenant_id = 1 ORDER BY id LIMIT 20"
    rows = await db.lane.fetch(oldest)
    some, codes = [CaseId(row["id"]) for row in rows], [row["code"] for row in rows[:3]]

    async def counted(work: Work) -> list[int]:
        return [one.people for one in await supports_repository.count(work, HAIDUONG, some)]

    async def told(work: Work) -> int:
        wanted = [(case, UUID(int=0), 1) for case in some]
        return len(await NoticeRepository(work, HAIDUONG).supporters(wanted, 501))

    town.plans.taken()
    for _ in range(REPEATS):
        assert await in_work(db, clock, HAIDUONG, counted) == [3] * len(some)
        await in_work(db, clock, HAIDUONG, told)
        for code in codes:
            await supports_repository.find(db, HAIDUONG, code, CitizenId(uuid7(now)))
    narrow(town.plans.taken(), 500)


@pytest.mark.parametrize("unit", ["H23.21.01", "H23.21.02"])
async def test_a_commune_is_looked_through_by_its_own_publications(town: Town, unit: str) -> None:
    area = town.process.directory.current.unit_by_code(HAIDUONG, unit).area_code
    town.plans.taken()
    for _ in range(REPEATS):
        answer = await town.client.get(f"/api/v1/reports/similar?area={area}&category=roads.pothole&q=o%20ga")
        assert answer.status_code == 200, answer.text
    narrow(town.plans.taken(), PAGE)
