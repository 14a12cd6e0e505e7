"""Server-sent events over plain ASGI: one listener a connection, bytes shared by all of them, no task and no queue.

Whoever has news hands the bytes to every listener's `send` and goes on; a listener whose connection cannot take them at
once is dropped and comes back with its `Last-Event-ID`.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine, MutableMapping
from typing import Any, Protocol, TypeAlias, cast

from starlette.requests import HTTPConnection
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from app.kit.problems import TooMany
from app.kit.text import Text

HEARTBEAT = b": \n\n"
Tell: TypeAlias = Callable[[bytes], Coroutine[Any, Any, None]]
Await: TypeAlias = Callable[[], Awaitable[MutableMapping[str, Any]]]


def encoded(position: int, kind: str, payload: str) -> bytes:
    """One event of the stream (HTML Living Standard, 9.2); `payload` is JSON on one line."""
    return f"id: {position}\nevent: {kind}\ndata: {payload}\n\n".encode()


def greeting(position: int) -> bytes:
    """How a stream begins: when to come back, and with which `Last-Event-ID` before the first event."""
    return b"retry: 3000\nid: %d\n\n" % position


class Listener:
    """One connection: how far it has been told, and whether we ended it."""

    __slots__ = ("_send", "_task", "ended", "lagging", "position")

    def __init__(self, send: Tell, position: int) -> None:
        """Made in the task of the connection, which `end` wakes."""
        self._send = send
        self._task = asyncio.current_task()
        self.position = position
        self.ended = False
        self.lagging = False  # its buffer was full: not even a farewell can be sent

    def offer(self, chunk: bytes) -> bool:
        """Whether the connection took `chunk` at once; False also when it failed. Never waits."""
        sending = self._send(chunk)
        try:
            sending.send(None)
        except StopIteration:
            return True
        except Exception:  # noqa: BLE001 - whatever a dying connection raises concerns nobody else
            return False
        # It waits for a full buffer to drain, in the middle of an event: nothing sensible can follow.
        sending.close()
        return False

    def drop(self) -> None:
        """End it because it could not keep up."""
        self.lagging = True
        self.end()

    def end(self) -> None:
        """Make `until_gone` return."""
        self.ended = True
        if self._task is not None:
            self._task.cancel()

    async def until_gone(self, receive: Await) -> None:
        """Returns when the client has hung up, or when we ended it."""
        try:
            if not self.ended:
                await _disconnected(receive)
        except asyncio.CancelledError:
            if not self.ended or self._task is None:
                raise
            self._task.uncancel()


async def _disconnected(receive: Await) -> None:
    """Returns when the client has hung up."""
    while (await receive())["type"] != "http.disconnect":
        pass


class Feed(Protocol):
    """Where a listener can be let in, for one reader's eyes."""

    async def join(self, send: Tell, after: int | None) -> Listener:
        """A listener that has been told everything after `after` (None: from now on), and hears what comes."""
        ...

    def leave(self, listener: Listener) -> None:
        """The connection has ended."""
        ...


class TooManyStreams(TooMany):
    """The process, the address or the account has as many live streams open as it may."""

    slug = "too-many-streams"
    title = Text("Đang mở quá nhiều luồng trực tiếp", "Too many live streams are open")

    @classmethod
    def default_detail(cls) -> Text:
        """Say what helps."""
        return Text(
            "Hãy đóng bớt các luồng đang mở, hoặc thử lại sau ít phút.",
            "Close some of the streams that are open, or try again in a few minutes.",
        )


class Seats:
    """How many streams a process holds: in all, from one address, and for one account."""

    def __init__(self, *, most: int, per_address: int, per_account: int) -> None:
        self._most = most
        self._limits = {"address": per_address, "account": per_account}
        self._taken: Counter[tuple[str, object]] = Counter()
        self.taken = 0

    def check(self, address: object | None, account: object | None = None) -> None:
        """Nothing when there is room. Raises: TooManyStreams."""
        if self.taken >= self._most:
            raise TooManyStreams
        for key in _keys(address, account):
            if self._taken[key] >= self._limits[key[0]]:
                raise TooManyStreams

    def take(self, address: object | None, account: object | None = None) -> None:
        """Sit down."""
        self.taken += 1
        for key in _keys(address, account):
            self._taken[key] += 1

    def free(self, address: object | None, account: object | None = None) -> None:
        """Stand up."""
        self.taken -= 1
        for key in _keys(address, account):
            self._taken[key] -= 1
            if self._taken[key] <= 0:
                del self._taken[key]


def _keys(address: object | None, account: object | None) -> list[tuple[str, object]]:
    named = (("address", address), ("account", account))
    return [(kind, one) for kind, one in named if one is not None]


def seats_of(connection: HTTPConnection) -> Seats:
    """The process's seats."""
    return cast("Seats", connection.app.state.seats)


def address_of(scope: Scope) -> str | None:
    """Address of the client, as the proxy in front tells it to the server."""
    client = scope.get("client")
    return client[0] if client else None


class EventStream(Response):
    """An answer that never ends by itself: what was missed, then what comes (text/event-stream)."""

    media_type = "text/event-stream"

    def __init__(self, feed: Feed, after: int | None, seats: Seats, account: object | None = None) -> None:
        super().__init__(headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"})
        del self.headers["content-length"]
        self._feed = feed
        self._after = after
        self._seats = seats
        self._account = account

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one listener until it leaves or is dropped. Raises: TooManyStreams before anything is sent."""
        address, account = address_of(scope), self._account
        self._seats.check(address, account)  # again: others may have sat down since the endpoint looked
        self._seats.take(address, account)
        try:
            await self._serve(receive, send)
        finally:
            self._seats.free(address, account)

    async def _serve(self, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})

        async def tell(chunk: bytes) -> None:
            await send({"type": "http.response.body", "body": chunk, "more_body": True})

        listener = await self._feed.join(tell, self._after)
        try:
            await listener.until_gone(receive)
        finally:
            self._feed.leave(listener)
        if listener.ended and not listener.lagging:
            await send({"type": "http.response.body", "body": b"", "more_body": False})
