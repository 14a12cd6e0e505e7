"""No list, queue, sweep, relay or public read looks at more rows than its answer needs, however many there are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest
from sqlalchemy import text

from app.db.work import Work, in_work
from app.deadlines import service as deadlines
from app.deadlines.seed import packaged_targets, packaged_week
from app.deadlines.terms import DayKind, EditKind, SpecialDay
from app.identity.terms import Actor, ActorKind, Membership, Role
from app.kit.clock import FixedClock
from app.kit.ids import CaseId, CitizenId, ReportId, uuid7
from app.kit.text import Text
from app.mobile import repository as mobile_repository, service as mobile_service
from app.mobile.terms import ChangeKind
from app.outbox import service as outbox
from app.publication import repository as publication_repository
from app.publication.domain.mercator import LAST_ZOOM, cell_of, spot_of, unwoven
from app.reports import service as reports_service
from app.worker import loop as worker_loop, sweeps
from tests.conftest import NOW
from tests.integration.plans.conftest import HAIDUONG, LARGE, Town, Visit, signed_in

STORM = SpecialDay(NOW.date(), DayKind.CLOSURE, Text("Bão", "Storm"))
REPEATS = 7  # from the sixth on PostgreSQL may use a plan that fits any parameters
PAGE = 3_000  # rows a page of fifty may look at, over all its index ranges; a tenth of the cases
WALK = 12_000  # rows a box may walk through, newest first, before it asks the index of places
FLOOD = 10_000
BATCH = 6_000  # rows a worker's batch of two hundred cases with their histories may look at
PUBLIC = "/api/v1/public/cases"
QUEUE = "/api/v1/staff/queue"
STAFF = "/api/v1/staff/cases"


def narrow(visits: Sequence[Visit], most: int) -> None:
    """Every visit went by an index, and none looked at more than `most` rows."""
    assert visits, "nothing was read"
    wide = [visit for visit in visits if visit.node == "Seq Scan" or visit.rows > most]
    assert not wide, "\n".join(f"{visit.node} on {visit.table}: {visit.rows:.0f} rows: {visit.sql}" for visit in wide)


async def _asked(town: Town, address: str, headers: dict[str, str] | None = None, *, status: int = 200) -> list[Visit]:
    town.plans.taken()
    for _ in range(REPEATS):
        answer = await town.client.get(address, headers=headers)
        assert answer.status_code == status, answer.text
    return town.plans.taken()


@pytest.mark.parametrize(
    "query",
    [
        "",
        "?area=288",
        "?area=10507",
        "?category=roads",
        "?category=roads.pothole",
        "?area=288&category=roads",
        "?area=10507&category=animals.disease&state=closed",
        "?state=in_progress",
        "?state=closed&state=resolved",
        "?overdue=true",
        "?q=xe%20may",
        "?q=cay%20do,mac%20thi%20buoi",
        "?q=khongcotunay",
        "?area=288&q=ngap",
        "?updated_since=2026-11-19T00:00:00Z",
        "?updated_since=2024-01-01T00:00:00Z",
        "?area=288&updated_since=2026-11-01T00:00:00Z",
    ],
)
async def test_a_page_of_public_cases_reads_little_more_than_a_page(town: Town, query: str) -> None:
    narrow(await _asked(town, PUBLIC + query), PAGE)


async def test_a_common_word_is_found_among_the_newest(town: Town) -> None:
    await town.common_terms.refresh()
    assert town.common_terms.hold(("xe may",))
    visits = await _asked(town, f"{PUBLIC}?q=xe%20may")
    narrow(visits, PAGE)
    assert {visit.node for visit in visits} == {"Index Scan"}


@pytest.mark.parametrize(
    "query",
    [
        "bbox=106.28,20.90,106.36,20.97&limit=1000",
        "bbox=106.31,20.93,106.32,20.94&limit=200",
        "bbox=106.310,20.940,106.311,20.941&limit=200",
        "bbox=105.0,20.0,107.0,22.0&category=waste&limit=200",
        "bbox=108.0,10.0,108.5,10.5&limit=200",
    ],
)
async def test_a_map_walks_a_bounded_way(town: Town, query: str) -> None:
    narrow(await _asked(town, f"{PUBLIC}.geojson?{query}"), WALK)


@pytest.mark.parametrize("query", ["", "?category=roads", "?category=roads.pothole&state=closed", "?state=received"])
@pytest.mark.parametrize("zoom", [0, 8, 13, LAST_ZOOM])
async def test_a_tile_reads_the_cells_it_is_drawn_of(town: Town, zoom: int, query: str) -> None:
    x, y = unwoven(cell_of(spot_of(20.9372, 106.3145), zoom))
    visits = await _asked(town, f"/api/v1/public/tiles/{zoom}/{x}/{y}.mvt{query}")
    narrow(visits, PAGE)
    assert {visit.table for visit in visits} <= {"map_cells", "publications"}


@pytest.mark.parametrize("query", ["", "&area=288", "&since=2025-03", "&bbox=106.28,20.90,106.36,20.97"])
@pytest.mark.parametrize("resolution", [5, 9])
async def test_a_density_reads_no_case(town: Town, resolution: int, query: str) -> None:
    visits = await _asked(town, f"/api/v1/public/density?resolution={resolution}{query}")
    assert {visit.table for visit in visits} == {"density_cells"}
    assert all("Index" in visit.node for visit in visits), visits


@pytest.mark.parametrize(
    ("query", "most"),
    [
        ("requests.json", PAGE),
        ("requests.json?status=closed&service_code=roads.pothole", PAGE),
        ("requests.json?start_date=2025-06-01T00:00:00Z&end_date=2025-07-01T00:00:00Z", PAGE),
        ("requests.json?updated_after=2024-01-01T00:00:00Z&service_code=animals.disease", PAGE),
        ("requests.json?bbox=106.28,20.90,106.36,20.97", WALK),
        ("requests.json?lat=20.941&long=106.311&radius=200&updated_after=2024-01-01T00:00:00Z", PAGE),
        ("servicerequestupdates.json?start_date=2026-09-01T00:00:00Z", PAGE),
    ],
)
async def test_a_page_of_open311_reads_little_more_than_a_page(town: Town, query: str, most: int) -> None:
    narrow(await _asked(town, f"/open311/v2/{query}"), most)


@pytest.mark.parametrize("radius", ["lat=20.941&lon=106.311", "lat=20.9372&lon=106.3145", "lat=20.75&lon=106.22"])
async def test_what_is_similar_is_looked_for_among_what_is_open_nearby(town: Town, radius: str) -> None:
    narrow(await _asked(town, f"/api/v1/reports/similar?{radius}&category=roads.pothole&q=o%20ga"), PAGE)


async def test_the_next_pages_of_public_cases_read_as_little_as_the_first(town: Town) -> None:
    address = f"{PUBLIC}?category=waste"
    for _ in range(4):
        page = (await town.client.get(address)).json()
        address = f"{PUBLIC}?category=waste&cursor={page['next_cursor']}"
        narrow(await _asked(town, address), PAGE)


async def test_one_public_case_is_one_row(town: Town) -> None:
    code = (await town.client.get(PUBLIC)).json()["items"][-1]["code"]
    narrow(await _asked(town, f"/api/v1/reports/{code}"), 1)
    narrow(await _asked(town, f"/api/v1/reports/{code}/deadline"), 50)
    narrow(await _asked(town, "/api/v1/reports/H23-200101-0001", status=404), 0)


@pytest.mark.parametrize("view", ["triage", "inbox", "mine", "overdue", "due_soon", "approval"])
@pytest.mark.parametrize("who", ["officer", "dispatcher"])
async def test_a_queue_reads_what_is_open_only(town: Town, view: str, who: str) -> None:
    headers: dict[str, str] = getattr(town, who)
    for query in (f"?view={view}", f"?view={view}&category=roads", f"?view={view}&unit=H23.21&officer=none"):
        narrow([*await _asked(town, QUEUE + query, headers), *_none()], PAGE)


@pytest.mark.parametrize("who", ["officer", "dispatcher"])
async def test_pages_of_the_console_go_by_the_indexes_of_what_is_open(town: Town, who: str) -> None:
    token = getattr(town, who)["Authorization"].removeprefix("Bearer ")
    cookie = {"Cookie": f"staff={token}"}
    for query in ("?officer=none", "?state=in_progress&category=roads", "?unit=H23.21&state=received"):
        narrow([*await _asked(town, f"/console{query}", cookie), *_none()], PAGE)
    seen = await _asked(town, "/console/wall", cookie)
    assert {(one.table, one.node) for one in seen} == {("cases", "Index Only Scan")}, seen
    most = await town.process.db.lane.fetchval("SELECT count(*) FROM cases WHERE state NOT IN ('resolved', 'closed')")
    assert sum(one.rows for one in seen) < REPEATS * most * 1.05, "each open case once; rows are means over units"


@pytest.mark.parametrize("who", ["officer", "dispatcher"])
async def test_figures_of_cases_read_what_was_received_in_the_period(town: Town, who: str) -> None:
    headers = getattr(town, who)
    for first, last in (("2026-10-01", "2026-10-31"), ("2026-01-01", "2026-11-20")):
        received = await town.process.db.lane.fetchval(
            "SELECT count(*) FROM cases WHERE tenant_id = $1 AND opened_at >= $2::date - interval '7 hours'"
            " AND opened_at < $3::date + interval '17 hours'",
            HAIDUONG, date.fromisoformat(first), date.fromisoformat(last),
        )  # fmt: skip
        seen = await _asked(town, f"/api/v1/staff/figures/cases?first={first}&last={last}", headers)
        narrow(seen, received * 1.05 + 10)
        assert {one.table for one in seen} <= {"cases", "timeline_entries", "reports"}
        assert sum(one.rows for one in seen if one.table == "cases") < REPEATS * received * 2.2


@pytest.mark.parametrize("who", ["officer", "dispatcher"])
async def test_likely_duplicates_are_looked_for_among_the_newest_of_a_commune(town: Town, who: str) -> None:
    token = getattr(town, who)["Authorization"].removeprefix("Bearer ")
    items = (await town.client.get(f"{QUEUE}?view=triage", headers=getattr(town, who))).json()["items"]
    narrow(await _asked(town, f"/console/cases/{items[0]['code']}/merge", {"Cookie": f"staff={token}"}), 600)


def _none() -> list[Visit]:
    """So that a view in which nothing waits is not taken for one that was not read."""
    return [Visit("cases", "Index Scan", 0, "")]


@pytest.mark.parametrize(
    "query",
    [
        "",
        "?state=closed",
        "?state=in_progress",
        "?category=roads",
        "?category=roads&state=closed",
        "?area=288",
        "?area=10507&state=in_progress",
        "?opened_since=2026-11-01T00:00:00Z",
    ],
)
@pytest.mark.parametrize("who", ["officer", "dispatcher"])
async def test_a_page_of_an_officers_cases_reads_little_more_than_a_page(town: Town, query: str, who: str) -> None:
    narrow(await _asked(town, STAFF + query, getattr(town, who)), PAGE)


async def test_a_case_is_found_and_changed_by_its_key(town: Town) -> None:
    items = (await town.client.get(f"{QUEUE}?view=triage", headers=town.officer)).json()["items"]
    case = items[0]
    unit = town.process.directory.current.unit_by_code(HAIDUONG, case["responsible_unit"]["code"])
    holder = await signed_in(town.process, unit.id, Role.OFFICER)
    narrow(await _asked(town, f"{STAFF}/{case['code']}", town.officer), 100)
    town.plans.taken()
    answer = await town.client.post(
        f"{STAFF}/{case['code']}/accept", headers={**holder, "If-Match": f'"{case["version"]}"'}, json={}
    )
    assert answer.status_code == 200, answer.text
    narrow(town.plans.taken(), 10)


async def test_an_intake_checks_its_references_by_their_keys(town: Town) -> None:
    town.plans.taken()
    for number in range(REPEATS):
        body = {
            "category": "roads.pothole",
            "description": f"Ổ gà trước số {number}.",
            "location": {"lat": 20.9413, "lon": 106.317},
        }
        answer = await town.client.post("/api/v1/reports", json=body, headers={"Idempotency-Key": f"plans-{number:08}"})
        assert answer.status_code == 201, answer.text
    visits = town.plans.taken()
    assert all(visit.node == "ModifyTable" or visit.rows <= 1 for visit in visits), visits


async def test_the_worker_reads_what_waits_and_nothing_else(town: Town) -> None:
    process = town.process
    body = {"category": "roads.pothole", "description": "Ổ gà.", "location": {"lat": 20.9413, "lon": 106.317}}
    assert (await town.client.post("/api/v1/reports", json=body)).status_code == 201
    town.plans.taken()
    assert await outbox.relay(process.db, process.clock, HAIDUONG) > 0
    narrow(town.plans.taken(), BATCH)
    for consumer in worker_loop.consumers(process):
        await outbox.consume(process.db, process.clock, HAIDUONG, consumer)
        narrow(town.plans.taken(), BATCH)
    await sweeps.sweep(process)
    narrow(town.plans.taken(), BATCH)
    await worker_loop.turn(process, worker_loop.consumers(process))
    narrow([*town.plans.taken(), *_none()], BATCH)


async def test_clocks_are_given_and_follow_an_edit_batch_by_batch(town: Town) -> None:
    process = town.process
    older = "UPDATE cases SET clock = NULL WHERE tenant_id = $1 AND state NOT IN ('resolved', 'closed')"
    await process.db.lane.fetch(older, HAIDUONG)
    town.plans.taken()
    for _ in range(3):
        assert await worker_loop.recount(process) > 0
        narrow(town.plans.taken(), BATCH)
    while await worker_loop.recount(process):
        pass
    closed = replace(packaged_week(HAIDUONG), version=0, kind=EditKind.DAY, week=(), special=STORM)
    target = replace(packaged_targets(HAIDUONG)[1], version=0, valid_from=STORM.day)
    root = next(unit for unit in process.books.directory.units(HAIDUONG) if unit.parent_id is None)
    admin = Actor(ActorKind.STAFF, HAIDUONG, UUID(int=9), "", (Membership(root.id, Role.TENANT_ADMIN),))
    categories = {category.code for category in process.books.catalogue.all(HAIDUONG)}

    async def publish(work: Work) -> None:
        known = process.books.calendars
        await deadlines.publish_edit(work, admin, closed, calendars=known, based_on=None)
        await deadlines.publish_target(
            work, admin, target, calendars=known, categories=categories, based_on=None, for_running=True
        )

    await in_work(process.db, process.clock, HAIDUONG, publish)
    await process.refresh()
    assert isinstance(process.clock, FixedClock)
    process.clock.at += worker_loop.known_after(process.settings)
    turns = 0
    while await worker_loop.recount(process):
        narrow(town.plans.taken(), BATCH)
        turns += 1
    assert turns > REPEATS


async def test_live_feeds_read_what_is_new(town: Town) -> None:
    db = town.process.db
    newest = await db.lane.fetchval("SELECT position FROM outbox_heads WHERE tenant_id = $1", HAIDUONG) or 0
    town.plans.taken()
    for _ in range(REPEATS):
        await publication_repository.events_after(db, HAIDUONG, max(0, newest - 100), 100)
        await outbox.events_between(db, HAIDUONG, max(0, newest - 100), newest)
    narrow(town.plans.taken(), 200)


async def test_a_private_stream_finds_its_reports_by_key(town: Town) -> None:
    db = town.process.db
    some = await db.lane.fetch("SELECT id, case_id FROM reports WHERE tenant_id = $1 LIMIT 20", HAIDUONG)
    nobody = CitizenId(uuid7(town.process.clock.now()))
    town.plans.taken()
    for _ in range(REPEATS):
        await reports_service.watched(db, HAIDUONG, [ReportId(row["id"]) for row in some])
        await reports_service.watched_of(db, HAIDUONG, nobody)
        await reports_service.opened_by(db, HAIDUONG, [CaseId(row["case_id"]) for row in some], [nobody])
    narrow(town.plans.taken(), 200)


async def test_what_changed_for_an_account_is_worked_out_and_told_by_keys(town: Town) -> None:
    db, clock, account = town.process.db, town.process.clock, CitizenId(uuid7(town.process.clock.now()))
    given = "UPDATE reports SET citizen_id = $1 WHERE tenant_id = $2 AND id = ANY($3::uuid[]) RETURNING case_id"
    some = [row["id"] for row in await db.lane.fetch("SELECT id FROM reports TABLESAMPLE SYSTEM (5) LIMIT 60")]
    held = [row["case_id"] for row in await db.lane.fetch(given, account, HAIDUONG, some)]

    async def work_out(work: Work) -> int:
        reports = (await mobile_repository.things_of(work, HAIDUONG, [account]))[ChangeKind.REPORT]
        first = dict.fromkeys(held, UUID(int=0))
        found = await mobile_repository.list_in_cases(work, HAIDUONG, ChangeKind.REPORT, first, 2_000)
        assert {one for _, one in found} == reports
        return await mobile_repository.number_reports(work, HAIDUONG, reports)

    town.plans.taken()
    counts = [await in_work(db, clock, HAIDUONG, work_out) for _ in range(REPEATS)]
    assert counts[0] > len(some)
    assert counts[1:] == [0] * (REPEATS - 1)
    narrow(town.plans.taken(), 2_000)
    for _ in range(REPEATS):
        page = await mobile_service.changes_after(db, HAIDUONG, account, 0, limit=500)
    assert len(page.changes) == min(counts[0], 500)
    narrow(town.plans.taken(), 600)


async def test_what_was_loaded_is_large_enough_to_tell(town: Town) -> None:
    for table in sorted(LARGE):
        rows = await town.process.db.lane.fetchval("SELECT reltuples FROM pg_class WHERE relname = $1", table)
        assert rows > 10_000 or table == "outbox_messages", table


@pytest.fixture(scope="module")
async def flooded(town: Town) -> Town:
    """A third of all cases, the newest, are open. For the last tests: those before expect a quiet province."""
    async with town.process.db.rw.begin() as connection:
        await connection.execute(text("SET LOCAL ROLE NONE"))
        await connection.execute(text("SET LOCAL statement_timeout = 0"))
        await connection.execute(
            text("""
            UPDATE cases SET state = 'assigned', resolution = NULL
            WHERE tenant_id = :tenant AND state IN ('resolved', 'closed') AND id IN (
                SELECT id FROM cases WHERE tenant_id = :tenant ORDER BY id DESC LIMIT :flood)
            """),
            {"tenant": HAIDUONG, "flood": FLOOD},
        )
        await connection.execute(text("ANALYZE cases"))
    return town


@pytest.mark.parametrize("query", ["?state=closed", "?state=resolved", "?state=closed&area=288"])
@pytest.mark.parametrize("who", ["officer", "dispatcher"])
async def test_what_has_ended_is_found_below_a_flood_of_what_is_open(flooded: Town, query: str, who: str) -> None:
    narrow(await _asked(flooded, STAFF + query, getattr(flooded, who)), PAGE)


async def test_what_is_similar_in_a_crowd_is_looked_for_among_the_nearest(town: Town) -> None:
    crowd = 0
    for _ in range(5):
        async with town.process.db.rw.begin() as connection:
            await connection.execute(text("SET LOCAL ROLE NONE"))
            moved = await connection.execute(
                text("""
                UPDATE publications
                SET state = 'assigned', lat = 20.80 + random() / 1000, lon = 106.40 + random() / 1000
                WHERE tenant_id = :tenant AND case_id IN (
                    SELECT case_id FROM publications WHERE tenant_id = :tenant AND published
                    AND NOT coalesce(lat BETWEEN 20.80 AND 20.801, false) ORDER BY case_id DESC LIMIT 400)
                """),
                {"tenant": HAIDUONG},
            )
            crowd += moved.rowcount
    async with town.process.db.rw.begin() as connection:
        await connection.execute(text("SET LOCAL ROLE NONE"))
        await connection.execute(text("ANALYZE publications"))
    assert crowd == 2_000
    visits = await _asked(town, "/api/v1/reports/similar?lat=20.8005&lon=106.4005&category=roads.pothole&q=o%20ga")
    narrow(visits, 100)
    assert {visit.node for visit in visits} == {"Index Scan"}
