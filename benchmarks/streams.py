"""Prints what live streams cost: thousands of listeners of one web process, ours and the least that ASGI can do.

    python -m benchmarks.streams                                    5,000 and 10,000 listeners, about five minutes
    python -m benchmarks.streams --listeners 2000 --events 10
    python -m benchmarks.streams --who officers --by polling,postgres,nats
    python -m benchmarks.streams --quick                            does it work? not a measurement

Ours is `lienthong serve` with its log, told by real messages: rows of the outbox with a position, which the process's
own tail finds: by polling, woken by NOTIFY, or brought by a NATS server that is started for it. The limit
(benchmarks/broadcaster.py) is served the same way at the same time and told by turns with ours. Each has a crowd of
listeners of its own (benchmarks/listeners.py) in one process. Delivery is counted twice: from before the message was
stored, which holds the wait for a signal or the next look, and from the first listener that had it, which is the
fan-out alone.
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

import httpx
import numpy as np
from numpy.typing import NDArray

from app.bus.hub import Bus
from app.bus.jetstream import NatsCarrier, Server
from app.bus.postgres import PostgresCarrier
from app.bus.terms import Carrier, Event, Means
from app.db.engine import Database
from app.kit.clock import SystemClock
from app.kit.ids import TenantId, uuid7
from app.outbox import service as outbox
from app.settings import Settings
from app.web.live import encoded
from tests.nats import NatsServer, nats_server

from . import databases
from .listeners import all_descriptors
from .people import signed_in
from .servers import Web, bare, cpu_of, cpu_since, memory_mb, postgres, served
from .targets import AT_MOST, Target, Verdicts

LISTENERS = (5_000, 10_000)
EVENTS = 12
TOWN = "288"  # the city of Hải Dương
_AIMED_AT = 10_000  # listeners at which the better figures count
_KIB, _P99 = Target(30, 15, AT_MOST, " KiB"), Target(400, 250, AT_MOST, " ms")
_KIND = "publication.updated"
_STORE = """
WITH head AS (UPDATE outbox_heads SET position = position + 1 WHERE tenant_id = 1 RETURNING position)
INSERT INTO outbox_messages
 (tenant_id, id, type, type_version, subject_id, subject_version, occurred_at, public, payload, position)
SELECT 1, $1, $2, 1, $1, 1, now(), $4, $3::text::jsonb, position FROM head RETURNING position
"""
_WAIT_S = 60


def _payload(number: int, **more: str) -> str:
    """An event of about 250 bytes, envelope included."""
    summary = "Ổ gà sâu trên đường huyện, trời mưa ngập nước rất nguy hiểm cho người đi xe."
    told = {"code": f"H23-261122-{number:04}", "state": "in_progress", "category": "roads.pothole", "summary": summary}
    told |= more
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
    header: str = ""
    began: list[tuple[int, float]] = field(default_factory=list)
    at_a_quarter: tuple[int, float] = (0, 0.0)

    @asynccontextmanager
    async def listened_to(self, count: int, file: Path) -> AsyncIterator[asyncio.subprocess.Process]:
        """Inside, `count` listeners; they are gone afterwards, and what they met is in `file`."""
        where = self.web.base.removeprefix("http://")
        crowd = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "benchmarks.listeners", where, self.path, str(count), str(file), self.header),
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


@dataclass(frozen=True, slots=True)
class Setting:
    """How a web process of ours is told, and who listens there."""

    means: Means
    private: bool = False

    @property
    def name(self) -> str:
        """For the table."""
        return f"ours, {'officers' if self.private else 'public'}, {_MEANS[self.means]}"


_MEANS = {Means.NONE: "polling", Means.POSTGRES: "NOTIFY", Means.NATS: "NATS"}
_ROOM = dict.fromkeys(("STREAMS_MAX", "STREAMS_PER_ADDRESS_MAX", "STREAMS_PER_ACCOUNT_MAX"), "50000")


@asynccontextmanager
async def _ours(stack: ExitStack, setting: Setting, database: str, folder: Path) -> AsyncIterator[_Side]:
    """Our web process, told by a relay's end of the bus in this one."""
    server = (
        stack.enter_context(nats_server(folder / ("nats-officers" if setting.private else "nats-public")))
        if setting.means is Means.NATS
        else None
    )
    more = {
        "BUS": "false" if setting.means is Means.NONE else "true",
        **({"NATS_URL": server.url} if server else {}),
        **_ROOM,
    }
    web = stack.enter_context(served(database, folder, {f"LIENTHONG_{name}": value for name, value in more.items()}))
    db = await Database.open(database, Settings(_env_file=None, database_url=database))
    bus = Bus(_carrier(setting, database, server, db))
    bus.start()
    while setting.means is not Means.NONE and not bus.works:  # noqa: ASYNC110 - once, before it begins
        await asyncio.sleep(0.05)
    await db.lane.fetch("INSERT INTO outbox_heads (tenant_id, position) VALUES (1, 0) ON CONFLICT DO NOTHING")
    header, unit = "", ""
    if setting.private:
        directory, _, dispatcher = await signed_in(database, TOWN)
        header, unit = dispatcher, str(next(iter(directory.units(TenantId(1)))).id)

    async def stored(number: int) -> int:
        kind = "case.accepted" if setting.private else _KIND
        payload = _payload(number, unit_id=unit, audience="public") if setting.private else _payload(number)
        position: int = await db.lane.fetchval(_STORE, uuid7(SystemClock().now()), kind, payload, not setting.private)
        bus.numbered(1, position - 1, position)
        return position

    try:
        path = "/api/v1/staff/stream" if setting.private else "/api/v1/public/stream"
        yield _Side(setting.name, web, path, stored, header)
    finally:
        await bus.close()
        await db.close()


