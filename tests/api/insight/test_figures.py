"""Figures of service requests: what they count, who sees which, and that nothing done late makes them better."""

from __future__ import annotations

import csv
import io
import random
from collections import Counter, defaultdict
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest

from app.db.engine import Database
from app.identity.terms import Role
from app.kit.clock import FixedClock
from app.kit.ids import uuid7
from app.media.store import FolderStore
from app.process import Process
from app.settings import Settings
from tests.applicants import LAND, Life, Offices, an_applicant, an_upload, offices
from tests.builders import CAM_THUONG, HAIDUONG, an_officer
from tests.pages import Page
from tests.statements import Statements

FIGURES = "/api/v1/staff/figures/service-requests"
YEAR = "?first=2026-01-01&last=2026-12-31"


@pytest.fixture
async def at_work(process: Process, client: httpx.AsyncClient) -> Offices:
    return await offices(process)


@pytest.fixture
async def life(client: httpx.AsyncClient, process: Process, tmp_path: Path, settings: Settings) -> Life:
    one, store = Life(client, await an_applicant(client)), FolderStore(tmp_path)
    papers = [
        {"document": name, "upload": await an_upload(process, store, settings), "name": name}
        for name in ("certificate", "contract")
    ]
    assert (await one.file(documents=papers)).status_code == 201
    return one


async def figures(client: httpx.AsyncClient, headers: dict[str, str], query: str = YEAR) -> dict[str, Any]:
    answer = await client.get(FIGURES + query, headers=headers)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_a_request_counts_by_its_first_appointment_whatever_an_office_does_later(
    life: Life, at_work: Offices, clock: FixedClock, client: httpx.AsyncClient
) -> None:
    director = at_work.director.headers
    filed = (await figures(client, director))["total"]
    assert (filed["filed"], filed["filed_online"], filed["not_taken_up"], filed["due"]) == (1, 1, 1, 0)
    assert filed["on_time_percent"] is None, "of nothing there is no share"
    accepted = await life.do(at_work.commune, "accept")
    appointment = datetime.fromisoformat(accepted.json()["due_at"])
    assert (await figures(client, director))["total"]["not_taken_up"] == 0
    extended = await life.do(at_work.commune_head, "extend", due_on="2026-12-31", reason="Chờ trích lục.")
    assert extended.status_code == 200, extended.text
    clock.at = appointment + timedelta(hours=1)
    late = await figures(client, director)
    assert (late["total"]["due"], late["total"]["on_time"], late["total"]["open_overdue"]) == (1, 0, 1)
    assert late["total"]["on_time_with_pauses"] == 0, "an extension is nobody's pause"
    ended = await life.do(at_work.commune_head, "stop", reason="Tạm dừng.")
    assert ended.status_code == 200, ended.text
    assert (await life.do(at_work.commune_head, "end", reason="Không làm tiếp.")).status_code == 200
    closed = (await figures(client, director))["total"]
    assert (closed["due"], closed["on_time_percent"], closed["apart"]) == (1, 0.0, 0), "ending it late saves nobody"
    assert (await figures(client, director, "?first=2026-12-22&last=2026-12-31"))["total"]["due"] == 0
    neighbour = await figures(client, at_work.neighbour.headers)
    assert (neighbour["total"]["filed"], neighbour["items"]) == (0, [])
    assert [goal["percent"] for goal in neighbour["goals"]] == [90, 80, 60]


