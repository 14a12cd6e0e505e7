"""Where people's names stand in a Vietnamese text: after words of address, titles and labels, not in places' names."""

from __future__ import annotations

import re
from collections.abc import Iterator

from .words import (
    COMPOUNDS,
    COUNTRY_WORDS,
    FIGURES,
    HONORIFICS,
    INSIDE_NAMES,
    LABELS,
    MIDDLES,
    NOT_NAMES,
    PLACE_NAMES,
    PLACE_NAMES_ALONE,
    PLACE_PAIRS,
    PLACE_WORDS,
    ROLES,
    STRONG_PLACE_WORDS,
    SURNAMES,
    TITLES,
)

_WORD = re.compile(r"[^\W\d_]+(?:['\u2019][^\W\d_]+)*")
_BETWEEN_NAMES = re.compile(r"[ \t\u00a0]{1,3}|\.[ \t]?")
_BEFORE_NAME = re.compile(r"[\s\u00a0]{1,3}|\s{0,2}[:(/\-]\s{0,2}|\)\s{1,2}|\.\s?")
_CLOSE = re.compile(r"[ \t\u00a0/.\-]{1,2}")
_SIGNED = re.compile(r"(?:\n|[.!?]\s)\s*$")
_MOST_WORDS = 5
_LONGEST_PHRASE = 4


class _Words:
    """The words of a text with what stands between them."""

    def __init__(self, text: str) -> None:
        self.text = text
        found = list(_WORD.finditer(text))
        self.spans = [one.span() for one in found]
        self.words = [one.group() for one in found]
        self.lower = [word.lower() for word in self.words]

    def __len__(self) -> int:
        return len(self.words)

    def gap(self, at: int) -> str:
        """What stands between word `at` and the one before it."""
        return self.text[self.spans[at - 1][1] : self.spans[at][0]] if at else self.text[: self.spans[0][0]]

    def phrase_at(self, at: int, phrases: frozenset[tuple[str, ...]]) -> int:
        """Number of words of the longest of `phrases` that begins with word `at`; 0 when none does."""
        for length in range(min(_LONGEST_PHRASE, len(self) - at), 0, -1):
            if tuple(self.lower[at : at + length]) in phrases and self._joined(at, length):
                return length
        return 0

    def phrase_before(self, at: int, phrases: frozenset[tuple[str, ...]]) -> bool:
        """Whether one of `phrases` ends right before word `at`."""
        return any(
            tuple(self.lower[at - length : at]) in phrases and self._joined(at - length, length)
            for length in range(1, min(_LONGEST_PHRASE, at) + 1)
        )

    def _joined(self, at: int, length: int) -> bool:
        return all(_CLOSE.fullmatch(self.gap(word)) for word in range(at + 1, at + length))

    def starts_high(self, at: int) -> bool:
        """Whether word `at` begins with a capital letter."""
        return self.words[at][0].isupper()

    def shouts(self, at: int) -> bool:
        """Whether word `at` is all capitals, and longer than an initial."""
        return len(self.words[at]) > 1 and self.words[at].isupper()


def find_names(text: str) -> list[tuple[int, int]]:
    """Spans of names in `text`, ascending, apart; the words of address stay outside."""
    words = _Words(text)
    spans: list[tuple[int, int]] = []
    reached = 0
    for first, end in sorted(_candidates(words)):
        if first >= reached:
            spans.append((words.spans[first][0], words.spans[end - 1][1]))
            reached = end
    return spans


def _candidates(words: _Words) -> Iterator[tuple[int, int]]:
    """(first word, word after the last) of every name, in no order; they may overlap."""
    for at, word in enumerate(words.lower):
        if word in HONORIFICS:
            yield from _after_honorific(words, at)
        elif word in SURNAMES and words.starts_high(at):
            yield from _full_name(words, at)
        if at and words.phrase_before(at, LABELS) and _BEFORE_NAME.fullmatch(words.gap(at)):
            end = _name_end(words, at, loud=False)
            if end > at:
                yield at, end


