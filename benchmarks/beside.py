"""What is measured beside the paths: two processes against the peer, the relay, memory, places."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from . import inside
from .drive import Sample, run, warm_up
from .paths import MAIN, HotPath
from .servers import LIENTHONG, bare, cpu_of, memory_mb, postmaster, running, served
from .targets import AT_LEAST, AT_MOST, Target, Verdicts

# Signalen, two processes, eight at a time (docs/performance.md); on its machine the bare POST of one CTE reached 3,317
# to 3,706 a second.
PEER_INTAKE, PEER_LIMIT = 40.0, 3500.0
_PEER = Target(25, 50, AT_LEAST, " times")
_RELAY = Target(4000, 10_000, AT_LEAST, "/s")
_WEB, _ALL = Target(200, 120, AT_MOST, " MB"), Target(450, 300, AT_MOST, " MB")
_PLACE = Target(20, 5, AT_MOST, " µs")


def pg_cpu_of(folder: Path) -> Callable[[], dict[int, float]]:
    """Reads what CPU PostgreSQL's processes have used."""
    server = postmaster(folder)
    return lambda: cpu_of([server, *server.children()])


def two_processes(
    folder: Path, database: str, paths: Sequence[HotPath], rounds: int, seconds: float, verdicts: Verdicts
) -> None:
    """Intake through two `lienthong serve`, half of the connections to each as a proxy would share them out.

    Each has a port of its own: two of them cannot listen on one.
    """
    intake = next(path for path in paths if path.name == MAIN)
    pg_cpu = pg_cpu_of(folder)
    with (
        served(database, folder) as one,
        served(database, folder) as other,
        bare("benchmarks.reference:bare", database, folder) as limit,
    ):
        turns = (([one, other], intake.ours), ([limit], intake.limit))
        for targets, requests in turns:
            for target in targets:
                warm_up(target, requests, connections=intake.connections)
        samples = [
            [
                run(targets, requests, connections=intake.connections, seconds=seconds, pg_cpu=pg_cpu)
                for targets, requests in turns
            ]
            for _ in range(rounds)
        ]
    ours, reached = (Sample.median(some) for some in zip(*samples, strict=True))
    peer = PEER_INTAKE * reached.rate / PEER_LIMIT
    plain, scaled = ours.rate / PEER_INTAKE, ours.rate / peer
    print(
        f"\nIntake, two web processes, {intake.connections} at a time: {ours.rate:,.0f}/s, p99 {ours.p99:.1f} ms, "
        f"CPU {ours.app_ms:.2f} + {ours.pg_ms:.2f} ms (limit, one process: {reached.rate:,.0f}/s)\n"
        f"  against Signalen's {PEER_INTAKE:.0f}/s as it was measured: {plain:.0f} times "
        f"({_PEER}: {verdicts.on('intake of two processes against Signalen as measured', plain, _PEER)})\n"
        f"  against Signalen as this machine would serve it, {PEER_INTAKE:.0f}/s x this limit / {PEER_LIMIT:,.0f}/s = "
        f"{peer:.0f}/s: {scaled:.0f} times "
        f"({_PEER}: {verdicts.on('intake of two processes against Signalen scaled to this machine', scaled, _PEER)})"
    )


def relay(database: str, verdicts: Verdicts) -> None:
    """Messages that the paths have left behind, numbered and handled by a worker's own loop."""
    handled, seconds = asyncio.run(inside.relayed(database))
    rate = handled / seconds
    print(
        f"\nRelay: {handled:,} messages numbered and handled in {seconds:.1f} s: {rate:,.0f}/s "
        f"({_RELAY}: {verdicts.on('relay', rate, _RELAY)})"
    )


def memory(folder: Path, database: str, paths: Sequence[HotPath], maps: Sequence[Path], verdicts: Verdicts) -> None:
    """Sizes after load, with the boundaries that were given."""
    with (
        served(database, folder) as web,
        tempfile.TemporaryFile(dir=folder) as log,
        running([*LIENTHONG, "worker"], database, folder, log) as worker,
    ):
        pg_cpu = pg_cpu_of(folder)
        for path in paths:
            run([web], path.ours, connections=8, seconds=1, pg_cpu=pg_cpu)
        sizes = {"web": memory_mb(web.process), "worker": memory_mb(worker)}
        server = postmaster(folder)
        of_server = sum(memory_mb(each)[1] for each in [server, *server.children()])
    print(f"\nMemory after load ({', '.join(file.stem for file in maps) or 'no boundaries'}):")
    for name, (resident, proportional) in sizes.items():
        print(f"  {name}: {resident:.0f} MB resident, {proportional:.0f} MB its share")
    print(f"  PostgreSQL, all processes: {of_server:.0f} MB their share")
    resident, both = sizes["web"][0], sum(size[0] for size in sizes.values())
    print(
        f"  a web process {_WEB}: {verdicts.on('memory of a web process', resident, _WEB)}; "
        f"web and worker {both:.0f} MB, {_ALL}: {verdicts.on('memory of web and worker', both, _ALL)}"
    )


def places(database: str, verdicts: Verdicts) -> None:
    """Finding a point among the boundaries."""
    count, ours_us, tree_us = asyncio.run(inside.located(database))
    if count:
        print(
            f"\nLocate among {count:,} boundaries: {ours_us:.1f} µs a point; shapely's STRtree alone {tree_us:.1f} µs "
            f"({_PLACE}: {verdicts.on('locate', ours_us, _PLACE)})"
        )
