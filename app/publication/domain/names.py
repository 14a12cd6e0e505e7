"""Where people's names stand in a Vietnamese text: after words of address, titles and labels, not in places' names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import Enum, auto

from app.kit.text import fold
from app.publication.terms import Confidence

from .words import (
    COMMON_SURNAMES,
    COMPOUNDS,
    COUNTRY_WORDS,
    FIGURES,
    GIVEN_ALONE,
    GIVEN_TOO,
    HIGHLAND_MIDDLES,
    HIGHLAND_SURNAMES,
    HONORIFICS,
    INSIDE_NAMES,
    LABELS,
    LOUD_SURNAMES,
    MIDDLES,
    NOT_NAMES,
    OF_PLACES,
    OFFICES,
    PLACE_NAMES,
    PLACE_NAMES_ALONE,
    PLACE_PAIRS,
    PLACE_WORDS,
    PLACES_NAMED_LIKE_PEOPLE,
    PLAIN_MIDDLES,
    PLAIN_NOT_GIVEN,
    PLAIN_OF_SURNAMES,
    PLAIN_PLACE_WORDS,
    PLAIN_SURNAMES,
    ROLES,
    SIDES,
    SMALL_COMPOUNDS,
    SMALL_GIVEN,
    SOUGHT,
    STREET_JOINTS,
    STRONG_PLACE_WORDS,
    SURE_SURNAMES,
    SURNAMES,
    TITLES,
    Phrases,
)

_WORD = re.compile(r"[^\W\d_]+(?:['\u2019][^\W\d_]+)*")
_BETWEEN_NAMES = re.compile(r"[ \t\u00a0]{1,3}|\.[ \t]?")
_BEFORE_NAME = re.compile(r"[\s\u00a0]{1,3}|\s{0,2}[:(/\-]\s{0,2}|\)\s{1,2}|\.\s?")
_CLOSE = re.compile(r"[ \t\u00a0/.\-]{1,2}")
_SIGNED = re.compile(r"(?:\n|[.!?]\s)\s*$")
# The street after a house's number: `số 12 Trần Hưng Đạo`, `15/3 Lê Lợi`.
_NUMBERED = re.compile(r"(?<![\d.])\d{1,4}[A-Ga-g]?(?:[/-]\d{1,4}[A-Ga-g]?){0,4},?[ \t\u00a0]{1,2}$")
_DASH = re.compile(r"\s{0,2}[-\u2013/]\s{0,2}")
_PHONE_NEXT = re.compile(
    r"[\s,.:;(\-]{0,4}(?:(?:sđt|sdt|đt|dt|tel|zalo|so|số)[\s.:]{0,3})?(?:\+?84|0\d|\[số)", re.IGNORECASE
)
_SENTENCE_OVER = re.compile(r"(?:^|[\n.!?:;,(\-\u2013\"\u201c])\s{0,3}$")
_FAR = 24  # characters that are looked back at
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

    def before(self, at: int) -> str:
        """The last characters before word `at`."""
        return self.text[max(0, self.spans[at][0] - _FAR) : self.spans[at][0]]

    def phrase_at(self, at: int, phrases: Phrases) -> int:
        """Number of words of the longest of `phrases` that begins with word `at`; 0 when none does."""
        if at >= len(self) or self.lower[at] not in phrases.firsts:
            return 0
        for length in range(min(_LONGEST_PHRASE, len(self) - at), 0, -1):
            if tuple(self.lower[at : at + length]) in phrases.all and self._joined(at, length):
                return length
        return 0

    def phrase_before(self, at: int, phrases: Phrases) -> bool:
        """Whether one of `phrases` ends right before word `at`."""
        return (
            at > 0
            and self.lower[at - 1] in phrases.lasts
            and any(
                tuple(self.lower[at - length : at]) in phrases.all and self._joined(at - length, length)
                for length in range(1, min(_LONGEST_PHRASE, at) + 1)
            )
        )

    def _joined(self, at: int, length: int) -> bool:
        return all(_CLOSE.fullmatch(self.gap(word)) for word in range(at + 1, at + length))

    def starts_high(self, at: int) -> bool:
        """Whether word `at` begins with a capital letter."""
        return self.words[at][0].isupper()

    def shouts(self, at: int) -> bool:
        """Whether word `at` is all capitals, and longer than an initial."""
        return len(self.words[at]) > 1 and self.words[at].isupper()


def find_names(text: str) -> list[tuple[int, int, Confidence]]:
    """Spans of names in `text`, ascending, apart; the words of address stay outside."""
    words = _Words(text)
    spans: list[tuple[int, int, Confidence]] = []
    reached = 0
    for first, end, confidence in sorted(_candidates(words), key=lambda one: one[:2]):
        if reached <= first < end:
            small = confidence is Confidence.HIGH and not words.starts_high(first)
            spans.append((words.spans[first][0], words.spans[end - 1][1], Confidence.FAIR if small else confidence))
            reached = end
    return spans


def _candidates(words: _Words) -> Iterator[tuple[int, int, Confidence]]:
    """(first word, word after the last) of every name, in no order; they may overlap, and be empty."""
    place_end = -1  # word after the last place that bears a person's name
    person_end = 0  # word after the last person: no place in that name counts, as none will be read
    for at, word in enumerate(words.lower):
        if word in HONORIFICS:
            yield from _after_honorific(words, at)
        elif words.starts_high(at) and (word in SURNAMES or word in COMMON_SURNAMES or word in HIGHLAND_SURNAMES):
            end = _name_end(words, at, loud=True)
            match _bearer(words, at, end, place_end):
                case _Bearer.PERSON:
                    person_end = _shouted_end(words, at, end)
                    yield at, person_end, Confidence.FAIR
                case _Bearer.PLACE if at >= person_end:
                    place_end = end
        elif word in PLAIN_SURNAMES or word in SURNAMES:
            yield at, _small_name_end(words, at), Confidence.LOW
        if at and words.phrase_before(at, LABELS) and _BEFORE_NAME.fullmatch(words.gap(at)):
            yield at, _name_end(words, at, loud=False, labelled=True), Confidence.HIGH
        if _is_sought(words, at):
            yield at, at + 1, Confidence.LOW


def _after_honorific(words: _Words, at: int) -> Iterator[tuple[int, int, Confidence]]:
    if _belongs_to_place(words, at):
        return
    first = at + 1
    first += words.phrase_at(first, ROLES)
    if first < len(words) and words.lower[first] in {"tên", "là"} and first > at:
        first += 2 if words.lower[first : first + 2] == ["tên", "là"] else 1
    if first >= len(words) or not _BEFORE_NAME.fullmatch(words.gap(first)):
        return
    if words.lower[first] in SMALL_GIVEN and not words.starts_high(first) and _CLOSE.fullmatch(words.gap(first)):
        yield first, first + 1, Confidence.LOW
    yield first, _name_end(words, first, loud=words.shouts(at)), Confidence.HIGH


def _is_sought(words: _Words, at: int) -> bool:
    """Whether word `at` is a given name alone, of somebody who was met or is to be asked (`gặp Dũng`)."""
    alone = words.lower[at] in GIVEN_ALONE and words.starts_high(at) and not words.shouts(at)
    if not alone or not words.phrase_before(at, SOUGHT) or not _CLOSE.fullmatch(words.gap(at)):
        return False
    return at + 1 == len(words) or not _goes_on(words, at + 1)


class _Bearer(Enum):
    """Whose name begins with a surname."""

    PERSON = auto()
    PLACE = auto()
    NOBODY = auto()


def _bearer(words: _Words, at: int, end: int, place_end: int) -> _Bearer:
    """Who bears the name from `at` to `end`; `place_end` is the word after the last place that bears such a name."""
    if end - at < 2:
        return _Bearer.NOBODY
    if _is_titled(words, at) or _is_signature(words, at, end) or _holds_office(words, at, end):
        return _Bearer.PERSON
    if _is_place(words, at, end, place_end):
        return _Bearer.PLACE
    return _Bearer.PERSON if _is_full_name(words, at, end) else _Bearer.NOBODY


def _is_titled(words: _Words, at: int) -> bool:
    if not words.phrase_before(at, TITLES) or words.phrase_before(at, PLACE_PAIRS):  # nhà, but not tòa nhà
        return False
    return bool(_BEFORE_NAME.fullmatch(words.gap(at)))


def _holds_office(words: _Words, at: int, end: int) -> bool:
    """Whether an office stands before a full name: the commune of `trưởng công an xã Lê Văn Bình` has no name here."""
    full = end - at > 2 and words.lower[at + 1] in MIDDLES
    return full and words.phrase_before(at, OFFICES) and bool(_CLOSE.fullmatch(words.gap(at)))


def _is_signature(words: _Words, at: int, end: int) -> bool:
    """Whether the name stands alone under the text."""
    return (
        end - at > 2
        and end == len(words)
        and not words.text[words.spans[end - 1][1] :].strip(" .!,\n")
        and bool(_SIGNED.search(words.before(at)))
    )


def _is_place(words: _Words, at: int, end: int, place_end: int) -> bool:
    """Whether `at` to `end` name a street, an area, a school or a firm, by themselves or by what stands before."""
    if _is_known_place(words, at, end):
        return True
    if not at:
        return False
    joined = (place_end == at and bool(_DASH.fullmatch(words.gap(at)))) or (
        place_end == at - 1 and words.lower[at - 1] in STREET_JOINTS
    )
    full = words.lower[at + 1] in MIDDLES
    numbered = _NUMBERED.search(words.before(at)) and (not full or words.lower[at - 1] in PLACE_WORDS | SIDES)
    if joined or numbered:
        return True
    beside = words.lower[at - 1] in SIDES and not full and _CLOSE.fullmatch(words.gap(at))
    return bool(beside) or _after_place(words, at, end)


def _is_known_place(words: _Words, at: int, end: int) -> bool:
    """Whether the words from `at` to `end`, or one more (Lý Thái Tổ), are the name of a place that we know."""
    names = (fold(" ".join(words.words[at:last])) for last in (end, end + 1))
    return any(name in PLACES_NAMED_LIKE_PEOPLE for name in names)


def _after_place(words: _Words, at: int, end: int) -> bool:
    """Whether a word for a place or a firm stands right before word `at`, or before capitals and kinds that do."""
    name = " ".join(words.lower[at:end])
    plain = name == fold(name)
    for back in range(at, max(0, at - _LONGEST_PHRASE), -1):
        if not _CLOSE.fullmatch(words.gap(back)):
            return False
        before = words.lower[back - 1]
        if before in PLACE_WORDS or words.phrase_before(back, PLACE_PAIRS) or (plain and before in PLAIN_PLACE_WORDS):
            return True
        if before not in OF_PLACES and not words.starts_high(back - 1):
            return False
    return False


def _is_full_name(words: _Words, at: int, end: int) -> bool:
    """Whether the capitals from `at` to `end`, which name no place, name a person."""
    surname, middle = words.lower[at], words.lower[at + 1]
    if middle in MIDDLES or (middle in HIGHLAND_MIDDLES and surname in HIGHLAND_SURNAMES):
        return end - at > 2
    if surname not in COMMON_SURNAMES:
        return False
    if words.shouts(at):
        alone = not any(words.shouts(near) for near in (at - 1, end) if 0 <= near < len(words))
        return alone or (surname in LOUD_SURNAMES and end - at > 2)
    inside = at > 0 and words.starts_high(at - 1) and bool(_CLOSE.fullmatch(words.gap(at)))
    if not inside:
        return True
    sure = surname in SURE_SURNAMES
    if not sure and _is_known_place(words, at + 1, end):
        return False
    return (sure or end - at > 2) if _SENTENCE_OVER.search(words.before(at - 1)) else (sure and end - at > 2)


def _shouted_end(words: _Words, at: int, end: int) -> int:
    """Where a name ends in a text all in capitals: its third word, since every next one begins high too."""
    return at + 3 if words.shouts(at) and end < len(words) and words.shouts(end) and end - at > 3 else end


def _name_end(words: _Words, first: int, *, loud: bool, labelled: bool = False) -> int:
    """Index after the last word of the name that begins with word `first`; `first` itself when it is no name."""
    if words.phrase_at(first, COMPOUNDS) or words.phrase_at(first, FIGURES) or words.lower[first] in NOT_NAMES:
        return first
    if not words.starts_high(first):
        return _small_name_end(words, first, labelled=labelled)
    shouted = words.shouts(first)
    if shouted and not loud and words.lower[first] not in SURNAMES:
        return first
    at = first + 1
    while at < len(words) and at - first < _MOST_WORDS and _BETWEEN_NAMES.fullmatch(words.gap(at)):
        if "." in words.gap(at) and len(words.words[at - 1]) > 1:
            break  # a full stop ends a name, but not an initial
        quiet = not shouted or at + 1 == len(words) or not words.shouts(at + 1)
        last = at + 1 == len(words) or not _goes_on(words, at + 1)  # chị Lan Anh; but not chị Lan Anh Tuấn
        address = words.lower[at] in INSIDE_NAMES and last
        known = words.lower[at] in GIVEN_TOO and (words.lower[first] in SURNAMES or address) and quiet
        named = known or words.lower[at] not in NOT_NAMES
        belongs = words.starts_high(at) and named and not words.phrase_at(at, COMPOUNDS)
        if not belongs or (words.shouts(at) and not shouted):
            break
        at += 1
    return at


def _small_name_end(words: _Words, first: int, *, labelled: bool = False) -> int:
    """The same for a name typed in small letters: only surname, văn or thị, and one more word are sure enough.

    Without diacritics it must not read as a sentence too (`duong van ngap`), unless a telephone number follows, or
    words that say that a name comes stand before it (`labelled`).
    """
    surname, end = words.lower[first], first + 3
    middle = words.lower[first + 1 : first + 2]
    if end > len(words) or not all(_BETWEEN_NAMES.fullmatch(words.gap(at)) for at in range(first + 1, end)):
        return first
    plain = middle[0] in PLAIN_MIDDLES
    if labelled and plain and surname in PLAIN_OF_SURNAMES:
        return end
    if middle[0] not in MIDDLES or not (surname in SURNAMES or (plain and surname in PLAIN_SURNAMES)):
        return first
    of_place = _is_known_place(words, first, end) or _after_place(words, first, end)
    if of_place or words.phrase_at(first + 1, SMALL_COMPOUNDS):
        return first
    called = _called_end(words, end)
    if not plain or surname != fold(surname):
        return called or end
    sure = surname in PLAIN_SURNAMES and words.lower[end - 1] not in PLAIN_NOT_GIVEN
    return called or (end if sure else first)


def _called_end(words: _Words, end: int) -> int:
    """Word after the last of a name that a telephone number follows, at `end` or one word on; 0 when none does."""
    for at in (end, end + 1):
        one_name = at == end or (at <= len(words) and _BETWEEN_NAMES.fullmatch(words.gap(end)))
        if one_name and _PHONE_NEXT.match(words.text, words.spans[at - 1][1]):
            return at
    return 0


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
