"""What endpoints ask FastAPI for: who asks, and that there was not too much of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated, cast

from fastapi import Depends
from starlette.requests import HTTPConnection

from app.web.live import address_of
from app.web.state import clock, database
from app.web.tenancy import tenant

from . import service
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


TRIES_SIGN_IN = Depends(admitted(Limited.SIGN_INS))
"""Of every address at which somebody may try passwords or codes; a name or a phone has a count of its own beside."""
