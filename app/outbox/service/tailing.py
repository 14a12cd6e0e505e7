"""What is numbered, as it comes: one reader per process and tenant, whoever follows.

It is woken by the bus, takes from it what continues without a gap, and reads everything else from the outbox. Without
signals it looks every `poll_s`.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from contextvars import Context
from typing import Protocol

from app.bus.hub import Bus, Ear
from app.bus.terms import Event
from app.db.engine import Database
from app.db.errors import DatabaseUnavailable
from app.kit.ids import TenantId
from app.outbox import repository

log = logging.getLogger("lienthong.outbox")
PAGE_ROWS = 500


class Follower(Protocol):
    """Whoever wants to know of every message."""

    async def take(self, events: Sequence[Event]) -> None:
        """What came next, in order and each once; often nothing, so that time is noticed."""
        ...

    def skip(self, position: int) -> None:
        """What comes next follows `position` and not what came last: that history may be lost."""
        ...


class Tail:
    """Reads a tenant's messages on from the newest, for as long as the process runs after somebody asked."""

    def __init__(self, db: Database, bus: Bus, tenant_id: TenantId, poll_s: float) -> None:
        self._db = db
        self._bus = bus
        self._tenant_id = tenant_id
        self._poll_s = poll_s
        self._followers: list[Follower] = []
        self._reader: asyncio.Task[None] | None = None
        self._starting = asyncio.Lock()
        self.position = -1  # how far it has read; -1 before it has begun

    async def start(self) -> None:
        """It runs and knows where it is. Raises: DatabaseUnavailable."""
        async with self._starting:
            if self._reader is None or self._reader.done():
                if self.position < 0:
                    self.position = await repository.newest_position(self._db, self._tenant_id)
                # Its own context: it outlives the request that started it, and is not to be logged as that one.
                self._reader = asyncio.create_task(self._read(), name=f"tail-{self._tenant_id}", context=Context())

    def follow(self, follower: Follower) -> int:
        """Position after which `follower` is told everything. To be called after `start`, without awaiting between."""
        self._followers.append(follower)
        return self.position

    async def close(self) -> None:
        """It has ended."""
        if self._reader is not None:
            self._reader.cancel()
            await asyncio.gather(self._reader, return_exceptions=True)

    async def _read(self) -> None:
        """Read what is new and hand it on, until cancelled."""
        ear = self._bus.listen(self._tenant_id)
        try:
            due = True  # to look into the database whatever was heard
            while True:
                events, more = ear.take(self.position), False
                if not events and (due or ear.is_ahead(self.position)):
                    events, more = await self._stored(ear)
                if events:
                    self._look_for_gap(events[0].position)
                    self.position = events[-1].position
                    ear.forget(self.position)
                await self._hand_on(events)
                due = more or not (ear.is_ahead(self.position) or await ear.wait(self._bus.pause_s(self._poll_s)))
        finally:
            self._bus.leave(ear)

    async def _stored(self, ear: Ear) -> tuple[Sequence[Event], bool]:
        """A page after the position, and whether to look again at once.

        Nothing during an outage: the next turn reads on from there.
        """
        said = ear.heard
        try:
            events = await repository.events_after(self._db, self._tenant_id, self.position, PAGE_ROWS)
        except Exception as error:  # it outlives any outage
            unforeseen = not isinstance(error, DatabaseUnavailable)
            log.warning("messages of tenant %s cannot be read on: %s", self._tenant_id, error, exc_info=unforeseen)
            await asyncio.sleep(self._poll_s)
            return (), True
        if len(events) < PAGE_ROWS:
            ear.doubt(events[-1].position if events else self.position, said)
        return events, len(events) == PAGE_ROWS

    def _look_for_gap(self, first: int) -> None:
        """Positions ascend without gaps, but when the database was put back from a copy, or we slept for weeks."""
        if first != self.position + 1:
            log.warning("tenant %s goes on at position %s after %s", self._tenant_id, first, self.position)
            for follower in self._followers:
                follower.skip(first - 1)

    async def _hand_on(self, events: Sequence[Event]) -> None:
        for follower in self._followers:
            try:
                await follower.take(events)
            except Exception:
                log.exception("a stream of tenant %s cannot go on", self._tenant_id)


class Tails:
    """The process's tails, one per tenant that anyone has listened to."""

    def __init__(self, db: Database, bus: Bus, poll_s: float) -> None:
        self._db = db
        self._bus = bus
        self._poll_s = poll_s
        self._tails: dict[TenantId, Tail] = {}

    def of(self, tenant_id: TenantId) -> Tail:
        """The tail of the tenant."""
        tail = self._tails.get(tenant_id)
        if tail is None:
            tail = self._tails[tenant_id] = Tail(self._db, self._bus, tenant_id, self._poll_s)
        return tail

    async def close(self) -> None:
        """All have ended."""
        await asyncio.gather(*(tail.close() for tail in self._tails.values()))
