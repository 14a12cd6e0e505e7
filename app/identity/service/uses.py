"""When keys of other systems were used last: gathered in the process and written beside the requests."""

from __future__ import annotations

import asyncio
import logging
from datetime import datetime, timedelta
from typing import Final

from app.db.engine import Database
from app.identity.repository import clients as repository
from app.identity.terms import ClientToken

log = logging.getLogger("lienthong.clients")
FLUSH_S: Final = 1.0
USED_STEP: Final = timedelta(minutes=1)  # a key's last use is written no oftener


class KeyUses:
    """Gathers uses of keys of a web process and writes them a moment later, each key at most once a minute.

    What was used in the last moment before a process is killed is not noted: nothing depends on it.
    """

    def __init__(self, db: Database) -> None:
        self._db = db
        self._waiting: dict[ClientToken, datetime] = {}
        self._written: dict[ClientToken, datetime] = {}
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to write; in a context that belongs to no request."""
        self._task = asyncio.create_task(self._run())

    async def close(self) -> None:
        """Write what there is, and end."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            await self.flush()

    def note(self, token: ClientToken, now: datetime) -> None:
        """The key was used now."""
        last = self._written.get(token)
        if last is None or abs(now - last) >= USED_STEP:
            self._waiting[token] = now

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(FLUSH_S)
            try:
                await self.flush()
            except Exception as error:  # noqa: BLE001 - a database that is away must not end it
                log.warning("uses of keys were not written: %s", error)

    async def flush(self) -> None:
        """Write what waits: one statement, none when nothing does."""
        waiting, self._waiting = self._waiting, {}
        if not waiting:
            return
        newest = max(waiting.values())
        self._written = {one: at for one, at in self._written.items() if newest - at < USED_STEP} | waiting
        await repository.mark_used(self._db, waiting)
