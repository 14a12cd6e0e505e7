"""Text in two languages, and Vietnamese text folded for search."""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum
from typing import NamedTuple


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


class _Marks(dict[int, int | None]):
    """A table for `str.translate` that drops combining marks (category Mn); learns a character when it first comes."""

    def __missing__(self, code: int) -> int | None:
        kept = None if unicodedata.category(chr(code)) == "Mn" else code
        if code < _LEARNT:
            self[code] = kept
        return kept


_LEARNT = 0x3000  # every mark of Latin scripts lies below; the table can never hold more
_MARKS = _Marks()


def nfc(text: str) -> str:
    """`text` in Unicode normal form C, so that typed and stored diacritics compare equal."""
    return unicodedata.normalize("NFC", text)


def has_forbidden_characters(text: str) -> bool:
    """Whether `text` holds a control character, a directional override or a lone surrogate."""
    return _FORBIDDEN.search(text) is not None


def fold(text: str) -> str:
    """`text` in lower case without Vietnamese diacritics, white space single: `Ổ gà  ĐƯỜNG` gives `o ga duong`."""
    decomposed = unicodedata.normalize("NFD", text.lower())
    return _SPACES.sub(" ", decomposed.translate(_MARKS).replace("đ", "d")).strip()


def folded_words(text: str) -> list[str]:
    """The words of `text`, folded, in order; punctuation dropped."""
    return _WORDS.findall(fold(text))
