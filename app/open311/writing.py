"""One value as the specification's JSON or XML: JSON is XML by the Spark convention, without its root."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import Final, TypeAlias

import orjson

from .terms import Format

Value: TypeAlias = "str | bool | int | float | Mapping[str, Value] | Sequence[Value] | None"

DECLARATION: Final = '<?xml version="1.0" encoding="utf-8"?>\n'
# What each list's elements are called; a list that is not here is none of the specification's.
_ELEMENTS: Final[Mapping[str, str]] = {
    "services": "service",
    "attributes": "attribute",
    "values": "value",
    "service_requests": "request",
    "service_request_updates": "request_update",
    "endpoints": "endpoint",
    "formats": "format",
    "errors": "error",
    "photos": "photo",
    "notes": "note",
}
# No character of XML 1.0 (section 2.2), however it is escaped.
_IMPOSSIBLE: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def written(root: str, value: Value, form: Format) -> bytes:
    """The whole answer: in XML under `root`, in JSON bare."""
    if form is Format.JSON:
        return orjson.dumps(value)
    return (DECLARATION + "".join(_element(root, value))).encode()


def _element(name: str, value: Value) -> Iterator[str]:
    inside = "".join(_inside(name, value))
    yield f"<{name}>{inside}</{name}>" if inside else f"<{name}/>"


def _inside(name: str, value: Value) -> Iterator[str]:
    match value:
        case None:
            return
        case bool():
            yield "true" if value else "false"
        case str():
            yield escape(_IMPOSSIBLE.sub("\ufffd", value), quote=False)
        case int() | float():
            yield repr(value)
        case Mapping():
            for key, inner in value.items():
                yield from _element(key, inner)
        case _:
            for inner in value:
                yield from _element(_ELEMENTS[name], inner)
