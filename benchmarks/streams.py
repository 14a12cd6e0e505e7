"""Prints what live streams cost: thousands of listeners of one web process, ours and the least that ASGI can do.

    python -m benchmarks.streams                                    5,000 and 10,000 listeners, about five minutes
    python -m benchmarks.streams --listeners 2000 --events 10
    python -m benchmarks.streams --quick                            does it work? not a measurement

Ours is `lienthong serve` with its log, told by real messages: public rows of the outbox with a position, which the
feed's own poller finds. The limit (benchmarks/broadcaster.py) is served the same way at the same time and told by turns
with ours. Either has a crowd of listeners of its own (benchmarks/listeners.py) in one process. Delivery is counted
twice: from before the message was stored, which holds up to one LIENTHONG_STREAM_POLL_S of waiting, and from the first
listener that had it, which is the fan-out alone.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import numpy as np
from numpy.typing import NDArray

from app.db.engine import driver_url
from app.kit.clock import SystemClock
from app.kit.ids import uuid7
from app.publication.service.streaming import encoded
from app.settings import Settings

from . import databases
from .listeners import all_descriptors
from .servers import Web, bare, cpu_of, cpu_since, memory_mb, postgres, served
from .targets import AT_MOST, Target, Verdicts

LISTENERS = (5_000, 10_000)
EVENTS = 12
_AIMED_AT = 10_000  # listeners at which the better figures count
_KIB, _P99 = Target(30, 15, AT_MOST, " KiB"), Target(400, 250, AT_MOST, " ms")
_KIND = "publication.updated"
_STORE = """
WITH head AS (UPDATE outbox_heads SET position = position + 1 WHERE tenant_id = 1 RETURNING position)
INSERT INTO outbox_messages
 (tenant_id, id, type, type_version, subject_id, subject_version, occurred_at, public, payload, position)
