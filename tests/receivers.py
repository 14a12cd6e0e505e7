"""Endpoints of subscribers: real HTTP servers on this machine that answer as they are told, well or badly."""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import orjson
from cloudevents.core.bindings.http import HTTPMessage, from_structured_event


class Manner(StrEnum):
    """How an endpoint behaves."""

    GOOD = "good"
    BROKEN = "broken"  # 500
    GONE = "gone"  # 410
    HANGING = "hanging"
    SLOW = "slow"
    HALFWAY = "halfway"  # closes in the middle of its answer
    MUTE = "mute"  # closes without any
    REDIRECTING = "redirecting"
    HUGE = "huge"
    DRIPPING = "dripping"  # a byte now and then, for ever
    NOISE = "noise"  # what is no HTTP


_AT_ONCE = {
    Manner.GOOD: b"HTTP/1.1 204 No Content\r\n\r\n",
    Manner.BROKEN: b"HTTP/1.1 500 Oops\r\ncontent-length: 7\r\n\r\nno\x00luck",
    Manner.GONE: b"HTTP/1.1 410 Gone\r\ncontent-length: 0\r\n\r\n",
    Manner.HALFWAY: b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf of",
    Manner.NOISE: b"\x16\x03\x01 what?\r\n\r\n",
}


@dataclass
class Arrival:
    """One request as it came."""

    headers: dict[str, str]
    body: bytes
    at: float

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def event(self) -> dict[str, Any]:
        """The envelope, read as plain JSON."""
        found: dict[str, Any] = orjson.loads(self.body)
        return found

    def parsed(self) -> Any:
        """The envelope as the CloudEvents library reads it."""
        return from_structured_event(HTTPMessage(headers=self.headers, body=self.body))


@dataclass
class Receiver:
    """A server; `url` is where subscriptions send to. `manner` decides for each request, by what arrived."""

    port: int = 0
    manner: Callable[[Arrival], Manner] = lambda _: Manner.GOOD
    location: str = "http://127.0.0.1:1/"
    arrivals: list[Arrival] = field(default_factory=list)
    open: int = 0
    most_open: int = 0
    sent_bytes: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/events?of=us"

    def by_subject(self) -> dict[str, list[str]]:
        """Ids of the events of each subject in the order of their first arrival."""
        found: dict[str, list[str]] = defaultdict(list)
        for arrival in self.arrivals:
            ids = found[arrival.event["subject"]]
            if arrival.id not in ids:
                ids.append(arrival.id)
        return found

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.open += 1
        self.most_open = max(self.most_open, self.open)
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            lines = head.split("\r\n")
            assert lines[0] == "POST /events?of=us HTTP/1.1", lines[0]
            headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines[1:] if line)}
            arrival = Arrival(headers, await reader.readexactly(int(headers["content-length"])), time.monotonic())
            self.arrivals.append(arrival)
            await self._behave(self.manner(arrival), reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            self.open -= 1
            writer.close()

    async def _behave(self, manner: Manner, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if manner in _AT_ONCE:
            writer.write(_AT_ONCE[manner])
        match manner:
            case Manner.HANGING:
                await reader.read()  # until the other side gives up
            case Manner.SLOW:
                await asyncio.sleep(0.3)
                writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok")
            case Manner.REDIRECTING:
                writer.write(
                    f"HTTP/1.1 307 Over there\r\nlocation: {self.location}\r\ncontent-length: 0\r\n\r\n".encode()
                )
            case Manner.HUGE:
                writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\n\r\n")
                while self.sent_bytes < 64_000_000:
                    writer.write(b"x" * 65_536)
                    await writer.drain()
                    self.sent_bytes += 65_536
            case Manner.DRIPPING:
                writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
                while True:
                    writer.write(b".")
                    await writer.drain()
                    await asyncio.sleep(0.05)
        await writer.drain()


@asynccontextmanager
async def receiving(manner: Callable[[Arrival], Manner] | Manner = Manner.GOOD) -> AsyncIterator[Receiver]:
    """A receiver on a free port, until the block ends."""
    receiver = Receiver(manner=(lambda _: manner) if isinstance(manner, Manner) else manner)
    server = await asyncio.start_server(receiver.answer, "127.0.0.1", 0)
    receiver.port = server.sockets[0].getsockname()[1]
    try:
        yield receiver
    finally:
        server.close()
