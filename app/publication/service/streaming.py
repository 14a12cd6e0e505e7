"""Public changes told live: one chunk of bytes shared by all listeners of a tenant.

Chunks are kept in a ring for those who reconnect; who is behind the ring is caught up from the database in pages,
before joining.
"""

from __future__ import annotations

import asyncio
from bisect import bisect_right
from collections.abc import Sequence

from app.bus.terms import Event
from app.db.engine import Database
from app.kit.ids import TenantId
from app.outbox import service as outbox
from app.outbox.service import Tail, Tails
from app.publication import repository
from app.web.live import HEARTBEAT, Listener, Tell, encoded, greeting

PAGE_ROWS = 500
RING_EVENTS = 2000
HEARTBEAT_S = 15.0


class LiveFeed:
    """The newest public events of one tenant, and who listens."""

    def __init__(self, db: Database, tenant_id: TenantId, tail: Tail) -> None:
        self._db = db
        self._tenant_id = tenant_id
        self._tail = tail
        self._positions: list[int] = []  # of the ring, ascending
        self._chunks: list[bytes] = []
        self._floor = 0  # everything public after this position up to `position` is in the ring
        self.position = -1  # how far the tail has been read for us; -1 before it has begun
        self._listeners: set[Listener] = set()
        self._told_at = 0.0
        self._closed = False

    @property
    def listeners(self) -> int:
        """How many listen now."""
        return len(self._listeners)

    async def start(self) -> None:
        """The tail runs and we follow it. Raises: DatabaseUnavailable."""
        await self._tail.start()
        if self.position < 0:
            self.position = self._floor = self._tail.follow(self)
            self._told_at = asyncio.get_running_loop().time()

    async def check(self, after: int | None) -> None:
        """Nothing when all that is public after `after` can still be told. Raises: EventsForgotten, PositionAhead."""
        # Beyond our position: another process may have told it more than we know yet.
        if after is not None and not self._floor <= after <= self.position:
            await outbox.refuse_forgotten(self._db, self._tenant_id, after, public=True)

    def pages_behind(self, after: int | None) -> int:
        """How many pages are read from the database before whoever has heard up to `after` hears what is new."""
        return -(-(self.position - after) // PAGE_ROWS) if after is not None and after < self._floor else 0

    async def join(self, send: Tell, after: int | None) -> Listener:
        """A listener that has been told everything after `after` (None: from now on) and from now on hears the rest.

        Raises: DatabaseUnavailable before anything was sent; later errors of the connection go through, and so does
        EventsForgotten when messages were pruned that it had not been told: it comes back, and `check` refuses it.
        """
        await self.start()
        if after is None:
            after = self.position
        await send(greeting(after))
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

    def close(self) -> None:
        """Everyone is sent away."""
        self._closed = True
        for listener in self._listeners:
            listener.end()

    def skip(self, position: int) -> None:
        """What we told was lost, and the history goes on after `position`: everyone comes back, and is checked."""
        self._positions, self._chunks = [], []
        self._floor = self.position = position
        for listener in list(self._listeners):
            self.leave(listener)
            listener.end()

    async def take(self, events: Sequence[Event]) -> None:
        """Tell what of `events` is public; nothing now and then, so that a heartbeat is sent in time."""
        now = asyncio.get_running_loop().time()
        public = [event for event in events if event.public]
        if events:
            self._keep(public, events[-1].position)
        if public or now - self._told_at >= HEARTBEAT_S:
            self._told_at = now
            self._tell(b"" if public else HEARTBEAT)
        self._trim()  # afterwards: what came at once may be more than the ring holds

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

    def _keep(self, public: Sequence[Event], reached: int) -> None:
        self._positions += [event.position for event in public]
        self._chunks += [encoded(event.position, event.type, event.payload) for event in public]
        self.position = reached

    def _trim(self) -> None:
        surplus = len(self._positions) - RING_EVENTS
        if surplus > 0:
            self._floor = self._positions[surplus - 1]
            del self._positions[:surplus], self._chunks[:surplus]

    def _tell(self, heartbeat: bytes) -> None:
        """Hand everyone what they have not heard; those at the same place share the same bytes."""
        shared: dict[int, bytes] = {}
        for listener in list(self._listeners):
            chunk = heartbeat
            if not heartbeat:
                at = bisect_right(self._positions, listener.position)
                chunk = shared.get(at) or shared.setdefault(at, b"".join(self._chunks[at:]))
                listener.position = max(listener.position, self.position)
            if chunk and not listener.offer(chunk):
                self.leave(listener)
                listener.drop()


class LiveFeeds:
    """The process's feeds, one per tenant that anyone has listened to."""

    def __init__(self, db: Database, tails: Tails) -> None:
        self._db = db
        self._tails = tails
        self._feeds: dict[TenantId, LiveFeed] = {}

    def of(self, tenant_id: TenantId) -> LiveFeed:
        """The feed of the tenant."""
        feed = self._feeds.get(tenant_id)
        if feed is None:
            feed = self._feeds[tenant_id] = LiveFeed(self._db, tenant_id, self._tails.of(tenant_id))
        return feed

    @property
    def listeners(self) -> int:
        """How many listen now, over all tenants."""
        return sum(feed.listeners for feed in self._feeds.values())

    async def close(self) -> None:
        """Every listener is sent away, every tail has ended: to be called as soon as the server is asked to stop."""
        for feed in self._feeds.values():
            feed.close()
        await self._tails.close()
