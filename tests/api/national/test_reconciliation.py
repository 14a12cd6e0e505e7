"""The report on where the two sides differ, for those who answer for it."""

from __future__ import annotations

from datetime import timedelta

import httpx

from app.db.engine import Database
from app.db.work import write_work
from app.identity.terms import Role
from app.kit.clock import FixedClock
from app.national import repository
from app.national.terms import Listed
from app.process import Process
from tests.api.national.conftest import NewLife, line_to
from tests.builders import HAIDUONG, an_officer
from tests.ministry import ministry

REPORT = "/api/v1/staff/national/reconciliation"


async def test_auditors_see_what_differs_page_by_page(
    a_life: NewLife, client: httpx.AsyncClient, process: Process, clock: FixedClock, db: Database
) -> None:
    auditor, officer = await an_officer(process, Role.AUDITOR), await an_officer(process)
    before = (await client.get(REPORT, headers=auditor.headers)).json()
    assert (before["compared_at"], before["items"]) == (None, [])
    assert (await client.get(REPORT, headers=officer.headers)).status_code == 403
    async with ministry() as portal, line_to(portal, process, clock) as province:
        life = await a_life()
        portal.has["X-1"] = {"MaHoSo": "X-1", "TrangThai": "10"}
        portal.has["X-2"] = {"MaHoSo": "X-2", "TrangThai": "bốn"}
        portal.has["X-3"] = {"MaHoSo": None, "TrangThai": 1}
        await province.compare()
        found = (await client.get(REPORT, headers=auditor.headers)).json()
        assert (found["listed"], found["under_way"], found["missing"]) == (2, 1, 0), "ours is on its way, not missing"
        clock.at = clock.at.replace(hour=clock.at.hour + 1)
        await province.note()
        await province.push()
        del portal.has[life.code]
        clock.at = clock.at.replace(hour=clock.at.hour + 1)
        await province.compare()
        pages = []
        query: dict[str, str | int] = {"limit": 2}
        while True:
            answer = await client.get(REPORT, params=query, headers=auditor.headers)
            assert answer.status_code == 200, answer.text
            pages.append(
                [(one["code"], one["difference"], one["ours"], one["theirs"]) for one in answer.json()["items"]]
            )
            if answer.json()["next_cursor"] is None:
                break
            query |= {"cursor": answer.json()["next_cursor"]}
        assert pages == [
            [(life.code, "missing", 1, None), ("X-1", "unknown_here", None, 10)],
            [("X-2", "unknown_here", None, 0)],
        ]
        only = await client.get(REPORT, params={"difference": "missing"}, headers=auditor.headers)
        assert [one["label_vi"] for one in only.json()["items"]] == ["Cổng quốc gia chưa có"]
        foreign = {"difference": "missing", "cursor": query["cursor"]}
        assert (await client.get(REPORT, params=foreign, headers=auditor.headers)).status_code == 400


async def test_codes_are_judged_some_at_a_time_while_pushes_go_on(
    a_life: NewLife, process: Process, clock: FixedClock, db: Database
) -> None:
    async with ministry() as portal, line_to(portal, process, clock) as province:
        lives = sorted([(await a_life()).code for _ in range(3)])
        await province.note()
        await province.push()
    clock.at += timedelta(hours=1)
    began_at = clock.now()
    await repository.note_listed(db, HAIDUONG, began_at, [Listed(lives[1], 1), Listed("A-1", 4), Listed("Z-9", 10)])
    looked, after = 0, ""
    async with write_work(db, clock, HAIDUONG) as pushing:
        await repository.lock_link(pushing, HAIDUONG)  # as whoever claims a push does
        while after is not None:
            async with write_work(db, clock, HAIDUONG) as work:
                await work.fetch("SET LOCAL lock_timeout = '2s'")
                since = began_at - timedelta(minutes=5)
                found, upto = await repository.compare_some(work, HAIDUONG, began_at, since, after, 1)
            assert found == 0
            looked, after = looked + 1, upto or None  # type: ignore[assignment]
    assert looked == 4, "one of ours at a time, then what lies beyond the last"
    rows = await db.lane.fetch("SELECT code, difference FROM national_findings ORDER BY code")
    assert [tuple(row) for row in rows] == [
        ("A-1", "unknown_here"),
        (lives[0], "missing"),
        (lives[2], "missing"),
        ("Z-9", "unknown_here"),
    ]
