"""Prints how fast every hot path is as a share of the machine's limit, measured interleaved in one run.

    make bench                                      sizes 20,000 and 200,000, about twenty minutes
    python -m benchmarks.run --sizes 20000,200000,2000000
    python -m benchmarks.run --quick --sizes 5000   a look in two minutes

Needs `wrk` (apt install wrk). Databases are made in a folder of their own; `--keep FOLDER` keeps them for another run.
Rates swing by a quarter from one minute to the next on a shared machine: trust the ratios and the CPU, not the rates.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import os
import platform
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from app.cli.schema import MIGRATIONS
from app.kit.clock import SystemClock

from . import inside, reference
from .drive import Sample, run, warm_up
from .load import load
from .paths import HotPath, hot_paths
from .servers import (
    Web,
    cpu_of,
    execute,
    fetch,
    make_database,
    make_template,
    memory_mb,
    named,
    postgres,
    postmaster,
    running,
    web,
)

ROOT = MIGRATIONS.parent
PEER_INTAKE = 40.0  # reports a second: Signalen, two processes, eight at a time (docs/performance.md)


@dataclass(frozen=True, slots=True)
class Plan:
    """What to measure, and how long."""

    sizes: list[int]
    rounds: int
    seconds: float
    folder: Path
    boundaries: list[Path]


@dataclass(frozen=True, slots=True)
class Row:
    """One path at one size: ours and the limit."""

    path: HotPath
    size: int
    ours: Sample
    limit: Sample

    @property
    def ratio(self) -> float:
        """Our rate as a share of the limit's."""
        return self.ours.rate / self.limit.rate

    @property
    def verdict(self) -> str:
        """Which target is reached."""
        if self.ours.wrong:
            return f"{self.ours.wrong} wrong answers"
        if self.ratio >= self.path.aim:
            return "aim"
        return "must" if self.ratio >= self.path.must else "MISSED"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", default="20000,200000", help="cases in the database, ascending")
    parser.add_argument("--quick", action="store_true", help="one short round: a smoke test, not a measurement")
    parser.add_argument("--keep", type=Path, help="folder in which the databases stay for the next run")
    parser.add_argument(
        "--boundaries", type=Path, default=ROOT.parent / "shared" / "data", help="folder of GeoJSON files"
    )
    given = parser.parse_args()
    if shutil.which("wrk") is None:
        sys.exit("wrk is missing: apt install wrk")
    sizes = [int(size) for size in given.sizes.split(",")]
    with _folder(given.keep) as folder:
        rounds, seconds = (1, 1.0) if given.quick else (3, 3.0)
        measure(Plan(sizes, rounds, seconds, folder, inside.boundaries_below(given.boundaries)))


@contextmanager
def _folder(kept: Path | None) -> Iterator[Path]:
    if kept is not None:
        kept.mkdir(parents=True, exist_ok=True)
        yield kept.resolve()
        return
    with tempfile.TemporaryDirectory(prefix="lienthong-bench-", ignore_cleanup_errors=True) as name:
        Path(name).chmod(0o711)
        yield Path(name)


def measure(plan: Plan) -> None:
    """The whole run: databases, paths, growth, two workers, memory, relay, places."""
    began = time.monotonic()
    _tell_machine()
    with postgres(plan.folder) as url:
        databases = {size: _database(url, size, plan) for size in plan.sizes}
        paths = {size: asyncio.run(hot_paths(databases[size], plan.folder)) for size in plan.sizes}
        main_size = plan.sizes[-1] if len(plan.sizes) == 1 else plan.sizes[1]
        counts = asyncio.run(inside.statements(databases[main_size], paths[main_size]))
        rows = _rows(plan, databases, paths, main_size)
        for size in plan.sizes:
            _print_table(size, [row for row in rows if row.size == size], counts)
        _print_growth(plan, rows)
        _print_two_workers(plan, databases[main_size], paths[main_size])
        handled, seconds = asyncio.run(inside.relayed(databases[main_size]))
        told = f"{handled:,} messages numbered and handled in {seconds:.1f} s: {handled / seconds:,.0f}/s"
        print(f"\nRelay: {told} (must 4,000, aim 10,000)")
        _print_memory(plan, databases[main_size], paths[main_size])
        _print_places(databases[main_size])
    print(f"\n{(time.monotonic() - began) / 60:.1f} minutes")


