"""Prints how fast every hot path is as a share of the machine's limit, measured interleaved in one run.

    make bench                                      sizes 20,000 and 200,000, about half an hour
    python -m benchmarks.run --sizes 20000,200000,2000000
    python -m benchmarks.run --paths "public list" --keep /var/tmp/bench      one path, in a minute or two
    python -m benchmarks.run --without streams,memory
    python -m benchmarks.run --quick --sizes 5000   a look in some minutes

Needs `wrk` (apt install wrk). Databases are made in a folder of their own; `--keep FOLDER` keeps them for another run.
Rates swing by a quarter from one minute to the next on a shared machine: trust the ratios and the CPU, not the rates.
What was missed is listed last; that is no failure of the run, which ends with 0.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import platform
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import psutil

from app.bus.terms import Means
from app.kit.clock import SystemClock

from . import beside, databases, inside
from .delivery import BACKLOG, EVENTS as TOLD, delivery
from .drive import Requests, Sample, run, warm_up
from .paths import HotPath, hot_paths, named
from .servers import Web, bare, postgres, served
from .streams import EVENTS, LISTENERS, Setting, streams
from .tables import Row, print_growth, print_table
from .targets import Verdicts

PARTS = ("paths", "two", "relay", "memory", "places", "delivery", "streams")


SLOW_S = 15.0  # of a run of what takes seconds to answer once


@dataclass(frozen=True, slots=True)
class Plan:
    """What to measure, and how long."""

    sizes: list[int]
    rounds: int
    seconds: float
    folder: Path
    boundaries: list[Path]
    wanted: str
    parts: frozenset[str]
    listeners: tuple[int, ...]
    events: int
    told: tuple[int, int]  # events through webhooks, webhooks that wait

    @property
    def main_size(self) -> int:
        """The size at which everything is measured."""
        return self.sizes[min(1, len(self.sizes) - 1)]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", default="20000,200000", help="cases in the database, ascending")
    parser.add_argument("--paths", default="", metavar="PART_OF_NAME", help="only these paths, and nothing beside them")
    parser.add_argument("--without", default="", metavar="PARTS", help=f"leave out some of {', '.join(PARTS)}")
    parser.add_argument("--rounds", type=int, default=3, help="of which the median is told")
    parser.add_argument("--seconds", type=float, default=3.0, help="of each run of a path")
    parser.add_argument("--quick", action="store_true", help="one short round: a smoke test, not a measurement")
    given = databases.asked_of(parser)
    without = {part for part in given.without.split(",") if part}
    if not without <= set(PARTS):
        parser.error(f"--without knows {', '.join(PARTS)}")
    with databases.folder_for(given.keep) as folder:
        plan = Plan(
            sizes=[int(size) for size in given.sizes.split(",")],
            rounds=1 if given.quick else given.rounds,
            seconds=1.0 if given.quick else given.seconds,
            folder=folder,
            boundaries=databases.boundaries_below(given.boundaries),
            wanted=given.paths,
            listeners=(300,) if given.quick else LISTENERS,
            events=3 if given.quick else EVENTS,
            told=(400, 20_000) if given.quick else (TOLD, BACKLOG),
            parts=frozenset({"paths"} if given.paths else set(PARTS) - without),
        )
        measure(plan)


def measure(plan: Plan) -> None:
    """The whole run: databases, paths, growth, what is beside them, and what was missed."""
    began = time.monotonic()
    verdicts = Verdicts()
    _tell_machine()
    with postgres(plan.folder) as url:
        databases.tell_settings(url)
        filled = {size: databases.filled(url, size, plan.boundaries) for size in plan.sizes}
        databases.tell_sizes(filled[plan.sizes[-1]])
        paths = {size: named(asyncio.run(hot_paths(filled[size], plan.folder)), plan.wanted) for size in plan.sizes}
        if not paths[plan.main_size]:
            sys.exit(f"no path has {plan.wanted!r} in its name")
        if "paths" in plan.parts:
            _measure_paths(plan, filled, paths, verdicts)
        database, of_main = filled[plan.main_size], paths[plan.main_size]
        if "two" in plan.parts:
            beside.two_processes(plan.folder, database, of_main, plan.rounds, plan.seconds, verdicts)
        if "relay" in plan.parts:
            beside.relay(database, verdicts)
        if "memory" in plan.parts:
            beside.memory(plan.folder, database, of_main, plan.boundaries, verdicts)
        if "places" in plan.parts:
            beside.places(database, verdicts)
        if "delivery" in plan.parts:
            database = databases.empty(url, "bench_delivery", plan.boundaries)
            delivery(database, plan.folder, *plan.told, verdicts)
        if "streams" in plan.parts:
            database = databases.empty(url, "bench_streams", plan.boundaries)
            streams([(Setting(Means.POSTGRES), database)], plan.folder, plan.listeners, plan.events, verdicts)
    verdicts.tell()
    print(f"\n{(time.monotonic() - began) / 60:.1f} minutes")


def _tell_machine() -> None:
    memory = psutil.virtual_memory().total / 2**30
    load_1, load_5, _ = os.getloadavg()
    print(
        f"{SystemClock().now():%Y-%m-%d %H:%M} UTC, {psutil.cpu_count()} cores, {memory:.0f} GiB, "
        f"{platform.platform()}, Python {platform.python_version()}; load before: {load_1:.1f} {load_5:.1f}",
        flush=True,
    )


# -- paths


def _measure_paths(plan: Plan, filled: dict[int, str], paths: dict[int, list[HotPath]], verdicts: Verdicts) -> None:
    trips = {size: _trips(filled[size], paths[size]) for size in plan.sizes}
    rows = _rows(plan, filled, paths, verdicts)
    for size in plan.sizes:
        print_table(size, [row for row in rows if row.size == size], trips[size], verdicts)
    print_growth(plan.sizes, rows, verdicts)
    for name, most in trips[plan.sizes[-1]].items():
        fewest = trips[plan.sizes[0]][name]
        if most > fewest:
            verdicts.wrong(f"{name.strip()}: {most} round trips with {plan.sizes[-1]:,} cases, {fewest} with fewer")


def _trips(database: str, paths: Sequence[HotPath]) -> dict[str, int]:
    """Statements of one request of each path; every answer is what it should be."""
    return asyncio.run(inside.statements(database, [(path.name, path.status, path.ours.ready()) for path in paths]))


def _rows(plan: Plan, filled: dict[int, str], paths: dict[int, list[HotPath]], verdicts: Verdicts) -> list[Row]:
    """Every path at every size: ours and the limit by turns, the sizes by turns."""
    rows: list[Row] = []
    with ExitStack() as serving:
        ours = {size: serving.enter_context(served(filled[size], plan.folder)) for size in plan.sizes}
        limit = {
            size: serving.enter_context(bare("benchmarks.reference:bare", filled[size], plan.folder))
            for size in plan.sizes
        }
        for number, path in enumerate(paths[plan.main_size]):
            sizes = [plan.main_size] if path.main_size_only else plan.sizes
            pairs = [
                (target[size], requests)
                for size in sizes
                for target, requests in ((ours, paths[size][number].ours), (limit, paths[size][number].limit))
            ]
            try:
                samples = _by_turns(pairs, path.connections, plan)
            except RuntimeError as error:  # the others are worth knowing all the same
                verdicts.wrong(f"{path.name.strip()} could not be measured: {error}")
                continue
            for place, size in enumerate(sizes):
                rows.append(Row(path, size, samples[2 * place], samples[2 * place + 1]))
            print(f"  {path.name.strip()}: {rows[-1].ratio:.2f} of the limit", file=sys.stderr, flush=True)
    return rows


def _by_turns(pairs: Sequence[tuple[Web, Requests]], connections: int, plan: Plan) -> list[Sample]:
    """The median sample of each target with its requests, all run one after the other, round after round."""
    pg_cpu = beside.pg_cpu_of(plan.folder)
    lengths = [
        plan.seconds if warm_up(target, requests, connections=connections) else SLOW_S for target, requests in pairs
    ]
    rounds = [
        [
            run([target], requests, connections=connections, seconds=seconds, pg_cpu=pg_cpu)
            for (target, requests), seconds in zip(pairs, lengths, strict=True)
        ]
        for _ in range(plan.rounds)
    ]
    return [Sample.median(runs) for runs in zip(*rounds, strict=True)]


if __name__ == "__main__":
    main()
