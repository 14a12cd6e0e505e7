"""`/me/changes`: everything of an account, each thing once, whatever else goes on."""

from __future__ import annotations

import gzip
import json
from collections.abc import Awaitable, Callable
from uuid import UUID

import httpx
import orjson
import zstandard

from app.cases import service as cases
from app.cases.terms import CaseState
from app.citizens.service import accounts
from app.db.work import Work, in_work
from app.identity.terms import Actor, ActorKind, Role
from app.kit.ids import CitizenId
from app.mobile import repository
from app.process import Process, keyring_of
from app.worker import loop as worker_loop
from tests.applicants import MARITAL, MARRIED, Life
from tests.apps import CHANGES, Copy, visits
from tests.builders import HAIDUONG, a_case, a_report, acting, an_officer, brought, someone, standing
from tests.statements import Statements

Drain = Callable[[], Awaitable[int]]


async def account(client: httpx.AsyncClient) -> tuple[dict[str, str], Actor]:
    """A device's own account: its headers, and who it is."""
    tokens = (await client.post("/api/v1/auth/devices")).json()
    mine = {"Authorization": f"Bearer {tokens['access_token']}"}
    me = (await client.get("/api/v1/me", headers=mine)).json()["citizen"]
    return mine, Actor(ActorKind.CITIZEN, HAIDUONG, UUID(me))


async def test_each_thing_comes_once_as_it_stands_and_nothing_of_what_is_internal(
    client: httpx.AsyncClient, process: Process, drain: Drain
) -> None:
    mine, citizen = await account(client)
    mine_copy = Copy(client, mine)
    assert await mine_copy.catch_up() == []
    first, _ = await a_report(process, actor=citizen), await a_report(process)
    await drain()
    await mine_copy.catch_up()
    assert [one["code"] for one in mine_copy.of("report")] == [first.code]
    before = len(mine_copy.seen)
    at_work = someone(process, first.unit)
    noted = await acting(
        process, cases.add_note, at_work, code=first.code, seen=first.version, text="Nội bộ.", for_unit_only=True
    )
    await drain()
    assert await mine_copy.catch_up() == [], "an internal note is nobody's business"
    done = await brought(process, standing(process, first, noted), CaseState.RESOLVED)
    await drain()
    items = await mine_copy.catch_up(limit=1)
    assert len(items) == len(mine_copy.seen) - before
    report, *_ = mine_copy.of("report")
    assert (report["report"]["state"], report["report"]["answer"]) == ("resolved", "Đã thay bóng đèn mới.")
    told = [one["entry"] for one in mine_copy.of("entry")]
    own = (await client.get(f"/api/v1/reports/{first.code}", headers=mine)).json()["timeline"]
    assert [(one["type"], one["at"]) for one in told] == [(one["type"], one["at"]) for one in own]
    assert all("actor_id" not in one for one in told)
    fresh = Copy(client, mine)
    await fresh.catch_up(limit=2)
    assert fresh.things == mine_copy.things, "beginning anew ends with the same"
    assert done.state is CaseState.RESOLVED
    await client.post(f"/api/v1/reports/{first.code}/reopening", json={"reason": "Chưa sáng."}, headers=mine)
    await drain()
    await mine_copy.catch_up()
    assert mine_copy.of("report")[0]["report"]["state"] == "assigned"


async def test_pages_are_packed_as_the_client_wants_and_cursors_are_the_accounts_own(
    client: httpx.AsyncClient, process: Process, drain: Drain
) -> None:
    mine, citizen = await account(client)
    await a_case(process, CaseState.RESOLVED, actor=citizen)
    await drain()
    copy, sizes = Copy(client, mine), {}
    for asked, coding in (("gzip", "gzip"), ("gzip;q=0.5, zstd", "zstd"), ("*", "zstd"), ("identity", None)):
        async with client.stream("GET", CHANGES, headers={**mine, "Accept-Encoding": asked}) as answer:
            raw = b"".join([part async for part in answer.aiter_raw()])
        assert answer.headers.get("content-encoding") == coding
        assert answer.headers["vary"].startswith("Accept-Encoding")
        opened = gzip.decompress(raw) if coding == "gzip" else zstandard.decompress(raw) if coding else raw
        assert orjson.loads(opened)["items"]
        sizes[coding] = len(raw)
    assert sizes["zstd"] < sizes[None] * 0.6
    await copy.catch_up()
    other, _ = await account(client)
    foreign = await client.get(CHANGES, params={"cursor": copy.cursor}, headers=other)
    assert (foreign.status_code, foreign.json()["type"]) == (400, "/problems/foreign-cursor")
    assert (await client.get(CHANGES)).status_code == 401
    await process.db.lane.fetch("DELETE FROM own_changes")
    await process.db.lane.fetch("UPDATE change_heads SET number = 0")
    assert (await copy.page()).json()["type"] == "/problems/cursor-ahead"


