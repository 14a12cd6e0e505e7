"""A rule comes back from its form as it was written, and what is wrong in it stands at the right field."""

from __future__ import annotations

from typing import Any

import pytest

from app.console.rules import own_errors, rule_form, rule_values
from app.kit.ids import TenantId
from app.kit.text import Text
from app.routing.models import rule_from, rule_values as written
from app.routing.schemas import RuleShape
from app.routing.seed import packaged_rulebook
from app.web.pages import Form

RARE: dict[str, Any] = {
    "code": "rare",
    "when": {
        "categories": ["roads"],
        "kinds": ["field_report"],
        "priorities": ["high", "urgent"],
        "weekdays": [6, 7],
        "time": {"from": "22:00", "until": "06:00"},
        "dates": {"from": "2027-01-01"},
        "answers": [
            {"question": "lanes", "min": 2, "max": 4},
            {"question": "depth", "min": 0.5},
            {"question": "road_class", "in": ["district", "commune"]},
            {"question": "blocked", "in": [True]},
        ],
    },
    "to": {"kind": "office", "tier": "district"},
    "reason": {"vi": "Do {unit}", "en": "By {unit}"},
}


def packaged(number: int, slug: str) -> list[dict[str, Any]]:
    found = packaged_rulebook(TenantId(number), slug)
    assert found is not None
    return [dict(written(rule)) for rule in found[0].rules]


def test_every_rule_comes_back_from_its_form_as_it_was() -> None:
    rules = [*packaged(1, "haiduong"), *packaged(2, "khanhhoa"), RARE]
    assert len(rules) > 40
    for values in rules:
        form = Form(rule_form(rule_from(values), values, ""))
        again = rule_values(form, values["code"])
        assert RuleShape.model_validate(again).rule() == RuleShape.model_validate(values).rule(), values["code"]


@pytest.mark.parametrize(
    ("pointer", "field"),
    [
        ("rules.2.when.categories.0", "categories"),
        ("rules.2.when.answers.1.in.0", "answers"),
        ("rules.2.when.time.from", "time_from"),
        ("rules.2.when.dates.until", "date_until"),
        ("rules.2.to.unit", "to_unit"),
        ("rules.2.to", "to_unit"),
        ("rules.2.reason.vi", "reason.vi"),
        ("rules.2.code", "code"),
        ("rules.1.to", ""),
        ("note", "note"),
    ],
)
def test_a_mistake_stands_at_the_field_it_was_made_in(pointer: str, field: str) -> None:
    said = Text("Sai", "Wrong")
    assert own_errors({pointer: said}, 2) == {field: said}
