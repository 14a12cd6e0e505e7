"""Reminders, breaches and escalations reach those they are for, each once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from app.cases.terms import CaseState
from app.db.engine import Database
from app.identity.terms import Role
from app.kit.clock import FixedClock
from app.process import Process
from app.worker import loop, sweeps
from tests.builders import CAM_THUONG, CITY, HAIDUONG, PROVINCE, THANH_MIEN, a_case, a_report, an_officer
from tests.keyholders import a_keyholder

S = CaseState
OCCASIONS = "/api/v1/staff/occasions"


async def told(db: Database, code: str) -> list[tuple[str, str, bool]]:
    """What was told or passed over of the case, in the order of the moments."""
    rows = await db.lane.fetch(
        """
        SELECT o.clock, o.code, o.told FROM clock_occasions o
        JOIN cases c ON c.tenant_id = o.tenant_id AND c.id = o.case_id
        WHERE c.code = $1 ORDER BY o.held_at, o.code
        """,
        code,
    )
    return [(row["clock"], row["code"], row["told"]) for row in rows]


async def facts(db: Database, code: str) -> list[str]:
    """Types of the facts of time passing, in their order."""
    rows = await db.lane.fetch(
        """
        SELECT m.type, m.payload->'data'->>'occasion' AS occasion FROM outbox_messages m
        JOIN cases c ON c.id = m.subject_id
        WHERE c.code = $1 AND m.type IN ('case.reminded', 'case.overdue', 'case.escalated') ORDER BY m.id
        """,
        code,
    )
    return [row["occasion"] or row["type"] for row in rows]


async def plan(process: Process) -> None:
    """Everything that has happened is known to the worker."""
    while await loop.turn(process, loop.consumers(process)):
        pass


async def walk(process: Process, clock: FixedClock, until: datetime, step: timedelta) -> None:
    """Time passes, the worker at work."""
    while clock.at < until:
        clock.at += step
        await sweeps.sweep(process)
        await plan(process)


async def test_time_passes_and_everyone_is_told_once_and_in_order(
    process: Process, clock: FixedClock, db: Database
) -> None:
    # On Friday 20 November 2026 for three working days; the 24th is off: due on Thursday 26.
    filed = await a_report(process)
    await plan(process)
    await walk(process, clock, datetime(2026, 12, 3, tzinfo=UTC), timedelta(hours=3))
    assert await told(db, filed.code) == [
        ("acceptance", "not-accepted", True),
        ("first_response", "no-response", True),
        ("resolution", "day-before", True),
        ("resolution", "half-time", False),  # the same moment, and the less pressing
        ("resolution", "breach", True),
        ("resolution", "supervisor", True),
        ("resolution", "centre", True),
    ]
    assert (await facts(db, filed.code))[-4:] == ["day-before", "breach", "supervisor", "centre"]
    assert len(await facts(db, filed.code)) == 6
    row = await db.lane.fetchrow("SELECT supervisor_id, centre_at, unit_id FROM cases WHERE code = $1", filed.code)
    assert row is not None
    centre = next(unit for unit in process.books.directory.units(HAIDUONG) if unit.id == row["supervisor_id"])
    assert (centre.kind, centre.tier) == ("reception", "province")
    assert process.books.directory.unit(HAIDUONG, row["unit_id"]).code == filed.unit


async def test_what_a_worker_slept_through_is_told_by_its_last_occasion_alone(
    process: Process, clock: FixedClock, db: Database
) -> None:
    filed = await a_case(process, S.IN_PROGRESS)
    await plan(process)
    clock.at += timedelta(days=30)
    assert await sweeps.sweep(process) == 1
    assert await facts(db, filed.code) == ["breach", "centre"]
    passed = [code for _, code, was_told in await told(db, filed.code) if not was_told]
    assert sorted(passed) == ["day-before", "half-time", "supervisor"]
    assert await sweeps.sweep(process) == 0


async def test_a_clock_set_back_and_forward_again_tells_nothing_twice(
    process: Process, clock: FixedClock, db: Database
) -> None:
    filed = await a_case(process, S.IN_PROGRESS)
    await plan(process)
    due = datetime(2026, 11, 26, 17, 1, tzinfo=UTC)
    for at in (due, due - timedelta(days=2), due + timedelta(hours=1), due + timedelta(days=2)):
        clock.at = at
        await sweeps.sweep(process)
        await plan(process)
    assert await facts(db, filed.code) == ["breach", "supervisor"]


async def test_a_clock_that_stands_tells_nothing_and_goes_on_where_it_was(
    client: httpx.AsyncClient, process: Process, clock: FixedClock, db: Database
) -> None:
    filed = await a_case(process, S.IN_PROGRESS)
    approver = await an_officer(process, Role.APPROVER)
    storm = {"cause": "force_majeure", "comment": "Bão số 9 đổ bộ."}
    url = f"/api/v1/staff/cases/{filed.code}"
    paused = await client.post(f"{url}/pause", json=storm, headers={**approver.headers, "If-Match": '"2"'})
    assert paused.status_code == 200, paused.text
    await plan(process)
    clock.at = datetime(2026, 12, 7, 1, tzinfo=UTC)
    await sweeps.sweep(process)
    await plan(process)
    assert await facts(db, filed.code) == []
    seen = {**approver.headers, "If-Match": (await client.get(url, headers=approver.headers)).headers["ETag"]}
    assert (await client.post(f"{url}/resume", headers=seen)).status_code == 200
    await plan(process)
    await walk(process, clock, datetime(2026, 12, 9, 0, tzinfo=UTC), timedelta(hours=6))
    assert "breach" not in await facts(db, filed.code)
    assert (await facts(db, filed.code))[-1:] == ["day-before"]


async def test_more_time_is_a_new_due_date_and_a_new_reminder_and_those_above_are_relieved(
    client: httpx.AsyncClient, process: Process, clock: FixedClock, db: Database
) -> None:
    filed = await a_case(process, S.IN_PROGRESS)
    approver = await an_officer(process, Role.APPROVER)
    await plan(process)
    clock.at = datetime(2026, 11, 28, 3, tzinfo=UTC)
    await sweeps.sweep(process)
    assert await facts(db, filed.code) == ["breach", "supervisor"]
    url = f"/api/v1/staff/cases/{filed.code}"
    seen = {**approver.headers, "If-Match": (await client.get(url, headers=approver.headers)).headers["ETag"]}
    later = {"due_on": "2026-12-03", "reason": "Chờ vật tư."}
    extended = await client.post(f"{url}/extend", json=later, headers=seen)
    assert extended.status_code == 200
    assert await db.lane.fetchval("SELECT supervisor_id FROM cases WHERE code = $1", filed.code) is None
    seen["If-Match"] = extended.headers["ETag"]
    assert (await client.post(f"{url}/escalate", json={}, headers=seen)).status_code == 200
    await plan(process)
    await walk(process, clock, datetime(2026, 12, 5, tzinfo=UTC), timedelta(hours=6))
    assert await facts(db, filed.code) == [
        "breach",
        "supervisor",
        "case.escalated",
        "day-before",
        "breach",
        "supervisor",
    ]
    holder = await a_keyholder(client, process, ["events:read"])
    kinds = "&".join(f"type=case.{kind}" for kind in ("overdue", "escalated", "extended", "reminded"))
    events = await client.get(f"/api/v1/client/events?{kinds}", headers=holder.headers)
    overdue, above, more, officer, reminded, *_ = (one["data"] for one in events.json()["items"])
    first = {"clock": "resolution", "clock_due_at": overdue["due_at"]}
    assert overdue == {**overdue, **first, "occasion": "breach", "unit": CAM_THUONG}
    assert above == {
        **above,
        **first,
        "by": "deadline",
        "occasion": "supervisor",
        "unit": CAM_THUONG,
        "told_unit": CITY,
    }
    assert more["due_at"] == extended.json()["due_at"] > overdue["due_at"]
    assert (officer["by"], "clock" in officer) == ("officer", False)
    assert (reminded["occasion"], reminded["clock_due_at"]) == ("day-before", more["due_at"])


async def test_nothing_is_told_of_what_has_ended(process: Process, clock: FixedClock, db: Database) -> None:
    done, merged = await a_case(process, S.RESOLVED), await a_case(process, S.CLOSED)
    await plan(process)
    clock.at += timedelta(days=60)
    assert await sweeps.sweep(process) == 0
    assert [await facts(db, one.code) for one in (done, merged)] == [[], []]
    assert await db.lane.fetchval("SELECT count(*) FROM clock_plans") == 0, "what has ended needs no plan"


async def test_the_unit_above_and_the_operations_centre_see_what_they_were_told_of(
    client: httpx.AsyncClient, process: Process, clock: FixedClock
) -> None:
    filed, fresh = await a_case(process, S.IN_PROGRESS), await a_case(process, S.IN_PROGRESS)
    above = await an_officer(process, Role.DISPATCHER, unit=CITY)
    centre = await an_officer(process, Role.DISPATCHER, unit=PROVINCE)
    clock.at = datetime(2026, 11, 28, 3, tzinfo=UTC)
    await plan(process)
    late = await a_case(process, S.IN_PROGRESS)
    await sweeps.sweep(process)

    async def codes(who: Any, view: str) -> set[str]:
        answer = await client.get("/api/v1/staff/queue", params={"view": view}, headers=who.headers)
        return {item["code"] for item in answer.json()["items"]}

    assert await codes(above, "escalated") == await codes(centre, "escalated") == {filed.code, fresh.code}
    assert await codes(centre, "centre") == set()
    clock.at = datetime(2026, 12, 2, 3, tzinfo=UTC)
    await plan(process)
    await sweeps.sweep(process)
    assert await codes(centre, "centre") == {filed.code, fresh.code}
    assert late.code not in await codes(centre, "escalated")
    sibling = await an_officer(process, Role.OFFICER, unit=THANH_MIEN)
    assert await codes(sibling, "escalated") == set()


async def test_a_case_without_a_plan_is_found_by_the_walk(process: Process, clock: FixedClock, db: Database) -> None:
    filed = [await a_case(process, S.IN_PROGRESS) for _ in range(3)]
    assert await db.lane.fetchval("SELECT count(*) FROM clock_plans") == 0
    planning = sweeps.Planning(process)
    while await planning.turn():
        pass
    assert await db.lane.fetchval("SELECT count(*) FROM clock_plans WHERE look_at > $1", clock.at) == len(filed)


RULE: dict[str, Any] = {
    "code": "quarter",
    "clock": "resolution",
    "measure": "share",
    "amount": 25,
    "reaction": "remind",
    "label": {"vi": "đã qua một phần tư", "en": "a quarter is over"},
    "legal_basis": {"vi": "Quy chế của tỉnh", "en": "The province's rules"},
    "source": "Quyết định 1/QĐ-UBND",
    "valid_from": "2026-11-23",
    "note": "Theo quy chế mới",
}


async def test_an_administrator_says_when_somebody_is_told(client: httpx.AsyncClient, process: Process) -> None:
    admin = await an_officer(process, Role.TENANT_ADMIN, unit=PROVINCE)
    officer = await an_officer(process, Role.OFFICER)
    made = await client.post(OCCASIONS, json={**RULE, "based_on": 0}, headers=admin.headers)
    assert (made.status_code, made.json()["version"], made.json()["current"]) == (201, 1, False)
    assert (await client.post(OCCASIONS, json={**RULE, "based_on": 0}, headers=admin.headers)).status_code == 412
    assert (await client.post(OCCASIONS, json=RULE, headers=officer.headers)).status_code == 403
    assert (await client.post(OCCASIONS, json=RULE)).status_code == 401
    listed = (await client.get(OCCASIONS, headers=officer.headers)).json()["items"]
    assert {"breach", "centre", "day-before", "half-time", "quarter", "supervisor"} <= {one["code"] for one in listed}


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"amount": 0}, "/amount"),
        ({"amount": 100}, "/amount"),
        ({"measure": "before", "amount": 0}, "/amount"),
        ({"measure": "after", "amount": 61}, "/amount"),
        ({"reaction": "breach"}, "/reaction"),
        ({"valid_from": "2020-01-01"}, "/valid_from"),
        ({"valid_to": "2026-11-22"}, "/valid_to"),
    ],
)
async def test_a_rule_that_cannot_be_is_refused_with_its_place(
    client: httpx.AsyncClient, process: Process, change: dict[str, Any], pointer: str
) -> None:
    admin = await an_officer(process, Role.TENANT_ADMIN, unit=PROVINCE)
    refused = await client.post(OCCASIONS, json={**RULE, **change}, headers=admin.headers)
    assert refused.status_code == 422
    assert [one["pointer"] for one in refused.json()["errors"]] == [pointer]
