"""Vietnamese words by which a person's name is told from a place's or an office's, as packaged in `data`."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from importlib import resources
from typing import Any, NamedTuple

from app.kit.text import fold


class Phrases(NamedTuple):
    """Phrases as their words. Most words of a text begin or end none of them, which one look-up tells."""

    all: frozenset[tuple[str, ...]]
    firsts: frozenset[str]
    lasts: frozenset[str]


def packaged(name: str) -> Mapping[str, Any]:
    """What the packaged list `data/{name}.toml` says."""
    return tomllib.loads(resources.files("app.publication").joinpath(f"data/{name}.toml").read_text("utf-8"))


def _phrases(texts: Iterable[str]) -> Phrases:
    phrases = frozenset(tuple(phrase.split()) for phrase in texts)
    return Phrases(phrases, frozenset(words[0] for words in phrases), frozenset(words[-1] for words in phrases))


# What each list means is said in the file.
_NAMES = packaged("names")
HONORIFICS = frozenset(_NAMES["honorifics"])
INSIDE_NAMES = frozenset(_NAMES["inside_names"])
COUNTRY_WORDS = frozenset(_NAMES["country_words"])
ROLES = _phrases(_NAMES["roles"])
TITLES = _phrases(_NAMES["titles"])
OFFICES = _phrases(_NAMES["offices"])
SOUGHT = _phrases(_NAMES["sought"])
GIVEN_ALONE = frozenset(_NAMES["given_alone"])
LABELS = _phrases(_NAMES["labels"])
PLACE_WORDS = frozenset(_NAMES["place_words"])
STRONG_PLACE_WORDS = frozenset(_NAMES["strong_place_words"])
PLACE_PAIRS = _phrases(_NAMES["place_pairs"])
OF_PLACES = frozenset(_NAMES["of_places"])
SIDES = frozenset(_NAMES["sides"])
STREET_JOINTS = frozenset(_NAMES["street_joints"])
PLACE_NAMES = _phrases(_NAMES["place_names"])
PLACE_NAMES_ALONE = _phrases(_NAMES["place_names_alone"])
FIGURES = _phrases(_NAMES["figures"])
SURNAMES = frozenset(_NAMES["surnames"])
MIDDLES = frozenset(_NAMES["middles"])
PLAIN_MIDDLES = frozenset(_NAMES["plain_middles"])
COMMON_SURNAMES = frozenset(_NAMES["common_surnames"])
SURE_SURNAMES = frozenset(_NAMES["sure_surnames"])
LOUD_SURNAMES = frozenset(_NAMES["loud_surnames"])
PLAIN_SURNAMES = frozenset(_NAMES["plain_surnames"])
PLAIN_NOT_GIVEN = frozenset(_NAMES["plain_not_given"])
PLAIN_PLACE_WORDS = frozenset(_NAMES["plain_place_words"])
SMALL_COMPOUNDS = _phrases(_NAMES["small_compounds"])
GIVEN_TOO = frozenset(_NAMES["given_too"])
NOT_NAMES = frozenset(_NAMES["not_names"])
COMPOUNDS = _phrases(_NAMES["compounds"])
SMALL_GIVEN = frozenset(_NAMES["small_given"])
HIGHLAND_MIDDLES = frozenset(_NAMES["highland_middles"])
HIGHLAND_SURNAMES = frozenset(_NAMES["highland_surnames"])

# Without diacritics, as many people type: Lê Lợi and Le Loi are the same street.
PLACES_NAMED_LIKE_PEOPLE = frozenset(fold(name) for name in packaged("places")["names"])
PLAIN_OF_SURNAMES = frozenset(map(fold, SURNAMES))