def _carrier(setting: Setting, database: str, server: NatsServer | None, db: Database) -> Carrier | None:
    if setting.means is Means.NONE:
        return None
    if server is None:
        return PostgresCarrier(database)

    async def read(tenant_id: int, after: int, until: int) -> Sequence[Event]:
        return await outbox.events_between(db, TenantId(tenant_id), after, until)

    return NatsCarrier(Server(server.url, "lienthong", 1), read)


@asynccontextmanager
async def _limit(stack: ExitStack, database: str, folder: Path) -> AsyncIterator[_Side]:
    """The least that ASGI can do, in a fresh process."""
    limit = stack.enter_context(bare("benchmarks.broadcaster:broadcaster", database, folder))
    numbers = iter(range(1, 1_000_000))
    async with httpx.AsyncClient(base_url=limit.base, timeout=_WAIT_S) as client:

        async def posted(number: int) -> int:
            position = next(numbers)
            answer = await client.post("/publish", content=encoded(position, _KIND, _payload(number)))
            answer.raise_for_status()
            return position

        yield _Side("plain ASGI", limit, "/stream", posted)


async def _told(databases_of: Sequence[tuple[Setting, str]], folder: Path, count: int, events: int) -> list[Told]:
    with ExitStack() as stack:
        async with AsyncExitStack() as sides:
            told = [
                await sides.enter_async_context(_ours(stack, setting, database, folder))
                for setting, database in databases_of
            ]
            told.append(await sides.enter_async_context(_limit(stack, databases_of[0][1], folder)))
            return await measured(told, count, events, folder)


def streams(
    databases_of: Sequence[tuple[Setting, str]], folder: Path, counts: Sequence[int], events: int, verdicts: Verdicts
) -> None:
    """Measure and print, one number of listeners after the other. Each setting has a database of its own."""
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
        for told in asyncio.run(_told(databases_of, folder, count, events)):
            met = _met(told, verdicts) if told.name.startswith("ours") else "–"
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
    parser.add_argument("--by", default="polling,postgres,nats", help="how our process is told")
    parser.add_argument("--who", default="public", help="public, officers or both, separated by a comma")
    parser.add_argument("--quick", action="store_true", help="300 listeners, 3 events: a smoke test")
    parser.add_argument("--keep", type=Path, help="folder in which PostgreSQL stays for the next run")
    given = parser.parse_args()
    counts = [300] if given.quick else [int(count) for count in given.listeners.split(",")]
    verdicts = Verdicts()
    with databases.folder_for(given.keep) as folder, postgres(folder) as url:
        means = {"polling": Means.NONE, "postgres": Means.POSTGRES, "nats": Means.NATS}
        settings = [
            (Setting(means[by], private=who == "officers"), databases.empty(url, f"bench_streams_{who}_{by}", []))
            for who in given.who.split(",")
            for by in given.by.split(",")
        ]
        streams(settings, folder, counts, 3 if given.quick else given.events, verdicts)
    verdicts.tell()


if __name__ == "__main__":
    main()
