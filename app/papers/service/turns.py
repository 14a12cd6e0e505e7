"""Turns at work that takes a processor: so many at once, so many that wait, and no more."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from app.papers.errors import DeskBusy


class Turns:
    """Whoever finds the room full is sent away, and not kept until he gives up."""

    def __init__(self, at_once: int, waiting: int) -> None:
        self._free = asyncio.Semaphore(at_once)
        self._room = at_once + waiting

    @asynccontextmanager
    async def one(self) -> AsyncIterator[None]:
        """A turn. Raises: DeskBusy."""
        if self._room <= 0:
            raise DeskBusy
        self._room -= 1
        try:
            async with self._free:
                yield
        finally:
            self._room += 1
