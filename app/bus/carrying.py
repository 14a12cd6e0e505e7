"""What every means of carrying signals has in common: it sends while it works, and is made again when it is lost."""

from __future__ import annotations

import asyncio
import secrets
from abc import ABC, abstractmethod
from collections.abc import Collection
from typing import Final

from .outgoing import Outgoing
from .terms import Incoming

SHORTEST_PAUSE_S: Final = 0.2
LONGEST_PAUSE_S: Final = 10.0


class Carrying(ABC):
    """Signals of this process to all others, and theirs to it. While it does not work everybody polls."""

    def __init__(self) -> None:
        self._outgoing = Outgoing()
        self.works = False

    def written(self, tenants: Collection[int]) -> None:
        """Tell all workers."""
        if self.works:
            self._outgoing.written(tenants)

    def numbered(self, tenant_id: int, after: int, position: int) -> None:
        """Tell all processes how far there are messages of the tenant."""
        if self.works:
            self._outgoing.numbered(tenant_id, after, position)

    async def run(self, incoming: Incoming) -> None:
        """Carry until cancelled. While the connection is away everybody polls, and it is tried with growing pauses."""
        pause_s = SHORTEST_PAUSE_S
        while True:
            try:
                await self._carry(incoming)
            except Exception as error:  # noqa: BLE001 - whatever it is: while this is not carried, everybody polls
                self._mourn(error)
            if self.works:
                pause_s = SHORTEST_PAUSE_S
                self.works = False
                incoming.changed()
            self._outgoing.take()
            await asyncio.sleep(pause_s * (0.5 + secrets.randbelow(500) / 1000))
            pause_s = min(LONGEST_PAUSE_S, pause_s * 2)

    def _begin(self, incoming: Incoming) -> None:
        """From now on it works."""
        self.works = True
        incoming.changed()

    @abstractmethod
    async def _carry(self, incoming: Incoming) -> None:
        """Carry until the connection is lost. Raises: what has ended it."""

    @abstractmethod
    def _mourn(self, error: Exception) -> None:
        """Say in the log what has ended it; called while that is handled."""
