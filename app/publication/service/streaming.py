"""Public changes told live: one poller per process and tenant, one chunk of bytes shared by all its listeners.

There is no task and no queue per listener. The poller hands each chunk to every listener's `send` and goes on; a
listener whose connection cannot take it at once is dropped and comes back with its `Last-Event-ID`. Chunks are kept in
a ring for those who reconnect; who is behind the ring is caught up from the database in pages, before joining.
"""

from __future__ import annotations

import asyncio
import logging
from bisect import bisect_right
from collections.abc import Awaitable, Callable, Coroutine, MutableMapping
from contextvars import Context
from typing import Any

from app.db.engine import Database
from app.db.errors import DatabaseUnavailable
from app.kit.ids import TenantId
from app.outbox import service as outbox
from app.publication import repository

log = logging.getLogger("lienthong.publication")
PAGE_ROWS = 500
RING_EVENTS = 2000
HEARTBEAT_S = 15.0
HEARTBEAT = b": \n\n"
Send = Callable[[bytes], Coroutine[Any, Any, None]]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]


def encoded(position: int, kind: str, payload: str) -> bytes:
    """One event of the stream (HTML Living Standard, 9.2); `payload` is JSON on one line."""
    return f"id: {position}\nevent: {kind}\ndata: {payload}\n\n".encode()


class Listener:
    """One connection: how far it has been told, and whether we ended it."""

    __slots__ = ("_send", "_task", "ended", "lagging", "position")

    def __init__(self, send: Send, position: int) -> None:
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

    def end(self) -> None:
        """Make `until_gone` return."""
        self.ended = True
        if self._task is not None:
            self._task.cancel()

    async def until_gone(self, receive: Receive) -> None:
        """Returns when the client has hung up, or when we ended it."""
        try:
            if not self.ended:
                await _disconnected(receive)
        except asyncio.CancelledError:
            if not self.ended or self._task is None:
                raise
            self._task.uncancel()


async def _disconnected(receive: Receive) -> None:
    """Returns when the client has hung up."""
    while (await receive())["type"] != "http.disconnect":
        pass


