"""Every kind of condition, alone: when it holds, and what is said when it does not."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time

import pytest

from app.catalogue.terms import Answer, CategoryCode, Kind, Priority
from app.directory.terms import AreaCode, Confidence, Tier, UnitKind
from app.kit.clock import zone
from app.kit.text import Text
from app.routing.domain import Book, CompiledRule, Matter, route, tiers_to_try
from app.routing.models import rule_from, rule_values
from app.routing.snapshot import Rulebooks
from app.routing.terms import (
    AnswerTest,
    Conditions,
    CoveringUnit,
    Decision,
    NamedUnit,
    Rule,
    RulebookVersion,
    RuleCode,
    Target,
    Why,
)
from tests.provinces import HAIDUONG, KHANHHOA, WORKDAY, packaged_provinces

WARD, COMMUNE, NHA_TRANG = "10507", "11242", "22366"
REASON = Text("Do {unit} phụ trách", "By {unit}")


def a_rule(code: str = "a", *, to: Target | None = None, when: Conditions | None = None) -> Rule:
    """A rule without conditions, for the power company."""
    return Rule(RuleCode(code), when or Conditions(), to or NamedUnit("H23.91"), REASON)


def a_matter(
    *,
    area: str = WARD,
    kind: Kind = Kind.FIELD_REPORT,
    priority: Priority = Priority.NORMAL,
    answers: Mapping[str, Answer] | None = None,
    local: datetime | None = None,
) -> Matter:
    """A pothole in a ward of Hải Dương on a Friday at ten in the morning."""
    provinces = packaged_provinces()
    code = "roads.pothole"
    return Matter(
        tenant=HAIDUONG,
        chain=provinces.directory.chain_in(HAIDUONG, area),
        confidence=Confidence.EXACT,
        category=provinces.catalogue.category(HAIDUONG, code),
        lineage=provinces.catalogue.lineage(HAIDUONG, code),
        kind=kind,
        priority=priority,
        answers=answers or {},
        local=local or datetime(2026, 11, 20, 10, tzinfo=zone("Asia/Ho_Chi_Minh")),
    )


def refusal(when: Conditions, matter: Matter) -> Why | None:
    """What a rule with these conditions says to the matter."""
    return CompiledRule(a_rule(when=when)).refusal(matter)


def routed(rules: list[Rule], *, category: str = "roads.pothole", area: str = WARD) -> Decision:
    """What a rulebook of these rules decides."""
    provinces = packaged_provinces()
    return route(
        Book(RulebookVersion(HAIDUONG, 7, WORKDAY, tuple(rules))),
        provinces.directory,
        provinces.catalogue,
        tenant=HAIDUONG,
        chain=provinces.directory.chain_in(HAIDUONG, area),
        confidence=Confidence.EXACT,
        category=category,
        kind=Kind.FIELD_REPORT,
        priority=Priority.NORMAL,
        answers={},
        at=WORKDAY,
    )


@pytest.mark.parametrize("areas", [("10507",), ("288",), ("30",), ("300", "288")])
def test_an_area_holds_for_everything_below_it(areas: tuple[str, ...]) -> None:
    assert refusal(Conditions(areas=tuple(AreaCode(code) for code in areas)), a_matter()) is None


def test_an_area_elsewhere_does_not_hold() -> None:
    assert refusal(Conditions(areas=(AreaCode("300"),)), a_matter()) is Why.AREA


def test_the_type_of_the_commune_tells_towns_from_villages() -> None:
    urban = Conditions(area_types=("Phường", "Thị trấn"))
    assert refusal(urban, a_matter(area=WARD)) is None
    assert refusal(urban, a_matter(area=COMMUNE)) is Why.AREA
    assert refusal(urban, a_matter(area="288")) is Why.AREA  # known only by its district


def test_kind_and_priority_are_compared() -> None:
    assert refusal(Conditions(kinds=(Kind.QUESTION,)), a_matter()) is Why.KIND
    assert refusal(Conditions(kinds=(Kind.QUESTION,)), a_matter(kind=Kind.QUESTION)) is None
    assert refusal(Conditions(priorities=(Priority.URGENT,)), a_matter()) is Why.PRIORITY
    assert refusal(Conditions(priorities=(Priority.URGENT,)), a_matter(priority=Priority.URGENT)) is None


@pytest.mark.parametrize(
    ("start", "end", "hour", "holds"),
    [
        (time(8), time(17), 8, True),
        (time(8), time(17), 17, False),
        (time(22), time(6), 23, True),
        (time(22), time(6), 0, True),
        (time(22), time(6), 6, False),
        (time(22), time(6), 21, False),
        (time(22), None, 23, True),
        (time(22), None, 21, False),
        (None, time(6), 5, True),
        (None, time(6), 6, False),
    ],
)
def test_hours_are_local_and_may_pass_midnight(start: time | None, end: time | None, hour: int, *, holds: bool) -> None:
    local = datetime(2026, 11, 20, hour, tzinfo=zone("Asia/Ho_Chi_Minh"))
    found = refusal(Conditions(from_time=start, until_time=end), a_matter(local=local))
    assert found is (None if holds else Why.TIME)


def test_weekdays_count_from_monday() -> None:
    assert refusal(Conditions(weekdays=(5,)), a_matter()) is None
    assert refusal(Conditions(weekdays=(6, 7)), a_matter()) is Why.TIME


def test_both_ends_of_a_range_of_days_belong_to_it() -> None:
    day = date(2026, 11, 20)
    assert refusal(Conditions(from_day=day, until_day=day), a_matter()) is None
    assert refusal(Conditions(until_day=date(2026, 11, 19)), a_matter()) is Why.TIME
    assert refusal(Conditions(from_day=date(2026, 11, 21)), a_matter()) is Why.TIME


@pytest.mark.parametrize(
    ("test", "answers", "holds"),
    [
        (AnswerTest("q", ("a", "b")), {"q": "b"}, True),
        (AnswerTest("q", ("a", "b")), {"q": "c"}, False),
        (AnswerTest("q", ("a",)), {}, False),
        (AnswerTest("q", (True,)), {"q": True}, True),
        (AnswerTest("q", (True,)), {"q": 1}, False),
        (AnswerTest("q", least=50), {"q": 50}, True),
        (AnswerTest("q", least=50), {"q": 49.9}, False),
        (AnswerTest("q", least=1, most=2), {"q": 3}, False),
        (AnswerTest("q", least=0), {"q": True}, False),
        (AnswerTest("q", least=0), {"q": "7"}, False),
    ],
)
def test_answers_are_tested_by_value_and_type(test: AnswerTest, answers: dict[str, Answer], *, holds: bool) -> None:
    assert refusal(Conditions(answers=(test,)), a_matter(answers=answers)) is (None if holds else Why.ANSWERS)


def test_a_rule_about_a_group_is_asked_for_its_leaves_only() -> None:
    roads = a_rule("roads", when=Conditions(categories=(CategoryCode("roads"),)))
    assert routed([roads]).rule == "roads"
    other = routed([roads], category="noise.karaoke")
    assert other.rule != "roads"
    assert other.considered == ()


def test_the_first_rule_that_holds_wins() -> None:
    both = Conditions(categories=(CategoryCode("roads.pothole"), CategoryCode("roads")))
    decision = routed([a_rule("first", when=both), a_rule("second")])
    assert (decision.rule, decision.rulebook_version) == ("first", 7)


def test_a_rule_whose_unit_does_not_exist_is_passed_over_and_said_so() -> None:
    nobody = a_rule("nobody", to=NamedUnit("H23.77"))
    nowhere = a_rule("nowhere", to=CoveringUnit(UnitKind.OFFICE, Tier.COMMUNE))
    decision = routed([nobody, nowhere, a_rule("last")])
    assert decision.rule == "last"
    assert [(item.rule, item.why) for item in decision.considered] == [
        ("nobody", Why.NO_UNIT),
        ("nowhere", Why.NO_UNIT),
    ]


def test_a_missing_tier_gives_way_to_the_lower_then_to_the_higher() -> None:
    directory = packaged_provinces().directory
    two_tiers = directory.chain_in(KHANHHOA, NHA_TRANG)
    assert tiers_to_try(Tier.DISTRICT, two_tiers) == (Tier.COMMUNE, Tier.PROVINCE)
    three_tiers = directory.chain_in(HAIDUONG, WARD)
    assert tiers_to_try(Tier.DISTRICT, three_tiers) == (Tier.DISTRICT, Tier.COMMUNE, Tier.PROVINCE)
    assert tiers_to_try(Tier.COMMUNE, directory.chain_in(HAIDUONG, "300")) == (Tier.DISTRICT, Tier.PROVINCE)
    assert tiers_to_try(Tier.COMMUNE, directory.chain_in(HAIDUONG, "30")) == (Tier.PROVINCE,)


def test_the_highest_version_that_has_begun_decides() -> None:
    def version(number: int, day: int, *, active: bool = True) -> RulebookVersion:
        return RulebookVersion(HAIDUONG, number, datetime(2026, 1, day, tzinfo=UTC), (), active)

    books = Rulebooks([version(2, 10), version(1, 1), version(3, 20), version(4, 5, active=False)])
    at = [books.book(HAIDUONG, datetime(2026, 1, day, tzinfo=UTC)).version for day in (1, 9, 10, 19, 20)]
    assert at == [1, 1, 2, 2, 3]
    assert books.book(HAIDUONG, datetime(2025, 1, 1, tzinfo=UTC)).version == 0
    assert books.book(KHANHHOA, datetime(2026, 1, 20, tzinfo=UTC)).version == 0


def test_a_rule_is_the_same_after_it_was_written_and_read() -> None:
    full = Rule(
        RuleCode("full"),
        Conditions(
            categories=(CategoryCode("roads"),),
            areas=(AreaCode("300"),),
            area_types=("Xã",),
            kinds=(Kind.PETITION,),
            priorities=(Priority.HIGH,),
            weekdays=(1, 7),
            from_time=time(22),
            until_time=time(6, 30),
            from_day=date(2026, 1, 1),
            until_day=date(2026, 12, 31),
            answers=(AnswerTest("road_class", ("district",)), AnswerTest("width_cm", least=5, most=50)),
        ),
        CoveringUnit(UnitKind.OFFICE, Tier.DISTRICT),
        REASON,
    )
    assert rule_from(rule_values(full)) == full
    for tenant in (HAIDUONG, KHANHHOA):
        for rule in packaged_provinces().rulebooks.book(tenant, WORKDAY).rules:
            assert rule_from(rule_values(rule)) == rule
