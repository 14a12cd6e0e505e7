"""An office with twenty thousand open steps: its queue is read by indexes, page by page, whatever the view.

Elsewhere in the province every request waits, for its applicant or for a signature: that costs the office nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from app.cases import service as cases_service
from app.cases.terms import Scope
from app.db.engine import Database
from app.identity.terms import Role
from app.kit.clock import FixedClock
from app.process import Process
from app.service_requests.repository import reading
from app.service_requests.terms import QueueView
from app.worker import sweeps
from tests.applicants import MARITAL, MARRIED, Life, Offices
from tests.builders import CAM_THUONG, CITY, HAIDUONG, PROVINCE, Officer, an_officer

STEPS, ELSEWHERE, PAGE, COUNTED, BATCH = 20_000, 4_000, 50, 2_000, 3_000
ABOVE = {CAM_THUONG, CITY, PROVINCE}
_MORE = """
    INSERT INTO service_requests SELECT many.* FROM service_requests o, generate_series($1::int, $2) AS n,
        jsonb_populate_record(o, jsonb_build_object('id', md5(n::text)::uuid, 'code', o.code || '-' || n,
            'state', CASE WHEN n % 2000 = 0 OR n > $4 AND n % 2 = 0 THEN 'stopped' WHEN n > $4 THEN 'processing'
                ELSE 'submitted' END,
            'drafted_by', CASE WHEN n > $4 AND n % 2 = 1 THEN o.id END)) AS many
    WHERE o.id = $3
"""
_THEIRS = """
    INSERT INTO service_request_steps SELECT many.* FROM service_request_steps o, generate_series($1::int, $2) AS n,
        jsonb_populate_record(o, jsonb_build_object('request_id', md5(n::text)::uuid,
            'due_at', o.due_at + n * interval '1 minute',
            'role', CASE WHEN n > $5 AND n % 2 = 1 THEN 'decide' ELSE o.role END,
            'waits_for', CASE WHEN n % 2000 = 0 OR n > $5 AND n % 2 = 0 THEN 'applicant' WHEN n > $5 THEN 'signature'
                ELSE 'nobody' END,
            'unit_id', CASE WHEN n <= $5 THEN o.unit_id ELSE ($4::uuid[])[1 + n % cardinality($4)] END,
            'assignee_id', CASE WHEN n % 4000 = 0 AND n <= $5 THEN $3::uuid END)) AS many
    WHERE o.state = 'open' AND o.request_id = $6
"""


def visits(node: dict[str, Any]) -> Iterator[tuple[str, str, float]]:
    """Table, kind of node, and rows looked at, of everything that read a table."""
    if "Relation Name" in node and node["Actual Loops"]:
        dropped = node.get("Rows Removed by Filter", 0) + node.get("Rows Removed by Index Recheck", 0)
        yield node["Relation Name"], node["Node Type"], (node["Actual Rows"] + dropped) * node["Actual Loops"]
    for below in node.get("Plans", ()):
        yield from visits(below)


async def test_a_queue_of_twenty_thousand_steps_is_read_by_its_indexes(
    life: Life, process: Process, db: Database, clock: FixedClock
) -> None:
    assert (await life.file(procedure=MARITAL, answers=MARRIED)).status_code == 201
    officers = [await an_officer(process, Role.APPROVER, unit=unit) for unit in (CAM_THUONG, CITY, PROVINCE)]
    others = [unit.id for unit in process.books.directory.units(HAIDUONG) if unit.code not in ABOVE]
    pattern = await db.lane.fetchval("SELECT id FROM service_requests")
    for begin in range(1, STEPS + ELSEWHERE, BATCH):
        numbers = (begin, begin + BATCH - 1)
        await db.lane.fetch(_MORE, *numbers, pattern, STEPS)
        await db.lane.fetch(_THEIRS, *numbers, officers[0].actor.id, others, STEPS, pattern)
    for table in ("service_requests", "service_request_steps"):
        await db.lane.fetch(f"ANALYZE {table}")
    clock.at += timedelta(days=5)
    for officer in officers:
        await _read_by_indexes(db, clock, cases_service.scope_of(officer.actor, process.books.directory), officers[0])
    await db.lane.fetch("TRUNCATE service_requests CASCADE")  # row by row, so many take longer than a statement may


async def _read_by_indexes(db: Database, clock: FixedClock, scope: Scope, officer: Officer) -> None:
    """Every queue of the scope, and their counts."""
    units = None if scope.whole else sorted(scope.units)
    first = (datetime(1, 1, 2, tzinfo=UTC), UUID(int=0), "")
    found, most = dict[QueueView, int](), PAGE * (1 + len(units or ()))
    held, signed = [
        await db.lane.fetchval(
            "SELECT count(*) FROM service_request_steps s JOIN service_requests r ON r.id = s.request_id"
            f" WHERE s.state = 'open' AND {which} AND ($1::uuid[] IS NULL OR s.unit_id = ANY ($1))",
            units,
        )
        for which in ("r.state = 'stopped'", "r.drafted_by IS NOT NULL")
    ]
    for view in QueueView:
        args = (HAIDUONG, units, *first, officer.actor.id, clock.at, PAGE)
        found[view] = len(await db.lane.fetch(reading._QUEUES[view, scope.whole], *args))
        told = await db.lane.fetchval(f"EXPLAIN (ANALYZE, FORMAT JSON) {reading._QUEUES[view, scope.whole]}", *args)
        looked = list(visits(json.loads(told)[0]["Plan"]))
        assert looked, view
        for table, node, rows in looked:
            assert node != "Seq Scan", f"{view}: {node} on {table}"
            assert rows <= most, f"{view}: {rows} rows of {table} by {node}"
    assert found == {
        QueueView.INBOX: PAGE, QueueView.RECEIVE: PAGE, QueueView.MINE: 5, QueueView.OVERDUE: PAGE,
        QueueView.SIGNATURE: min(PAGE, signed), QueueView.HELD: min(PAGE, held), QueueView.HAND_OVER: 0,
    }  # fmt: skip
    counts = reading._COUNTS[scope.whole]
    told = await db.lane.fetchval(
        f"EXPLAIN (ANALYZE, FORMAT JSON) {counts}", HAIDUONG, units, officer.actor.id, clock.at, COUNTED
    )
    assert all(node != "Seq Scan" and rows <= 2 * COUNTED for _, node, rows in visits(json.loads(told)[0]["Plan"]))


async def test_steps_of_a_release_before_are_found_once_the_worker_has_marked_them(
    life: Life, process: Process, at_work: Offices, db: Database
) -> None:
    assert (await life.file(procedure=MARITAL, answers=MARRIED)).status_code == 201
    assert (await life.do(at_work.commune, "accept")).status_code == 200
    await db.lane.fetch("UPDATE service_request_steps SET waits_for = NULL")
    assert (await life.do(at_work.commune_head, "stop", reason="Chờ xác minh")).status_code == 200
    listed = "/api/v1/staff/service-requests?view=held"

    async def held() -> list[str]:
        answer = await life.client.get(listed, headers=at_work.commune.headers)
        return [one["code"] for one in answer.json()["items"]]

    assert await held() == [life.code]  # marked by the verb itself
    await db.lane.fetch("UPDATE service_request_steps SET waits_for = NULL")
    assert await held() == []
    await sweeps.sweep_requests(process)
    assert await held() == [life.code]
    marked = await db.lane.fetch("SELECT state, waits_for FROM service_request_steps")
    assert {(row["state"], row["waits_for"]) for row in marked} == {("open", "applicant"), ("waiting", None)}
