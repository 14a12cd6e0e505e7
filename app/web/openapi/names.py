"""Names of shapes that clients can rely on: a word of the field, never a path of our modules."""

from __future__ import annotations

from collections import Counter
from typing import Any

from .examples import operations

_REF = "#/components/schemas/"
_MODES = ("-Input", "-Output")


def lift(document: dict[str, Any]) -> None:
    """Put a body that an operation describes itself among the shapes, under its title."""
    shapes: dict[str, Any] = document["components"]["schemas"]
    for _, _, operation in operations(document):
        for content in operation.get("requestBody", {}).get("content", {}).values():
            body = content.get("schema", {})
            if "properties" in body and "title" in body:
                shapes[body["title"]] = body
                content["schema"] = {"$ref": _REF + body["title"]}


def rename(document: dict[str, Any]) -> None:
    """Give every shape a name of letters, and where several rooms have one, with its room: `CasesVerb`.

    A shape that stands there twice, once for each direction of a query and a body, is one.
    """
    shapes: dict[str, Any] = document["components"]["schemas"]
    names = {name: _plain(name) for name in shapes}
    often = Counter(names.values())
    final = {name: plain if often[plain] == 1 else _with_room(name, plain) for name, plain in names.items()}
    for name, given in final.items():
        if name.endswith(_MODES):  # of whichever room it is, the other one tells
            twin = next((other for other in shapes if other != name and shapes[other] == shapes[name]), None)
            final[name] = final[twin] if twin is not None else given
    document["components"]["schemas"] = {final[name]: shape for name, shape in sorted(shapes.items())}
    _point(document, {_REF + old: _REF + new for old, new in final.items() if old != new})


def _plain(name: str) -> str:
    for mode in _MODES:
        name = name.removesuffix(mode)
    return name.rpartition("__")[2].lstrip("_")


def _with_room(name: str, plain: str) -> str:
    path = name.split("__")
    if len(path) < 2:
        return plain
    room = "".join(word.capitalize() for word in path[1].split("_"))
    return plain if plain.startswith(room) else room + plain


def _point(part: Any, moved: dict[str, str]) -> None:
    """Follow the new names in every reference below `part`."""
    if isinstance(part, dict):
        for key, value in part.items():
            if key == "$ref" and value in moved:
                part[key] = moved[value]
            elif key == "mapping" and isinstance(value, dict):
                part[key] = {word: moved.get(target, target) for word, target in value.items()}
            else:
                _point(value, moved)
    elif isinstance(part, list):
        for value in part:
            _point(value, moved)