SELECT 1, $1, $2, 1, $1, 1, now(), true, $3::text::jsonb, position FROM head RETURNING position
"""
_WAIT_S = 60


def _payload(number: int) -> str:
    """An event of about 250 bytes, envelope included."""
    summary = "Ổ gà sâu trên đường huyện, trời mưa ngập nước rất nguy hiểm cho người đi xe."
    told = {"code": f"H23-261122-{number:04}", "state": "in_progress", "category": "roads.pothole", "summary": summary}
    return json.dumps(told, ensure_ascii=False)


Milliseconds = NDArray[np.float64]
Publish = Callable[[int], Awaitable[int]]
"""Tells everyone the event of this number; its position."""


@dataclass(slots=True)
class Told:
    """What listeners of one process met."""

    name: str
    count: int
    since_stored: Milliseconds
    fan_out: Milliseconds
    kib: float
    cpu_us: float
    dropped: int
    lost: int
    repeated: int


@dataclass(slots=True)
class _Side:
    """A web process, how it is told, and who listens."""

    name: str
    web: Web
    path: str
    publish: Publish
    began: list[tuple[int, float]] = field(default_factory=list)
    at_a_quarter: tuple[int, float] = (0, 0.0)

    @asynccontextmanager
    async def listened_to(self, count: int, file: Path) -> AsyncIterator[asyncio.subprocess.Process]:
        """Inside, `count` listeners; they are gone afterwards, and what they met is in `file`."""
        where = self.web.base.removeprefix("http://")
        crowd = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "benchmarks.listeners", where, self.path, str(count), str(file)),
            cwd=databases.ROOT,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        try:
            joined = (await _said(crowd, "joined"))["joined"]
            self.at_a_quarter = joined, self.resident_kib()
            await _said(crowd, "ready")
            yield crowd
        finally:
            if crowd.returncode is None:
                crowd.kill()
            await crowd.wait()

    async def tell(self, number: int, crowd: asyncio.subprocess.Process) -> None:
        """Publish, and wait until everyone has it."""
        before = time.monotonic()
        position = await self.publish(number)
        self.began.append((position, before))
        try:
            while (await _said(crowd, "position"))["position"] != position:
                pass
        except TimeoutError:  # the crowd counts who has not got it
            print(f"  {self.name}: event {position} did not reach everyone", file=sys.stderr, flush=True)

    def resident_kib(self) -> float:
        """Memory of the web process."""
        return memory_mb(self.web.process)[0] * 1e6 / 1024


async def _said(crowd: asyncio.subprocess.Process, word: str) -> dict[str, Any]:
    """The next line of a crowd that has `word`. Raises: TimeoutError; RuntimeError when the crowd is gone."""
    assert crowd.stdout is not None
    async with asyncio.timeout(_WAIT_S):
        async for line in crowd.stdout:
            said: dict[str, Any] = json.loads(line)
            if word in said:
                return said
    message = "the listeners gave up"
    raise RuntimeError(message)


async def measured(sides: Sequence[_Side], count: int, events: int, folder: Path) -> list[Told]:
    """What `count` listeners of each side met, told by turns."""
    for side in sides:  # what is made at the first connection and the first event is not a listener's
        async with side.listened_to(50, folder / "crowd") as crowd:
            await side.tell(0, crowd)
        side.began.clear()
    files = [folder / f"crowd-{place}" for place in range(len(sides))]
    rng = random.Random(11)
    async with AsyncExitStack() as stack:
        crowds = [
            await stack.enter_async_context(side.listened_to(count, file))
            for side, file in zip(sides, files, strict=True)
        ]
        used = [cpu_of([side.web.process]) for side in sides]
        for number in range(events):
            for side, crowd in zip(sides, crowds, strict=True):
                await asyncio.sleep(rng.uniform(0.05, 0.65))  # at any moment between two looks of the poller
                await side.tell(number, crowd)
        spent = [cpu_since(before, cpu_of([side.web.process])) for before, side in zip(used, sides, strict=True)]
        full = [side.resident_kib() for side in sides]
        ends = [await _end(crowd) for crowd in crowds]
    found = []
    for side, after, cpu, said, file in zip(sides, full, spent, ends, files, strict=True):
        since_stored, fan_out = _latencies(side, said["events"], file)
        found.append(
            Told(
                name=side.name,
                count=count,
                since_stored=since_stored,
                fan_out=fan_out,
                kib=_kib_each(side, after, count),
                cpu_us=cpu * 1e6 / max(1, len(fan_out)),
                dropped=said["dropped"],
                lost=said["lost"] + (events - len(said["events"])) * count,
                repeated=said["repeated"],
            )
        )
    return found


def _kib_each(side: _Side, after: float, count: int) -> float:
    """Memory of one listener, by those who came after the first quarter.

    The first ones find room that the process has freed since it started, which would make all look cheaper.
    """
    joined, before = side.at_a_quarter
    return (after - before) / (count - joined)


async def _end(crowd: asyncio.subprocess.Process) -> dict[str, Any]:
    """What the crowd met in all."""
    assert crowd.stdin is not None
    crowd.stdin.close()
    return await _said(crowd, "dropped")


def _latencies(side: _Side, events: Sequence[tuple[int, int]], file: Path) -> tuple[Milliseconds, Milliseconds]:
    """Milliseconds of every delivery since it was stored, and since the first listener had it."""
    arrivals = np.fromfile(file)
    began = dict(side.began)
    since_stored, fan_out, start = [], [], 0
    for position, count in events:
        of_event = arrivals[start : start + count]
        since_stored.append((of_event - began[position]) * 1000)
        fan_out.append((of_event - of_event.min()) * 1000)
        start += count
    return np.concatenate(since_stored), np.concatenate(fan_out)


@asynccontextmanager
async def _sides(stack: ExitStack, database: str, folder: Path) -> AsyncIterator[list[_Side]]:
    """Ours and the limit, each in a fresh process."""
    ours = stack.enter_context(served(database, folder))
    limit = stack.enter_context(bare("benchmarks.broadcaster:broadcaster", database, folder))
    store = await asyncpg.connect(driver_url(database))
    await store.execute("INSERT INTO outbox_heads (tenant_id, position) VALUES (1, 0) ON CONFLICT DO NOTHING")
    numbers = iter(range(1, 1_000_000))

    async def stored(number: int) -> int:
        position: int = await store.fetchval(_STORE, uuid7(SystemClock().now()), _KIND, _payload(number))
        return position

    async with httpx.AsyncClient(base_url=limit.base, timeout=_WAIT_S) as client:

        async def posted(number: int) -> int:
            position = next(numbers)
            answer = await client.post("/publish", content=encoded(position, _KIND, _payload(number)))
            answer.raise_for_status()
            return position

        try:
            yield [
                _Side("ours", ours, "/api/v1/public/stream", stored),
                _Side("plain ASGI", limit, "/stream", posted),
            ]
        finally:
            await store.close()


async def _told(database: str, folder: Path, count: int, events: int) -> list[Told]:
    with ExitStack() as stack:
        async with _sides(stack, database, folder) as sides:
            return await measured(sides, count, events, folder)


def streams(database: str, folder: Path, counts: Sequence[int], events: int, verdicts: Verdicts) -> None:
    """Measure and print, one number of listeners after the other."""
    all_descriptors()
    poll_s = Settings(_env_file=None).stream_poll_s
    size = len(encoded(1000, _KIND, _payload(0)))
    print(
        f"\nLive streams, one process, {events} events of {size} bytes each by turns, polled every {poll_s:g} s; "
        f"must with 5,000 listeners {_KIB.must:g} KiB and p99 {_P99.must:g} ms, aim with 10,000 {_KIB.aim:g} KiB and "
        f"{_P99.aim:g} ms\n"
    )
    print("| | listeners | since stored p50 / p95 / p99 ms | fan-out p50 / p95 / p99 ms | KiB each | CPU µs a delivery "
          "| dropped | lost | repeated | met |")  # fmt: skip
    print("|---|---|---|---|---|---|---|---|---|---|")
    for count in counts:
        for told in asyncio.run(_told(database, folder, count, events)):
            met = _met(told, verdicts) if told.name == "ours" else "–"
            print(
                f"| {told.name} | {told.count:,} | {_percentiles(told.since_stored)} | {_percentiles(told.fan_out)} "
                f"| {told.kib:.1f} | {told.cpu_us:.1f} | {told.dropped} | {told.lost} | {told.repeated} | {met} |",
                flush=True,
            )


def _percentiles(values: Milliseconds) -> str:
    return " / ".join(f"{value:.0f}" for value in np.percentile(values, (50, 95, 99)))


def _met(told: Told, verdicts: Verdicts) -> str:
    """Which targets are reached; from 10,000 listeners on only the aims are, which may be missed."""
    if told.dropped or told.lost or told.repeated:
        return verdicts.wrong(
            f"{told.count:,} live streams: {told.dropped} dropped, {told.lost} events lost, {told.repeated} repeated"
        )
    figures = (
        ("KiB each", told.kib, _KIB),
        ("p99 since stored", float(np.percentile(told.since_stored, 99)), _P99),
        ("p99 of the fan-out", float(np.percentile(told.fan_out, 99)), _P99),
    )
    if told.count >= _AIMED_AT:
        return "; ".join(f"{name} {'aim' if value <= to.aim else 'not the aim'}" for name, value, to in figures)
    return "; ".join(
        f"{name} {verdicts.on(f'{told.count:,} live streams: {name}', value, to)}" for name, value, to in figures
    )


def main() -> None:
    """Measure streams alone."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--listeners", default=",".join(map(str, LISTENERS)), help="of each process, ascending")
    parser.add_argument("--events", type=int, default=EVENTS, help="of each process")
    parser.add_argument("--quick", action="store_true", help="300 listeners, 3 events: a smoke test")
    parser.add_argument("--keep", type=Path, help="folder in which PostgreSQL stays for the next run")
    given = parser.parse_args()
    counts = [300] if given.quick else [int(count) for count in given.listeners.split(",")]
    verdicts = Verdicts()
    with databases.folder_for(given.keep) as folder, postgres(folder) as url:
        database = databases.empty(url, "bench_streams", [])
        streams(database, folder, counts, 3 if given.quick else given.events, verdicts)
    verdicts.tell()


if __name__ == "__main__":
    main()
