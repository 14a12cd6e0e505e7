"""An Open311 server of somebody else: it knows no idempotency, and behaves as badly as real ones do."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from urllib.parse import parse_qs
from xml.sax.saxutils import escape

import orjson
import uvicorn

from app.kit.clock import Clock

KEY = "khoa-cua-dien-luc"


class Manner(StrEnum):
    """How one POST of a request is treated."""

    GOOD = "good"
    LOSING = "losing"  # taken, and hangs up
    BROKEN = "broken"  # taken, and answers 500
    AWAY = "away"  # 503, not taken
    REFUSING = "refusing"  # 400
    TOKEN = "token"
    MUTE = "mute"  # taken, and answers with a page that names nothing


@dataclass
class Neighbour:
    """What it has been handed, and what it says. `manners` are for the next POSTs of requests."""

    clock: Clock
    port: int = 0
    manners: list[Manner] = field(default_factory=list)
    requests: list[dict[str, str]] = field(default_factory=list)
    updates: list[dict[str, str]] = field(default_factory=list)  # posted to it
    said: list[dict[str, str]] = field(default_factory=list)  # its own updates
    asked: list[tuple[str, str]] = field(default_factory=list)
    page_rows: int | None = None  # of its requests on a page; None: it knows no pages

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/open311/v2"

    def say(self, number: int, status: str, notes: str) -> None:
        """Its request of that number stands so from now on."""
        self.requests[number] |= {"status": status, "status_notes": notes}

    def update(self, number: int, words: str, status: str = "OPEN") -> None:
        """It publishes an update about its request of that number."""
        self.said.append(
            {
                "update_id": str(len(self.said) + 1),
                "service_request_id": self.requests[number]["service_request_id"],
                "status": status,
                "updated_datetime": self.clock.now().isoformat(),
                "description": words,
            }
        )

    async def __call__(self, scope: Mapping[str, Any], receive: Any, send: Any) -> None:
        body = b""
        while True:
            message = await receive()
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        path, _, spoken = scope["path"].removeprefix("/open311/v2/").rpartition(".")
        self.asked.append((scope["method"], path))
        fields = {
            name: values[0]
            for name, values in parse_qs(
                (body if scope["method"] == "POST" else scope["query_string"]).decode()
            ).items()
        }
        if fields.get("api_key") != KEY:
            await _answer(send, 403, [{"code": "403", "description": "key"}], spoken)
        elif scope["method"] == "POST" and path == "requests":
            await self._take(fields, spoken, send)
        elif path == "servicerequestupdates":
            if scope["method"] == "POST":
                self.updates.append(fields)
            await _answer(send, 200, [{"update_id": "1"}] if scope["method"] == "POST" else self.said, spoken)
        elif path.startswith("tokens/"):
            number = int(path.removeprefix("tokens/t"))
            their_id = self.requests[number]["service_request_id"]
            await _answer(send, 200, [{"service_request_id": their_id, "token": f"t{number}"}], spoken)
        else:
            wanted = fields.get("service_request_id", "").split(",")
            found = [one for one in self.requests if wanted == [""] or one["service_request_id"] in wanted]
            if self.page_rows is not None:
                start = (int(fields.get("page", "1")) - 1) * self.page_rows
                found = found[start : start + self.page_rows]
            await _answer(send, 200, found, spoken)

    async def _take(self, fields: dict[str, str], spoken: str, send: Any) -> None:
        manner = self.manners.pop(0) if self.manners else Manner.GOOD
        if manner is Manner.AWAY:
            await _answer(send, 503, [], spoken)
            return
        if manner is Manner.REFUSING:
            await _answer(send, 400, [{"code": "400", "description": "no such service"}], spoken)
            return
        number = len(self.requests)
        self.requests.append({"service_request_id": f"PC-{number + 1}", "status": "open", "status_notes": "", **fields})
        if manner is Manner.LOSING:
            raise ConnectionResetError
        if manner is Manner.BROKEN:
            await _answer(send, 500, [], spoken)
        elif manner is Manner.TOKEN:
            await _answer(send, 200, [{"token": f"t{number}"}], spoken)
        elif manner is Manner.MUTE:
            await _answer(send, 200, [], spoken)
        else:
            await _answer(send, 201, [{"service_request_id": f"PC-{number + 1}", "service_notice": "ok"}], spoken)


async def _answer(send: Any, status: int, items: list[dict[str, str]], spoken: str) -> None:
    if spoken == "xml":
        inner = "".join(
            "<request>"
            + "".join(f"<{name}>{escape(value)}</{name}>" for name, value in one.items() if "[" not in name)
            + "</request>"
            for one in items
        )
        content, kind = f'<?xml version="1.0" encoding="utf-8"?><requests>{inner}</requests>'.encode(), b"text/xml"
    else:
        content, kind = orjson.dumps(items), b"application/json"
    await send({"type": "http.response.start", "status": status, "headers": [(b"content-type", kind)]})
    await send({"type": "http.response.body", "body": content})


@asynccontextmanager
async def on_a_socket(application: Any) -> AsyncIterator[int]:
    """The port at which an application is served until the end."""
    server = uvicorn.Server(
        uvicorn.Config(application, lifespan="off", log_config=None, timeout_graceful_shutdown=1, http="h11")
    )
    with socket.create_server(("127.0.0.1", 0)) as bound:
        serving = asyncio.create_task(server._serve([bound]))
        while not server.started:
            await asyncio.sleep(0.005)
        try:
            yield bound.getsockname()[1]
        finally:
            server.should_exit = True
            await serving


@asynccontextmanager
async def neighbour(clock: Clock) -> AsyncIterator[Neighbour]:
    """A server of somebody else's."""
    there = Neighbour(clock)
    async with on_a_socket(there) as port:
        there.port = port
        yield there
