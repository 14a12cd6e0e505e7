"""What is read for other systems: public cases as publication stores them, and whether more follow."""

from __future__ import annotations

from typing import NamedTuple

from app.publication import service as publication
from app.publication.terms import Window

from .asking import PageAsked
from .deps import Call


class Found(NamedTuple):
    """Stored cases, and the number of the page after them, if there is one."""

    bodies: list[bytes]
    next_page: int | None = None


async def by_ids(call: Call, *ids: str) -> Found:
    """Those of the cases that are public, newest first. One statement."""
    return Found(await publication.public_bodies(call.database, call.tenant.id, [each.upper() for each in ids]))


async def in_window(call: Call, window: Window, asked: PageAsked) -> Found:
    """A page of the public cases in the window. One statement. Raises: BadRequest where the page is too deep."""
    offset, limit = asked.offset(), asked.page_size
    bodies = await publication.public_window(call.database, call.tenant.id, window, offset=offset, limit=limit)
    return Found(bodies, asked.next_page(len(bodies)))
