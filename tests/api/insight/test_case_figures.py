"""Figures of cases: recounted one by one, and that nothing an office does afterwards makes them better."""

from __future__ import annotations

import csv
import io
import random
from collections import defaultdict
from collections.abc import Callable
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

import httpx
import orjson
import pytest

from app.cases import service as cases
from app.cases.terms import CaseState, ReferralReason, Resolution
from app.db.engine import Database
from app.identity.terms import Role
from app.kit.clock import FixedClock, zone
from app.kit.ids import uuid7
from app.process import Process
from tests.builders import (
    BINH_HAN,
    CAM_THUONG,
    CITY,
    HAIDUONG,
    PROVINCE,
    Filed,
    Officer,
    a_case,
    acting,
    an_officer,
    someone,
)
from tests.pages import Page
from tests.statements import Statements

FIGURES = "/api/v1/staff/figures/cases"
PARTS = ("on_time", "after_due", "unanswered", "not_due", "diverted", "withdrawn")
HANOI = zone("Asia/Ho_Chi_Minh")
ANSWER: dict[str, Any] = {"answer": "Đã thay bóng.", "resolution": Resolution.FIXED}


async def figures(client: httpx.AsyncClient, officer: Officer, query: str = "") -> dict[str, Any]:
    answer = await client.get(FIGURES + query, headers=officer.headers)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def parts(client: httpx.AsyncClient, officer: Officer) -> dict[str, int]:
    """What there is, by what became of it."""
    total = (await figures(client, officer))["total"]
    assert total["received"] == sum(total[part] for part in PARTS)
    return {part: total[part] for part in PARTS if total[part]}


async def test_nothing_that_an_office_does_makes_its_figures_better(
    client: httpx.AsyncClient, process: Process, clock: FixedClock, db: Database
) -> None:
    moved, answered, merged, withdrawn = [await a_case(process, CaseState.IN_PROGRESS) for _ in range(4)]
    living = await a_case(process, CaseState.IN_PROGRESS)
    seen_by = [await an_officer(process, Role.AUDITOR, unit=unit) for unit in (CAM_THUONG, BINH_HAN, CITY)]
    ward, neighbour, city = seen_by
    assert await parts(client, ward) == {"not_due": 5}
    at_work = someone(process)

    async def do(verb: Callable[..., Any], filed: Filed, **given: Any) -> None:
        await acting(process, verb, at_work, code=filed.code, seen=None, **given)

    await do(cases.resolve_case, answered, **ANSWER)
    assert await parts(client, ward) == {"on_time": 1, "not_due": 4}
    await do(cases.withdraw_for_reporter, withdrawn, comment="Người gửi gọi điện.")
    await db.lane.fetch("UPDATE cases SET original_due_at = $1, due_at = $1", clock.now() + timedelta(hours=1))
    clock.at += timedelta(hours=2)
    assert await parts(client, ward) == {"on_time": 1, "unanswered": 4}, "an office that withdraws has not answered"
    to = {"reason": ReferralReason.NOT_COMPETENT, "comment": None}
    await do(cases.refer_case, moved, to=BINH_HAN, **to)
    await do(cases.merge_case, merged, into=living.code)
    await do(cases.reopen_case, answered, comment="Đèn lại tắt.")
    assert await parts(client, ward) == {"unanswered": 5}, "what was taken back is no answer; the unit is the same"
    assert await parts(client, neighbour) == {}
    assert (await figures(client, neighbour))["items"] == []
    await do(cases.resolve_case, living, **ANSWER)
    assert await parts(client, ward) == {"after_due": 2, "unanswered": 3}, "a merged case is answered with the other"
    total = (await figures(client, city))["total"]
    assert (total["reopened"], total["reopenings"], total["referrals"], total["due"]) == (1, 1, 1, 5)


async def test_what_its_sender_takes_back_in_time_stands_apart(
    client: httpx.AsyncClient, process: Process, clock: FixedClock, db: Database
) -> None:
    filed = await a_case(process)
    answer = await client.post(f"/api/v1/reports/{filed.code}/withdrawal", json={}, headers=filed.owner)
    assert answer.status_code == 200, answer.text
    officer = await an_officer(process)
    assert await parts(client, officer) == {"withdrawn": 1}
    await db.lane.fetch("UPDATE cases SET original_due_at = $1", clock.now() - timedelta(hours=1))
    assert await parts(client, officer) == {"unanswered": 1}, "afterwards that saves nobody"


@pytest.mark.parametrize(
    "query", ["?first=2026-02-01&last=2026-01-01", "?first=2025-01-01&last=2026-06-01", "?first=2026-01-01", "?by=day"]
)
async def test_a_period_that_makes_no_sense_is_refused(client: httpx.AsyncClient, process: Process, query: str) -> None:
    officer = await an_officer(process)
    assert (await client.get(FIGURES + query, headers=officer.headers)).status_code == 422
    assert (await client.get(FIGURES)).status_code == 401


