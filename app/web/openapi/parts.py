"""Parts of the OpenAPI document by whom it is for: a page that shows all of it costs a browser seconds a click."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Any

import orjson

_REFERENCE = re.compile(r"#/components/(\w+)/([\w.-]+)")


class Audience(StrEnum):
    """Who asks the operations of a part."""

    EVERYONE = "everyone"
    STAFF = "staff"
    SYSTEMS = "systems"

    def asks(self, path: str) -> bool:
        """Whether an operation at `path` is of the part; each is of one."""
        staff, systems = path.startswith("/api/v1/staff/"), path.startswith("/api/v1/client/")
        return {Audience.STAFF: staff, Audience.SYSTEMS: systems}.get(self, not staff and not systems)


def part(document: dict[str, Any], audience: Audience) -> dict[str, Any]:
    """The document with the operations of `audience` alone, the tags they have and the components they lead to."""
    paths = {path: item for path, item in document["paths"].items() if audience.asks(path)}
    known = document["components"]
    kept: dict[str, dict[str, Any]] = {"securitySchemes": known.get("securitySchemes", {})}
    wanted = _named_in(paths)
    while wanted:
        kind, name = wanted.pop()
        if name not in kept.setdefault(kind, {}):
            kept[kind][name] = known[kind][name]
            wanted |= _named_in(known[kind][name])
    tags = {tag for item in paths.values() for operation in item.values() for tag in operation.get("tags", ())}
    return {
        **document,
        "tags": [tag for tag in document["tags"] if tag["name"] in tags],
        "paths": paths,
        "components": kept,
    }


def _named_in(shape: Any) -> set[tuple[str, ...]]:
    return set(_REFERENCE.findall(orjson.dumps(shape).decode()))
