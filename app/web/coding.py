"""Answers on the wire in zstd or gzip, for clients that unpack them: a fifth of the bytes on a weak network."""

from __future__ import annotations

import gzip
from collections.abc import Mapping
from typing import Final

import zstandard
from starlette.requests import HTTPConnection
from starlette.responses import Response

from .etags import is_fresh

SMALLEST: Final = 700  # less fits into the first packet either way
_EFFORT: Final = 5
_ZSTD_EFFORT: Final = 6
_PREFERRED: Final = ("zstd", "gzip")


def coding_of(accept_encoding: str) -> str | None:
    """The coding to answer in (RFC 9110 section 12.5.3): the one wanted most, zstd before gzip; None: as it is."""
    weights: dict[str, float] = {}
    for part in accept_encoding.lower().split(","):
        coding, _, quality = part.replace(" ", "").partition(";q=")
        try:
            weights[coding] = float(quality) if quality else 1.0
        except ValueError:
            continue
    wanted = {coding: weights.get(coding, weights.get("*", 0.0)) for coding in _PREFERRED}
    best = max(_PREFERRED, key=lambda coding: wanted[coding])
    plain = weights.get("identity", 0.0)
    return best if wanted[best] > 0 and wanted[best] >= plain else None


def coded(connection: HTTPConnection, content: bytes) -> tuple[bytes, dict[str, str]]:
    """The content in the coding that the client wants, with the header that says so; small content as it is."""
    coding = coding_of(connection.headers.get("accept-encoding", "")[:256]) if len(content) >= SMALLEST else None
    match coding:
        case "zstd":
            return zstandard.ZstdCompressor(level=_ZSTD_EFFORT).compress(content), {"Content-Encoding": coding}
        case "gzip":
            return gzip.compress(content, _EFFORT, mtime=0), {"Content-Encoding": coding}
        case _:
            return content, {}


def coded_answer(connection: HTTPConnection, content: bytes, headers: Mapping[str, str]) -> Response:
    """JSON in the coding that the client wants; small answers as they are."""
    told = {"Vary": "Accept-Encoding, Accept-Language, Authorization", **headers}
    content, coding = coded(connection, content)
    return Response(content, headers={**told, **coding}, media_type="application/json")


def coded_or_304(connection: HTTPConnection, content: bytes | None, etag: str, *, media_type: str) -> Response:
    """The content in the coding that the client wants, or 304 when it holds it; `etag` is weak, one for all codings.

    Without content there is none to send: the client is known to hold it.
    """
    headers = {"ETag": etag, "Cache-Control": "no-cache", "Vary": "Accept-Encoding"}
    if content is None or is_fresh(connection.headers.get("if-none-match"), etag):
        return Response(status_code=304, headers=headers)
    content, coding = coded(connection, content)
    return Response(content, headers={**headers, **coding}, media_type=media_type)