async def _many(db: Database, process: Process, code: str, now: datetime) -> list[dict[str, Any]]:
    """Cases of all sorts like the one of the code, with what happened to each as it was made up."""
    dice = random.Random(77)
    units = {unit: process.books.directory.unit_by_code(HAIDUONG, unit).id for unit in (CAM_THUONG, BINH_HAN, CITY)}
    template = await db.lane.fetchrow("SELECT to_jsonb(c)::text AS row FROM cases c WHERE code = $1", code)
    report = await db.lane.fetchrow("SELECT to_jsonb(r)::text AS row FROM reports r WHERE code = $1", code)
    assert template is not None
    assert report is not None
    row, report_row = orjson.loads(template["row"]), orjson.loads(report["row"])
    made: list[dict[str, Any]] = []
    for number in range(400):
        opened = now - timedelta(days=dice.uniform(0, 90))
        due = opened + timedelta(days=dice.uniform(0.5, 12))
        ended = min(now, opened + timedelta(days=dice.uniform(0, 14)))
        way = dice.choices(("open", "answered", "reopened", "withdrawn", "diverted", "merged"), (3, 8, 2, 1, 1, 2))[0]
        moves = sorted(opened + timedelta(days=dice.uniform(0, 14)) for _ in range(dice.choice((0, 0, 0, 1, 2))))
        moves = [at for at in moves if at < ended]
        held = [dice.choice(list(units)) for _ in range(len(moves) + 1)]
        answers = [ended] if way in {"answered", "reopened"} else []
        stands = ended if way == "answered" else None
        if way == "reopened" and dice.random() < 0.6:
            stands = min(now, ended + timedelta(days=dice.uniform(0, 6)))
            answers.append(stands)
        resolution = {"withdrawn": "withdrawn", "diverted": "diverted", "merged": "duplicate"}.get(way)
        closed = stands or (ended if resolution else None)
        made.append({
            "id": uuid7(opened), "code": f"H23-X-{number}", "opened": opened, "due": due, "way": way, "closed": closed,
            "moves": moves, "held": held, "answers": answers, "stands": stands, "merged_into": None,
            "resolution": "fixed" if stands else resolution, "by_office": dice.random() < 0.5,
            "reopenings": dice.choice((1, 2)) if way == "reopened" else 0,
            "stars": dice.choice((1, 4, 5)) if stands and dice.random() < 0.3 else None,
        })  # fmt: skip
    living = [one for one in made if one["way"] in {"open", "answered"}]
    gone = [one for one in made if one["way"] == "merged"]
    for one, other in zip(gone, [*gone[1:6], *(dice.choice(living) for _ in gone)], strict=False):
        one["merged_into"] = other  # the first five one into the next
    rows, entries, reports = [], [], []
    for one in made:
        ended_so = one["closed"] is not None
        rows.append({
            **row, "id": one["id"], "code": one["code"], "opened_at": one["opened"], "due_at": one["due"],
            "original_due_at": one["due"], "unit_id": units[one["held"][-1]], "referral_count": len(one["moves"]),
            "reopen_count": one["reopenings"], "resolved_at": one["closed"], "resolution": one["resolution"],
            "closed_at": one["closed"] if ended_so else None, "state": "closed" if ended_so else "in_progress",
            "merged_into_id": one["merged_into"]["id"] if one["merged_into"] else None,
        })  # fmt: skip
        told: list[tuple[datetime, str, dict[str, str]]] = [(at, "case.resolved", {}) for at in one["answers"]]
        told += [
            (at, "case.referred", {"from_unit_code": before, "unit_code": after})
            for at, (before, after) in zip(one["moves"], pairwise(one["held"]), strict=True)
        ]
        if one["way"] == "withdrawn":
            told.append((one["closed"], "case.withdrawn", {}))
        entries += [{
            "tenant_id": 1, "case_id": one["id"], "id": uuid7(at), "at": at, "type": kind, "audience": "public",
            "case_version": 1, "data": data,
            "actor_kind": "staff" if kind != "case.withdrawn" or one["by_office"] else "citizen",
        } for at, kind, data in told]  # fmt: skip
        if one["stars"]:
            reports.append({**report_row, "id": uuid7(now), "code": one["code"], "case_id": one["id"],
                            "stars": one["stars"], "tracking_hash": None})  # fmt: skip
    for table, values in (("cases", rows), ("timeline_entries", entries), ("reports", reports)):
        query = f"INSERT INTO {table} SELECT * FROM jsonb_populate_recordset(NULL::{table}, $1::jsonb)"
        await db.lane.fetch(query, orjson.dumps(values, default=str).decode())
    return made


