"""Tells where the time of one path goes, in the web process and in PostgreSQL.

    python -m benchmarks.profile "queue of the province" --size 200000 --keep /var/tmp/bench
    python -m benchmarks.profile intake --size 2000 --seconds 5

The name is one of benchmarks/paths.py. Three runs under wrk: undisturbed (rate, CPU, PostgreSQL's own figures), looked
at with native frames (shares of layers), looked at without (functions); then a few requests with auto_explain.
PostgreSQL counts statements throughout, which costs it some percent: rates here are not those of benchmarks.run.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from pathlib import Path

import httpx

from . import databases, inside, plans, sampling
from .beside import pg_cpu_of
from .drive import playing, run, warm_up
from .paths import HotPath, hot_paths, named
from .servers import Web, postgres, served

_REQUESTS_EXPLAINED = 8


def main() -> None:
    """Profile one path."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("path", help="name of the path")
    parser.add_argument("--size", type=int, default=200_000, help="cases in the database")
    parser.add_argument("--seconds", type=float, default=10.0, help="of each of the three runs")
    parser.add_argument("--connections", type=int, help="instead of the path's own")
    given = databases.asked_of(parser)
    maps = databases.boundaries_below(given.boundaries)
    with databases.folder_for(given.keep) as folder, postgres(folder, plans.OVERRIDES) as url:
        databases.tell_settings(url)
        database = databases.filled(url, given.size, maps)
        paths = asyncio.run(hot_paths(database, folder))
        found = named(paths, given.path)
        if len(found) != 1:
            names = "\n  ".join(path.name.strip() for path in found or paths)
            sys.exit(f"which path?\n  {names}")
        path = found[0]
        counted = inside.statements(database, [(path.name, path.status, path.ours.ready())])
        trips = asyncio.run(counted)[path.name]
        print(f"{path.name.strip()}, {given.size:,} cases, {trips} round trips", flush=True)
        try:
            with served(database, folder) as web:
                _profile(web, path, given.connections or path.connections, given.seconds, trips, folder, database)
        finally:
            asyncio.run(plans.leave_no_trace(database))


def _profile(
    web: Web, path: HotPath, connections: int, seconds: float, trips: int, folder: Path, database: str
) -> None:
    """The three runs and the plan."""
    warm_up(web, path.ours, connections=connections)
    asyncio.run(plans.count_anew(database))
    told = run([web], path.ours, connections=connections, seconds=seconds, pg_cpu=pg_cpu_of(folder))
    print(
        f"\nUndisturbed, {connections} at a time: {told.rate:,.0f}/s, p50 {told.p50:.1f}, p95 {told.p95:.1f}, "
        f"p99 {told.p99:.1f} ms, CPU {told.app_ms:.2f} + {told.pg_ms:.2f} ms, {told.wrong} wrong answers"
    )
    asyncio.run(plans.tell_statements(database, told.count))
    with playing(web, path.ours, connections=connections, seconds=seconds):
        seen = sampling.stacks(web.process.pid, seconds - 1, folder / "stacks", sampling.NATIVE)
    sampling.layers(seen).print("Web process: own time by layer", 30)
    with playing(web, path.ours, connections=connections, seconds=seconds):
        seen = sampling.stacks(web.process.pid, seconds - 1, folder / "stacks", sampling.CHEAP)
    sampling.functions(seen).print("Web process: own time by function", 25)
    if not trips:
        print("\nNo plan: the path sends no statement")
        return
    lines = path.ours.ready().read_text(encoding="utf-8").splitlines()[:_REQUESTS_EXPLAINED]
    plans.tell_plan(database, folder / "postgres.log", lambda: _ask(web, lines))


def _ask(web: Web, lines: list[str]) -> None:
    """A few requests, one after the other."""
    with httpx.Client(base_url=web.base, timeout=30) as client:
        for line in lines:
            method, address, headers, body = inside.parted(line)
            headers["Host"] = "haiduong.localhost"
            client.request(method, address, headers=headers, content=body).raise_for_status()


if __name__ == "__main__":
    main()
