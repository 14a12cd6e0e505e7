"""Decisions of desks: what a template may hold, and what a case makes of it. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from typing import Final

from app.kit.text import Text, nfc

from .terms import CaseWords, Filled, Placeholder, Template

_BRACES: Final = re.compile(r"\{([^{}\n]*)\}")
_KNOWN: Final = ", ".join(f"{{{each}}}" for each in Placeholder)


def _named(inside: str) -> Placeholder | None:
    """The placeholder somebody means, however it is spaced and in whatever case."""
    said = " ".join(nfc(inside).lower().split())
    return Placeholder(said) if said in set(Placeholder) else None


def mistakes(body: str) -> list[dict[str, object]]:
    """What is in braces and means nothing, each with a pointer; braces without their other half too."""
    unknown = [found[0] for found in _BRACES.finditer(body) if _named(found[1]) is None]
    if unknown:
        said = Text(
            "{unknown} không phải là chỗ điền. Dùng được: {known}.", "{unknown} is no placeholder. There are: {known}."
        ).fill(unknown=", ".join(unknown), known=_KNOWN)
        return [{"pointer": "/body", "detail": said}]
    if set(_BRACES.sub("", body)) & {"{", "}"}:
        return [
            {"pointer": "/body", "detail": Text("Có dấu ngoặc { } thiếu nửa kia.", "A brace lacks its other half.")}
        ]
    return []


def fill(body: str, words: CaseWords) -> str:
    """The body with the words of a case in it; nothing else of the case can come in."""
    given = {
        Placeholder.CODE: words.code,
        Placeholder.CATEGORY: words.category,
        Placeholder.AREA: words.area,
        Placeholder.UNIT: words.unit,
        Placeholder.OPENED: _written(words.opened_on),
        Placeholder.DUE: _written(words.due_on),
        Placeholder.TODAY: _written(words.today),
    }

    def word(found: re.Match[str]) -> str:
        named = _named(found[1])
        return given[named] if named is not None else found[0]

    return _BRACES.sub(word, body)


def _written(day: date) -> str:
    return f"{day:%d/%m/%Y}"


def in_order(templates: Iterable[Template], words: CaseWords, branch: Iterable[str]) -> list[Filled]:
    """The templates filled: those of the case's own category first, then those of what is above it, then of none.

    `branch`: the category and all above it, itself first. Templates of other categories are left out.
    """
    place = {code: at for at, code in enumerate(branch)}
    last = len(place)
    fitting = [one for one in templates if one.wanted.category is None or one.wanted.category in place]
    ordered = sorted(fitting, key=lambda one: (place.get(one.wanted.category or "", last), one.wanted.name.lower()))
    return [Filled(one, fill(one.wanted.body, words)) for one in ordered]
