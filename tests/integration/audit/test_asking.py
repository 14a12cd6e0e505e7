"""A question to the trail reads little more than its answer, however long the trail is."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import asyncpg
import orjson
import pytest

from app.audit import service as audit
from app.audit.repository import page_of
from app.audit.service import Refusals
from app.audit.terms import Asked, Outcome
from app.db.engine import Database, driver_url
from app.db.work import Work, in_work
from app.kit.clock import FixedClock
from tests.builders import HAIDUONG
from tests.conftest import NOW
from tests.server import clone

ROWS = 100_000
_FILL = """
    INSERT INTO audit_entries (
        tenant_id, id, at, actor_kind, actor_name, action, outcome, details, position, hash, unit_id
    )
    SELECT 1, gen_random_uuid(), $1::timestamptz + n * interval '1 minute', 'staff', 'Hoa',
        CASE WHEN n % 25000 = 7 THEN 'retention.published' WHEN n % 2 = 0 THEN 'case.accepted' ELSE 'case.noted' END,
        'done', '{}', n, '\\x00',
        CASE WHEN n % 20000 = 11 THEN '00000000-0000-0000-0000-000000000007'::uuid
            WHEN n % 3 = 0 THEN gen_random_uuid() END
    FROM generate_series(1, $2::int) n
"""


@pytest.fixture(scope="module")
async def trail(server_url: str, template: str) -> Any:
    with clone(server_url, template) as url:
        connection = await asyncpg.connect(driver_url(url))
        await connection.execute("DELETE FROM audit_entries")
        await connection.execute(_FILL, NOW - timedelta(minutes=ROWS), ROWS)
        await connection.execute("ANALYZE audit_entries")
        yield connection
        await connection.close()


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        (Asked(), 51),
        (Asked(action="retention.published"), 4),
        (Asked(action="retention"), 4),
        (Asked(action="case"), 51),
        (Asked(action="case.accepted"), 51),
        (Asked(action="nothing"), 0),
        (Asked(unit_id=UUID(int=7)), 5),
        (Asked(unit_id=UUID(int=8)), 0),
        (Asked(until=NOW - timedelta(minutes=90_000)), 51),
        (Asked(since=NOW - timedelta(minutes=90_000), until=NOW - timedelta(minutes=89_980)), 20),
        (Asked(action="case.noted", until=NOW - timedelta(minutes=50_000)), 51),
    ],
)
async def test_a_page_reads_little_more_than_a_page(trail: asyncpg.Connection, asked: Asked, found: int) -> None:
    query, given = page_of(HAIDUONG, asked, 2**62, 51)
    assert len(await trail.fetch(query, *given)) == found
    plan = orjson.loads(await trail.fetchval(f"EXPLAIN (ANALYZE, FORMAT JSON) {query}", *given))
    looked_at = sum(
        (node["Actual Rows"] + node.get("Rows Removed by Filter", 0)) * node["Actual Loops"]
        for node in _nodes(plan[0]["Plan"])
        if "Relation Name" in node
    )
    assert looked_at < 3_000, orjson.dumps(plan, option=orjson.OPT_INDENT_2).decode()


def _nodes(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for below in node.get("Plans", ()):
        yield from _nodes(below)


async def test_refusals_too_many_to_be_told_apart_are_laid_to_nobody(db: Database, clock: FixedClock) -> None:
    refusals = Refusals(db, clock)
    for number in range(260):
        scope = {"method": "GET", "path": f"/{number}", "headers": [], "client": (f"198.51.100.{number % 250}", 1)}
        refusals.note(
            {**scope, "type": "http", "state": {"tenant": HAIDUONG, "request_id": "r"}, "route": None},
            f"slug-{number}",
            403,
        )
    await refusals.flush(0.0)

    async def one(work: Work) -> int:
        return await audit.seal(work, HAIDUONG, b"k" * 32)

    await in_work(db, clock, HAIDUONG, one)
    rows = await db.lane.fetch("SELECT address, details::text FROM audit_entries WHERE outcome = $1", Outcome.REFUSED)
    together = [row for row in rows if '"many"' in row["details"]]
    assert len(rows) == 201
    assert [(row["address"], orjson.loads(row["details"])["times"]) for row in together] == [(None, 60)]