async def test_claimed_joined_merged_separated_and_withdrawn_reports_arrive_and_go(
    client: httpx.AsyncClient, process: Process, drain: Drain
) -> None:
    mine, citizen = await account(client)
    copy = Copy(client, mine)
    anonymous = await a_case(process, CaseState.AWAITING_REPORTER)
    await drain()
    assert await copy.catch_up() == []
    claim = {"code": anonymous.code, "tracking_secret": anonymous.secret}
    for _ in range(2):
        assert (await client.post("/api/v1/me/reports/claim", json=claim, headers=mine)).status_code == 204
    await drain()
    kinds = [one["kind"] for one in await copy.catch_up()]
    assert kinds[0] == "report"
    assert "entry" in kinds, "with all that had been said before"
    assert await copy.catch_up() == []

    # merged into somebody else's, then separated again
    mine_too = await a_report(process, actor=citizen)
    other = await a_case(process, CaseState.AWAITING_REPORTER)
    await drain()
    await copy.catch_up()
    alone = {key for key, one in copy.things.items() if one["code"] == mine_too.code}
    root = someone(process, "H23")
    merged = await acting(process, cases.merge_case, root, code=mine_too.code, seen=mine_too.version, into=other.code)
    said = await client.post(f"/api/v1/reports/{other.code}/replies", json={"text": "Số 5."}, headers=other.owner)
    assert said.status_code == 200, said.text
    version = await process.db.lane.fetchval("SELECT version FROM cases WHERE code = $1", other.code)
    await acting(process, cases.ask_reporter, root, code=other.code, seen=version, question="Còn tối không?")
    await drain()
    await copy.catch_up()
    own = (await client.get(f"/api/v1/reports/{mine_too.code}", headers=mine)).json()["timeline"]
    now = [one for one in copy.things.values() if one["code"] == mine_too.code]
    assert sorted((one["entry"]["type"], one["entry"]["at"]) for one in now if one["kind"] == "entry") == sorted(
        (one["type"], one["at"]) for one in own
    ), "the same history as on the page, and nothing between the other case and its reporter"
    assert next(one for one in now if one["kind"] == "report")["report"]["merged_into"] == other.code
    await acting(process, cases.unmerge_case, root, code=mine_too.code, seen=merged.version)
    await drain()
    gone = [one for one in await copy.catch_up() if one.get("gone")]
    assert {one["gone"] for one in gone} == {"elsewhere"}
    now_keys = {key for key, one in copy.things.items() if one["code"] == mine_too.code}
    assert alone <= now_keys
    own = (await client.get(f"/api/v1/reports/{mine_too.code}", headers=mine)).json()["timeline"]
    assert len(now_keys) == len(own) + 1

    # withdrawn
    withdrawal = await client.post(f"/api/v1/reports/{mine_too.code}/withdrawal", json={}, headers=mine)
    assert withdrawal.status_code == 200, withdrawal.text
    await drain()
    assert any(one.get("gone") == "withdrawn" and one["kind"] == "report" for one in await copy.catch_up())

    # everything goes over to another account
    theirs, taker = await account(client)
    assert citizen.citizen_id is not None

    async def move(work: Work) -> None:
        known = CitizenId(taker.citizen_id) if taker.citizen_id else None
        await accounts.entered(work, keyring_of(process.settings), citizen, known, _never, bytes(32), [HAIDUONG])

    await in_work(process.db, process.clock, None, move)
    await drain()
    taken = Copy(client, theirs)
    await taken.catch_up()
    assert {one["code"] for one in taken.of("report")} == {anonymous.code}
    left = "SELECT count(*) FROM own_changes WHERE citizen_id = $1"
    assert await process.db.lane.fetchval(left, citizen.citizen_id) == 0, "nothing of an account that ended is kept"
    assert (await client.delete("/api/v1/me/data", headers=theirs)).status_code == 200
    await drain()
    assert await process.db.lane.fetchval(left, taker.citizen_id) == 0


