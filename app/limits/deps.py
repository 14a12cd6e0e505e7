"""What endpoints ask FastAPI for: who asks, and that there was not too much of it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Annotated, cast

from fastapi import Depends
from starlette.requests import HTTPConnection

from app.kit.problems import Unauthenticated
from app.web.budgets import TurnedAway
from app.web.live import address_of
from app.web.state import clock, database
from app.web.tenancy import tenant

from . import service
from .errors import LimitReached
from .terms import Asking, Limited


async def limits_key(connection: HTTPConnection) -> bytes:
    """Under which the process hides whom and where it counts by."""
    return cast("bytes", connection.app.state.limits_key)


async def asking(connection: HTTPConnection) -> Asking:
    """From where the request comes."""
    return Asking(address_of(connection.scope) or "")


CurrentAsking = Annotated[Asking, Depends(asking)]


def admitted(what: Limited) -> Callable[[HTTPConnection], Awaitable[None]]:
    """A dependency that lets a request in when its address and network may have one more. Raises: LimitReached."""

    async def check(connection: HTTPConnection) -> None:
        now = (await clock(connection)).now()
        judged = await service.count(
            await database(connection),
            await limits_key(connection),
            await tenant(connection),
            what,
            await asking(connection),
            now=now,
        )
        service.require(judged, now)

    return check


@asynccontextmanager
async def proving(connection: HTTPConnection) -> AsyncIterator[None]:
    """Inside, a message proves who has sent it; one that does not counts for its address and network.

    What is proved costs no statement, what is not costs one; while an address has no more to spend, this process
    answers it without any, and without a look at what it sends. Raises: LimitReached.
    """
    away, now = cast("TurnedAway", connection.app.state.turned_away), (await clock(connection)).now()
    of = await tenant(connection)
    if left_s := away.left_s(connection.scope, of, now):
        raise LimitReached(left_s)
    try:
        yield
    except Unauthenticated:
        try:
            await admitted(Limited.UNPROVEN)(connection)
        except LimitReached as spent:
            away.keep(connection.scope, of, spent.retry_after_s, now)
            raise spent from None
        raise


TRIES_SIGN_IN = Depends(admitted(Limited.SIGN_INS))
"""Of every address at which somebody may try passwords or codes; a name or a phone has a count of its own beside."""
