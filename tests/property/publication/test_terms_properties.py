"""What a search by words and pairs of words finds: every text with the phrase, and what else the words rule out."""

from __future__ import annotations

from hypothesis import given, strategies as st

from app.publication.domain import phrase_terms, search_terms

WORD = st.sampled_from(["o", "ga", "den", "duong", "xe", "may", "12"])
WORDS = st.lists(WORD, max_size=12)


@given(before=WORDS, phrase=st.lists(WORD, min_size=1, max_size=5), after=WORDS)
def test_a_text_has_all_terms_of_every_phrase_in_it(before: list[str], phrase: list[str], after: list[str]) -> None:
    text = " ".join([*before, *phrase, *after])
    assert set(phrase_terms(" ".join(phrase))) <= set(search_terms(text))


@given(words=WORDS, phrase=st.lists(WORD, min_size=2, max_size=2))
def test_two_words_are_found_as_neighbours_only(words: list[str], phrase: list[str]) -> None:
    found = set(phrase_terms(" ".join(phrase))) <= set(search_terms(" ".join(words)))
    neighbours = any(words[at : at + 2] == phrase for at in range(len(words)))
    assert found == neighbours


@given(WORDS)
def test_terms_are_integers_of_postgresql_ascending_each_once(words: list[str]) -> None:
    terms = search_terms(" ".join(words))
    assert terms == sorted(set(terms))
    assert all(-(1 << 31) <= term < 1 << 31 for term in terms)
    assert bool(terms) == bool(words)
