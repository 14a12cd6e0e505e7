"""Which words stand in so many publications that looking through the newest finds a page of them at once."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence

from app.db.engine import Database
from app.db.errors import DatabaseUnavailable
from app.publication import repository
from app.publication.domain import phrase_terms

log = logging.getLogger("lienthong.publication")
COMMON_PART = 0.025  # of all publications; a page of fifty is then among the newest two thousand or so
READ_EVERY_S = 600.0  # PostgreSQL makes its statistics anew about as often


class CommonTerms:
    """What PostgreSQL knows of it, read beside the requests; until it is known no word is common."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._terms: frozenset[int] = frozenset()
        self._reader: asyncio.Task[None] | None = None

    def hold(self, phrases: Sequence[str]) -> bool:
        """Whether it is one phrase of one or two words, and common.

        Of several phrases, or a longer one, each part may be common and the whole seldom: PostgreSQL weighs that.
        """
        if len(phrases) != 1:
            return False
        terms = phrase_terms(phrases[0])
        return len(terms) == 1 and terms[0] in self._terms

    async def refresh(self) -> None:
        """Read them now. Raises: DatabaseUnavailable."""
        self._terms = await repository.common_terms(self._db, COMMON_PART)

    def start(self) -> None:
        """Read them now and every ten minutes from now on."""
        self._reader = asyncio.create_task(self._keep_fresh(), name="common terms")

    async def _keep_fresh(self) -> None:
        while True:
            try:
                await self.refresh()
            except Exception as error:  # searches are answered without it, only slower
                unforeseen = not isinstance(error, DatabaseUnavailable)
                log.warning("common words cannot be read: %s", error, exc_info=unforeseen)
            await asyncio.sleep(READ_EVERY_S)

    async def close(self) -> None:
        """Nothing is being read any more."""
        if self._reader is not None:
            self._reader.cancel()
            await asyncio.gather(self._reader, return_exceptions=True)
