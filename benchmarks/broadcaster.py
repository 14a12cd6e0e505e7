"""The limit of live streams: the least an ASGI application can do to tell many listeners one thing.

Shared bytes, no queue and no task for a listener, no database. What is posted to /publish goes to everyone who listens
at /stream.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send

_HEADERS = [(b"content-type", b"text/event-stream"), (b"cache-control", b"no-store")]


def broadcaster() -> ASGIApp:
    """The application."""
    listeners: set[Callable[[dict[str, Any]], Awaitable[None]]] = set()
    published = 0

    async def answer(send: Send, status: int) -> None:
        await send({"type": "http.response.start", "status": status, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    async def publish(receive: Receive, send: Send) -> None:
        nonlocal published
        published += 1
        told = {"type": "http.response.body", "body": (await receive())["body"], "more_body": True}
        for listener in tuple(listeners):
            await listener(told)
        await answer(send, 204)

    async def listen(receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": _HEADERS})
        beginning = b"retry: 3000\nid: %d\n\n" % published
        await send({"type": "http.response.body", "body": beginning, "more_body": True})
        listeners.add(send)
        try:
            while (await receive())["type"] != "http.disconnect":
                pass
        finally:
            listeners.discard(send)

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        match scope["path"]:
            case "/publish":
                await publish(receive, send)
            case "/stream":
                await listen(receive, send)
            case _:
                await answer(send, 404)

    return app
