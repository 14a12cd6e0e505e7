"""What is read for other systems: public cases as publication stores them, their own reports, whether more follow."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

import orjson

from app.publication import service as publication
from app.publication.deps import cursor_of, key_after
from app.publication.terms import Slice, Window

from .asking import PageAsked
from .deps import Call, asker_of

_LAST: Final[Mapping[str, str]] = MappingProxyType({})


class Found(NamedTuple):
    """Cases as JSON, and what of the address is another one for those after them. `private`: some are the asker's."""

    bodies: list[bytes]
    further: Mapping[str, str] = _LAST
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
    """A page of the public cases in the window. One statement.

    Changes are followed from the last one that was read, so that none is skipped when others change meanwhile.

    Raises: BadRequest where the page is too deep, UnreadableCursor, ForeignCursor.
    """
    query = call.asked_but("page", "after", "api_key")
    after = key_after(query, asked.after) if window.follows else None
    rows = await publication.public_window(
        call.database, call.tenant.id, window, Slice(asked.page_size, after or asked.offset())
    )
    bodies = [row.body for row in rows]
    if not window.follows:
        page = asked.next_page(len(rows))
        return Found(bodies, {"page": str(page)} if page else _LAST)
    full = len(rows) == asked.page_size
    return Found(bodies, {"after": cursor_of(query, (rows[-1].updated_at, rows[-1].case_id))} if full else _LAST)