async def test_goals_are_set_from_a_day_on_and_offers_say_what_is_missing(
    process: Process, client: httpx.AsyncClient, db: Database
) -> None:
    admin, officer = await an_officer(process, Role.TENANT_ADMIN), await an_officer(process)
    basis = {"vi": "Kế hoạch 12/KH-UBND", "en": "Plan 12/KH-UBND"}
    for day, percent in (("2026-06-01", 70), ("2026-01-01", 75), ("2026-01-01", 65)):
        answer = await client.put(
            "/api/v1/staff/figures/goals/commune",
            json={"percent": percent, "valid_from": day, "legal_basis": basis},
            headers=admin.headers,
        )
        assert answer.status_code == 200, answer.text
    for last, percent in (("2025-12-31", 60), ("2026-05-31", 65), ("2026-06-01", 70)):
        found = await figures(client, officer.headers, f"?first={last}&last={last}")
        assert next(goal for goal in found["goals"] if goal["tier"] == "commune")["percent"] == percent
    refused = await client.put("/api/v1/staff/figures/goals/commune", json={}, headers=officer.headers)
    assert refused.status_code == 422
    body = {"percent": 1, "valid_from": "2026-01-01", "legal_basis": basis}
    refused = await client.put("/api/v1/staff/figures/goals/commune", json=body, headers=officer.headers)
    assert refused.status_code == 403
    offers = {offer["code"]: offer for offer in (await figures(client, officer.headers))["offers"]}
    assert len(offers) == 8
    assert offers[LAND]["units"] > 200, "it begins in any commune of the province"
    assert 0 < offers[LAND]["staffed"] < offers[LAND]["units"]
    assert not offers[LAND]["end_to_end"]


@pytest.mark.parametrize(
    "query",
    ["?first=2026-02-01&last=2026-01-01", "?first=2025-01-01&last=2026-06-01", "?first=2026-01-01", "?first=0&last=1"],
)
async def test_a_period_that_makes_no_sense_is_refused(process: Process, client: httpx.AsyncClient, query: str) -> None:
    officer = await an_officer(process)
    answer = await client.get(FIGURES + query, headers=officer.headers)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"


async def _many(db: Database, process: Process, code: str, now: datetime) -> list[dict[str, Any]]:
    """Requests of all sorts like the one of the code, each as it was made up."""
    dice, made = random.Random(7), []
    units = [process.books.directory.unit_by_code(HAIDUONG, one) for one in (CAM_THUONG, "H23.21", "H23.03")]
    template = await db.lane.fetchrow("SELECT to_jsonb(r)::text AS row FROM service_requests r WHERE code = $1", code)
    assert template is not None
    row, rows, steps, files = orjson.loads(template["row"]), [], [], []

    def at(most_days: float) -> datetime:
        return now - timedelta(days=dice.uniform(-20, most_days))

    for number in range(400):
        unit, due = dice.choice(units), dice.choice([None, at(60), at(60)])
        decided = dice.choice([None, at(60), due]) if due else None
        closed = decided or dice.choice([None, at(60)])
        one = {
            **row, "id": uuid7(now), "code": f"X-{number}", "submitted_at": at(60), "accepted_at": due, "due_at": due,
            "original_due_at": due, "lawful_due_at": dice.choice([due, due + timedelta(days=5)]) if due else None,
            "decided_at": decided, "closed_at": closed,
            "outcome": dice.choice(["granted", "denied"]) if decided else None,
            "paused_at": at(60) if due and closed is None and dice.random() < 0.3 else None,
            "supplements": dice.choice([0, 0, 1]), "channel": dice.choice(["app", "web", "direct", "post"]),
            "state": "not_accepted" if due is None and closed else "processing",
        }  # fmt: skip
        done = [dice.random() < 0.9 for _ in range(2)]
        filed = dice.random() < 0.8
        for place, (role, ok) in enumerate(zip(("verify", "decide"), done, strict=True)):
            steps.append({
                "tenant_id": 1, "request_id": one["id"], "code": role, "place": place, "role": role,
                "unit_id": str(unit.id), "tier": unit.tier.value, "state": "done" if ok else "open", "after": [],
                "working_days": 3, "routing": {}, "done_by": uuid7(now) if ok else None,
            })  # fmt: skip
        if filed:
            files.append({
                "tenant_id": 1, "request_id": one["id"], "id": uuid7(now), "upload_id": uuid7(now), "role": "result",
                "name": "kq.pdf", "round": 0, "added_at": now,
            })  # fmt: skip
        rows.append(one)
        made.append(
            {**one, "unit": unit.code, "whole": decided and all(done) and (one["outcome"] == "denied" or filed)}
        )
    for table, values in (
        ("service_requests", rows), ("service_request_steps", steps), ("service_request_files", files),
    ):  # fmt: skip
        query = f"INSERT INTO {table} SELECT * FROM jsonb_populate_recordset(NULL::{table}, $1::jsonb)"
        await db.lane.fetch(query, orjson.dumps(values, default=str).decode())
    return made