def _after_honorific(words: _Words, at: int) -> Iterator[tuple[int, int]]:
    if _belongs_to_place(words, at):
        return
    first = at + 1
    first += words.phrase_at(first, ROLES)
    if first < len(words) and words.lower[first] in {"tên", "là"} and first > at:
        first += 2 if words.lower[first : first + 2] == ["tên", "là"] else 1
    if first >= len(words) or not _BEFORE_NAME.fullmatch(words.gap(first)):
        return
    end = _name_end(words, first, loud=words.shouts(at))
    if end > first:
        yield first, end


def _full_name(words: _Words, at: int) -> Iterator[tuple[int, int]]:
    """A surname with at least one more name, after a title or as the signature under the text."""
    end = _name_end(words, at, loud=False)
    if end - at < 2:
        return
    titled = words.phrase_before(at, TITLES) and _BEFORE_NAME.fullmatch(words.gap(at))
    signed = (
        end - at > 2
        and not words.text[words.spans[end - 1][1] :].strip(" .!,\n")
        and _SIGNED.search(words.text[: words.spans[at][0]])
    )
    if titled or signed:
        yield at, end


def _name_end(words: _Words, first: int, *, loud: bool) -> int:
    """Index after the last word of the name that begins with word `first`; `first` itself when it is no name."""
    if words.phrase_at(first, COMPOUNDS) or words.phrase_at(first, FIGURES) or words.lower[first] in NOT_NAMES:
        return first
    if not words.starts_high(first):
        return _small_name_end(words, first)
    shouted = words.shouts(first)
    if shouted and not loud and words.lower[first] not in SURNAMES:
        return first
    at = first + 1
    while at < len(words) and at - first < _MOST_WORDS and _BETWEEN_NAMES.fullmatch(words.gap(at)):
        if "." in words.gap(at) and len(words.words[at - 1]) > 1:
            break  # a full stop ends a name, but not an initial
        belongs = words.starts_high(at) and words.lower[at] not in NOT_NAMES and not words.phrase_at(at, COMPOUNDS)
        if not belongs or (words.shouts(at) and not shouted):
            break
        at += 1
    return at


def _small_name_end(words: _Words, first: int) -> int:
    """The same for a name typed in small letters: only surname, văn or thị, and one more word are sure enough."""
    if words.lower[first] in SURNAMES and words.lower[first + 1 : first + 2] and words.lower[first + 1] in MIDDLES:
        end = first + 3
        if end <= len(words) and all(_BETWEEN_NAMES.fullmatch(words.gap(at)) for at in range(first + 1, end)):
            return end
    return first


def _belongs_to_place(words: _Words, at: int) -> bool:
    """Whether the word of address `at` is part of a place's or a country's name."""
    close = at > 0 and bool(_CLOSE.fullmatch(words.gap(at)))
    before = words.lower[at - 1] if close else ""
    after_place = before in STRONG_PLACE_WORDS or (close and words.phrase_before(at, PLACE_PAIRS))
    if words.starts_high(at):
        if words.phrase_at(at, PLACE_NAMES):
            return True
        alone = words.phrase_at(at, PLACE_NAMES_ALONE)
        if alone and (at + alone >= len(words) or not _goes_on(words, at + alone)):
            return True
        after_place = after_place or before in PLACE_WORDS
        inside = close and words.lower[at] in INSIDE_NAMES and words.starts_high(at - 1) and not words.shouts(at)
        return after_place or inside or before in COUNTRY_WORDS
    return after_place


def _goes_on(words: _Words, at: int) -> bool:
    """Whether word `at` continues the name before it."""
    return bool(_BETWEEN_NAMES.fullmatch(words.gap(at)) and words.starts_high(at) and words.lower[at] not in NOT_NAMES)
