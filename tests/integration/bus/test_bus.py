"""Signals between processes: nothing depends on them, and nothing is lost, repeated or out of order without them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import asyncpg
import pytest
from pydantic import SecretStr

from app.bus.terms import Event
from app.db.engine import driver_url
from app.db.work import write_work
from app.kit.clock import SystemClock
from app.kit.ids import TenantId, uuid7
from app.outbox import service as outbox
from app.outbox.service import Tails
from app.process import Process
from app.settings import Settings
from tests.conftest import make_settings
from tests.ears import until
from tests.nats import NatsServer, nats_server

ONE = TenantId(1)
NEVER_S = 3600.0  # whoever is told in time was told by a signal


@pytest.fixture(scope="session")
def nats(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NatsServer]:
    with nats_server(tmp_path_factory.mktemp("nats")) as server:
        yield server


class Follower:
    """Whoever follows a tail: the positions it was told."""

    def __init__(self) -> None:
        self.positions: list[int] = []

    async def take(self, events: Sequence[Event]) -> None:
        self.positions += [event.position for event in events]

    def skip(self, position: int) -> None:
        raise AssertionError(position)


@asynccontextmanager
async def processes(
    url: str, folder: Path, count: int, nats: NatsServer | None, *, net_s: float = NEVER_S, prefix: str = "lt"
) -> AsyncIterator[list[Process]]:
    """That many processes on the database whose signals go from one to the other; they poll next to never."""
    settings = make_settings(url, folder).model_copy(
        update={
            "bus": True,
            "bus_net_s": net_s,
            "stream_poll_s": NEVER_S if net_s == NEVER_S else 0.02,
            "nats_url": SecretStr(nats.url) if nats else None,
            "nats_prefix": prefix,
        }
    )
    async with AsyncExitStack() as stack:
        opened = []
        for _ in range(count):
            process = await Process.open(settings, SystemClock())
            stack.push_async_callback(process.close)
            process.bus.start()
            opened.append(process)
        await until(lambda: all(process.bus.works for process in opened))
        yield opened


@asynccontextmanager
async def following(process: Process) -> AsyncIterator[Follower]:
    """A follower of the process's tail, from the newest message on."""
    tails, follower = Tails(process.db, process.bus, process.settings.stream_poll_s), Follower()
    tail = tails.of(ONE)
    await tail.start()
    tail.follow(follower)
    try:
        yield follower
    finally:
        await tails.close()


async def write(process: Process, count: int, *, public: bool = True) -> None:
    """Messages committed, without a position."""
    async with write_work(process.db, process.clock, ONE) as work:
        for number in range(count):
            outbox.append(
                work,
                tenant_id=ONE,
                type="publication.updated",
                subject_id=uuid7(work.now),
                subject_version=1,
                payload={"code": f"H23-{number}", "text": "Đèn đường hỏng"},
                public=public,
            )


async def relay(process: Process) -> int:
    return await outbox.relay(process.db, process.clock, ONE, process.bus.numbered)


CARRIERS = pytest.mark.parametrize("by", ["postgres", "nats"])


@CARRIERS
async def test_what_one_process_numbers_another_hears_without_polling(
    committed_url: str, tmp_path: Path, nats: NatsServer, by: str
) -> None:
    server = nats if by == "nats" else None
    async with (
        processes(committed_url, tmp_path, 2, server, prefix="hears") as (relaying, web),
        following(web) as follower,
    ):
        await asyncio.sleep(0)
        for _ in range(3):
            before = len(follower.positions)
            await write(relaying, 4)
            await relay(relaying)
            await until(lambda before=before: len(follower.positions) == before + 4)  # type: ignore[misc]
        assert follower.positions == list(range(1, 13))


@CARRIERS
async def test_what_a_web_process_commits_wakes_a_relay_elsewhere(
    committed_url: str, tmp_path: Path, nats: NatsServer, by: str
) -> None:
    server = nats if by == "nats" else None
    async with processes(committed_url, tmp_path, 2, server, prefix="wakes") as (worker, web):
        bell = asyncio.Event()
        with worker.bus.relaying(bell) as take_waiting:
            bell.clear()
            await write(web, 1)
            await asyncio.wait_for(bell.wait(), 10)
            assert take_waiting() == {ONE}


