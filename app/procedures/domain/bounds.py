"""How deep and how large JSON of others may be, measured without recursion: before anything else looks at it."""

from __future__ import annotations

from typing import Any, NamedTuple

from app.kit.text import Text, has_forbidden_characters

from .pointers import pointer_of

NUMBER_MAX = 2**53  # larger ones are not the same number in every language that reads JSON
_DEEP = Text("Lồng nhau quá {most} cấp.", "Nested deeper than {most} levels.")
_LARGE = Text("Có quá {most} mục.", "More than {most} values.")
_LONG = Text("Dài quá {most} ký tự tất cả.", "Longer than {most} characters in all.")
_CHARACTERS = Text("Có ký tự điều khiển không được phép.", "Has control characters that are not allowed.")
_NUMBER = Text("Số này quá lớn hoặc không phải là số.", "This number is too large, or none.")
_NOT_JSON = Text("Không phải là giá trị JSON.", "Not a value of JSON.")
_KEY = Text("Tên mục cần là một đoạn chữ ngắn hơn 100 ký tự.", "A name must be a string below 100 characters.")


class Bounds(NamedTuple):
    """The most there may be of each."""

    depth: int
    values: int
    characters: int


ANSWERS = Bounds(depth=16, values=5_000, characters=200_000)
CATALOGUE = Bounds(depth=40, values=6_000, characters=500_000)


def beyond(value: object, bounds: Bounds) -> tuple[str, Text] | None:
    """Where and how `value` goes beyond `bounds` or is no JSON that everybody reads alike; None when it does not.

    Walks with a list of its own: 10,000 levels cost no more than 10,000 values, and it stops at the first that is
    too deep.
    """
    waiting: list[tuple[Any, tuple[str | int, ...]]] = [(value, ())]
    values = characters = 0
    while waiting:
        one, path = waiting.pop()
        values += 1
        complaint = _complaint(one, len(path), bounds)
        if complaint is not None:
            return pointer_of(path), complaint
        if isinstance(one, dict):
            characters += sum(map(len, one))
            waiting.extend((below, (*path, key)) for key, below in one.items())
        elif isinstance(one, list):
            waiting.extend((below, (*path, at)) for at, below in enumerate(one))
        elif isinstance(one, str):
            characters += len(one)
        if values + len(waiting) > bounds.values:
            return "", _LARGE.fill(most=bounds.values)
        if characters > bounds.characters:
            return "", _LONG.fill(most=bounds.characters)
    return None


def _complaint(one: object, depth: int, bounds: Bounds) -> Text | None:
    """What is wrong with one value by itself, None when nothing is."""
    match one:
        case dict() | list() if depth >= bounds.depth:
            return _DEEP.fill(most=bounds.depth)
        case dict():
            usable = all(isinstance(key, str) and len(key) < 100 and not has_forbidden_characters(key) for key in one)
            return None if usable else _KEY
        case str():
            return _CHARACTERS if has_forbidden_characters(one) else None
        case None | bool() | list():
            return None
        case int() | float():
            return None if abs(one) <= NUMBER_MAX else _NUMBER  # neither NaN nor infinity is
        case _:
            return _NOT_JSON
