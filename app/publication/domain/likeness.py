"""How likely two reports tell of one matter: by place, time, category and words, however these were typed.

Words are compared without diacritics, once what is left of Telex or VNI typing and what is written for short is undone,
and with a slip of the finger allowed. Nothing here knows a language but Vietnamese.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from math import exp
from typing import NamedTuple

from app.kit.text import folded_words
from app.publication.terms import Likeness

from .words import packaged

RADIUS_M = 300.0
MOST_CANDIDATES = 100  # the nearest
MOST_OF_AREA = 500  # newest cases of a commune that an officer's is compared with
MOST_SHOWN = 5
MOST_DAYS = 120
THRESHOLD = 0.62
"""From which score on a case is shown; measured on labelled pairs in tests/unit/publication/test_likeness.py."""
THRESHOLD_WITHIN = 0.74
"""The same where no distance is known, only that both lie in one commune: there is less to tell by."""

_PACKAGED = packaged("likeness")
_SHORT: Mapping[str, tuple[str, ...]] = {word: tuple(long.split()) for word, long in _PACKAGED["short"].items()}
_EMPTY = frozenset(_PACKAGED["empty"]["words"].split())
_THINGS = {tuple(name.split()): names[0] for names in _PACKAGED["same"]["things"] for name in names}
_LONGEST = max(map(len, _THINGS))
_FIRSTS = frozenset(words[0] for words in _THINGS)

_SYLLABLE = re.compile(
    r"(?:ngh|ng|nh|ch|gh|gi|kh|ph|qu|th|tr|[bcdghklmnprstvx])?"
    r"(?:uye|uya|uyu|oai|oao|oay|oeo|uai|uay|uoi|uou|ieu|yeu|ai|ao|au|ay|eo|eu|ia|ie|iu|oa|oe|oi|ua|ue|ui|uo|uu|uy|ye"
    r"|[aeiouy])(?:ch|ng|nh|[cmnpt])?"
)
_VNI = re.compile(r"[a-z]+[1-9](?:[a-z]*[1-9]?)*")
_DOUBLED = re.compile(r"([adeo])\1")
_SHORTEST_WITH_SLIP = 4
_SLIP = 0.8  # what a word with a slip of the finger is worth
_THING = 2.0  # what naming the same thing is worth, in words
_PLACE_FADES_M = 180.0
_TIME_FADES_DAYS = 90.0
_OF_A_GROUP = 0.6
_OF_WORDS, _OF_PLACE, _OF_CATEGORY, _OF_TIME = 0.5, 0.22, 0.23, 0.05
_MOST_WORDS = 120  # of one text that are looked at
_MOST_LETTERS = 30  # of one word: each is kept once for every letter that may be left out
_MOST_SHARED = 6


class Said(NamedTuple):
    """What a text is compared by: the things it names and its other telling words, each once."""

    things: frozenset[str]
    words: tuple[str, ...]
    slips: frozenset[str]  # the words with any one letter left out, by which those a slip apart are found


_KEPT_IN_MIND = 4096  # public texts


def _is_syllable(word: str) -> bool:
    return _SYLLABLE.fullmatch(word) is not None


def _undone(word: str) -> str:
    """`word` without what Telex or VNI leaves in it when it is not turned into diacritics; as it is if that is none."""
    if word.isdigit() or _is_syllable(word):
        return word
    if _VNI.fullmatch(word):
        bare = re.sub(r"[1-9]", "", word)
        return bare if _is_syllable(bare) and len(bare) > 1 else word
    bare = _DOUBLED.sub(lambda found: found.group()[0], word)
    bare = re.sub("(?<=[uoa])w", "", bare).replace("w", "u")
    if bare.startswith("f"):  # as it is often typed on purpose
        bare = "ph" + bare[1:]
    toneless = re.sub("(?<=[a-z])[sfrxj]", "", bare[1:])
    return next((each for each in (bare, bare[:1] + toneless) if _is_syllable(each)), word)


def plain_words(text: str) -> list[str]:
    """Words of `text` as if they had been typed without diacritics and in full."""
    found: list[str] = []
    for word in (each[:_MOST_LETTERS] for each in folded_words(text)[:_MOST_WORDS]):
        found += _SHORT.get(word) or (_undone(word),)
    return found


def said(text: str) -> Said:
    """What `text` is compared by."""
    words = plain_words(text)
    things: set[str] = set()
    left: list[str] = []
    at = 0
    while at < len(words):
        for length in range(min(_LONGEST, len(words) - at), 0, -1):
            thing = _THINGS.get(tuple(words[at : at + length])) if words[at] in _FIRSTS else None
            if thing is not None:
                things.add(thing)
                at += length
                break
        else:
            if words[at] not in _EMPTY:
                left.append(words[at])
            at += 1
    kept = tuple(dict.fromkeys(left))
    return Said(frozenset(things), kept, frozenset(variant for word in kept for variant in _slips(word)))


@lru_cache(maxsize=_KEPT_IN_MIND)
def said_publicly(text: str) -> Said:
    """The same of a text that everyone may read, which is remembered: many drafts are compared with it."""
    return said(text)


def _slips(word: str) -> Iterator[str]:
    if len(word) >= _SHORTEST_WITH_SLIP:
        yield word
        for place in range(len(word)):
            yield word[:place] + word[place + 1 :]


def _one_slip_apart(a: str, b: str) -> bool:
    """Whether one letter too many, too few, other, or two exchanged make one of the other."""
    if abs(len(a) - len(b)) > 1 or min(len(a), len(b)) < _SHORTEST_WITH_SLIP:
        return False
    start = next((place for place, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
    rest_a, rest_b = a[start:], b[start:]
    if len(a) == len(b):
        return rest_a[1:] == rest_b[1:] or (rest_a[:2] == rest_b[1::-1] and rest_a[2:] == rest_b[2:])
    return rest_a[1:] == rest_b or rest_a == rest_b[1:]


def _shared(a: Said, b: Said) -> Iterator[tuple[str, float]]:
    """Words and things of both, each with its worth."""
    for thing in sorted(a.things & b.things):
        yield thing, _THING
    others = set(b.words)
    for word in a.words:
        if word in others:
            yield word, 1.0
        elif not b.slips.isdisjoint(_slips(word)) and any(_one_slip_apart(word, other) for other in b.words):
            yield word, _SLIP


def _worth(one: Said) -> float:
    return _THING * len(one.things) + len(one.words)


def words_alike(a: Said, b: Said) -> tuple[float, tuple[str, ...]]:
    """From 0 to 1 how much two texts say the same, and in which words.

    People tell more or less of the same: what is shared counts against the shorter text more than against the longer.
    """
    shared = list(_shared(a, b))
    most, least = max(_worth(a), _worth(b)), min(_worth(a), _worth(b))
    if not shared or least == 0:
        return 0.0, ()
    value = sum(worth for _, worth in shared)
    score = min(1.0, 0.7 * value / max(least, 2.0) + 0.3 * value / most)
    return score, tuple(word for word, _ in shared[:_MOST_SHARED])


def likeness(
    draft: Said | None,
    other: Said,
    *,
    metres: float | None,
    days: float,
    category: tuple[str, str] | None,
    of: tuple[str, str],
) -> Likeness:
    """How likely both are one matter; without a draft, a category, or a distance, by the rest.

    Args:
        category: of the draft, with its group. `of`: those of the other one.
    """
    alike, shared = words_alike(draft, other) if draft is not None else (0.0, ())
    parts = [(_OF_TIME, exp(-days / _TIME_FADES_DAYS))]
    if metres is not None:
        parts.append((_OF_PLACE, exp(-metres / _PLACE_FADES_M)))
    if draft is not None:
        parts.append((_OF_WORDS, alike))
    if category is not None:
        kinship = 1.0 if category[0] in of else _OF_A_GROUP if category[1] == of[1] else 0.0
        parts.append((_OF_CATEGORY, kinship))
    score = sum(weight * value for weight, value in parts) / sum(weight for weight, _ in parts)
    return Likeness(round(score, 3), shared)


def likely(found: Likeness, metres: float | None) -> bool:
    """Whether it is worth showing: where no distance is known, words in common and more of them are asked for."""
    if metres is None:
        return bool(found.shared) and found.score >= THRESHOLD_WITHIN
    return metres <= RADIUS_M and found.score >= THRESHOLD
