"""Text in two languages, and Vietnamese text folded for search."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from enum import StrEnum
from typing import NamedTuple, TypeVar

T = TypeVar("T")


class Lang(StrEnum):
    """Languages we answer in; Vietnamese is the first."""

    VI = "vi"
    EN = "en"


class Text(NamedTuple):
    """One sentence in Vietnamese and in English."""

    vi: str
    en: str

    def __call__(self, lang: Lang) -> str:
        """The sentence in `lang`."""
        return self.vi if lang is Lang.VI else self.en

    def fill(self, **values: object) -> Text:
        """Both sentences with `{name}` replaced by `values`."""
        return Text(self.vi.format(**values), self.en.format(**values))


_SPACES = re.compile(r"\s+")
_WORDS = re.compile(r"[0-9a-z]+")
# Control characters that no one types: all of category Cc but tab, line feed and carriage return, the
# directional overrides that can make a text read otherwise than it is stored, and lone surrogates.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


class LearntTable(dict[int, T]):
    """A table for `str.translate` that asks `make` for a character when it first comes, and remembers."""

    def __init__(self, make: Callable[[int], T]) -> None:
        self._make = make

    def __missing__(self, code: int) -> T:
        made = self._make(code)
        if code < _LEARNT:
            self[code] = made
        return made


_LEARNT = 0x3000  # every mark of Latin scripts and their punctuation lies below; a table can never hold more
_MARKS = LearntTable(lambda code: None if unicodedata.category(chr(code)) == "Mn" else code)


def nfc(text: str) -> str:
    """`text` in Unicode normal form C, so that typed and stored diacritics compare equal."""
    return unicodedata.normalize("NFC", text)


def has_forbidden_characters(text: str) -> bool:
    """Whether `text` holds a control character, a directional override or a lone surrogate."""
    return _FORBIDDEN.search(text) is not None


def readable(said: object, most: int) -> str:
    """What a system of others wrote, up to `most` characters, signs that cannot be shown as blanks; "" for nothing."""
    text = "".join(mark if mark.isprintable() or mark == "\n" else " " for mark in str(said or ""))
    return text.strip()[:most]


def fold(text: str) -> str:
    """`text` in lower case without Vietnamese diacritics, white space single: `Ổ gà  ĐƯỜNG` gives `o ga duong`."""
    decomposed = unicodedata.normalize("NFD", text.lower())
    return _SPACES.sub(" ", decomposed.translate(_MARKS).replace("đ", "d")).strip()


def folded_words(text: str) -> list[str]:
    """The words of `text`, folded, in order; punctuation dropped."""
    return _WORDS.findall(fold(text))
