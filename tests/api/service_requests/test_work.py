"""All work of an office in one list: cases and steps side by side, due first, page by page, by three statements."""

from __future__ import annotations

import httpx

from app.process import Process
from tests.applicants import MARITAL, MARRIED, Life
from tests.builders import CAM_THUONG, a_report, an_officer
from tests.statements import Statements

WORK = "/api/v1/staff/work"


async def test_reports_and_service_requests_come_side_by_side_due_first(
    client: httpx.AsyncClient, life: Life, process: Process, statements: Statements
) -> None:
    mine, next_door = await an_officer(process, unit=CAM_THUONG), await an_officer(process, unit="H23.21.02")
    empty = (await client.get(WORK, headers=mine.headers)).json()
    assert empty == {"items": [], "next_cursor": None}
    codes = set()
    for copies in (1, 2, 3):
        codes.add((await a_report(process)).code)
        assert (await life.file(procedure=MARITAL, answers={**MARRIED, "copies": copies})).status_code == 201
        codes.add(life.code)
    statements.clear()
    whole = await client.get(WORK, headers=mine.headers)
    assert (len(statements), whole.headers["cache-control"]) == (3, "no-store"), "who asks, cases, steps"
    items = whole.json()["items"]
    assert {one[one["kind"]]["code"] for one in items} == codes
    assert [one["due_at"] for one in items] == sorted(one["due_at"] for one in items)
    for one in items:
        other = "step" if one["kind"] == "case" else "case"
        assert (one[other], one[one["kind"]]["due_at"], one["overdue"]) == (None, one["due_at"], False)
    walked, cursor = [], None
    while True:
        asked = {"limit": 2, **({"cursor": cursor} if cursor else {})}
        page = (await client.get(WORK, params=asked, headers=mine.headers)).json()
        walked += page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            break
        assert len(page["items"]) == 2
        foreign = await client.get(WORK, params={"cursor": cursor}, headers=next_door.headers)
        assert (foreign.status_code, foreign.json()["type"]) == (400, "/problems/foreign-cursor")
    assert walked == items, "each once, in the same order"
    assert (await client.get(WORK, headers=next_door.headers)).json()["items"] == []
    assert (await client.get(WORK, params={"cursor": "x"}, headers=mine.headers)).status_code == 400
    assert (await client.get(WORK)).status_code == 401
