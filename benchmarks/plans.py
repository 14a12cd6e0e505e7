"""What PostgreSQL itself says of the statements of one path: how often, how long, how many blocks, by which plan."""

from __future__ import annotations

import asyncio
import re
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import asyncpg

from app.db.engine import driver_url

OVERRIDES = {
    "shared_preload_libraries": "'pg_stat_statements,auto_explain'",
    "pg_stat_statements.track_planning": "on",
}
_TELL = {
    "log_min_duration": "0",
    "log_analyze": "on",
    "log_buffers": "on",
    "log_timing": "on",
    "log_format": "text",
    "log_parameter_max_length": "0",  # what differs from request to request
}
# Not ours: the question itself, and how benchmarks/paths.py picks cases.
_STATEMENTS = """
SELECT s.query, s.calls, s.mean_exec_time, s.total_plan_time / s.calls AS mean_plan_time, s.total_exec_time,
 s.rows::float8 / s.calls AS rows, s.shared_blks_hit::float8 / s.calls AS hit,
 s.shared_blks_read::float8 / s.calls AS read
FROM pg_stat_statements s JOIN pg_database d ON d.oid = s.dbid
WHERE d.datname = current_database() AND s.calls > 0 AND s.query !~ 'pg_stat_statements|hashtext'
ORDER BY s.total_exec_time + s.total_plan_time DESC LIMIT 12
"""
_BEGINNING = re.compile(r"^\d{4}-.* LOG:  duration: ([0-9.]+) ms  plan:$")


def _as_superuser(url: str) -> str:
    """The same database for the role that made the cluster, which may see everybody's statements."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=f"postgres@{parts.netloc.rpartition('@')[2]}"))


async def _execute(url: str, *statements: str) -> None:
    connection = await asyncpg.connect(driver_url(_as_superuser(url)))
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


async def count_anew(url: str) -> None:
    """From now on statements are counted from nothing."""
    await _execute(url, "CREATE EXTENSION IF NOT EXISTS pg_stat_statements", "SELECT pg_stat_statements_reset()")


async def leave_no_trace(url: str) -> None:
    """The database is as it was before `count_anew`."""
    await _execute(url, "DROP EXTENSION IF EXISTS pg_stat_statements")


async def tell_statements(url: str, requests: float) -> None:
    """The table of statements since `count_anew`, while so many requests were answered."""
    connection = await asyncpg.connect(driver_url(_as_superuser(url)))
    try:
        rows = await connection.fetch(_STATEMENTS)
    finally:
        await connection.close()
    print("\nPostgreSQL: statements of the run without sampling\n")
    print("| calls | a request | ms | planning ms | ms a request | rows | buffers hit | read | statement |")
    print("|---|---|---|---|---|---|---|---|---|")
    for row in rows:
        print(
            f"| {row['calls']:,} | {row['calls'] / requests:.2f} | {row['mean_exec_time']:.3f} "
            f"| {row['mean_plan_time']:.3f} | {row['total_exec_time'] / requests:.3f} | {row['rows']:.1f} "
            f"| {row['hit']:,.1f} | {row['read']:.1f} | `{_on_one_line(row['query'])[:150]}` |"
        )


def tell_plan(url: str, log: Path, ask: Callable[[], None]) -> None:
    """The plan of the statement that took longest in all while `ask` asked, with its real rows, times and buffers."""
    begun = log.stat().st_size
    try:
        wanted = (f"ALTER SYSTEM SET auto_explain.{name} = '{value}'" for name, value in _TELL.items())
        asyncio.run(_execute(url, *wanted, "SELECT pg_reload_conf()"))
        time.sleep(0.5)  # until every session has read it
        ask()
    finally:
        asyncio.run(_execute(url, *(f"ALTER SYSTEM RESET auto_explain.{name}" for name in _TELL)))
        asyncio.run(_execute(url, "SELECT pg_reload_conf()"))
    with log.open(encoding="utf-8", errors="replace") as file:
        file.seek(begun)
        plans = _plans(file.read())
    if not plans:
        print("\nNo plan: the path sends no statement")
        return
    query, (_, plan) = max(plans.items(), key=lambda one: one[1][0])
    print(f"\nPlan of the main statement, as it was run last\n\n```\n{_on_one_line(query)}\n\n{plan}\n```")


def _plans(log: str) -> dict[str, tuple[float, str]]:
    """Milliseconds in all and the last plan of each statement in the log."""
    total: defaultdict[str, float] = defaultdict(float)
    last: dict[str, str] = {}
    duration = 0.0
    lines: list[str] = []

    def keep() -> None:
        told = "\n".join(lines)
        query, plan = re.split(r"\n(?=[A-Z][^\n]*\(cost=)", told, maxsplit=1) if "(cost=" in told else (told, "")
        query = query.removeprefix("Query Text: ")
        if plan and "pg_reload_conf" not in query:
            total[query] += duration
            last[query] = plan

    for line in log.splitlines():
        found = _BEGINNING.match(line)
        if found or not line.startswith("\t"):
            keep()
            lines = []
        if found:
            duration = float(found[1])
        elif line.startswith("\t"):
            lines.append(line.removeprefix("\t"))
    keep()
    return {query: (total[query], plan) for query, plan in last.items()}


def _on_one_line(query: str) -> str:
    return " ".join(query.split())
