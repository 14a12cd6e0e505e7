"""Prints how fast events leave: through the relay, through webhooks, in a replay, and what a great backlog costs.

    python -m benchmarks.delivery                      about five minutes
    python -m benchmarks.delivery --events 2000        shorter
    python -m benchmarks.delivery --quick              does it work? not a measurement
    python -m benchmarks.run --without paths,two,memory,places        with streams and the relay: all that leaves

Webhooks go to an endpoint on this machine in a process of its own (benchmarks/endpoint.py). The limit is what a plain
program would do for the same events, in the same run: claim a row by its key, POST the signed body with httpx over kept
connections, four at once for each subscription, and settle the row by its key. The wire alone is the same without the
two statements. Ours claims and settles by the hundred, so that it may well be faster than that.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import statistics
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from time import monotonic, perf_counter
from uuid import UUID

import asyncpg
import httpx
import numpy as np
import orjson
import uvloop

from app.couriers.signing import new_secret, signatures
from app.db.engine import driver_url
from app.db.work import Work, in_work
from app.identity.domain import Keyring
from app.identity.terms import Actor, ActorKind, Membership, Role
from app.kit.clock import SystemClock
from app.kit.ids import TenantId, UnitId, uuid7
from app.outbox import service as outbox
from app.process import Process
from app.subscriptions import domain, repository, service as subscriptions
from app.subscriptions.service import CONCURRENCY
from app.subscriptions.terms import Event, Interest, Wanted
from app.worker import loop
from app.worker.deliveries import Deliveries

from . import databases
from .inside import settings_for
from .servers import LIENTHONG, execute, fetch, postgres, running
from .targets import AT_LEAST, AT_MOST, Target, Verdicts

EVENTS = 6_000
BACKLOG = 1_000_000
SUBSCRIPTIONS = 50
_TENANT = TenantId(1)
_TYPE = "case.noted"
_SHARE = Target(0.5, 1.0, AT_LEAST, " of a plain program")
_DELAY = Target(1000, 600, AT_MOST, " ms")
_LOOK = Target(200, 50, AT_MOST, " ms")
_APPEND = 500  # events of a transaction
_OF_A_CASE = 4


@dataclass(slots=True)
class Endpoint:
    """The endpoint's process."""

    process: asyncio.subprocess.Process
    url: str

    async def arrivals(self) -> list[tuple[str, float]]:
        """Ids and moments of what came since this was asked last."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(b"\n")
        await self.process.stdin.drain()
        found: list[tuple[str, float]] = orjson.loads(await self.process.stdout.readline())
        return found


@asynccontextmanager
async def endpoint() -> AsyncIterator[Endpoint]:
    """An endpoint until the block ends."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "benchmarks.endpoint"),
        cwd=databases.ROOT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        limit=2**28,
    )
    assert process.stdout is not None
    try:
        yield Endpoint(process, f"http://127.0.0.1:{int(await process.stdout.readline())}/events")
    finally:
        process.kill()
        await process.wait()


