"""One verb over many cases: each has an outcome of its own, none takes another with it."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from app.cases.terms import CaseState
from app.db.engine import Database
from app.identity.terms import Role
from app.process import Process
from tests.builders import BINH_HAN, CITY, EVERY_HAND, Filed, a_case, an_officer

S = CaseState
URL = "/api/v1/staff/cases/bulk"


def of(*filed: Filed) -> list[dict[str, Any]]:
    return [{"code": case.code, "version": case.version} for case in filed]


async def test_each_case_of_many_has_its_own_outcome(client: httpx.AsyncClient, process: Process, db: Database) -> None:
    fresh, taken, other = await a_case(process), await a_case(process, S.IN_PROGRESS), await a_case(process)
    foreign = await a_case(process, area="10510")
    officer = await an_officer(process)
    stale = {"code": other.code, "version": other.version + 1}
    missing = {"code": "H23-261120-9999", "version": 1}
    asked = [*of(fresh), stale, *of(taken, foreign), missing, *of(other), *of(fresh)]
    body = {"cases": asked, "action": {"verb": "accept"}}
    answer = await client.post(URL, json=body, headers=officer.headers)
    assert answer.status_code == 200, answer.text
    items = answer.json()["items"]
    assert [item["code"] for item in items] == [target["code"] for target in asked]
    assert [item["problem"] for item in items] == [
        None,
        "stale-version",
        "illegal-transition",
        "case-not-found",
        "case-not-found",
        None,
        "stale-version",  # named twice: the first time has changed it
    ]
    assert (answer.json()["done"], answer.json()["failed"]) == (2, 5)
    states = await db.lane.fetch("SELECT code, state FROM cases WHERE state = 'in_progress' ORDER BY code")
    assert [row["code"] for row in states] == sorted([fresh.code, taken.code, other.code])
    entries = await db.lane.fetchval("SELECT count(*) FROM timeline_entries WHERE type = 'case.accepted'")
    assert entries == 3


@pytest.mark.parametrize(
    ("state", "action", "after"),
    [
        (S.RESOLVED, {"verb": "close"}, "closed"),
        (S.IN_PROGRESS, {"verb": "refer", "unit": BINH_HAN, "reason": "wrong_place"}, "assigned"),
        (S.IN_PROGRESS, {"verb": "note", "text": "Cùng một sự cố lưới điện."}, "in_progress"),
        (S.IN_PROGRESS, {"verb": "withhold", "comment": "Có tên người."}, "in_progress"),
        (S.RECEIVED, {"verb": "publish"}, "received"),
        (S.RESOLVED, {"verb": "redact"}, "resolved"),
        (S.IN_PROGRESS, {"verb": "resolve", "answer": "Đã sửa cả tuyến.", "resolution": "fixed"}, "resolved"),
        (S.RECEIVED, {"verb": "assign", "officer": "{officer}"}, "assigned"),
    ],
)
async def test_every_bulk_verb_does_what_its_single_one_does(
    client: httpx.AsyncClient, process: Process, state: CaseState, action: dict[str, Any], after: str
) -> None:
    filed = [await a_case(process, state) for _ in range(2)]
    officer = await an_officer(process, *EVERY_HAND)
    action = {key: officer.username if value == "{officer}" else value for key, value in action.items()}
    answer = await client.post(URL, json={"cases": of(*filed), "action": action}, headers=officer.headers)
    outcomes = [(item["done"], item["state"], item["version"]) for item in answer.json()["items"]]
    assert outcomes == [(True, after, case.version + 1) for case in filed], answer.text


async def test_a_refusal_is_told_in_the_officers_language(client: httpx.AsyncClient, process: Process) -> None:
    filed = await a_case(process)
    auditor = await an_officer(process, Role.AUDITOR, unit=CITY)
    body = {"cases": of(filed), "action": {"verb": "accept"}}
    said = [
        (await client.post(URL, json=body, headers={**auditor.headers, "Accept-Language": lang})).json()["items"][0]
        for lang in ("vi", "en")
    ]
    assert {item["problem"] for item in said} == {"forbidden"}
    assert said[0]["detail"] != said[1]["detail"]


@pytest.mark.parametrize(
    "body",
    [
        {"cases": [], "action": {"verb": "accept"}},
        {"cases": [{"code": "H23-261120-0001", "version": 1}] * 101, "action": {"verb": "accept"}},
        {"cases": [{"code": "H23-261120-0001", "version": 0}], "action": {"verb": "accept"}},
        {"cases": [{"code": "H23-261120-0001"}], "action": {"verb": "accept"}},
        {"cases": [{"code": "H23-261120-0001", "version": 1}], "action": {"verb": "approve"}},
        {"cases": [{"code": "H23-261120-0001", "version": 1}], "action": {"verb": "refer"}},
        {"cases": [{"code": "H23-261120-0001", "version": 1}], "action": {}},
    ],
)
async def test_a_bulk_request_of_the_wrong_shape_is_refused_whole(
    client: httpx.AsyncClient, process: Process, body: dict[str, Any]
) -> None:
    officer = await an_officer(process)
    answer = await client.post(URL, json=body, headers=officer.headers)
    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/invalid")
    assert answer.json()["errors"]


async def test_bulk_is_for_staff(client: httpx.AsyncClient) -> None:
    body = {"cases": [{"code": "H23-261120-0001", "version": 1}], "action": {"verb": "accept"}}
    assert (await client.post(URL, json=body)).status_code == 401
