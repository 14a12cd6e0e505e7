"""A rulebook that names what does not exist is refused, with the place of each mistake."""

from __future__ import annotations

from datetime import date

import pytest

from app.catalogue.terms import CategoryCode
from app.directory.terms import AreaCode, Tier, UnitKind
from app.kit.text import Text
from app.routing.domain import check_rules
from app.routing.errors import InvalidRulebook
from app.routing.terms import AnswerTest, Conditions, CoveringUnit, NamedUnit, Rule, RuleCode, Target
from tests.provinces import HAIDUONG, KHANHHOA, WORKDAY, packaged_provinces

GOOD = Text("Do {unit} phụ trách “{category}” tại {area}", "By {unit}: “{category}” in {area}")
POWER = NamedUnit("H23.91")
ROADS = (CategoryCode("roads"),)


def mistakes(*rules: Rule) -> list[str]:
    """Pointers of the mistakes found."""
    provinces = packaged_provinces()
    try:
        check_rules(rules, provinces.directory, provinces.catalogue, tenant=HAIDUONG, on=WORKDAY.date())
    except InvalidRulebook as refused:
        errors = refused.extensions["errors"]
        assert isinstance(errors, list)
        return [error["pointer"] for error in errors]
    return []


def a_rule(when: Conditions | None = None, to: Target = POWER, reason: Text = GOOD, code: str = "a") -> Rule:
    """A rule that may be published unless something is said."""
    return Rule(RuleCode(code), when or Conditions(), to, reason)


@pytest.mark.parametrize(
    ("when", "pointer"),
    [
        (Conditions(categories=(CategoryCode("roads"), CategoryCode("rods"))), "/rules/0/when/categories/1"),
        (Conditions(areas=(AreaCode("99999"),)), "/rules/0/when/areas/0"),
        (Conditions(areas=(AreaCode("56"),)), "/rules/0/when/areas/0"),  # another province
        (Conditions(area_types=("Đặc khu",)), "/rules/0/when/area_types/0"),
        (Conditions(from_day=date(2026, 2, 1), until_day=date(2026, 1, 1)), "/rules/0/when/dates/until"),
        (Conditions(ROADS, answers=(AnswerTest("colour", ("red",)),)), "/rules/0/when/answers/0/question"),
        (Conditions(ROADS, answers=(AnswerTest("road_class", ("lane",)),)), "/rules/0/when/answers/0/in/0"),
    ],
)
def test_what_a_condition_names_must_exist(when: Conditions, pointer: str) -> None:
    assert mistakes(a_rule(when)) == [pointer]


@pytest.mark.parametrize(
    ("to", "pointer"),
    [
        (NamedUnit("H23.77"), "/rules/0/to/unit"),
        (NamedUnit("H32.91"), "/rules/0/to/unit"),  # another province's
        (CoveringUnit(UnitKind.OFFICE, Tier.COMMUNE), "/rules/0/to"),
    ],
)
def test_whom_a_rule_names_must_exist(to: Target, pointer: str) -> None:
    assert mistakes(a_rule(to=to)) == [pointer]


@pytest.mark.parametrize("sentence", ["", "  ", "{unit.id}", "{unit!r}", "{unit:>9}", "{secret}", "{", "{}"])
def test_a_reason_names_only_unit_category_and_area(sentence: str) -> None:
    assert mistakes(a_rule(reason=Text("{unit}", sentence))) == ["/rules/0/reason/en"]


def test_a_code_is_used_once() -> None:
    assert mistakes(a_rule(code="one"), a_rule(code="two"), a_rule(code="one")) == ["/rules/2/code"]


def test_a_good_rule_has_no_mistake() -> None:
    assert mistakes(a_rule(Conditions(ROADS, answers=(AnswerTest("road_class", ("district",)),)))) == []


def test_offices_of_districts_cannot_be_named_where_there_are_none() -> None:
    provinces = packaged_provinces()
    rule = a_rule(to=CoveringUnit(UnitKind.OFFICE, Tier.DISTRICT))
    with pytest.raises(InvalidRulebook):
        check_rules([rule], provinces.directory, provinces.catalogue, tenant=KHANHHOA, on=WORKDAY.date())