@dataclass(slots=True)
class Bench:
    """A process of ours on the database, to be run by hand, and the endpoint."""

    process: Process
    url: str
    there: Endpoint
    admin: Actor

    async def subscribe(self, count: int) -> list[UUID]:
        """So many new subscriptions to the endpoint, and no others."""
        await execute(self.url, "DELETE FROM subscriptions; TRUNCATE deliveries")
        books, settings = self.process.books, self.process.settings
        assert settings.secret_key is not None
        keys, made = Keyring.of(settings.secret_key.get_secret_value()), []
        for number in range(count):
            wanted = Wanted(f"Nơi nhận {number}", self.there.url, Interest(frozenset({_TYPE})))

            async def create(work: Work, wanted: Wanted = wanted) -> UUID:
                subscription = await subscriptions.create_subscription(
                    work,
                    self.admin,
                    wanted,
                    keys=keys,
                    directory=books.directory,
                    catalogue=books.catalogue,
                    private=True,
                )
                return subscription.id

            made.append(await in_work(self.process.db, self.process.clock, _TENANT, create))
        return made

    async def happen(self, count: int) -> None:
        """So many events, four of each case, in transactions of some hundreds."""
        subjects = [uuid7(self.process.clock.now()) for _ in range(max(1, count // _OF_A_CASE))]
        facts = [(subjects[at % len(subjects)], 1 + at // len(subjects)) for at in range(count)]
        for at in range(0, count, _APPEND):
            await self.note(facts[at : at + _APPEND])

    async def note(self, facts: Sequence[tuple[UUID, int]]) -> None:
        """These facts of cases, in one transaction."""

        async def write(work: Work) -> None:
            for subject, number in facts:
                payload = {"code": f"H23-261126-{subject.hex[-6:]}", "state": "in_progress", "unit_id": str(subject)}
                outbox.append(
                    work,
                    tenant_id=_TENANT,
                    type=_TYPE,
                    subject_id=subject,
                    subject_version=number,
                    payload={**payload, "actor_kind": "staff"},
                )

        await in_work(self.process.db, self.process.clock, _TENANT, write)


@asynccontextmanager
async def _bench(url: str) -> AsyncIterator[Bench]:
    settings = settings_for(url).model_copy(update={"webhook_private_addresses": True})
    process = await Process.open(settings, SystemClock(), locates=False)
    process.bus.start()  # as a web process has it: what is written is signalled
    unit = process.directory.current.units(_TENANT)[0]
    admin = Actor(ActorKind.STAFF, _TENANT, None, "Quản trị", (Membership(UnitId(unit.id), Role.TENANT_ADMIN),))
    try:
        async with endpoint() as there:
            yield Bench(process, url, there, admin)
    finally:
        await process.close()


async def _taken(step: Callable[[], Awaitable[int]]) -> tuple[int, float]:
    """What `step` did until it found nothing more, and in how many seconds."""
    began, done = perf_counter(), 0
    while some := await step():
        done += some
    return done, perf_counter() - began


async def _measure_flow(bench: Bench, events: int, count: int, verdicts: Verdicts) -> None:
    """Relay, consumers, webhooks and replay of so many events for `count` subscriptions, against the limit."""
    process = bench.process
    of_name = {consumer.name: consumer for consumer in loop.consumers(process)}
    publication, webhooks = of_name["publication"], of_name["webhooks"]
    ids = await bench.subscribe(count)
    told = max(events // count, 40)
    await bench.happen(told)
    numbered = await _taken(lambda: loop.number(process))
    await _taken(lambda: loop.react(process, publication))
    written = await _taken(lambda: loop.react(process, webhooks))
    await bench.there.arrivals()
    began = perf_counter()
    async with Deliveries(process) as deliveries:
        await deliveries.settle()
    took = perf_counter() - began
    arrived = len({arrival for arrival, _ in await bench.there.arrivals()}), told
    rows = await fetch(bench.url, "SELECT count(*) AS n FROM deliveries WHERE state = 'delivered'")
    ours = rows[0]["n"] / took
    plain, wire = (
        await _plain(bench, told * count, count, settle=True),
        await _plain(bench, told * count, count, settle=False),
    )
    replayed = await _replayed(bench, ids[0], told)
    if rows[0]["n"] != told * count or arrived[0] != told:
        verdicts.wrong(f"webhooks to {count}: {rows[0]['n']} of {told * count} delivered")
    verdict = verdicts.on(f"webhooks to {count} subscriptions", ours / plain, _SHARE)
    print(
        f"| {count} | {told:,} | {_rate(numbered)} | {_rate(written)} | {ours:,.0f} | {plain:,.0f} | {wire:,.0f} "
        f"| {ours / plain:.2f} ({verdict}) | {_rate(replayed)} |",
        flush=True,
    )


def _rate(done: tuple[int, float]) -> str:
    return f"{done[0] / done[1]:,.0f}" if done[0] else "–"


async def _replayed(bench: Bench, subscription_id: UUID, events: int) -> tuple[int, float]:
    """Messages looked at and written down again in a replay of the last events, and the seconds."""

    async def begin(work: Work) -> int:
        after = await outbox.head(work, _TENANT) - events
        await subscriptions.replay_events(work, bench.process.db, bench.admin, subscription_id, after=after)
        return after

    await in_work(bench.process.db, bench.process.clock, _TENANT, begin)
    return await _taken(lambda: loop.replay(bench.process))


async def _plain(bench: Bench, requests: int, count: int, *, settle: bool) -> float:
    """Requests a second of a plain program: claim and settle by key when `settle`, four at once for each endpoint."""
    now = bench.process.clock.now()
    event = Event(uuid7(now), _TYPE, uuid7(now), 1, now, 1, {"code": "H23-261126-abcdef"}, superseded=False)
    body, key = domain.envelope(event, tenant_slug="haiduong", unit_code=lambda _: "H23.15.02"), new_secret()
    keys = [row["message_id"] for row in await fetch(bench.url, "SELECT message_id FROM deliveries")][:requests]
    left = iter(keys)
    at_once = min(CONCURRENCY * count, 200)
    pool = await asyncpg.create_pool(driver_url(bench.url), min_size=4, max_size=4)
    own = "UPDATE deliveries SET {} WHERE tenant_id = 1 AND message_id = $1 AND subscription_id = $2"
    subscription = (await fetch(bench.url, "SELECT id FROM subscriptions LIMIT 1"))[0]["id"]
    async with httpx.AsyncClient(trust_env=False, limits=httpx.Limits(max_connections=at_once)) as http:

        async def send() -> None:
            for message_id in left:
                if settle:
                    await pool.execute(own.format("locked_until = now()"), message_id, subscription)
                headers = signatures([key], str(message_id), bench.process.clock.now(), body)
                answer = await http.post(bench.there.url, content=body, headers=headers)
                answer.raise_for_status()
                if settle:
                    await pool.execute(own.format("locked_until = NULL"), message_id, subscription)

        began = perf_counter()
        await asyncio.gather(*(send() for _ in range(at_once)))
        took = perf_counter() - began
    await pool.close()
    await bench.there.arrivals()
    return len(keys) / took


async def _measure_delay(bench: Bench, folder: Path, events: int, verdicts: Verdicts) -> None:
    """From the commit of an event to its arrival, by a worker as operators run it."""
    await bench.subscribe(1)
    await bench.there.arrivals()
    committed: dict[str, float] = {}
    chance = random.Random(7)
    more = {"LIENTHONG_WEBHOOK_PRIVATE_ADDRESSES": "true"}
    with (
        tempfile.TemporaryFile(dir=folder) as log,
        running([*LIENTHONG, "worker"], bench.url, folder, log, more),
    ):
        subject = uuid7(bench.process.clock.now())
        await bench.note([(subject, 1)])
        while not await bench.there.arrivals():  # noqa: ASYNC110 - the worker is there when the first has come
            await asyncio.sleep(0.1)
        for number in range(events):
            await bench.note([(subject, number + 2)])
            committed[str(number + 2)] = monotonic()
            await asyncio.sleep(chance.uniform(0.02, 0.12))
        await asyncio.sleep(2)
    rows = await fetch(
        bench.url, "SELECT id::text, subject_version::text AS v FROM outbox_messages WHERE subject_id = $1", subject
    )
    version = {row["id"]: row["v"] for row in rows}
    delays = [
        (at - committed[version[one]]) * 1000 for one, at in await bench.there.arrivals() if version[one] in committed
    ]
    p50, p99 = np.percentile(delays, (50, 99))
    verdict = verdicts.on("commit to webhook, p99", float(p99), _DELAY)
    print(
        f"\nCommit to webhook, a worker with its own settings, {len(delays)} of {events} events: "
        f"p50 {p50:.0f} ms, p99 {p99:.0f} ms ({_DELAY}: {verdict})",
        flush=True,
    )


async def _measure_backlog(bench: Bench, rows: int, verdicts: Verdicts) -> None:
    """What is asked again and again, while very many webhooks wait."""
    print(f"\nWhile {rows:,} webhooks of 10 subscriptions wait, ms (median of 5; {_LOOK}):")
    db, clock = bench.process.db, bench.process.clock
    ids = await bench.subscribe(10)
    await execute(
        bench.url,
        f"INSERT INTO deliveries (tenant_id, subscription_id, message_id, position, type, subject_id, state,"
        f" created_at, next_at) SELECT 1, s.id, gen_random_uuid(), n, 'case.noted', gen_random_uuid(), 'waiting',"
        " now(), now()"
        f" FROM subscriptions s, generate_series(1, {rows // 10}) n",
    )
    for told, change in (
        ("nothing known of the table yet", "SELECT 1"),
        ("all due at once", "ANALYZE deliveries"),
        ("all paused", "UPDATE subscriptions SET state = 'paused', pause_reason = 'unreachable'"),
        (
            "all rest",
            "UPDATE subscriptions SET state = 'active', pause_reason = NULL, retry_at = now() + interval '1 h'",
        ),
    ):
        await execute(bench.url, change)

        async def claimed() -> None:
            now = clock.now()
            claims = await repository.claim(
                db, _TENANT, ids[0], now, now + timedelta(minutes=1), subjects=128, of_each=8
            )
            if claims:
                await repository.release(db, claims)

        looks: dict[str, Callable[[], Awaitable[object]]] = {
            "/metrics": lambda: subscriptions.backlog(db, [_TENANT]),
            "list due": lambda: repository.list_due(db, _TENANT, clock.now()),
            "claim and give back": claimed,
        }
        figures = {name: await _median_ms(look) for name, look in looks.items()}
        verdict = verdicts.on(f"a look at a backlog of {rows:,}, {told}", max(figures.values()), _LOOK)
        print(
            f"  {told}: " + ", ".join(f"{name} {ms:.1f}" for name, ms in figures.items()) + f" ({verdict})", flush=True
        )


async def _median_ms(look: Callable[[], Awaitable[object]]) -> float:
    took = []
    for _ in range(5):
        began = perf_counter()
        await look()
        took.append((perf_counter() - began) * 1000)
    return statistics.median(took)


async def _measure(url: str, folder: Path, events: int, backlog: int, verdicts: Verdicts) -> None:
    async with _bench(url) as bench:
        print(
            f"\nEvents a second out of one worker, four of each case; {_SHARE}\n\n"
            "| subscriptions | events | relay | to rows | webhooks | plain program | wire alone | share | replay |\n"
            "|---|---|---|---|---|---|---|---|---|"
        )
        for count in (1, SUBSCRIPTIONS):
            await _measure_flow(bench, events, count, verdicts)
        await _measure_delay(bench, folder, max(20, events // 30), verdicts)
        await _measure_backlog(bench, backlog, verdicts)


def delivery(database: str, folder: Path, events: int, backlog: int, verdicts: Verdicts) -> None:
    """Measure and print."""
    uvloop.run(_measure(database, folder, events, backlog, verdicts))


def main() -> None:
    """Measure what leaves alone."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=EVENTS, help="through webhooks, over all subscriptions")
    parser.add_argument("--backlog", type=int, default=BACKLOG, help="webhooks that wait")
    parser.add_argument("--quick", action="store_true", help="few of everything: a smoke test")
    parser.add_argument("--keep", type=Path, help="folder in which PostgreSQL stays for the next run")
    given = parser.parse_args()
    verdicts = Verdicts()
    with databases.folder_for(given.keep) as folder, postgres(folder) as url:
        database = databases.empty(url, "bench_delivery", [])
        events, backlog = (400, 20_000) if given.quick else (given.events, given.backlog)
        delivery(database, folder, events, backlog, verdicts)
    verdicts.tell()


if __name__ == "__main__":
    main()
