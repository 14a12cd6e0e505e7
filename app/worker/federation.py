"""Neighbours: what this process carries to them."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from app.federation.senders import Wire
from app.federation.service import Postman
from app.process import Process, keyring_of


class Federation:
    """What this process does for neighbours. Leaving it ends requests under way; others take them up later."""

    def __init__(self, process: Process) -> None:
        """Nothing is asked of the network before a turn."""
        self._process = process
        self._wire: Wire | None = None

    async def __aenter__(self) -> Self:
        process, settings = self._process, self._process.settings
        self._wire = Wire(
            private=settings.webhook_private_addresses,
            timeout_s=settings.federation_timeout_s,
            authorities=settings.webhook_authorities_file,
        )
        self._postman = Postman(
            process.db, process.clock, keyring_of(settings), self._wire, books=lambda: process.books
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._wire is not None:
            await self._wire.close()

    async def deliver(self) -> int:
        """Requests made now, over all tenants."""
        return await self._postman.deliver(self._process.tenants)
