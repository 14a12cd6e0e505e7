"""How likely two reports tell of one matter: by place, time, category and words, however these were typed.

Words are compared without diacritics, once what is left of Telex or VNI typing and what is written for short is undone,
and with a slip of the finger allowed. Nothing here knows a language but Vietnamese.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from math import exp, floor
from typing import NamedTuple

from app.kit.geo import Box, Point
from app.kit.text import folded_words
from app.publication.terms import Likeness

from .words import packaged

RADIUS_M = 300.0
MOST_CANDIDATES = 100  # the nearest
MOST_OF_AREA = 500  # newest cases of a commune that an officer's is compared with
MOST_SHOWN = 5
MOST_DAYS = 120
WAITING_DAYS = 30
WAITING_SQUARE = 0.005
"""Degrees: what waits is counted in squares of half a kilometre that stand still, however finely somebody asks."""
FEWEST_WAITING, MOST_WAITING = 2, 5
"""What waits is told from two on, so that nobody learns of one; from five on it is five."""
THRESHOLD = 0.65
"""From which score on a case is shown; measured on labelled pairs in tests/unit/publication/test_likeness.py."""
THRESHOLD_WITHIN = 0.74
"""The same where no distance is known, only that both lie in one commune: there is less to tell by."""

_PACKAGED = packaged("likeness")
_SHORT: Mapping[str, tuple[str, ...]] = {word: tuple(long.split()) for word, long in _PACKAGED["short"].items()}
_EMPTY = frozenset(_PACKAGED["empty"]["words"].split())
_THINGS: dict[tuple[str, ...], tuple[str, ...]] = {
    tuple(name.split()): (names[0],) for names in _PACKAGED["same"]["things"] for name in names
} | {tuple(name.split()): tuple(one["things"]) for one in _PACKAGED["means"] for name in one["said"]}
_LONGEST = max(map(len, _THINGS))
_FIRSTS = frozenset(words[0] for words in _THINGS)
_APART = {one["first"]: one for one in _PACKAGED["apart"]}
_STATES = frozenset(_PACKAGED["states"]["things"])

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
_STATE = 1.0  # and what happens to many things
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


def _by_slip(words: Iterable[str]) -> Mapping[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for word in sorted(words):
        for slip in _slips(word):
            found[slip] = (*found.get(slip, ()), word)
    return found


_KNOWN = _by_slip({word for words in _THINGS for word in words})


def _meant(word: str) -> str:
    """The word of a thing's name that a slip of the finger made `word` of; the word itself where it may be meant."""
    if len(word) < _SHORTEST_WITH_SLIP or word.isdigit() or _is_syllable(word):
        return word
    near = {known for slip in _slips(word) for known in _KNOWN.get(slip, ()) if _one_slip_apart(word, known)}
    return near.pop() if len(near) == 1 else word


def plain_words(text: str) -> list[str]:
    """Words of `text` as if they had been typed without diacritics and in full."""
    found: list[str] = []
    for word in (each[:_MOST_LETTERS] for each in folded_words(text)[:_MOST_WORDS]):
        found += _SHORT.get(word) or (_meant(_undone(word)),)
    return found


def _named(words: Sequence[str]) -> tuple[set[str], set[int]]:
    """Things that the words name, and at which places; the longest name is looked for first."""
    things: set[str] = set()
    used: set[int] = set()
    for at in range(len(words)):
        if at in used:
            continue
        for length in range(min(_LONGEST, len(words) - at), 0, -1) if words[at] in _FIRSTS else ():
            if found := _THINGS.get(tuple(words[at : at + length])):
                things.update(found)
                used.update(range(at, at + length))
                break
        else:
            if (later := _later(words, at)) is not None:
                things.add(_APART[words[at]]["thing"])
                used.update((at, later))
    return things, used


def _later(words: Sequence[str], at: int) -> int | None:
    """Where the second word of a name stands whose first one is at `at`; None where there is no such name."""
    one, after = _APART.get(words[at]), [*words[at + 1 :], ""]
    if one is None or after[0] in one["but_first"]:
        return None
    near = range(min(one["within"], len(after) - 1))
    found = (place for place in near if after[place] in one["later"] and after[place + 1] not in one["but_later"])
    return next((at + 1 + place for place in found), None)


def said(text: str) -> Said:
    """What `text` is compared by."""
    words = plain_words(text)
    things, used = _named(words)
    left = [word for at, word in enumerate(words) if at not in used and word not in _EMPTY]
    kept = tuple(dict.fromkeys(left))
    return Said(frozenset(things), kept, frozenset(variant for word in kept for variant in _slips(word)))


@lru_cache(maxsize=_KEPT_IN_MIND)
def said_publicly(text: str) -> Said:
    """The same of a text that everyone may read, which is remembered: many drafts are compared with it."""
    return said(text)


def _shared(a: Said, b: Said) -> Iterator[tuple[str, float]]:
    """Words and things of both, each with its worth."""
    for thing in sorted(a.things & b.things):
        yield thing, _STATE if thing in _STATES else _THING
    others = set(b.words)
    for word in a.words:
        if word in others:
            yield word, 1.0
        elif not b.slips.isdisjoint(_slips(word)) and any(_one_slip_apart(word, other) for other in b.words):
            yield word, _SLIP


def _worth(one: Said) -> float:
    states = len(one.things & _STATES)
    return _THING * (len(one.things) - states) + _STATE * states + len(one.words)


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


def waiting_square(point: Point) -> Box:
    """The square of the map that holds the point."""
    south, west = (floor(one / WAITING_SQUARE) * WAITING_SQUARE for one in (point.lat, point.lon))
    return Box(south, west, south + WAITING_SQUARE, west + WAITING_SQUARE)


def told_waiting(count: int) -> int:
    """How many are told of."""
    return min(count, MOST_WAITING) if count >= FEWEST_WAITING else 0
