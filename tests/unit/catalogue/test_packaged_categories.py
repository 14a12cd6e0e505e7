"""The packaged catalogue: complete, consistent, and honest about what is never published."""

from __future__ import annotations

import re
from collections import Counter

from app.catalogue.models import CategoryRow, category_values
from app.catalogue.seed import packaged_categories
from app.catalogue.terms import Category, Kind, PublicationPolicy, QuestionType
from app.kit.ids import TenantId

CATEGORIES = packaged_categories(TenantId(1))
GROUPS = [category for category in CATEGORIES if category.parent is None]
LEAVES = [category for category in CATEGORIES if category.parent is not None]


def of(code: str) -> Category:
    """The packaged category."""
    return next(category for category in CATEGORIES if category.code == code)


def test_there_are_two_levels_and_every_code_says_its_group() -> None:
    assert [group.code for group in GROUPS] == [
        *("roads", "lighting", "drainage", "water_supply", "waste", "trees", "construction", "noise", "environment"),
        *("urban_order", "security", "traffic", "food", "animals", "electricity", "telecom", "health_education"),
        *("public_services", "conduct", "other", "complaint", "denunciation"),
    ]
    assert 40 <= len([leaf for leaf in LEAVES if not leaf.kind.diverted]) <= 55
    for leaf in LEAVES:
        assert re.fullmatch(rf"{leaf.parent}\.[a-z_]+", leaf.code)


def test_codes_and_names_are_used_once() -> None:
    for values in ([item.code for item in CATEGORIES], [item.name.vi for item in LEAVES]):
        assert Counter(values).most_common(1)[0][1] == 1


def test_every_group_has_leaves_and_everything_has_words_in_both_languages() -> None:
    assert {leaf.parent for leaf in LEAVES} == {group.code for group in GROUPS}
    for item in CATEGORIES:
        assert all((item.name.vi, item.name.en, item.legal_basis.vi, item.legal_basis.en))
        assert bool(item.description.vi) == bool(item.description.en)
        for question in item.questions:
            assert all((question.text.vi, question.text.en))
            assert bool(question.choices) == (question.type is QuestionType.CHOICE)


def test_nobody_is_made_to_answer_in_an_emergency() -> None:
    for item in CATEGORIES:
        if item.emergency:
            assert not any(question.required for question in item.questions)
            assert item.guidance


def test_other_legal_tracks_come_with_guidance_and_are_never_published() -> None:
    for code, kind in (("complaint", Kind.COMPLAINT), ("denunciation", Kind.DENUNCIATION)):
        family = [item for item in CATEGORIES if code in (item.code, item.parent)]
        assert len(family) >= 2
        for item in family:
            assert item.kind is kind
            assert item.publication is PublicationPolicy.NEVER
            assert item.guidance
            assert "Luật" in item.guidance.vi


def test_sensitive_categories_are_never_published_by_themselves() -> None:
    for item in CATEGORIES:
        if item.code.split(".")[0] in {"conduct", "security", "health_education"}:
            assert item.publication is not PublicationPolicy.AUTOMATIC
    assert of("security.social_evils").publication is PublicationPolicy.NEVER


def test_targets_keep_the_promise_of_their_legal_basis() -> None:
    for item in CATEGORIES:
        if "960/QĐ-UBND" in item.legal_basis.vi:
            assert item.target_working_days <= 3
        assert item.emergency_target_working_days == 1


def test_an_answer_that_names_a_person_is_private() -> None:
    named = {"vehicle_plate", "customer_code", "shop_name", "file_code"}
    for item in CATEGORIES:
        for question in item.questions:
            assert question.private == (question.code in named)


def test_a_category_is_the_same_after_it_was_written_and_read() -> None:
    for item in CATEGORIES:
        assert CategoryRow(**category_values(item)).read() == item