def _became(one: dict[str, Any], now: datetime) -> tuple[str, str, datetime | None]:
    """What became of one case, for which unit, and when it was first answered: as docs/figures.md says."""
    last = one
    while last["merged_into"] is not None:
        last = last["merged_into"]
    stands = last["stands"] if last is not one else one["stands"]
    unit = one["held"][-1]
    if one["way"] == "diverted":
        return "diverted", unit, None
    if one["way"] == "withdrawn" and not one["by_office"] and one["closed"] <= one["due"]:
        return "withdrawn", unit, None
    first = min(one["answers"], default=None) if one["reopenings"] else stands
    if stands is not None and stands <= one["due"]:
        return "on_time", unit, first
    if one["due"] < now:
        afterwards = [before for at, before in zip(one["moves"], one["held"], strict=False) if at > one["due"]]
        unit = afterwards[0] if afterwards else unit
    return ("after_due" if stands else "unanswered" if one["due"] < now else "not_due"), unit, first


def _expected(
    made: list[dict[str, Any]], first: date, last: date, now: datetime, worked: Callable[[date], int]
) -> dict[str, dict[str, Any]]:
    """The figures of each unit, counted by hand."""
    found: dict[str, dict[str, Any]] = defaultdict(lambda: {"days": [], "stars": 0, "rated": 0, **dict.fromkeys(
        (*PARTS, "received", "reopened", "reopenings", "referrals"), 0)})  # fmt: skip
    for one in made:
        day = one["opened"].astimezone(HANOI).date()
        if not first <= day <= last:
            continue
        became, unit, answered = _became(one, now)
        counts = found[unit]
        counts["received"] += 1
        counts[became] += 1
        counts["reopened"] += one["reopenings"] > 0
        counts["reopenings"] += one["reopenings"]
        counts["referrals"] += len(one["moves"])
        if answered is not None:
            counts["days"].append(worked(answered.astimezone(HANOI).date()) - worked(day))
        if one["stars"]:
            found[one["held"][-1]]["rated"] += 1
            found[one["held"][-1]]["stars"] += one["stars"]
    for counts in found.values():
        days, of = sorted(counts.pop("days")), counts["received"] - counts["diverted"] - counts["withdrawn"]
        counts["median_days"] = days[(of - 1) // 2] if 0 <= (of - 1) // 2 < len(days) else None
    return found


async def test_figures_are_what_anybody_counts_by_hand(
    process: Process, clock: FixedClock, db: Database, client: httpx.AsyncClient, statements: Statements
) -> None:
    filed = await a_case(process)
    made = await _many(db, process, filed.code, clock.now())
    calendar = process.books.calendars.of(HAIDUONG)
    leader, ward = await an_officer(process, Role.AUDITOR, unit=PROVINCE), await an_officer(process)
    today = clock.now().astimezone(HANOI).date()
    for first, last in ((date(2026, 9, 15), date(2026, 10, 14)), (date(2026, 8, 1), today - timedelta(days=1))):
        expected = _expected(made, first, last, clock.now(), calendar.worked_until)
        names = next(iter(expected.values())).keys()
        found = await figures(client, leader, f"?first={first}&last={last}")
        assert {line["code"]: {name: line["counts"][name] for name in names} for line in found["items"]} == expected
        months = await figures(client, leader, f"?first={first}&last={last}&by=month")
        assert months["items"] == found["months"] == months["months"]
        for by in ("unit", "tier", "month"):
            lines = (await figures(client, leader, f"?first={first}&last={last}&by={by}"))["items"]
            assert {part: sum(line["counts"][part] for line in lines) for part in (*PARTS, "rated")} == {
                part: found["total"][part] for part in (*PARTS, "rated")
            }
        own = await figures(client, ward, f"?first={first}&last={last}")
        assert {line["code"]: {name: line["counts"][name] for name in names} for line in own["items"]} == {
            CAM_THUONG: expected[CAM_THUONG]
        }, "of others what counts for one's own unit, and nothing else"
    assert len({one["way"] for one in made}) == 6
    statements.clear()
    await figures(client, leader, "?first=2026-08-01&last=2026-11-19")
    assert len(statements) == 5, "two begin the transaction; signed in, cases, stars"
    answer = await client.get(f"{FIGURES}.csv?first=2026-08-01&last=2026-11-19&by=tier", headers=leader.headers)
    table = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [row["code"] for row in table] == ["district", "commune"]
    assert int(table[0]["received"]) + int(table[1]["received"]) == found["total"]["received"]
    client.cookies.set("staff", leader.headers["Authorization"].removeprefix("Bearer "))
    page = await client.get("/console/figures/cases?first=2026-08-01&last=2026-11-19&by=unit")
    assert page.status_code == 200, page.text
    assert f"{found['total']['received']} phản ánh" in Page(page).text
    assert page.text.count('<svg class="bar"') == 1 + 3 + len(found["months"])
    file = await client.get("/console/figures/cases.csv?first=2026-08-01&last=2026-11-19&by=tier")
    assert file.content == answer.content
    assert (await client.get("/console/figures/cases?first=2026-05-01&last=x")).status_code == 422
