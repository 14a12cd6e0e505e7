"""The trail at its address, and what lands in it of what people do and are refused."""

from __future__ import annotations

from typing import Any

import httpx
from fastapi import FastAPI

from app.audit import service as audit
from app.audit.service.refusing import REPEATS_S
from app.db.work import Work, in_work
from app.identity.terms import Role
from app.process import Process
from tests.builders import HAIDUONG, PROVINCE, a_case, an_officer

KEY = b"k" * 32
URL = "/api/v1/staff/audit"


async def seal(process: Process) -> None:
    """All there is is sealed."""

    async def one(work: Work) -> int:
        return await audit.seal(work, HAIDUONG, KEY)

    while await in_work(process.db, process.clock, HAIDUONG, one):
        pass


async def test_a_verb_is_in_the_trail_with_who_where_and_by_which_request(
    client: httpx.AsyncClient, process: Process
) -> None:
    filed = await a_case(process)
    officer, auditor = await an_officer(process), await an_officer(process, Role.AUDITOR, unit=PROVINCE)
    done = await client.post(f"/api/v1/staff/cases/{filed.code}/accept", headers={**officer.headers, **filed.seen})
    await seal(process)
    page = (await client.get(URL, params={"subject": filed.code}, headers=auditor.headers)).json()
    (line,) = [one for one in page["items"] if one["action"] == "case.accepted"]
    assert (line["actor"], line["outcome"], line["subject"]) == (str(officer.actor.id), "done", filed.code)
    assert line["request_id"] == done.headers["x-request-id"]
    assert line["address"] == "127.0.0.1"
    assert line["details"] == {"version": filed.version + 1, "state": "in_progress"}
    assert "description" not in str(page)


async def test_only_auditors_and_administrators_read_it_and_that_is_in_it(
    client: httpx.AsyncClient, application: FastAPI, process: Process
) -> None:
    officer, auditor = await an_officer(process), await an_officer(process, Role.AUDITOR, unit=PROVINCE)
    assert (await client.get(URL)).status_code == 401
    for _ in range(30):
        assert (await client.get(URL, headers=officer.headers)).status_code == 403
    refusals = application.state.refusals
    await refusals.flush(0)
    await refusals.flush(float("inf"))
    assert (await client.get(URL, headers=auditor.headers)).status_code == 200
    await seal(process)
    lines: list[dict[str, Any]] = (await client.get(URL, headers=auditor.headers)).json()["items"]
    assert [line["action"] for line in lines[:1]] == ["audit.read"]
    # What other tests were refused is written here, too: more than a page of it.
    asked = {"actor": str(officer.actor.id), "outcome": "refused"}
    refused = (await client.get(URL, headers=auditor.headers, params=asked)).json()["items"]
    assert [line["details"].get("times") for line in refused] == [29, None], "a flood is a line and a number"
    assert refused[0]["details"]["route"] == URL
    assert REPEATS_S == 60


async def test_wrong_passwords_and_sign_ins_are_in_it_without_what_was_typed(
    client: httpx.AsyncClient, application: FastAPI, process: Process
) -> None:
    auditor = await an_officer(process, Role.AUDITOR, unit=PROVINCE)
    wrong = {"username": "mat-khau-go-nham", "password": "mot-mat-khau-khac"}
    assert (await client.post("/api/v1/auth/token", json=wrong)).status_code == 401
    await application.state.refusals.flush(0)
    assert (await client.post("/api/v1/auth/logout", headers=auditor.headers)).status_code == 204
    await seal(process)
    again = await an_officer(process, Role.AUDITOR, unit=PROVINCE)
    page = await client.get(URL, headers=again.headers)
    actions = [(line["action"], line["details"].get("problem")) for line in page.json()["items"]]
    assert ("refused", "wrong-credentials") in actions
    assert ("sign_out", None) in actions
    assert "mat-khau" not in page.text


async def test_pages_follow_one_another_and_other_provinces_see_nothing(
    client: httpx.AsyncClient, process: Process
) -> None:
    filed = await a_case(process)
    officer, auditor = await an_officer(process), await an_officer(process, Role.AUDITOR, unit=PROVINCE)
    for number in range(5):
        seen = {"If-Match": f'"{filed.version + number}"'}
        body = {"text": "ghi chú"}
        noted = await client.post(
            f"/api/v1/staff/cases/{filed.code}/note", json=body, headers={**officer.headers, **seen}
        )
        assert noted.status_code == 200, noted.text
    await seal(process)
    asked = {"action": "case", "actor": str(officer.actor.id), "limit": "2"}
    positions: list[int] = []
    cursor: str | None = None
    while True:
        page = (
            await client.get(URL, params={**asked, **({"cursor": cursor} if cursor else {})}, headers=auditor.headers)
        ).json()
        positions += [line["position"] for line in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert len(positions) == 5
    assert positions == sorted(positions, reverse=True)
    foreign = await client.get(URL, params={"limit": "1", "cursor": "x"}, headers=auditor.headers)
    assert foreign.status_code == 400
    elsewhere = await client.get(URL, headers={**auditor.headers, "Host": "khanhhoa.localhost"})
    assert elsewhere.status_code == 401
