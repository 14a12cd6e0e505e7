"""`POST /submissions` and ids that devices make: each item once, whatever was lost, and an answer one can show."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx

from app.cases.terms import CaseState
from app.identity.terms import Role
from app.kit.clock import FixedClock
from app.kit.ids import uuid7
from app.process import Process
from tests.builders import a_case, an_officer

REPORTS, SUBMISSIONS = "/api/v1/reports", "/api/v1/submissions"
LAMP: dict[str, Any] = {
    "category": "lighting.street_lamp",
    "description": "Đèn không sáng.",
    "location": {"lat": 20.9467, "lon": 106.3134},
}
KEY = {"Device-Key": "pQ2zX7-a0Jm4Rk9vT1wYbNc8"}
OTHER = {"Device-Key": "another-device-of-somebody-else"}


def named(clock: FixedClock) -> str:
    return str(uuid7(clock.at))


async def counted(process: Process, table: str) -> int:
    found: int = await process.db.lane.fetchval(f"SELECT count(*) FROM {table}")
    return found


async def test_a_report_under_the_devices_id_is_one_report_for_ever_and_whoever_is_signed_in(
    client: httpx.AsyncClient, process: Process, clock: FixedClock
) -> None:
    lamp = {**LAMP, "id": named(clock)}
    needed = await client.post(REPORTS, json=lamp)
    assert (needed.status_code, needed.json()["type"]) == (422, "/problems/device-key-needed")
    short = await client.post(REPORTS, json=lamp, headers={"Device-Key": "short"})
    assert (short.status_code, short.json()["type"]) == (400, "/problems/unreadable-device-key")
    first = await client.post(REPORTS, json=lamp, headers=KEY)
    assert first.status_code == 201
    clock.at += timedelta(days=100)  # beyond what an Idempotency-Key is good for
    token = (await client.post("/api/v1/auth/devices")).json()["access_token"]
    for more in ({}, {"Authorization": f"Bearer {token}"}, {"Idempotency-Key": "another-key-this-time"}):
        again = await client.post(REPORTS, json=lamp, headers={**KEY, **more})
        assert (again.status_code, again.json()) == (201, first.json()), "its secret too, although signed in since"
    batch = {"items": [{"id": lamp["id"], "type": "report", "report": LAMP}]}
    (by_batch,) = (await client.post(SUBMISSIONS, json=batch, headers=KEY)).json()["items"]
    assert by_batch["report"] == first.json(), "alone or in a batch: the same"
    stolen = await client.post(REPORTS, json=lamp, headers=OTHER)
    assert (stolen.status_code, stolen.json()["type"]) == (409, "/problems/submission-id-taken")
    assert first.json()["tracking_secret"] not in stolen.text
    changed = await client.post(REPORTS, json={**lamp, "description": "Ổ gà."}, headers=KEY)
    assert (changed.status_code, changed.json()["type"]) == (422, "/problems/idempotency-key-reused")
    at_once = {**LAMP, "id": named(clock)}
    many = await asyncio.gather(*(client.post(REPORTS, json=at_once, headers=KEY) for _ in range(6)))
    assert len({one.text for one in many}) == 1
    assert await counted(process, "reports") == await counted(process, "cases") == 2


async def test_each_item_has_its_own_outcome_and_a_repeated_batch_the_same(
    client: httpx.AsyncClient, process: Process, clock: FixedClock
) -> None:
    report, reply, foreign = named(clock), named(clock), await a_case(process, CaseState.CLOSED)
    items: list[Any] = [
        {"id": report, "type": "report", "report": LAMP},
        {"id": reply, "type": "reply", "report_id": report, "text": "Cột số 5."},
        {"id": named(clock), "type": "report", "report": {**LAMP, "description": "", "colour": 1}},
        {"id": named(clock), "type": "report", "report": {**LAMP, "category": "no.such"}},
        {"id": named(clock), "type": "reply", "code": foreign.code, "text": "Không phải của tôi."},
        {"id": named(clock), "type": "rating", "code": foreign.code, "tracking_secret": foreign.secret, "stars": 2},
        {
            "id": named(clock),
            "type": "reopening",
            "code": foreign.code,
            "tracking_secret": foreign.secret,
            "reason": "x",
        },
        {"id": named(clock), "type": "reply", "report_id": named(clock), "text": "Về phản ánh chưa gửi."},
        {"id": named(clock), "type": "report", "report": {**LAMP, "media": ["no-such-upload"]}},
        {"id": "7", "type": "reply"},
        "no item at all",
        {"id": named(clock), "type": "withdrawal", "report_id": report},
    ]
    answers = [await client.post(SUBMISSIONS, json={"items": items}, headers={**KEY, "Accept-Language": "vi"})]
    assert answers[0].status_code == 200, answers[0].text
    found = answers[0].json()["items"]
    assert [(one["outcome"], one.get("problem", {}).get("type", "").rpartition("/")[2]) for one in found] == [
        ("accepted", ""),
        ("accepted", ""),
        ("refused", "invalid"),
        ("refused", "unknown-category"),
        ("refused", "report-not-found"),
        *[("accepted", "")] * 2,
        ("later", "waits-for-another"),
        ("refused", "upload-gone"),
        *[("refused", "invalid")] * 2,
        ("accepted", ""),
    ], found
    assert found[0]["report"]["tracking_secret"]
    assert [one["id"] for one in found[:2]] == [report, reply]
    assert {error["pointer"] for error in found[2]["problem"]["errors"]} == {"/report/description", "/report/colour"}
    assert found[-1]["state"]["resolution"] == "withdrawn"
    reports = await counted(process, "reports")
    clock.at += timedelta(days=30)
    again = (await client.post(SUBMISSIONS, json={"items": items}, headers=KEY)).json()
    assert again["items"] == found
    assert again["server_time"] != answers[0].json()["server_time"]
    late = {"items": [{"id": named(clock), "type": "reply", "report_id": report, "text": "Quá muộn."}]}
    for lang, title in (("vi", "Không làm được"), ("en", "Not possible")):
        (told,) = (await client.post(SUBMISSIONS, json=late, headers={**KEY, "Accept-Language": lang})).json()["items"]
        assert told["outcome"] == "refused"
        assert told["problem"]["title"].startswith(title)
        assert told["current"] == found[-1]["state"], "the device can show how it stands now"
    assert await counted(process, "reports") == reports
    said = "SELECT count(*) FROM timeline_entries WHERE type = 'case.reporter_replied'"
    assert await process.db.lane.fetchval(said) == 1
    bodies: list[dict[str, Any]] = [{"items": []}, {"items": [LAMP] * 21}, {}]
    for body in bodies:
        assert (await client.post(SUBMISSIONS, json=body, headers=KEY)).status_code == 422
    assert (await client.post(SUBMISSIONS, json=late)).json()["type"] == "/problems/device-key-needed"


async def test_a_clock_that_is_wrong_is_kept_marked_and_counts_for_nothing(
    client: httpx.AsyncClient, process: Process, clock: FixedClock
) -> None:
    officer, due = await an_officer(process, Role.OFFICER, Role.DISPATCHER), set()
    told = {
        "2026-11-20T02:55:00Z": (None, None, None),
        "2027-11-20T03:00:00Z": (None, "future", None),
        "2001-01-01T00:00:00Z": (None, "long_ago", None),
        "2026-12-20T02:59:00Z": ("2026-12-20T03:00:00Z", None, 30 * 86_400),  # a month ahead, and it says so
        "2026-11-20T02:58:00Z": ("not a time", None, None),
    }
    for captured_at, (client_time, doubt, skew_s) in told.items():
        headers = {**KEY, **({"Client-Time": client_time} if client_time else {})}
        item = {"id": named(clock), "type": "report", "report": {**LAMP, "captured_at": captured_at}}
        (one,) = (await client.post(SUBMISSIONS, json={"items": [item]}, headers=headers)).json()["items"]
        due.add(one["report"]["due_at"])
        case = f"/api/v1/staff/cases/{one['report']['code']}/reports"
        (seen,) = (await client.get(case, headers=officer.headers)).json()
        assert (seen["captured_doubt"], seen["clock_skew_s"]) == (doubt, skew_s)
        assert seen["captured_at"] == captured_at
    assert len(due) == 1, "all deadlines count from receipt"
    assert UUID(named(clock)).version == 7