async def test_a_rolled_back_change_wakes_nobody(committed_url: str, tmp_path: Path) -> None:
    async with processes(committed_url, tmp_path, 1, None) as (process,):
        bell = asyncio.Event()
        with process.bus.relaying(bell) as take_waiting:
            with pytest.raises(ZeroDivisionError):
                await _fail(process)
            assert not bell.is_set()
            await write(process, 1)
            assert bell.is_set()
            assert take_waiting() == {ONE}


async def _fail(process: Process) -> None:
    async with write_work(process.db, process.clock, ONE) as work:
        outbox.append(work, tenant_id=ONE, type="t", subject_id=uuid7(work.now), subject_version=1, payload={})
        await work.settle()
        raise ZeroDivisionError


async def test_with_nats_the_events_themselves_are_brought_and_nothing_is_read(
    committed_url: str, tmp_path: Path, nats: NatsServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with (
        processes(committed_url, tmp_path, 2, nats, prefix="brought") as (relaying, web),
        following(web) as follower,
    ):
        await write(relaying, 2)
        await relay(relaying)
        await until(lambda: len(follower.positions) == 2)

        async def refuse(*_: object) -> None:
            raise AssertionError("the database was asked")

        monkeypatch.setattr(web.db.lane, "fetch", refuse)
        await write(relaying, 3, public=False)
        await relay(relaying)
        await until(lambda: len(follower.positions) == 5)
        assert follower.positions == [1, 2, 3, 4, 5]


async def test_a_gap_in_what_nats_brings_is_read_from_the_outbox(
    committed_url: str, tmp_path: Path, nats: NatsServer
) -> None:
    async with (
        processes(committed_url, tmp_path, 2, nats, prefix="gap") as (relaying, web),
        following(web) as follower,
    ):
        await write(relaying, 3)
        await outbox.relay(relaying.db, relaying.clock, ONE)  # it dies before it has said so
        await write(relaying, 2)
        await relay(relaying)
        await until(lambda: len(follower.positions) == 5)
        assert follower.positions == [1, 2, 3, 4, 5]


async def test_a_nats_server_killed_again_and_again_loses_and_repeats_nothing(
    committed_url: str, tmp_path: Path
) -> None:
    with nats_server(tmp_path / "store") as server:
        async with (
            processes(committed_url, tmp_path, 4, server, net_s=0.2, prefix="killed") as opened,
            following(opened[2]) as one,
            following(opened[3]) as two,
        ):
            wrote = 0
            for turn in range(30):
                await asyncio.gather(write(opened[0], 2), write(opened[1], 1))
                wrote += 3
                await asyncio.gather(relay(opened[0]), relay(opened[1]))
                if turn in {5, 17}:
                    server.kill()
                if turn in {11, 23}:
                    server.start()
                await asyncio.sleep(0.02)
            while await relay(opened[0]):
                pass
            await until(lambda: len(one.positions) >= wrote and len(two.positions) >= wrote)
            assert one.positions == two.positions == list(range(1, wrote + 1))
            await until(lambda: all(process.bus.works for process in opened))


async def test_a_listening_connection_that_is_terminated_comes_back_and_nothing_is_lost(
    committed_url: str, tmp_path: Path
) -> None:
    async with (
        processes(committed_url, tmp_path, 2, None, net_s=0.2) as (relaying, web),
        following(web) as follower,
    ):
        connection = await asyncpg.connect(driver_url(committed_url))
        for turn in range(12):
            await write(relaying, 2)
            await relay(relaying)
            if turn in {3, 7}:
                ended = await connection.fetchval(
                    "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
                    " WHERE application_name = 'lienthong-bus' AND datname = current_database()"
                )
                assert ended == 2
                await until(lambda: not relaying.bus.works and not web.bus.works)
                await until(lambda: relaying.bus.works and web.bus.works)
        await connection.close()
        await until(lambda: len(follower.positions) >= 24)
        assert follower.positions == list(range(1, 25))


async def test_without_a_server_everybody_polls(committed_url: str, tmp_path: Path) -> None:
    settings = make_settings(committed_url, tmp_path).model_copy(
        update={"bus": True, "nats_url": SecretStr("nats://127.0.0.1:1")}
    )
    process = await Process.open(settings, SystemClock())
    process.bus.start()
    async with following(process) as follower:
        await write(process, 2)
        await outbox.relay(process.db, process.clock, ONE)
        await until(lambda: len(follower.positions) == 2)
    assert not process.bus.works
    assert process.bus.pause_s(0.02) == 0.02
    await process.close()


def test_the_bus_is_on_unless_somebody_says_otherwise() -> None:
    assert Settings(_env_file=None).bus
