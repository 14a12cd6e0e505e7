"""Conditions in words, as a person who asks what is needed reads them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.kit.text import Text
from app.procedures.terms import Condition, Procedure, Test

from .pointers import path_of, pointer_of
from .schemas import described

_YES, _NO = Text("có", "yes"), Text("không", "no")


def field_words(procedure: Procedure, pointer: str) -> Text:
    """What the form calls the field at `pointer`."""
    named = [one["x-title"] for one in described(procedure.form, pointer) if "x-title" in one]
    last = (path_of(pointer) or [""])[-1]
    return Text(named[0]["vi"], named[0]["en"]) if named else Text(last, last)


def called(procedure: Procedure, about: str) -> Text | None:
    """What people call a document of the procedure, or the answer at a pointer; None of what it does not ask for.

    An answer within another is called after both: of several persons, say, it is one's.
    """
    document = next((one.name for one in procedure.documents if one.code == about), None)
    path = path_of(about)
    if document is not None or not path or not described(procedure.form, about):
        return document
    pointers = [pointer_of(path[:end]) for end in range(1, len(path) + 1)]
    names = [_numbered(field_words(procedure, pointer)) for pointer in pointers]
    return Text(", ".join(name.vi for name in names), ", ".join(name.en for name in names))


def _numbered(name: Text) -> Text:
    """An item of a list by its place as people count."""
    if not (name.vi.isascii() and name.vi.isdigit()):
        return name
    place = str(int(name.vi) + 1)
    return Text(place, place)


def condition_words(procedure: Procedure, condition: Condition) -> Text:
    """The condition as a clause: `“Tình trạng hôn nhân” là “Đã ly hôn”`. The procedure holds together."""
    title, value = field_words(procedure, condition.pointer), condition.value
    labels: dict[str, Mapping[str, str]] = {}
    for one in described(procedure.form, condition.pointer):
        labels.update(one.get("x-labels", {}))
    match condition.test:
        case Test.PRESENT:
            return Text(f"có khai “{title.vi}”", f"“{title.en}” is given")
        case Test.AT_LEAST:
            return Text(f"“{title.vi}” từ {value} trở lên", f"“{title.en}” is {value} or more")
        case Test.AT_MOST:
            return Text(f"“{title.vi}” không quá {value}", f"“{title.en}” is at most {value}")
        case Test.EQUALS | Test.ONE_OF:
            said = [_value(one, labels) for one in (value if condition.test is Test.ONE_OF else [value])]
            return Text(
                f"“{title.vi}” là {' hoặc '.join(f'“{one.vi}”' for one in said)}",
                f"“{title.en}” is {' or '.join(f'“{one.en}”' for one in said)}",
            )


def _value(value: Any, labels: Mapping[str, Mapping[str, str]]) -> Text:
    """One value in words."""
    if isinstance(value, bool):
        return _YES if value else _NO
    label = labels.get(str(value))
    return Text(label["vi"], label["en"]) if label else Text(str(value), str(value))
