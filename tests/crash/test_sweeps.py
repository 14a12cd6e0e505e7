"""Sweeping workers killed at any moment, two at once, their clocks apart: each occasion told once, none missed."""

from __future__ import annotations

import asyncio
import random
import sys
from datetime import datetime, timedelta
from pathlib import Path

import httpx
import pytest

from app.db.engine import Database
from app.kit.clock import FixedClock
from app.kit.ids import TenantId
from app.main import create_app, install
from app.process import Process
from app.worker import sweeps
from tests import nursery
from tests.conftest import make_settings

HAIDUONG = TenantId(1)
CASES, SEED = 600, 20261127
FILED = datetime.fromisoformat("2026-11-20T03:00:00+00:00")
# The moments of what is due on 26 November after three working days: the day before, the breach, those above.
MOMENTS = ("2026-11-25T05:00:00+00:00", "2026-11-26T18:00:00+00:00", "2026-11-28T05:00:00+00:00")
EXPECTED = {"day-before": CASES, "breach": CASES, "supervisor": CASES}
REPORT = {
    "category": "lighting.street_lamp",
    "description": "Đèn đường không sáng.",
    "location": {"lat": 20.9413, "lon": 106.317},
}
_AGAIN = """
    INSERT INTO cases SELECT (made).* FROM (
        SELECT jsonb_populate_record(c, jsonb_build_object('id', gen_random_uuid(), 'code', c.code || '-' || n)) AS made
        FROM cases c, generate_series(2, $1::int) AS n
    ) AS rows
"""
_FACTS = """
    SELECT type, coalesce(payload->'data'->>'occasion', '') AS code, count(*) AS facts,
        count(DISTINCT subject_id) AS cases
    FROM outbox_messages WHERE type IN ('case.reminded', 'case.overdue', 'case.escalated') GROUP BY 1, 2
"""


async def _sweeper(url: str, folder: Path, moment: datetime) -> nursery.Child:
    process = await nursery.begin(
        "tests.crash.sweeper", url, str(folder), moment.isoformat(), complains=False, listens=True
    )
    assert (await asyncio.wait_for(process.stdout.readline(), 60)) == b"ready\n"
    return process


async def test_sweepers_killed_at_any_moment_tell_each_occasion_once(
    committed_db: Database, committed_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    chance, clock = random.Random(SEED), FixedClock(FILED)
    settings = make_settings(committed_url, tmp_path)
    process = await Process.open(settings, clock)

    async def waiting() -> int:
        return int(await committed_db.lane.fetchval("SELECT count(*) FROM clock_plans WHERE look_at <= $1", clock.at))

    left = []
    try:
        app = create_app(settings, clock, shared=process)
        install(app, process)
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://haiduong.localhost") as client:
            assert (await client.post("/api/v1/reports", json=REPORT)).status_code == 201
        await committed_db.lane.fetch(_AGAIN, CASES)
        planning = sweeps.Planning(process)
        while await planning.turn():
            pass
        for text in MOMENTS:
            clock.at = datetime.fromisoformat(text)
            # Their clocks differ by a minute.
            moments = (clock.at, clock.at + timedelta(minutes=1))
            workers = await asyncio.gather(*(_sweeper(committed_url, tmp_path, moment) for moment in moments))
            for worker in workers:
                assert worker.stdin is not None
                worker.stdin.write(b"go\n")
            await asyncio.sleep(chance.uniform(0.1, 0.6))
            for worker in workers:
                worker.kill()
                await worker.wait()
            left.append(await waiting())
            while await sweeps.sweep(process):
                pass
            assert await waiting() == 0, "the sweep leaves something lying"
    finally:
        await process.close()
    assert sum(map(bool, left)) >= 2, f"most kills came after the work was done: {left}"
    rows = await committed_db.lane.fetch(_FACTS)
    facts = {row["code"] or "breach": row["facts"] for row in rows}
    assert {code: facts.get(code) for code in EXPECTED} == EXPECTED
    assert all(row["facts"] == row["cases"] for row in rows), "something was told twice of one case"
    torn = await committed_db.lane.fetchval(
        """
        SELECT count(*) FROM cases c WHERE c.version - 1 <> (
            SELECT count(*) FROM outbox_messages m WHERE m.subject_id = c.id AND m.type <> 'case.opened')
        """
    )
    assert torn == 0, "a case has changed without its facts, or facts without their case"
    with capsys.disabled():
        sys.stdout.write(
            f"\n  6 sweepers killed while {left} of {CASES} cases waited; in the end {sum(facts.values())} occasions "
            f"were told, none twice, none missed: {facts}\n"
        )
