"""What is compared with others: a line of the public list in the one form that every program writes alike."""

from __future__ import annotations

import hashlib
from typing import Any

import orjson


def canonical_json(value: Any) -> bytes:
    """`value` by the JSON Canonicalization Scheme (RFC 8785): names sorted, no blanks, numbers as ECMAScript has them.

    For what we publish: names are ASCII, and numbers neither so large nor so small that they need an exponent.
    """
    return orjson.dumps(_plain(value), option=orjson.OPT_SORT_KEYS)


def line_digest(line: bytes) -> bytes:
    """SHA-256 of a stored line in canonical form."""
    return hashlib.sha256(canonical_json(orjson.loads(line))).digest()


def _plain(value: Any) -> Any:
    """The same with whole numbers as such: ECMAScript knows no 21.0."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    return value
