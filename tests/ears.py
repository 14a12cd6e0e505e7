"""Listeners of live streams without a socket."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping, MutableMapping
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI


async def until(holds: Callable[[], bool]) -> None:
    """Wait until `holds`, ten seconds at most."""
    async with asyncio.timeout(10):
        while not holds():
            await asyncio.sleep(0.005)


class Ear:
    """A listener; what it has heard, and a way to hang up or to stop reading."""

    def __init__(self) -> None:
        self.status = 0
        self.heard = b""
        self.finished = False
        self.hung_up = asyncio.Event()
        self.reading = asyncio.Event()
        self.reading.set()

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

    @property
    def events(self) -> list[tuple[str, dict[str, Any]]]:
        """Name and data of the events heard so far."""
        found = []
        for block in self.heard.decode().split("\n\n"):
            fields = dict(line.split(": ", 1) for line in block.splitlines() if ": " in line)
            if "event" in fields:
                found.append((fields["event"], json.loads(fields["data"])))
        return found

    @property
    def positions(self) -> list[int]:
        """Ids of the events heard so far."""
        return [int(line[4:]) for line in self.heard.decode().splitlines() if line.startswith("id: ")][1:]

    async def until(self, count: int) -> None:
        """Wait until `count` events were heard."""
        await until(lambda: len(self.events) >= count)


@asynccontextmanager
async def listening(
    application: FastAPI, path: str, headers: Mapping[str, str], after: int | None = None
) -> AsyncIterator[Ear]:
    """Somebody who listens at `path` and was greeted, or refused."""
    ear = Ear()
    sent = {"host": "haiduong.localhost", **headers, **({"last-event-id": str(after)} if after is not None else {})}
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": [(name.lower().encode(), value.encode()) for name, value in sent.items()],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
    }
    task = asyncio.create_task(application(scope, ear.receive, ear.send))
    try:
        await until(lambda: b"retry:" in ear.heard or ear.finished)
        yield ear
    finally:
        ear.reading.set()
        ear.hung_up.set()
        async with asyncio.timeout(10):
            await task