def _counted(made: list[dict[str, Any]], begin: datetime, end: datetime, now: datetime) -> dict[str, Counter[str]]:
    """The same, as the page of definitions says, one by one."""
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for one in made:
        counts, due, decided, closed = found[one["unit"]], one["original_due_at"], one["decided_at"], one["closed_at"]
        if begin <= one["submitted_at"] < end and one["submitted_at"] <= now:
            counts["filed"] += 1
            counts["filed_online"] += one["channel"] in {"app", "web"}
            counts["not_accepted"] += one["state"] == "not_accepted"
            counts["not_taken_up"] += one["accepted_at"] is None and closed is None
            counts["supplements"] += one["supplements"]
        if due is None or not begin <= due < min(end, now):
            continue
        if decided is None and closed is not None and closed <= due:
            counts["apart"] += 1
            continue
        counts["due"] += 1
        counts["on_time"] += decided is not None and decided <= due
        lawful = one["lawful_due_at"]
        open_in_time = closed is None and (
            lawful > now or (one["paused_at"] is not None and one["paused_at"] <= lawful)
        )
        counts["on_time_with_pauses"] += decided <= lawful if decided is not None else open_in_time
        counts["open_overdue"] += decided is None and closed is None
        counts["whole"] += bool(one["whole"])
    return {unit: counts for unit, counts in found.items() if counts["due"] + counts["apart"] + counts["filed"]}


async def test_figures_are_what_anybody_counts_by_hand(
    life: Life, at_work: Offices, process: Process, clock: FixedClock, db: Database, client: httpx.AsyncClient,
    statements: Statements,
) -> None:  # fmt: skip
    made = await _many(db, process, life.code, clock.now())
    await db.lane.fetch(
        "DELETE FROM service_request_steps s USING service_requests r WHERE r.id = s.request_id AND r.code = $1",
        life.code,
    )
    for begin, end in (("2026-10-01", "2026-11-10"), ("2026-01-01", "2026-12-31"), ("2026-11-19", "2026-11-19")):
        begins_at, ends_at = (datetime.fromisoformat(f"{day}T00:00:00+07:00") for day in (begin, end))
        expected = _counted(made, begins_at, ends_at + timedelta(days=1), clock.now())
        statements.clear()
        found = await figures(
            client, (await an_officer(process, Role.AUDITOR, unit="H23")).headers, f"?first={begin}&last={end}&by=unit"
        )
        names = ("due", "apart", "on_time", "on_time_with_pauses", "open_overdue", "whole", "filed", "filed_online",
                 "not_accepted", "not_taken_up", "supplements")  # fmt: skip
        assert {line["code"]: {name: line["counts"][name] for name in names} for line in found["items"]} == {
            unit: {name: counts[name] for name in names} for unit, counts in expected.items()
        }
        for by in ("tier", "procedure", "field"):
            other = await figures(client, at_work.director.headers, f"?first={begin}&last={end}&by={by}")
            assert sum(line["counts"]["due"] for line in other["items"]) == other["total"]["due"]
    own = await figures(client, at_work.commune.headers)
    assert [line["code"] for line in own["items"]] == [CAM_THUONG], "each sees what is theirs"
    auditor = await an_officer(process, Role.AUDITOR, unit="H23")
    statements.clear()
    await figures(client, auditor.headers)
    assert len(statements) == 7, "two begin the transaction; signed in, two counts, goals, members"
    answer = await client.get(f"{FIGURES}.csv{YEAR}&by=unit", headers=auditor.headers)
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    table = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [row["code"] for row in table] == ["H23.03", "H23.21", "H23.21.01"]
    client.cookies.set("staff", auditor.headers["Authorization"].removeprefix("Bearer "))
    page = await client.get("/console/figures?first=2026-01-01&last=2026-12-31&by=tier")
    assert page.status_code == 200, page.text
    assert "Chỉ tiêu" in Page(page).text
    assert (await client.get("/console/figures?first=2026-05-01&last=hôm qua")).status_code == 422
