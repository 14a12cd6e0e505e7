"""One tenant, or one case, that cannot be worked on keeps nobody else waiting."""

from __future__ import annotations

import asyncio
import os
import platform
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from app.cases.service import steps, sweeping
from app.db.beats import Worker, beat, list_beats
from app.db.engine import Database
from app.db.errors import DatabaseUnavailable
from app.db.models import Command
from app.db.work import Work, write_work
from app.identity.terms import Actor
from app.kit.clock import Clock, FixedClock
from app.kit.ids import TenantId, uuid7
from app.outbox import service as outbox
from app.process import Process
from app.web import idempotency
from app.web.idempotency import Answer, keep_answer
from app.worker import loop, sweeps
from tests.builders import HAIDUONG, a_case
from tests.diaries import Diary, note, written

Relay = Callable[[Database, Clock, TenantId, Callable[..., object]], Awaitable[int]]


def failing_for(tenants: set[TenantId], reached: list[TenantId]) -> Relay:
    async def relay(db: Database, clock: Clock, tenant_id: TenantId, numbered: Callable[..., object]) -> int:
        reached.append(tenant_id)
        if tenant_id in tenants:
            raise DatabaseUnavailable
        return 1

    return relay


async def test_a_tenant_that_fails_keeps_the_others_from_nothing(
    process: Process, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    reached: list[TenantId] = []
    monkeypatch.setattr(outbox, "relay", failing_for({process.tenants[0]}, reached))
    assert await loop.turn(process, ()) == len(process.tenants) - 1
    assert reached == process.tenants
    assert f"relay of tenant {process.tenants[0]} failed" in caplog.text


async def test_when_all_tenants_fail_the_turn_does(process: Process, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox, "relay", failing_for(set(process.tenants), []))
    with pytest.raises(DatabaseUnavailable):
        await loop.turn(process, ())


async def test_a_whole_batch_that_cannot_be_swept_is_not_the_last(
    process: Process, db: Database, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    filed = [await a_case(process) for _ in range(5)]
    settle, bad = steps.settle, {one.code for one in filed[:2]}

    def settled(work: Work, actor: Actor, case: Any, *rest: Any) -> None:
        if case.code in bad:
            raise LookupError
        settle(work, actor, case, *rest)

    monkeypatch.setattr(sweeping, "SWEEP_BATCH_ROWS", 2)
    monkeypatch.setattr(sweeping, "settle", settled)
    clock.at += timedelta(days=60)
    assert await sweeps.sweep(process) == 3
    assert await db.lane.fetchval("SELECT count(*) FROM cases WHERE overdue_at IS NOT NULL") == 3


async def test_a_case_that_cannot_be_swept_keeps_the_others_from_nothing(
    process: Process, db: Database, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    filed = [await a_case(process) for _ in range(3)]
    settle = steps.settle

    def settled(work: Work, actor: Actor, case: Any, *rest: Any) -> None:
        if case.code == filed[0].code:
            raise LookupError
        settle(work, actor, case, *rest)

    monkeypatch.setattr(sweeping, "settle", settled)
    clock.at += timedelta(days=60)
    assert await sweeps.sweep(process) == 2
    assert await sweeps.sweep(process) == 0
    monkeypatch.setattr(sweeping, "settle", settle)
    assert await sweeps.sweep(process) == 1


async def test_a_worker_says_that_it_works_until_it_ends_and_is_forgotten_a_week_later(
    process: Process, db: Database, clock: FixedClock
) -> None:
    working = [asyncio.create_task(loop.run(process, command)) for command in Command]
    async with asyncio.timeout(10):
        while len(beats := await list_beats(db)) < len(working):
            await asyncio.sleep(0.01)
    for task in working:
        task.cancel()
    await asyncio.gather(*working, return_exceptions=True)
    assert {one.worker.command for one in beats} == set(Command)
    assert {(one.worker.host, one.worker.pid, one.worker.started_at, one.seen_at) for one in beats} == {
        (platform.node(), os.getpid(), clock.now(), clock.now())
    }
    clock.at += timedelta(seconds=15)
    await beat(db, beats[0].worker, clock.now())
    assert [one.seen_at for one in await list_beats(db)] == [clock.now(), clock.now() - timedelta(seconds=15)]
    clock.at += timedelta(days=7)
    await loop.prune(process)
    assert [one.worker for one in await list_beats(db)] == [beats[0].worker]
    clock.at += timedelta(seconds=1)
    await loop.prune(process)
    assert await list_beats(db) == []


async def test_a_worker_that_starts_again_and_again_leaves_few_traces(
    process: Process, db: Database, clock: FixedClock
) -> None:
    for _ in range(130):
        await beat(db, Worker.here(Command.WORKER, clock), clock.now())
        clock.at += timedelta(seconds=30)
    last = clock.now() - timedelta(seconds=30)
    newest_first = [last - timedelta(seconds=30 * number) for number in range(130)]
    assert [one.seen_at for one in await list_beats(db)] == newest_first[:100]
    clock.at = last + timedelta(hours=1)
    await loop.prune(process)
    assert [one.seen_at for one in await list_beats(db)] == newest_first[:20]
    clock.at += timedelta(days=6)
    await loop.prune(process)
    assert [one.seen_at for one in await list_beats(db)] == newest_first[:20]


async def test_kept_answers_are_forgotten_after_a_week_batch_by_batch(
    process: Process, db: Database, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(idempotency, "FORGET_BATCH_ROWS", 2)
    for number in range(4):
        async with write_work(db, clock, HAIDUONG) as work:
            keep_answer(work, HAIDUONG, bytes([number]), b"", Answer(200, {}))
        clock.at += timedelta(days=1)
    clock.at += timedelta(days=5, seconds=1)  # nine days after the first; six after the last
    assert [await loop.prune(process) for _ in range(3)] == [2, 1, 0]
    assert await db.lane.fetchval("SELECT count(*) FROM idempotency_keys") == 1


async def test_the_hourly_turn_takes_over_what_the_release_before_gave_up(
    process: Process, db: Database, clock: FixedClock
) -> None:
    await note(db, clock, HAIDUONG, [(uuid7(clock.now()), 1)])
    await loop.number(process)
    await db.lane.fetchval(
        "INSERT INTO dead_letters (tenant_id, consumer, position, message_id, failed_at, error)"
        " SELECT 1, 'publication', position, id, occurred_at, 'KeyError' FROM outbox_messages"
    )
    await loop.prune(process)
    parked = await db.lane.fetchrow("SELECT consumer, next_at FROM parked_messages")
    assert parked is not None
    assert tuple(parked) == ("publication", clock.now())


async def test_a_consumer_that_hangs_delays_no_other(
    process: Process, db: Database, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = uuid7(clock.now())
    hanging, healthy = Diary(name="hanging", hanging={case}), Diary(name="healthy")
    monkeypatch.setattr(loop, "consumers", lambda _: (hanging, healthy))
    working = asyncio.create_task(loop.run(process, Command.WORKER))
    async with asyncio.timeout(5):  # half of what a consumer is waited for
        for number in range(1, 4):
            await note(db, clock, HAIDUONG, [(case, number)])
            while len(await written(db, case)) < number:
                await asyncio.sleep(0.01)
    working.cancel()
    await asyncio.gather(working, return_exceptions=True)
    assert await db.lane.fetchval("SELECT count(*) FROM idempotency_keys") == 3


async def test_a_consumer_that_the_settings_want_no_more_holds_nothing_up(
    process: Process, db: Database, clock: FixedClock
) -> None:
    assert process.settings.national_url is None
    await a_case(process)
    reacting = loop.consumers(process)
    while await loop.turn(process, reacting):
        pass
    await db.lane.fetch(
        "INSERT INTO consumer_cursors (tenant_id, consumer, position) VALUES ($1, 'national', 0)", HAIDUONG
    )
    assert await db.lane.fetchval("SELECT count(*) FROM outbox_messages") > 0
    clock.at += timedelta(days=process.settings.outbox_keep_days, seconds=1)
    await loop.prune(process)
    assert await db.lane.fetchval("SELECT count(*) FROM outbox_messages") == 0
    names = {row["consumer"] for row in await db.lane.fetch("SELECT consumer FROM consumer_cursors")}
    assert "national" not in names