def _tell_machine() -> None:
    memory = psutil.virtual_memory().total / 2**30
    load_1, load_5, _ = os.getloadavg()
    print(
        f"{SystemClock().now():%Y-%m-%d %H:%M} UTC, {psutil.cpu_count()} cores, {memory:.0f} GiB, "
        f"{platform.platform()}, Python {platform.python_version()}; load before: {load_1:.1f} {load_5:.1f}",
        flush=True,
    )


# -- databases


def _fingerprint() -> str:
    """Of what decides what a loaded database holds."""
    loaders = [ROOT / "benchmarks" / name for name in ("load.py", "stories.py", "words.py")]
    files = [*loaders, *ROOT.glob("migrations/versions/*.py"), *ROOT.glob("app/**/data/*.toml")]
    digest = hashlib.sha256()
    for file in sorted(files):
        digest.update(file.read_bytes())
    return digest.hexdigest()[:8]


def _database(url: str, size: int, plan: Plan) -> str:
    """A database with `size` cases; one that an earlier run left is used again while nothing has changed."""
    made_by = _fingerprint()
    names = {row["datname"] for row in asyncio.run(fetch(url, "SELECT datname FROM pg_database"))}
    name = f"bench_{size}_{made_by}"
    if name not in names:
        if f"bench_{made_by}_ready" not in names:
            make_template(url, plan.boundaries)
            asyncio.run(execute(url, f"CREATE DATABASE bench_{made_by}_ready"))
        asyncio.run(make_database(url, "bench_loading"))
        loaded = asyncio.run(load(named(url, "bench_loading"), size, now=SystemClock().now()))
        took = loaded.copy_s + loaded.index_s
        print(f"{size:,} cases loaded in {took:.0f} s ({loaded.copy_s:.0f} to copy): {loaded.rows}", flush=True)
        asyncio.run(execute(named(url, "bench_loading"), reference.TABLES))
        asyncio.run(execute(url, f"ALTER DATABASE bench_loading RENAME TO {name}"))
    return named(url, name)


# -- paths


def _rows(plan: Plan, databases: dict[int, str], paths: dict[int, list[HotPath]], main_size: int) -> list[Row]:
    """Every path at every size: ours and the limit by turns, the sizes by turns."""
    rows: list[Row] = []
    pg_cpu = _pg_cpu(plan.folder)
    with ExitStack() as serving:
        ours, limit = (
            {size: serving.enter_context(web(factory, databases[size], plan.folder)) for size in plan.sizes}
            for factory in ("benchmarks.servers:ours", "benchmarks.reference:bare")
        )
        for number, path in enumerate(paths[main_size]):
            sizes = [main_size] if path.main_size_only else plan.sizes
            pairs = [
                (target[size], file)
                for size in sizes
                for target, file in ((ours, paths[size][number].ours), (limit, paths[size][number].limit))
            ]
            samples = _by_turns(pairs, path.connections, plan, pg_cpu)
            for place, size in enumerate(sizes):
                rows.append(Row(path, size, samples[2 * place], samples[2 * place + 1]))
            print(f"  {path.name.strip()}: {rows[-1].ratio:.2f} of the limit", file=sys.stderr, flush=True)
    return rows


def _by_turns(
    pairs: list[tuple[Web, Path]], connections: int, plan: Plan, pg_cpu: Callable[[], dict[int, float]]
) -> list[Sample]:
    """The median sample of each target with its requests, all run one after the other, round after round."""
    for target, file in pairs:
        warm_up(target, file, connections=connections)
    rounds = [
        [run(target, file, connections=connections, seconds=plan.seconds, pg_cpu=pg_cpu) for target, file in pairs]
        for _ in range(plan.rounds)
    ]
    return [Sample.median(runs) for runs in zip(*rounds, strict=True)]


def _pg_cpu(folder: Path) -> Callable[[], dict[int, float]]:
    """Reads what CPU PostgreSQL's processes have used."""
    server = postmaster(folder)
    return lambda: cpu_of([server, *server.children()])


