"""Which words stand in so many publications that looking through the newest finds a page of them at once."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from contextvars import Context

from app.db.engine import Database
from app.db.errors import DatabaseUnavailable
from app.publication import repository
from app.publication.domain import phrase_terms

log = logging.getLogger("lienthong.publication")
COMMON_PART = 0.025  # of all publications; a page of fifty is then among the newest two thousand or so
KNOWN_FOR_S = 600.0  # PostgreSQL makes its statistics anew about as often


class CommonTerms:
    """What PostgreSQL knows of it, read beside the requests that ask; until it is known no word is common."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._terms: frozenset[int] = frozenset()
        self._known_until = 0.0
        self._reading: asyncio.Task[None] | None = None

    def hold(self, phrases: Sequence[str]) -> bool:
        """Whether it is one phrase of one or two words, and common. Never waits; reads anew when it is time to.

        Of several phrases, or a longer one, each part may be common and the whole seldom: PostgreSQL weighs that.
        """
        now = asyncio.get_running_loop().time()
        if now >= self._known_until:
            self._known_until = now + KNOWN_FOR_S
            # Its own context: it is not to be logged as the request that happened to start it.
            self._reading = asyncio.create_task(self._read(), name="common terms", context=Context())
        if len(phrases) != 1:
            return False
        terms = phrase_terms(phrases[0])
        return len(terms) == 1 and terms[0] in self._terms

    async def refresh(self) -> None:
        """Read them now. Raises: DatabaseUnavailable."""
        self._terms = await repository.common_terms(self._db, COMMON_PART)

    async def _read(self) -> None:
        try:
            await self.refresh()
        except Exception as error:  # searches are answered without it, only slower
            unforeseen = not isinstance(error, DatabaseUnavailable)
            log.warning("common words cannot be read: %s", error, exc_info=unforeseen)

    async def close(self) -> None:
        """Nothing is being read any more."""
        if self._reading is not None:
            self._reading.cancel()
            await asyncio.gather(self._reading, return_exceptions=True)
