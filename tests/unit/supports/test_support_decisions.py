"""What everyone is told of a number, and which rule a case reaches."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from app.catalogue.terms import Priority
from app.kit.text import Text
from app.supports import domain
from app.supports.terms import Rule, Whose

NOW = datetime(2026, 11, 28, tzinfo=UTC)
LINE = ("roads.pothole", "roads")


def a_rule(
    category: str | None, priority: Priority, at_least: int | None, *, version: int = 1, whose: Whose = Whose.PROVEN
) -> Rule:
    return Rule(category, priority, version, at_least, whose, Text("QĐ", "decision"), "", NOW, NOW)


@pytest.mark.parametrize(
    ("people", "told"),
    [(-1, 0), (0, 0), (99, 99), (100, 100), (109, 100), (110, 110), (1_299, 1_200), (98_765, 98_000)],
)
def test_a_number_is_exact_while_it_is_small_and_round_when_it_is_large(people: int, told: int) -> None:
    assert domain.compact(people) == told


def test_a_hundred_thousand_supporters_are_a_few_hundred_changes() -> None:
    assert len({domain.compact(people) for people in range(100_001)}) < 400


def test_the_rule_nearest_to_the_category_holds_and_the_most_urgent_reached_wins() -> None:
    own = [
        a_rule("roads", Priority.HIGH, 5),
        a_rule("roads.pothole", Priority.URGENT, 20),
        a_rule(None, Priority.URGENT, 8, whose=Whose.EVERYBODY),
    ]
    in_force = domain.rules_in_force(own, NOW)

    def reached(line: tuple[str, ...], people: int, proven: int) -> Priority | None:
        rule = domain.rule_reached(in_force, line, people=people, proven=proven)
        return rule.priority if rule else None

    assert reached(LINE, 4, 4) is None
    assert reached(LINE, 19, 5) is Priority.HIGH
    assert reached(LINE, 20, 20) is Priority.URGENT
    assert reached(("waste",), 8, 0) is Priority.URGENT
    assert reached(("waste",), 7, 7) is None
    assert domain.rule_reached(domain.rules_in_force([], NOW), LINE, people=99, proven=9) is None


def test_a_rule_that_names_no_number_keeps_a_wider_one_out() -> None:
    in_force = domain.rules_in_force([a_rule("roads", Priority.HIGH, None), a_rule("roads", Priority.HIGH, 9)], NOW)
    assert domain.rule_reached(in_force, LINE, people=99, proven=99) == a_rule("roads", Priority.HIGH, 9)
    ended = domain.rules_in_force(
        [a_rule("roads", Priority.HIGH, 9), a_rule("roads", Priority.HIGH, None, version=2)], NOW
    )
    assert domain.rule_reached(ended, LINE, people=99, proven=99) is None
