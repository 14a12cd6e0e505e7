"""The language of a page: `?lang=`, else the cookie it left, else what the browser prefers."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends
from starlette.requests import HTTPConnection

from app.kit.text import Lang
from app.web.language import language

COOKIE = "lang"
_KNOWN = frozenset(Lang)


def asked_language(connection: HTTPConnection) -> Lang | None:
    """The language this very request asks for in its address."""
    asked = connection.query_params.get("lang", "")
    return Lang(asked) if asked in _KNOWN else None


def page_language(connection: HTTPConnection) -> Lang:
    """Language of the page."""
    asked = asked_language(connection)
    if asked is not None:
        return asked
    kept = connection.cookies.get(COOKIE, "")
    return Lang(kept) if kept in _KNOWN else language(connection)


async def current_page_language(connection: HTTPConnection) -> Lang:
    """Language of the page, as a dependency."""
    return page_language(connection)


CurrentPageLang = Annotated[Lang, Depends(current_page_language)]
