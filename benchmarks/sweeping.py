"""Prints how long it takes to tell what there is to tell of 100,000 open clocks, against bare writes of the same rows.

    python -m benchmarks.sweeping --clocks 100000

One worker, one batch after the other; the clock of the process is set to the moments. The limit is what PostgreSQL
takes for the same rows, of the same sizes, in batches of the same number, without anything being decided.
"""

from __future__ import annotations

import argparse
import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter, process_time

import asyncpg
import httpx

from app.cases.service.sweeping import SWEEP_BATCH_ROWS
from app.db.engine import driver_url
from app.kit.clock import FixedClock
from app.main import create_app, install
from app.process import Process
from app.worker import sweeps

from . import databases
from .inside import settings_for
from .servers import fetch, postgres

FRIDAY = datetime(2026, 3, 6, 3, tzinfo=UTC)
REPORT = {
    "category": "roads.pothole",
    "description": "Ổ gà sâu giữa đường, trời mưa ngập nước rất nguy hiểm cho người đi xe máy.",
    "location": {"lat": 20.9413, "lon": 106.317},
}
# One real case again and again; a hundredth of them a week younger.
_AGAIN = """
    INSERT INTO cases SELECT (c).* FROM (
        SELECT jsonb_populate_record(c, jsonb_build_object(
            'id', uuidv7(), 'code', c.code || '-' || n, 'due_at', c.due_at + (n % 100 = 0)::int * interval '7 days',
            'clock', jsonb_set(c.clock, '{started_at}', to_jsonb((c.opened_at + n * interval '1 ms')::text))
        )) AS c FROM cases c, generate_series(2, $1::int) AS n
    ) AS made
"""
# What one moment writes for every case: a row of each, and the case itself.
_WRITTEN = {
    "clock_occasions": "",
    "timeline_entries": " WHERE t.type <> 'case.opened'",
    "outbox_messages": " WHERE t.type <> 'case.opened'",
    "clock_plans": "",
}


@dataclass(frozen=True, slots=True)
class Told:
    """One moment: how many cases were looked at, in how many seconds, with how much CPU of this process."""

    what: str
    looked: int
    seconds: float
    cpu_s: float


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clocks", type=int, default=100_000)
    given = parser.parse_args()
    with databases.folder_for(None) as folder, postgres(Path(folder) / "pg") as url:
        databases.tell_settings(url)
        told, bare_s = asyncio.run(measured(databases.empty(url, "sweeping", []), given.clocks))
    print(f"\n| {given.clocks:,} open clocks | looked at | s | µs a case | CPU µs a case | share of the limit |")
    print("|---|---|---|---|---|---|")
    for one in told:
        each = one.seconds / max(1, one.looked) * 1e6
        share = f"{bare_s * one.looked / given.clocks / one.seconds:.2f}" if one.looked > 1 else "–"
        cpu = one.cpu_s / max(1, one.looked) * 1e6
        print(f"| {one.what} | {one.looked:,} | {one.seconds:.2f} | {each:,.0f} | {cpu:,.0f} | {share} |")
    print(f"| the same rows bare, {SWEEP_BATCH_ROWS} cases a transaction | {given.clocks:,} | {bare_s:.2f} | | | |")


async def measured(url: str, clocks: int) -> tuple[list[Told], float]:
    """What each moment took, and the seconds the bare writes of one moment for all clocks take."""
    clock = FixedClock(FRIDAY)
    process = await Process.open(settings_for(url), clock)
    told: list[Told] = []
    try:
        await _fill(process, url, clocks)
        planning = sweeps.Planning(process)
        began, cpu = perf_counter(), process_time()
        while await planning.turn():
            pass
        told.append(Told("planned by the walk", clocks, perf_counter() - began, process_time() - cpu))
        due = (await fetch(url, "SELECT min(due_at) AS due_at FROM cases"))[0]["due_at"]
        for what, at in (
            ("nothing is due", FRIDAY + timedelta(minutes=1)),
            ("a reminder: a day before", due - timedelta(hours=12)),
            ("the breach", due + timedelta(seconds=1)),
            ("the unit above", due + timedelta(days=1, hours=1)),
            ("a hundredth: reminder, breach, escalation at once", due + timedelta(days=30)),
        ):
            clock.at = at
            began, cpu, looked = perf_counter(), process_time(), 0
            looked = await sweeps.sweep(process)
            told.append(Told(what, looked, perf_counter() - began, process_time() - cpu))
    finally:
        await process.close()
    return told, await _bare(url, clocks)


async def _fill(process: Process, url: str, clocks: int) -> None:
    """`clocks` open cases, made of one that was handed in."""
    app = create_app(process.settings, process.clock, shared=process)
    install(app, process)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://haiduong.localhost") as client:
        sent = await client.post("/api/v1/reports", json=REPORT, headers={"Idempotency-Key": "sweeping-1"})
        assert sent.status_code == 201, sent.text
    connection = await asyncpg.connect(driver_url(url))
    try:
        await connection.execute("SET statement_timeout = 0")
        await connection.execute(_AGAIN, clocks)
        await connection.execute("ANALYZE")
    finally:
        await connection.close()


async def _bare(url: str, clocks: int) -> float:
    """Seconds to write as many rows as one moment of all clocks does, in the same batches."""
    connection = await asyncpg.connect(driver_url(url))
    try:
        await connection.execute("SET statement_timeout = 0")
        for table, among in _WRITTEN.items():
            await connection.execute(f"CREATE TABLE bare_{table} (LIKE {table} INCLUDING ALL)")
            await connection.execute(
                f"CREATE TABLE n_{table} AS SELECT (row_number() OVER () - 1) / {SWEEP_BATCH_ROWS} AS batch, t AS whole"
                f" FROM {table} t{among} LIMIT {clocks}"
            )
            await connection.execute(f"CREATE INDEX ON n_{table} (batch)")
        await connection.execute("CREATE TABLE bare_cases (LIKE cases INCLUDING ALL)")
        await connection.execute("INSERT INTO bare_cases SELECT * FROM cases")
        ids = [row["id"] for row in await connection.fetch("SELECT id FROM cases ORDER BY id")]
        await connection.execute("ANALYZE")
        seconds = 0.0
        for batch, offset in enumerate(range(0, clocks, SWEEP_BATCH_ROWS)):
            began = perf_counter()
            async with connection.transaction():
                for table in _WRITTEN:
                    await connection.execute(
                        f"INSERT INTO bare_{table} SELECT (whole).* FROM n_{table} WHERE batch = $1", batch
                    )
                await connection.execute(
                    "UPDATE bare_cases SET version = version + 1, updated_at = now(), overdue_at = now()"
                    " WHERE tenant_id = 1 AND id = ANY ($1)",
                    ids[offset : offset + SWEEP_BATCH_ROWS],
                )
            seconds += perf_counter() - began
        return seconds
    finally:
        await connection.close()


if __name__ == "__main__":
    main()
