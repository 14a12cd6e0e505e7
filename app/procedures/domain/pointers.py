"""JSON pointers (RFC 6901): written, read, followed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

ABSENT: Final = object()
"""What a pointer finds that leads nowhere; JSON's null is a value."""


def pointer_of(path: Iterable[str | int]) -> str:
    """The pointer to what lies at `path`; empty for the whole."""
    return "".join(f"/{token}" for token in (str(part).replace("~", "~0").replace("/", "~1") for part in path))


def path_of(pointer: str) -> list[str] | None:
    """The tokens of `pointer`; None when it is none."""
    if pointer == "":
        return []
    if not pointer.startswith("/"):
        return None
    return [token.replace("~1", "/").replace("~0", "~") for token in pointer[1:].split("/")]


def follow(value: Any, pointer: str) -> Any:
    """What lies at `pointer` in `value`; ABSENT when nothing does."""
    found = value
    for token in path_of(pointer) or ():
        match found:
            case {**members} if token in members:
                found = members[token]
            case [*items] if token.isascii() and token.isdigit() and len(token) < 6 and int(token) < len(items):
                found = items[int(token)]
            case _:
                return ABSENT
    return found
