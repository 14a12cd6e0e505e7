"""Who reads, and what the process shares with endpoints: live feeds, pictures."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, cast

from fastapi import Depends, Header
from starlette.requests import HTTPConnection

from app.cases.deps import books
from app.cases.terms import Books
from app.db.engine import Database
from app.identity.deps import current_actor, signed_in_or_none
from app.identity.terms import Actor
from app.kit.text import Lang
from app.media.deps import store
from app.publication.errors import UnreadableLastEventId
from app.publication.service import LiveFeeds, Stores
from app.publication.store import PhotoStore
from app.web.language import language
from app.web.state import clock, database

_MOST_DIGITS = 18  # of a position; PostgreSQL's bigint has 19


async def last_event_id(
    last_event_id: Annotated[
        str | None, Header(max_length=64, description="id of the last event you were given; absent: from now on")
    ] = None,
) -> int | None:
    """Position named by `Last-Event-ID`. Raises: UnreadableLastEventId."""
    if not last_event_id:
        return None
    named = last_event_id.strip()
    if not (named.isascii() and named.isdigit() and len(named) <= _MOST_DIGITS):
        raise UnreadableLastEventId
    return int(named)


LastEventId = Annotated[int | None, Depends(last_event_id)]


@dataclass(frozen=True, slots=True)
class Reader:
    """Who asks for a report, by which tracking secret, holding which answer, and what a new one is made from."""

    actor: Actor
    secret: str | None
    held: str | None
    database: Database
    books: Books
    lang: Lang
    now: datetime


async def read_by(connection: HTTPConnection) -> Reader:
    """Who sends the request. Raises: UnreadableToken, SessionExpired."""
    return Reader(
        actor=await current_actor(connection, await signed_in_or_none(connection)),
        secret=connection.headers.get("tracking-secret"),
        held=connection.headers.get("if-none-match"),
        database=await database(connection),
        books=await books(connection),
        lang=language(connection),
        now=(await clock(connection)).now(),
    )


async def feeds(connection: HTTPConnection) -> LiveFeeds:
    """The process's live feeds."""
    return cast("LiveFeeds", connection.app.state.feeds)


CurrentFeeds = Annotated[LiveFeeds, Depends(feeds)]


async def photo_store(connection: HTTPConnection) -> PhotoStore:
    """Where public copies of pictures lie: all that an anonymous reader's request is given."""
    return cast("PhotoStore", connection.app.state.photo_store)


CurrentPhotoStore = Annotated[PhotoStore, Depends(photo_store)]


async def stores(connection: HTTPConnection) -> Stores:
    """Both, for officers who decide on pictures."""
    return Stores(await store(connection), await photo_store(connection))


CurrentStores = Annotated[Stores, Depends(stores)]
