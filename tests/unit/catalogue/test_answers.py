"""Answers to a category's questions: what is taken, what is refused and where, and what they change."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from app.catalogue import domain
from app.catalogue.errors import InvalidAnswers
from app.catalogue.seed import packaged_categories
from app.catalogue.terms import Answer, Category, Kind, Priority, PublicationPolicy
from app.kit.ids import TenantId


def of(code: str) -> Category:
    """The packaged category."""
    return next(category for category in packaged_categories(TenantId(1)) if category.code == code)


def pointers(code: str, answers: dict[str, Answer]) -> list[str]:
    """Places of the answers that were refused."""
    with pytest.raises(InvalidAnswers) as refused:
        domain.validate_answers(of(code), answers)
    errors = refused.value.extensions["errors"]
    assert isinstance(errors, list)
    return [error["pointer"] for error in errors]


def test_answers_that_fit_are_kept_in_the_order_of_the_questions() -> None:
    given: dict[str, Answer] = {"danger": True, "width_cm": 40, "road_class": "district"}
    accepted = domain.validate_answers(of("roads.pothole"), given)
    assert list(accepted.items()) == [("road_class", "district"), ("width_cm", 40), ("danger", True)]


def test_nothing_answered_is_fine() -> None:
    assert domain.validate_answers(of("roads.pothole"), None) == {}
    assert domain.validate_answers(of("lighting.street_lamp"), {"pole_number": "   "}) == {}


def test_text_is_brought_to_one_form() -> None:
    accepted = domain.validate_answers(of("lighting.street_lamp"), {"pole_number": " Cột số 12 "})
    assert accepted == {"pole_number": "Cột số 12"}


@pytest.mark.parametrize(
    ("answers", "pointer"),
    [
        ({"road_class": "lane"}, "/answers/road_class"),
        ({"road_class": True}, "/answers/road_class"),
        ({"width_cm": "wide"}, "/answers/width_cm"),
        ({"width_cm": True}, "/answers/width_cm"),
        ({"width_cm": math.nan}, "/answers/width_cm"),
        ({"width_cm": math.inf}, "/answers/width_cm"),
        ({"width_cm": 0}, "/answers/width_cm"),
        ({"width_cm": 5001}, "/answers/width_cm"),
        ({"danger": "yes"}, "/answers/danger"),
        ({"danger": 1}, "/answers/danger"),
        ({"colour": "red"}, "/answers/colour"),
        ({"a/b~c": "red"}, "/answers/a~1b~0c"),
    ],
)
def test_an_answer_that_does_not_fit_is_refused_at_its_place(answers: dict[str, Answer], pointer: str) -> None:
    assert pointers("roads.pothole", answers) == [pointer]


@pytest.mark.parametrize("text", ["x" * 501, "a\x00b", "a\u202eb"])
def test_a_text_answer_is_short_and_plain(text: str) -> None:
    assert pointers("lighting.street_lamp", {"pole_number": text}) == ["/answers/pole_number"]


def test_every_mistake_is_named_at_once() -> None:
    found = pointers("roads.pothole", {"danger": "yes", "width_cm": -1, "what": "x"})
    assert found == ["/answers/width_cm", "/answers/danger", "/answers/what"]


def test_a_required_question_must_be_answered() -> None:
    pothole = of("roads.pothole")
    asked = replace(pothole, questions=(replace(pothole.questions[0], required=True),))
    with pytest.raises(InvalidAnswers):
        domain.validate_answers(asked, {"road_class": ""})


def test_an_emergency_and_an_alarming_answer_are_urgent() -> None:
    assert domain.initial_priority(of("drainage.manhole_cover"), {}) is Priority.URGENT
    assert domain.initial_priority(of("roads.pothole"), {"danger": True}) is Priority.URGENT
    assert domain.initial_priority(of("roads.pothole"), {"danger": False}) is Priority.NORMAL
    assert domain.initial_priority(of("roads.pothole"), {}) is Priority.NORMAL


def test_urgent_is_never_slower_than_ordinary() -> None:
    pothole = of("roads.pothole")
    assert domain.target_working_days(pothole, Priority.NORMAL) == 7
    assert domain.target_working_days(pothole, Priority.URGENT) == 1
    odd = replace(pothole, target_working_days=1, emergency_target_working_days=5)
    assert domain.target_working_days(odd, Priority.URGENT) == 1


def test_a_diverted_kind_is_never_published_whatever_the_category() -> None:
    assert domain.publication_policy(of("roads.pothole"), Kind.DENUNCIATION) is PublicationPolicy.NEVER
    assert domain.publication_policy(of("complaint.act"), Kind.FIELD_REPORT) is PublicationPolicy.NEVER
    assert domain.publication_policy(of("roads.pothole"), Kind.PETITION) is PublicationPolicy.AUTOMATIC


def test_the_kind_is_what_was_asked_for_unless_the_category_is_another_track() -> None:
    assert domain.effective_kind(of("roads.pothole"), None) is Kind.FIELD_REPORT
    assert domain.effective_kind(of("roads.pothole"), Kind.QUESTION) is Kind.QUESTION
    assert domain.effective_kind(of("other.suggestion"), None) is Kind.PETITION
    assert domain.effective_kind(of("complaint.act"), Kind.FIELD_REPORT) is Kind.COMPLAINT


def test_private_answers_and_free_text_stay_inside() -> None:
    answers: dict[str, Answer] = {"waste_kind": "household", "happening_now": True, "vehicle_plate": "34A-123.45"}
    assert domain.public_answers(of("waste.dumping"), answers) == {"waste_kind": "household", "happening_now": True}
    assert domain.public_answers(of("lighting.street_lamp"), {"pole_number": "gọi 0912345678"}) == {}
    assert domain.told_answers(of("lighting.street_lamp"), {"pole_number": "12"}) == {"pole_number": "12"}
    assert "vehicle_plate" not in domain.told_answers(of("waste.dumping"), answers), "neighbours are told no more"


def test_an_installation_that_passes_a_report_on_is_not_asked_for_what_it_keeps() -> None:
    category = of("waste.dumping")
    plate = next(one for one in category.questions if one.code == "vehicle_plate")
    strict = replace(category, questions=(replace(plate, required=True),))
    with pytest.raises(InvalidAnswers):
        domain.validate_answers(strict, {})
    assert domain.validate_answers(strict, {}, passed_on=True) == {}
