"""The report on where the two sides differ, for those who answer for it."""

from __future__ import annotations

import httpx

from app.db.engine import Database
from app.identity.terms import Role
from app.kit.clock import FixedClock
from app.process import Process
from tests.api.national.conftest import NewLife, line_to
from tests.builders import an_officer
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
