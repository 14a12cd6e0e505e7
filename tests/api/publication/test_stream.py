"""The live stream: nothing is lost and nothing repeated, however often a listener comes back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from app.bus.hub import Bus
from app.cases.models import Case
from app.db.engine import Database
from app.db.work import Work, write_work
from app.kit.clock import FixedClock, microseconds
from app.kit.ids import uuid7
from app.main import create_app, install
from app.outbox import service as outbox
from app.outbox.models import ConsumerCursor
from app.outbox.service import Tails
from app.process import Process
from app.publication.service import streaming
from app.worker.restoring import begin_anew
from tests.diaries import note
from tests.public_cases import HAIDUONG, Fill, Province
from tests.statements import Statements

Changes = Callable[[int], Awaitable[None]]


class Ear:
    """A listener on the application without a socket; what it has heard, and a way to hang up or to stop reading."""

    def __init__(self) -> None:
        self.status = 0
        self.heard = b""
        self.finished = False
        self.hung_up = asyncio.Event()
        self.reading = asyncio.Event()
        self.reading.set()
        self.news = asyncio.Event()

    async def receive(self) -> MutableMapping[str, Any]:
        await self.hung_up.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: MutableMapping[str, Any]) -> None:
        if not self.reading.is_set():
            await self.reading.wait()
        if message["type"] == "http.response.start":
            self.status = message["status"]
        else:
            self.heard += message["body"]
            self.finished = not message.get("more_body", False)
        self.news.set()

    @property
    def events(self) -> list[tuple[int, str]]:
        """(id, type) of the events heard so far."""
        found = []
        for block in self.heard.decode().split("\n\n"):
            fields = dict(line.split(": ", 1) for line in block.splitlines() if ": " in line)
            if "event" in fields:
                found.append((int(fields["id"]), fields["event"]))
        return found

    async def until(self, count: int) -> None:
        """Wait until `count` events were heard."""
        async with asyncio.timeout(10):
            while len(self.events) < count:
                self.news.clear()
                await self.news.wait()

    async def until_greeted(self) -> None:
        async with asyncio.timeout(10):
            while b"retry:" not in self.heard:
                self.news.clear()
                await self.news.wait()


@asynccontextmanager
async def listening(application: FastAPI, after: int | None = None) -> AsyncIterator[Ear]:
    ear = Ear()
    headers = [(b"host", b"haiduong.localhost")]
    if after is not None:
        headers.append((b"last-event-id", str(after).encode()))
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": "/api/v1/public/stream",
        "raw_path": b"/api/v1/public/stream",
        "query_string": b"",
        "root_path": "",
        "headers": headers,
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
    }
    task = asyncio.create_task(application(scope, ear.receive, ear.send))
    try:
        yield ear
    finally:
        ear.reading.set()
        ear.hung_up.set()
        async with asyncio.timeout(10):
            await task


@pytest.fixture
async def changes(db: Database, clock: FixedClock, fill: Fill, province: Province) -> Changes:
    """Make that many public changes, numbered by the relay."""

    async def make(count: int) -> None:
        async def build(work: Work) -> list[Case]:
            return [await province.a_case(work) for _ in range(count)]

        await fill(build)
        await outbox.relay(db, clock, HAIDUONG)

    return make


async def test_who_listens_hears_what_happens_from_then_on(application: FastAPI, changes: Changes) -> None:
    await changes(2)
    async with listening(application) as ear:
        await ear.until_greeted()
        assert ear.status == 200
        await changes(3)
        await ear.until(3)
        assert ear.events == [(3, "publication.published"), (4, "publication.published"), (5, "publication.published")]
        assert ear.heard.startswith(b"retry: 3000\nid: 2\n\n")


async def test_who_comes_back_hears_everything_once(application: FastAPI, changes: Changes) -> None:
    heard: list[int] = []
    last: int | None = 0
    for _ in range(6):
        await changes(2)  # while nobody listens
        async with listening(application, last) as ear:
            await ear.until(2)
            await changes(1)  # while somebody does
            await ear.until(3)
            heard += [number for number, _ in ear.events]
        last = heard[-1]
    assert heard == list(range(1, 19))


async def test_coming_back_in_the_middle_of_a_storm_loses_nothing(application: FastAPI, changes: Changes) -> None:
    storm = asyncio.create_task(_storm(changes))
    heard: list[int] = []
    while len(heard) < 40:
        async with listening(application, heard[-1] if heard else 0) as ear:
            await ear.until(1)
            await asyncio.sleep(0.01)
            heard += [number for number, _ in ear.events]
    await storm
    assert heard == list(range(1, 41))


async def _storm(changes: Changes) -> None:
    for _ in range(20):
        await changes(2)


async def test_who_was_away_longer_than_the_ring_is_caught_up_from_the_database(
    application: FastAPI, changes: Changes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streaming, "RING_EVENTS", 3)
    monkeypatch.setattr(streaming, "PAGE_ROWS", 2)
    async with listening(application) as first:
        await first.until_greeted()
        await changes(7)
        await first.until(7)
        async with listening(application, 0) as second:
            await second.until(7)
            await changes(2)
            await second.until(9)
            assert [number for number, _ in second.events] == list(range(1, 10))
        await first.until(9)


async def test_a_number_from_another_process_is_waited_for(application: FastAPI, changes: Changes) -> None:
    async with listening(application) as ear:
        await ear.until_greeted()
    await changes(2)  # the other process knows of these; ours may not yet
    async with listening(application, 1) as ear:
        await ear.until(1)
        assert ear.events == [(2, "publication.published")]


async def test_who_listens_while_a_backup_is_restored_comes_back_and_is_checked(
    application: FastAPI, web: httpx.AsyncClient, process: Process, changes: Changes, clock: FixedClock
) -> None:
    await changes(2)
    async with listening(application) as ear:
        await ear.until_greeted()
        await changes(1)
        await ear.until(1)
        lane = process.db.lane  # as a copy of before the third has it
        await lane.fetch("DELETE FROM outbox_messages WHERE position = 3")
        await lane.fetch("UPDATE outbox_heads SET position = 2")
        await begin_anew(process)
        await changes(1)
        async with asyncio.timeout(10):
            while not ear.finished:
                ear.news.clear()
                await ear.news.wait()
        assert ear.events == [(3, "publication.published")], "it is sent away before it is told what it cannot place"
    refused = await web.get("/stream", headers={"Last-Event-ID": "3"})
    assert (refused.status_code, refused.json()["type"]) == (410, "/problems/position-ahead")
    async with listening(application, 2) as ear:
        await ear.until(1)
        assert ear.events == [(microseconds(clock.at) + 1, "publication.published")]


async def test_an_invented_number_is_refused(web: httpx.AsyncClient, changes: Changes) -> None:
    await changes(1)
    refused = await web.get("/stream", headers={"Last-Event-ID": "999999"})
    assert (refused.status_code, refused.json()["type"]) == (410, "/problems/position-ahead")
    assert refused.json()["resume_from"] == 1


async def test_one_poll_serves_everyone(application: FastAPI, changes: Changes, statements: Statements) -> None:
    async with listening(application) as one, listening(application) as two, listening(application) as three:
        for ear in (one, two, three):
            await ear.until_greeted()
        statements.clear()
        await asyncio.sleep(0.2)
        polls = len(statements)
        await changes(1)
        for ear in (one, two, three):
            await ear.until(1)
        assert polls <= 11  # one every 0.02 s, however many listen
        assert application.state.feeds.of(HAIDUONG).listeners == 3
    assert application.state.feeds.of(HAIDUONG).listeners == 0


async def test_who_cannot_keep_up_is_dropped_and_holds_up_nobody(application: FastAPI, changes: Changes) -> None:
    async with listening(application) as slow, listening(application) as quick:
        await slow.until_greeted()
        await quick.until_greeted()
        slow.reading.clear()
        await changes(2)
        await quick.until(2)
        assert application.state.feeds.of(HAIDUONG).listeners == 1
        assert slow.events == []


async def test_silence_is_broken_by_heartbeats(application: FastAPI, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streaming, "HEARTBEAT_S", 0.05)
    async with listening(application) as ear:
        await ear.until_greeted()
        await asyncio.sleep(0.3)
        assert ear.heard.count(b": \n\n") >= 2


async def test_everyone_is_sent_away_when_the_process_ends(application: FastAPI) -> None:
    async with listening(application) as ear:
        await ear.until_greeted()
        await application.state.feeds.close()
        async with asyncio.timeout(5):
            while not ear.finished:
                await asyncio.sleep(0.01)


async def test_an_unreadable_last_event_id_is_refused(web: httpx.AsyncClient) -> None:
    for named in ("yesterday", "-1", "1.5", "9" * 19, "١"):
        answer = await web.get("/stream", headers=[(b"Last-Event-ID", named.encode())])
        assert (answer.status_code, answer.json()["type"]) == (400, "/problems/unreadable-last-event-id")


async def test_who_comes_back_with_a_position_that_is_forgotten_is_told_so(
    client: httpx.AsyncClient, application: FastAPI, changes: Changes, db: Database, clock: FixedClock
) -> None:
    await changes(5)
    last = await db.lane.fetchval("SELECT max(position) FROM outbox_messages")
    await note(db, clock, HAIDUONG, [(uuid7(clock.now()), 1)])  # private: who has heard `last` misses nothing by it
    await outbox.relay(db, clock, HAIDUONG)
    clock.at += timedelta(days=91)
    async with write_work(db, clock, HAIDUONG) as work:
        assert await outbox.prune(work, HAIDUONG, (), timedelta(days=90)) == 0, "nobody has handled them"
        work.put(
            ConsumerCursor.__table__,  # type: ignore[arg-type]
            {"tenant_id": HAIDUONG, "consumer": "anyone", "position": last + 1, "failures": 0},
        )
    async with write_work(db, clock, HAIDUONG) as work:
        assert await outbox.prune(work, HAIDUONG, ("anyone",), timedelta(days=90)) == last + 1
    await application.state.feeds.close()
    application.state.feeds = streaming.LiveFeeds(db, Tails(db, Bus(), 0.02))
    refused = await client.get("/api/v1/public/stream", headers={"Last-Event-ID": str(last - 1)})
    assert refused.status_code == 410
    assert refused.json()["type"].endswith("events-forgotten")
    assert refused.json()["resume_from"] == last
    async with listening(application) as ear, listening(application, last) as other:
        await ear.until_greeted()
        await other.until_greeted()
        assert f"id: {last + 1}\n".encode() in ear.heard, "its next Last-Event-ID is one that can be resumed from"
        await changes(1)
        await ear.until(1)
        await other.until(1)
        assert ear.events == other.events


async def test_what_was_missed_long_ago_takes_as_many_reads_as_pages(
    process: Process, changes: Changes, monkeypatch: pytest.MonkeyPatch
) -> None:
    await changes(3)
    monkeypatch.setattr(streaming, "PAGE_ROWS", 1)
    application = create_app(
        process.settings.model_copy(update={"reads_per_address_minute": 10}), process.clock, shared=process
    )
    install(application, process)
    transport = httpx.ASGITransport(application, client=("203.113.5.9", 40_000))
    async with httpx.AsyncClient(transport=transport, base_url="http://haiduong.localhost/api/v1/public") as reader:
        read = [(await reader.get("/cases")).status_code for _ in range(8)]
        async with asyncio.timeout(10):
            refused = await reader.get("/stream", headers={"Last-Event-ID": "0"})
    await application.state.feeds.close()
    assert read == [200] * 8
    assert (refused.status_code, refused.json()["type"]) == (429, "/problems/read-too-much")
