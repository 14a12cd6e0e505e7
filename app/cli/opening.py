"""A process opened for one command."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TypeVar

from app.kit.clock import SystemClock
from app.process import Process
from app.settings import Settings

from .installation import database_of, patient, read_settings, url_of
from .key import claim_key
from .schema import refuse_old_schema

T = TypeVar("T")


@asynccontextmanager
async def opened(settings: Settings, *, locates: bool = True) -> AsyncIterator[Process]:
    """A process on the installation's database, closed at the end."""
    process = await Process.open(settings, SystemClock(), locates=locates)
    try:
        yield process
    finally:
        await process.close()


def with_process(verb: Callable[[Process], Awaitable[T]], *, keyed: bool = False) -> T:
    """Result of `verb` in a process on the installation's database.

    `keyed`: it seals something, so the key is that of the database, or is made now for one that has none.
    """

    async def inside(settings: Settings) -> T:
        async with opened(settings) as process:
            return await verb(process)

    with database_of(read_settings()) as settings:
        refuse_old_schema(url_of(settings))
        if keyed:
            settings = claim_key(settings, SystemClock())  # noqa: PLW2901 - the same settings, with their key
        return asyncio.run(inside(patient(settings)))