def _print_table(size: int, rows: list[Row], counts: dict[str, int]) -> None:
    print(f"\n{size:,} cases, one web process; limit in brackets; CPU in ms per request (web + PostgreSQL)\n")
    print(
        "| path | c | req/s | (limit) | ratio | p50 / p95 / p99 ms | KiB | trips | CPU | (limit) | must / aim | met |"
    )
    print("|---|---|---|---|---|---|---|---|---|---|---|---|")
    for row in rows:
        ours, limit, path = row.ours, row.limit, row.path
        print(
            f"| {path.name} | {path.connections} | {ours.rate:,.0f} | ({limit.rate:,.0f}) | {row.ratio:.2f} "
            f"| {ours.p50:.1f} / {ours.p95:.1f} / {ours.p99:.1f} | {ours.kib:.1f} | {counts.get(path.name, 0)} "
            f"| {ours.app_ms:.2f} + {ours.pg_ms:.2f} | ({limit.app_ms:.2f} + {limit.pg_ms:.2f}) "
            f"| {path.must:.2f} / {path.aim:.2f} of {path.limit_name} | {row.verdict} |"
        )


def _print_growth(plan: Plan, rows: list[Row]) -> None:
    """How much slower each path is with more cases: rate and CPU against the smallest size of the same run."""
    if len(plan.sizes) < 2:
        return
    found = {(row.path.name, row.size): row for row in rows}
    larger = plan.sizes[1:]
    print(f"\nGrowth against {plan.sizes[0]:,} cases, times slower (times the CPU); must 1.3, aim 1.1\n")
    print("| path | " + " | ".join(f"{size:,}" for size in larger) + " |")
    print("|---|" + "---|" * len(larger))
    for path in dict.fromkeys(row.path.name for row in rows):
        small = found.get((path, plan.sizes[0]))
        if small is None:
            continue
        cells = []
        for size in larger:
            large = found[path, size]
            cpu = (large.ours.app_ms + large.ours.pg_ms) / (small.ours.app_ms + small.ours.pg_ms)
            cells.append(f"{small.ours.rate / large.ours.rate:.2f} ({cpu:.2f})")
        print(f"| {path} | " + " | ".join(cells) + " |")


def _print_two_workers(plan: Plan, database: str, paths: list[HotPath]) -> None:
    intake = next(path for path in paths if path.name == "intake")
    with web("benchmarks.servers:ours", database, plan.folder, workers=2) as two:
        pg_cpu = _pg_cpu(plan.folder)
        runs = [
            run(two, intake.ours, connections=8, seconds=plan.seconds, pg_cpu=pg_cpu) for _ in range(plan.rounds + 1)
        ][1:]
    told = Sample.median(runs)
    times = told.rate / PEER_INTAKE
    print(
        f"\nIntake, two web processes, 8 at a time: {told.rate:,.0f}/s, p99 {told.p99:.1f} ms, CPU {told.app_ms:.2f} + "
        f"{told.pg_ms:.2f} ms: {times:.0f} times Signalen's {PEER_INTAKE:.0f}/s (must 25, aim 50)"
    )


def _print_memory(plan: Plan, database: str, paths: list[HotPath]) -> None:
    """Sizes after load, with the boundaries that were given."""
    worker = [sys.executable, "-c", "from app.cli.main import run; run()", "worker"]
    with web("benchmarks.servers:ours", database, plan.folder) as one, running(worker, database, plan.folder) as other:
        pg_cpu = _pg_cpu(plan.folder)
        for path in paths:
            run(one, path.ours, connections=8, seconds=1, pg_cpu=pg_cpu)
        sizes = {"web": memory_mb(one.process), "worker": memory_mb(other)}
        server = postmaster(plan.folder)
        sizes["PostgreSQL, all processes"] = (0.0, sum(memory_mb(each)[1] for each in [server, *server.children()]))
    names = ", ".join(file.stem for file in plan.boundaries) or "no boundaries"
    print(f"\nMemory after load ({names}):")
    for name, (resident, proportional) in sizes.items():
        print(f"  {name}: {resident:.0f} MB resident, {proportional:.0f} MB its share")
    print("  must 200 MB for a web process, aim 120; must 450 MB for web and worker, aim 300")


def _print_places(database: str) -> None:
    count, ours_us, tree_us = asyncio.run(inside.located(database))
    if count:
        print(
            f"\nLocate among {count:,} boundaries: {ours_us:.1f} µs a point; shapely's STRtree alone {tree_us:.1f} µs "
            "(must 20 µs, aim 5)"
        )


if __name__ == "__main__":
    main()
