"""Answers of any shape to any category: refused as a whole with places, or accepted, and then accepted again."""

from __future__ import annotations

from hypothesis import given, settings, strategies as st

from app.catalogue import domain
from app.catalogue.errors import InvalidAnswers
from app.catalogue.seed import packaged_categories
from app.catalogue.snapshot import Catalogue
from app.catalogue.terms import Answer, Category, Kind, PublicationPolicy
from app.kit.ids import TenantId

TENANT = TenantId(1)
CATEGORIES = packaged_categories(TENANT)
CATALOGUE = Catalogue(CATEGORIES)
CODES = sorted({question.code for category in CATEGORIES for question in category.questions})
CHOICES = sorted({choice.code for item in CATEGORIES for question in item.questions for choice in question.choices})
ANSWERS: st.SearchStrategy[Answer] = st.one_of(
    st.booleans(), st.integers(), st.floats(), st.text(max_size=600), st.sampled_from(CHOICES)
)


@settings(max_examples=300, deadline=None)
@given(
    category=st.sampled_from(CATEGORIES),
    answers=st.dictionaries(st.one_of(st.sampled_from(CODES), st.text(max_size=10)), ANSWERS, max_size=6),
)
def test_answers_are_accepted_for_good_or_refused_with_places(category: Category, answers: dict[str, Answer]) -> None:
    try:
        accepted = domain.validate_answers(category, answers)
    except InvalidAnswers as refused:
        errors = refused.extensions["errors"]
        assert isinstance(errors, list)
        assert errors
        assert all(error["pointer"].startswith("/answers/") for error in errors)
        return
    assert domain.validate_answers(category, accepted) == accepted
    assert set(accepted) <= {question.code for question in category.questions}
    assert set(domain.public_answers(category, accepted)) <= set(accepted)


@settings(max_examples=200, deadline=None)
@given(words=st.text(max_size=200))
def test_any_words_get_a_short_list_of_open_categories(words: str) -> None:
    found = CATALOGUE.suggest(TENANT, words)
    assert len(found) <= 3
    assert len(set(found)) == len(found)
    assert found == CATALOGUE.suggest(TENANT, words)


@given(category=st.sampled_from(CATEGORIES), kind=st.sampled_from(Kind))
def test_nothing_of_another_legal_track_is_ever_published(category: Category, kind: Kind) -> None:
    effective = domain.effective_kind(category, kind)
    if kind.diverted or category.kind.diverted:
        assert effective.diverted
        assert domain.publication_policy(category, effective) is PublicationPolicy.NEVER
