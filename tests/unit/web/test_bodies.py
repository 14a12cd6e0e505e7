"""Bodies that are too much or too slow: refused as what they are, whatever the application would have said."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import orjson
import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.settings import AccessLog
from app.web.metrics import Metrics
from app.web.middleware import RequestEdge

MOST = 4096


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    """How much there was; a body that cannot be read is a 400, as in any framework."""
    request = Request(scope, receive)
    try:
        answer = PlainTextResponse(str(len(await request.body())))
    except Exception:  # noqa: BLE001 - as a framework does
        answer = PlainTextResponse("unreadable", status_code=400)
    await answer(scope, receive, send)


async def asked(
    parts: Sequence[bytes], pause_s: float, *, length: int | None, app: ASGIApp = echo
) -> tuple[int, bytes]:
    """Status and body of the answer to a request whose parts come with pauses between them."""
    edge = RequestEdge(app, MOST, MOST, Metrics(), AccessLog.NONE, 0.2)
    headers = (
        [(b"content-length", str(length).encode())] if length is not None else [(b"transfer-encoding", b"chunked")]
    )
    scope: Scope = {
        "type": "http", "http_version": "1.1", "method": "POST", "path": "/api/v1/reports", "query_string": b"",
        "headers": headers, "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 80), "scheme": "http",
    }  # fmt: skip
    waiting, sent = list(parts), list[Message]()

    async def receive() -> Message:
        if not waiting:
            await asyncio.Event().wait()
        await asyncio.sleep(pause_s)
        part = waiting.pop(0)
        return {"type": "http.request", "body": part, "more_body": length is None or len(part) < length}

    async def send(message: Message) -> None:
        sent.append(message)

    async with asyncio.timeout(20):
        await edge(scope, receive, send)
    return sent[0]["status"], b"".join(message.get("body", b"") for message in sent[1:])


async def test_a_body_that_is_whole_is_read() -> None:
    assert await asked([b"x" * 100], 0, length=100) == (200, b"100")


@pytest.mark.parametrize("length", [100, None])
async def test_a_body_that_never_ends_is_given_up_as_too_slow(length: int | None) -> None:
    status, body = await asked([b"x"], 0, length=length)
    assert (status, orjson.loads(body)["type"]) == (408, "/problems/body-too-slow")


async def test_a_slow_network_that_gets_on_has_its_time() -> None:
    # half a second in all, which is more than it may take to say nothing
    status, body = await asked([b"x" * 600] * 5 + [b""], 0.1, length=None, app=whole_of(3000))
    assert (status, body) == (200, b"3000")


def whole_of(length: int) -> ASGIApp:
    """Reads so much and answers."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        seen = 0
        while seen < length:
            seen += len((await receive())["body"])
        await PlainTextResponse(str(seen))(scope, receive, send)

    return app


async def test_too_much_is_too_much_stated_or_not() -> None:
    for parts, length in (([b"x"], MOST + 1), ([b"x" * 3000] * 2, None)):
        status, body = await asked(parts, 0, length=length)
        assert (status, orjson.loads(body)["type"]) == (413, "/problems/too-large")
