"""The process's private feeds, and what checks their listeners."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Collection

from app.db.engine import Database
from app.db.errors import DatabaseUnavailable
from app.directory.snapshot import Directory
from app.identity.terms import Role
from app.kit.clock import Clock
from app.kit.ids import TenantId
from app.outbox.service import Tails
from app.web.live import Listener, Tell

from .seats import Officer, Reporter, Seat
from .telling import PrivateFeed

log = logging.getLogger("lienthong.streams")


class View:
    """A private feed as one reader may hear it."""

    def __init__(self, feed: PrivateFeed, who: Officer | Reporter) -> None:
        self._feed = feed
        self._who = who
        self._taken: dict[Listener, Seat] = {}

    async def join(self, send: Tell, after: int | None) -> Listener:
        """Let the reader in."""
        seat = await self._feed.join(self._who, send, after)
        assert seat.listener is not None
        self._taken[seat.listener] = seat
        return seat.listener

    def leave(self, listener: Listener) -> None:
        """The connection has ended."""
        self._feed.leave(self._taken.pop(listener))


class PrivateFeeds:
    """The process's private feeds, one per tenant that anyone has listened to, and what checks their listeners."""

    def __init__(
        self,
        db: Database,
        clock: Clock,
        directory: Callable[[], Directory],
        tails: Tails,
        check_s: float,
        guarded: Collection[Role],
    ) -> None:
        """`guarded`: roles that need a second step where a province has decided nothing else."""
        self._db = db
        self._clock = clock
        self._directory = directory
        self._tails = tails
        self._check_s = check_s
        self._guarded = guarded
        self._feeds: dict[TenantId, PrivateFeed] = {}
        self._checking: asyncio.Task[None] | None = None

    def of(self, tenant_id: TenantId) -> PrivateFeed:
        """The feed of the tenant."""
        feed = self._feeds.get(tenant_id)
        if feed is None:
            tail = self._tails.of(tenant_id)
            feed = self._feeds[tenant_id] = PrivateFeed(
                self._db, self._clock, self._directory, tenant_id, tail, self._guarded
            )
        if self._checking is None or self._checking.done():
            self._checking = asyncio.create_task(self._check(), name="stream sessions")
        return feed

    @property
    def listeners(self) -> int:
        """How many listen now, over all tenants."""
        return sum(feed.listeners for feed in self._feeds.values())

    async def close(self) -> None:
        """Every listener is sent away: to be called as soon as the server is asked to stop."""
        for feed in self._feeds.values():
            feed.close()
        if self._checking is not None:
            self._checking.cancel()
            await asyncio.gather(self._checking, return_exceptions=True)
            self._checking = None

    async def _check(self) -> None:
        while True:
            await asyncio.sleep(self._check_s)
            for feed in list(self._feeds.values()):  # another tenant's first listener may come while one is asked
                try:
                    await feed.recheck()
                except Exception as error:  # an outage must not end it: the next turn asks again
                    unforeseen = not isinstance(error, DatabaseUnavailable)
                    log.warning("who listens cannot be checked: %s", error, exc_info=unforeseen)
