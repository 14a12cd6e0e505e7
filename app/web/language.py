"""Which language to answer in: Vietnamese unless the client clearly prefers English."""

from __future__ import annotations

from functools import lru_cache
from typing import Annotated

from fastapi import Depends
from starlette.requests import HTTPConnection

from app.kit.text import Lang


@lru_cache(maxsize=512)
def preferred(accept_language: str) -> Lang:
    """The language of an `Accept-Language` value (RFC 9110 section 12.5.4); unreadable parts are ignored."""
    best: tuple[float, Lang] = (0.0, Lang.VI)
    for part in accept_language.split(","):
        tag, _, quality = part.strip().partition(";q=")
        try:
            weight = float(quality) if quality else 1.0
        except ValueError:
            continue
        primary = tag.split("-")[0].strip().lower()
        if primary in {"vi", "en"} and weight > best[0]:
            best = (weight, Lang(primary))
    return best[1]


def language(connection: HTTPConnection) -> Lang:
    """Language of the request."""
    header = connection.headers.get("accept-language")
    return preferred(header[:256]) if header else Lang.VI


async def current_language(connection: HTTPConnection) -> Lang:
    """Language of the request, as a dependency."""
    return language(connection)


CurrentLang = Annotated[Lang, Depends(current_language)]
