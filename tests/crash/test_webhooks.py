"""Workers killed at any moment while they post: every event arrives, in order per case, always under its own id."""

from __future__ import annotations

import asyncio
import random
import sys
from collections import Counter
from pathlib import Path

import pytest

from app.db.engine import Database
from app.db.work import write_work
from app.identity.domain import Keyring
from app.identity.terms import Actor, ActorKind, Membership, Role
from app.kit.clock import SystemClock
from app.kit.ids import TenantId, UnitId, uuid7
from app.outbox import service as outbox
from app.process import Process
from app.subscriptions import service as subscriptions
from app.subscriptions.terms import Interest, Wanted
from tests import nursery
from tests.conftest import make_settings
from tests.diaries import note
from tests.receivers import Arrival, Manner, receiving

HAIDUONG = TenantId(1)
ROUNDS, CASES, NUMBERS = 5, 12, 20
SEED = 20261126


async def _courier(url: str, folder: Path) -> nursery.Child:
    process = await nursery.begin("tests.crash.courier", url, str(folder), complains=False)
    assert (await asyncio.wait_for(process.stdout.readline(), 60)) == b"ready\n"
    return process


async def _subscribe(db: Database, url: str, database_url: str, folder: Path) -> None:
    settings = make_settings(database_url, folder)
    clock = SystemClock()
    process = await Process.open(settings, clock, locates=False)
    unit = process.directory.current.units(HAIDUONG)[0]
    admin = Actor(ActorKind.STAFF, HAIDUONG, None, "Quản trị", (Membership(UnitId(unit.id), Role.TENANT_ADMIN),))
    assert settings.secret_key is not None
    async with write_work(db, clock, HAIDUONG) as work:
        await subscriptions.create_subscription(
            work,
            admin,
            Wanted("Nơi nhận", url, Interest(frozenset({"case.noted"}))),
            keys=Keyring.of(settings.secret_key.get_secret_value()),
            directory=process.books.directory,
            catalogue=process.books.catalogue,
            private=True,
        )
    await process.close()


async def test_killed_workers_lose_no_webhook_and_keep_each_cases_order(
    committed_db: Database, committed_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    clock, chance = SystemClock(), random.Random(SEED)
    cases = [uuid7(clock.now()) for _ in range(CASES)]
    manners = [Manner.GOOD] * 6 + [Manner.BROKEN, Manner.MUTE, Manner.HALFWAY, Manner.SLOW]
    accepted: list[Arrival] = []
    calm = False

    def manner(arrival: Arrival) -> Manner:
        chosen = Manner.GOOD if calm else chance.choice(manners)
        if chosen in {Manner.GOOD, Manner.SLOW}:
            accepted.append(arrival)
        return chosen

    each, waited = NUMBERS // ROUNDS, []
    async with receiving(manner) as receiver:
        await _subscribe(committed_db, receiver.url, committed_url, tmp_path)
        for turn in range(ROUNDS):
            workers = await asyncio.gather(*(_courier(committed_url, tmp_path) for _ in range(2)))
            for number in range(turn * each + 1, turn * each + each + 1):
                await note(committed_db, clock, HAIDUONG, [(case, number) for case in cases])
            await asyncio.sleep(chance.uniform(0.1, 0.5))
            for worker in workers:
                worker.kill()
                await worker.communicate()
            waited.append(await committed_db.lane.fetchval("SELECT count(*) FROM deliveries WHERE state = 'waiting'"))
        calm = True
        # what waits for its next try, and the rest of an endpoint that failed, need not be waited for
        await committed_db.lane.fetch("UPDATE deliveries SET next_at = now() WHERE state = 'waiting'")
        await committed_db.lane.fetch("UPDATE subscriptions SET retry_at = NULL")
        last = await _courier(committed_url, tmp_path)
        async with asyncio.timeout(60):
            while await committed_db.lane.fetchval("SELECT count(*) FROM deliveries WHERE state = 'delivered'") < (
                CASES * NUMBERS
            ):
                await asyncio.sleep(0.05)
        last.kill()
        await last.communicate()
    assert any(waited), "every kill came after the work was done"
    times = Counter(arrival.id for arrival in receiver.arrivals)
    assert len(times) == len({arrival.id for arrival in accepted}) == CASES * NUMBERS
    order: dict[str, list[int]] = {}
    for arrival in accepted:
        seen = order.setdefault(arrival.event["subject"], [])
        version = arrival.event["subjectversion"]
        if version not in seen:
            seen.append(version)
    assert list(order.values()) == [list(range(1, NUMBERS + 1))] * CASES
    (backlog,) = await outbox.backlog(committed_db, [HAIDUONG])
    assert (backlog.waiting, backlog.parked, backlog.dead) == (0, {}, {})
    repeated = sum(1 for count in Counter(arrival.id for arrival in accepted).values() if count > 1)
    with capsys.disabled():
        sys.stdout.write(
            f"\n  {2 * ROUNDS} workers killed while {waited} webhooks waited: all {CASES * NUMBERS} accepted, "
            f"{len(receiver.arrivals)} requests, {repeated} accepted more than once, none out of order in its case\n"
        )
