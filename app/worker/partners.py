"""Partners: what this process tells them, and what it asks them."""

from __future__ import annotations

from datetime import timedelta
from types import TracebackType
from typing import Self

from app.partners.senders import Caller
from app.partners.service import Courier, Follower
from app.process import Process, keyring_of


class Partners:
    """What this process does for partners. Leaving it ends requests under way; others take them up later."""

    def __init__(self, process: Process) -> None:
        """Nothing is asked of the network before a turn."""
        self._process = process
        self._caller: Caller | None = None

    async def __aenter__(self) -> Self:
        process, settings = self._process, self._process.settings
        self._caller = Caller(
            private=settings.webhook_private_addresses,
            timeout_s=settings.partner_timeout_s,
            authorities=settings.webhook_authorities_file,
        )
        keys = keyring_of(settings)
        self._courier = Courier(
            process.db,
            process.clock,
            keys,
            self._caller,
            books=lambda: process.books,
            attempted=process.metrics.handed_over,
        )
        self._follower = Follower(
            process.db,
            process.clock,
            keys,
            self._caller,
            books=lambda: process.books,
            every=timedelta(seconds=settings.partner_follow_s),
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._caller is not None:
            await self._caller.close()

    async def deliver(self) -> int:
        """Attempts made now, over all tenants."""
        return await self._courier.deliver(self._process.tenants)

    async def follow(self) -> int:
        """What was heard now that was not known, over all tenants."""
        return await self._follower.follow(self._process.tenants)
