"""Answers on the wire in zstd or gzip, for clients that unpack them: a fifth of the bytes on a weak network."""

from __future__ import annotations

import gzip
from collections.abc import Mapping
from typing import Final

import zstandard
from starlette.requests import HTTPConnection
from starlette.responses import Response

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


def coded_answer(connection: HTTPConnection, content: bytes, headers: Mapping[str, str]) -> Response:
    """JSON in the coding that the client wants; small answers as they are."""
    told = {"Vary": "Accept-Encoding, Accept-Language, Authorization", **headers}
    coding = coding_of(connection.headers.get("accept-encoding", "")[:256]) if len(content) >= SMALLEST else None
    match coding:
        case "zstd":
            content = zstandard.ZstdCompressor(level=_ZSTD_EFFORT).compress(content)
        case "gzip":
            content = gzip.compress(content, _EFFORT, mtime=0)
        case _:
            return Response(content, headers=told, media_type="application/json")
    return Response(content, headers={**told, "Content-Encoding": coding}, media_type="application/json")
