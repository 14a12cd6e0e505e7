"""JSON answers that are valid already: built once, not validated again, instants in one style (RFC 3339, `Z`)."""

from __future__ import annotations

from collections.abc import Mapping

import orjson
from starlette.responses import Response


def as_json(value: object) -> bytes:
    """`value` as UTF-8 JSON; aware instants end in `Z`."""
    return orjson.dumps(value, option=orjson.OPT_UTC_Z)


def json_answer(value: object, *, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """An answer with `value` as its body."""
    return Response(as_json(value), status, headers, "application/json")