async def _never(_: CitizenId) -> CitizenId:
    raise AssertionError


async def test_service_requests_and_papers_come_too(client: httpx.AsyncClient, process: Process, drain: Drain) -> None:
    mine, _ = await account(client)
    life, copy = Life(client, mine), Copy(client, mine)
    assert (await life.file(procedure=MARITAL, answers=MARRIED)).status_code == 201
    await drain()
    await copy.catch_up()
    assert [one["service_request"]["state"] for one in copy.of("service_request")] == ["submitted"]
    officer = await an_officer(process, Role.APPROVER)
    accepted = await life.do(officer, "accept")
    assert accepted.status_code == 200, accepted.text
    await drain()
    await copy.catch_up()
    (request,), (paper,) = copy.of("service_request"), copy.of("paper")
    assert (request["code"], request["service_request"]["state"]) == (life.code, accepted.json()["state"])
    assert (await client.get(paper["paper"]["url"], headers=mine)).status_code == 200
    listed = (await client.get(f"/api/v1/service-requests/{life.code}/papers", headers=mine)).json()["items"]
    assert [one["number"] for one in listed] == [paper["paper"]["number"]]
    assert {one["entry"]["type"] for one in copy.of("entry")} == {one["type"] for one in (await life.own())["timeline"]}


async def test_what_was_there_before_changes_were_numbered_comes_too_and_once(
    client: httpx.AsyncClient, process: Process, drain: Drain
) -> None:
    mine, citizen = await account(client)
    life = Life(client, mine)
    assert (await life.file(procedure=MARITAL, answers=MARRIED)).status_code == 201
    older, newer = await a_report(process, actor=citizen), await a_report(process, actor=citizen)
    await drain()
    before = Copy(client, mine)
    await before.catch_up()
    await process.db.lane.fetch("DELETE FROM own_changes")
    await brought(process, newer, CaseState.RESOLVED)
    await drain()
    turns = [await worker_loop.fill(process) for _ in range(3)]
    assert turns == [3, 0, 0]
    copy = Copy(client, mine)
    await copy.catch_up()
    assert {one["code"] for one in copy.of("report")} == {older.code, newer.code}
    assert copy.things.keys() >= before.things.keys()
    assert len({one["number"] for one in copy.things.values()}) == len(copy.things)


_MORE = """
    INSERT INTO own_changes SELECT many.* FROM own_changes o, generate_series($1::int, $2::int) AS n,
        jsonb_populate_record(o, jsonb_build_object('about_id', md5('a' || n)::uuid, 'number', o.number + n * 10,
            'citizen_id', CASE WHEN n % 10 = 0 THEN o.citizen_id ELSE md5((n % 97)::text)::uuid END)) AS many
    WHERE o.kind = 'report' AND o.number <= 10
"""


async def test_a_page_among_fifty_thousand_changes_is_one_range_of_the_index(
    client: httpx.AsyncClient, process: Process, drain: Drain, statements: Statements
) -> None:
    mine, citizen = await account(client)
    await a_report(process, actor=citizen)
    await drain()
    lane = process.db.lane
    for first in range(1, 50_000, 5_000):  # each within the time that the program gives a statement
        await lane.fetch(_MORE, first, first + 4_999)
    await lane.fetch("UPDATE change_heads SET number = 10000000")
    await lane.fetch("ANALYZE own_changes, reports, cases, timeline_entries, service_requests, papers")
    counts = []
    for asked in ({"limit": 10}, {"limit": 500}):
        statements.clear()
        page = (await client.get(CHANGES, headers=mine, params=asked)).json()
        counts.append(len(statements))
        assert page["more"]
    assert counts[0] == counts[1] == 2, "who asks, and the page"
    await lane.fetch("SET plan_cache_mode = force_generic_plan")
    values = (HAIDUONG, citizen.citizen_id, 200_000, 101)
    seen = list(
        visits(
            json.loads(await lane.fetchval(f"EXPLAIN (ANALYZE, FORMAT JSON) {repository._PAGE}", *values))[0]["Plan"]
        )
    )
    await lane.fetch("RESET plan_cache_mode")
    assert {(table, node) for table, node, _ in seen if table == "own_changes"} == {("own_changes", "Index Scan")}
    assert all(rows <= 101 for _, _, rows in seen), seen
