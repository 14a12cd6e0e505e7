"""What endpoints ask FastAPI for: where files lie, and who sends them."""

from __future__ import annotations

from contextlib import suppress
from typing import Annotated, cast

from fastapi import Depends
from starlette.requests import HTTPConnection

from app.identity.deps import signed_in_or_none
from app.identity.errors import SessionExpired, UnreadableToken
from app.identity.terms import Actor, SignedIn
from app.limits.deps import asking, limits_key
from app.limits.terms import Asking
from app.web.tenancy import tenant

from .store import Store
from .terms import FileSender


async def store(connection: HTTPConnection) -> Store:
    """Where this process keeps files."""
    return cast("Store", connection.app.state.file_store)


async def file_sender(connection: HTTPConnection) -> FileSender:
    """Whoever sends files: by the account, if a token proves one; whoever comes with an old one goes on sending."""
    found: SignedIn | None = None
    with suppress(SessionExpired, UnreadableToken):
        found = await signed_in_or_none(connection)
    return await sender_of(connection, found.actor if found is not None else None)


async def sender_of(connection: HTTPConnection, actor: Actor | None) -> FileSender:
    """The same for whoever is known already.

    Many people stand behind another system's key, and none of them behind its address: the province's budget alone
    holds them.
    """
    who = actor.citizen_id or actor.staff_id if actor is not None else None
    persons = (f"account:{who}",) if who is not None else ()
    by_key = actor is not None and actor.client_id is not None
    address = "" if by_key else (await asking(connection)).address
    return FileSender(await tenant(connection), await limits_key(connection), Asking(address, persons))


CurrentFileSender = Annotated[FileSender, Depends(file_sender)]
CurrentStore = Annotated[Store, Depends(store)]
