"""What is read for other systems: public cases as publication stores them, their own reports, whether more follow."""

from __future__ import annotations

from typing import NamedTuple

import orjson

from app.publication import service as publication
from app.publication.terms import Window

from .asking import PageAsked
from .deps import Call, asker_of


class Found(NamedTuple):
    """Cases as JSON, and the number of the page after them, if there is one. `private`: some are for the asker only."""

    bodies: list[bytes]
    next_page: int | None = None
    private: bool = False


async def by_ids(call: Call, *ids: str) -> Found:
    """Those of the cases that are public, newest first; then those that the system whose key came has itself sent.

    One statement; with a key three more, where not all are public. Raises: KeyRefused, Forbidden.
    """
    codes = {each.upper() for each in ids}
    bodies = await publication.public_bodies(call.database, call.tenant.id, sorted(codes))
    if len(bodies) == len(codes) or (system := await asker_of(call)) is None:
        return Found(bodies)
    missing = sorted(codes.difference(orjson.loads(body)["code"] for body in bodies))
    books = call.books
    own = await publication.bodies_of_client(
        call.database, call.clock, system, missing, directory=books.directory, catalogue=books.catalogue
    )
    return Found(bodies + own, private=bool(own))


async def in_window(call: Call, window: Window, asked: PageAsked) -> Found:
    """A page of the public cases in the window. One statement. Raises: BadRequest where the page is too deep."""
    offset, limit = asked.offset(), asked.page_size
    bodies = await publication.public_window(call.database, call.tenant.id, window, offset=offset, limit=limit)
    return Found(bodies, asked.next_page(len(bodies)))
