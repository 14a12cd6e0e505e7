"""Pages and their files on the wire: packed for browsers that unpack, a fifth of the bytes on a weak network."""

from __future__ import annotations

import gzip

from starlette.requests import HTTPConnection

_SMALLEST = 700  # less fits into the first packet either way
_EFFORT = 5  # a page in well under a millisecond; more saves hardly a byte


def unpacks(connection: HTTPConnection) -> bool:
    """Whether the browser takes gzip (RFC 9110 section 12.5.3)."""
    for part in connection.headers.get("accept-encoding", "").lower().split(","):
        coding, _, weight = part.replace(" ", "").partition(";q=")
        if coding == "gzip":
            return weight not in {"0", "0.0", "0.00", "0.000"}
    return False


def packed(content: bytes, effort: int = _EFFORT) -> bytes | None:
    """The content in gzip, the same bytes each time; None when that gains nothing."""
    if len(content) < _SMALLEST:
        return None
    return gzip.compress(content, effort, mtime=0)