class LiveFeed:
    """The newest public events of one tenant, and who listens."""

    def __init__(self, db: Database, tenant_id: TenantId, poll_s: float) -> None:
        self._db = db
        self._tenant_id = tenant_id
        self._poll_s = poll_s
        self._positions: list[int] = []  # of the ring, ascending
        self._chunks: list[bytes] = []
        self._floor = 0  # everything public after this position up to `position` is in the ring
        self.position = -1  # how far the poller has read; -1 before it has begun
        self._listeners: set[Listener] = set()
        self._poller: asyncio.Task[None] | None = None
        self._starting = asyncio.Lock()
        self._closed = False

    @property
    def listeners(self) -> int:
        """How many listen now."""
        return len(self._listeners)

    async def start(self) -> None:
        """The poller runs and knows where it is. Raises: DatabaseUnavailable."""
        async with self._starting:
            if self._poller is None or self._poller.done():
                self.position = self._floor = await repository.newest_event(self._db, self._tenant_id)
                self._positions.clear()
                self._chunks.clear()
                # Its own context: it outlives the request that started it, and is not to be logged as that one.
                self._poller = asyncio.create_task(self._poll(), name=f"live-feed-{self._tenant_id}", context=Context())

    async def check(self, after: int | None) -> None:
        """Nothing when all that is public after `after` can still be told. Raises: EventsForgotten."""
        if after is not None and after < self._floor:
            await outbox.refuse_forgotten(self._db, self._tenant_id, after, public=True)

    async def join(self, send: Send, after: int | None) -> Listener:
        """A listener that has been told everything after `after` (None: from now on) and from now on hears the rest.

        Raises: DatabaseUnavailable before anything was sent; later errors of the connection go through, and so does
        EventsForgotten when messages were pruned that it had not been told: it comes back, and `check` refuses it.
        """
        await self.start()
        if after is None:
            after = self.position
        elif after > self.position:  # another process has told it more than we know yet; or it made the number up
            after = min(after, await repository.newest_event(self._db, self._tenant_id))
        await send(f"retry: 3000\nid: {after}\n\n".encode())
        while after < self.position:
            if after >= self._floor:
                after, chunk = self.position, self._after(after)
            else:
                after, chunk = await self._stored(after)
            if chunk:
                await send(chunk)
        # No await between the last look at `position` and this line, so nothing falls between.
        listener = Listener(send, after)
        listener.ended = self._closed
        self._listeners.add(listener)
        return listener

    def leave(self, listener: Listener) -> None:
        """The connection has ended."""
        self._listeners.discard(listener)

    async def close(self) -> None:
        """Everyone was sent away and the poller has ended."""
        self._closed = True
        for listener in self._listeners:
            listener.end()
        if self._poller is not None:
            self._poller.cancel()
            await asyncio.gather(self._poller, return_exceptions=True)

    def _after(self, position: int) -> bytes:
        """All events of the ring after `position`."""
        return b"".join(self._chunks[bisect_right(self._positions, position) :])

    async def _stored(self, after: int) -> tuple[int, bytes]:
        """A page of events after `after` from the database, and how far it reaches."""
        known = self.position
        rows = await repository.events_after(self._db, self._tenant_id, after, PAGE_ROWS)
        await outbox.refuse_forgotten(
            self._db, self._tenant_id, after, public=True
        )  # afterwards: nothing of this page was missing
        reached = rows[-1]["position"] if len(rows) == PAGE_ROWS else max(known, rows[-1]["position"] if rows else 0)
        return reached, b"".join(encoded(row["position"], row["type"], row["payload"]) for row in rows)

    async def _poll(self) -> None:
        """Read what is new and tell it, until cancelled."""
        loop = asyncio.get_running_loop()
        told_at = loop.time()
        while True:
            try:
                rows = await repository.events_after(self._db, self._tenant_id, self.position, PAGE_ROWS)
            except Exception as error:  # the feed outlives any outage: the next turn reads on from the same position
                unforeseen = not isinstance(error, DatabaseUnavailable)
                log.warning("live feed of tenant %s cannot read on: %s", self._tenant_id, error, exc_info=unforeseen)
                rows = []
            if rows:
                self._keep([(row["position"], encoded(row["position"], row["type"], row["payload"])) for row in rows])
            if rows or loop.time() - told_at >= HEARTBEAT_S:
                told_at = loop.time()
                self._tell(b"" if rows else HEARTBEAT)
            if len(rows) < PAGE_ROWS:
                await asyncio.sleep(self._poll_s)

    def _keep(self, events: list[tuple[int, bytes]]) -> None:
        self._positions += [position for position, _ in events]
        self._chunks += [chunk for _, chunk in events]
        self.position = events[-1][0]
        surplus = len(self._positions) - RING_EVENTS
        if surplus > 0:
            self._floor = self._positions[surplus - 1]
            del self._positions[:surplus], self._chunks[:surplus]

    def _tell(self, heartbeat: bytes) -> None:
        """Hand everyone what they have not heard; those at the same place share the same bytes."""
        shared: dict[int, bytes] = {}
        for listener in list(self._listeners):
            if heartbeat:
                chunk = heartbeat
            elif listener.position >= self.position:
                continue
            else:
                chunk = shared.get(listener.position) or shared.setdefault(
                    listener.position, self._after(listener.position)
                )
                listener.position = self.position
            if not listener.offer(chunk):
                listener.lagging = True
                self.leave(listener)
                listener.end()


class LiveFeeds:
    """The process's feeds, one per tenant that anyone has listened to."""

    def __init__(self, db: Database, poll_s: float) -> None:
        self._db = db
        self._poll_s = poll_s
        self._feeds: dict[TenantId, LiveFeed] = {}

    def of(self, tenant_id: TenantId) -> LiveFeed:
        """The feed of the tenant."""
        feed = self._feeds.get(tenant_id)
        if feed is None:
            feed = self._feeds[tenant_id] = LiveFeed(self._db, tenant_id, self._poll_s)
        return feed

    async def close(self) -> None:
        """Every listener was sent away, every poller has ended: to be called as soon as the server is asked to stop."""
        await asyncio.gather(*(feed.close() for feed in self._feeds.values()))
