"""Procedures as they are written: what a file may say, and where it is wrong, to the line."""

from __future__ import annotations

from importlib import resources
from typing import Any

import pytest

from app.kit.ids import TenantId
from app.procedures import domain
from app.procedures.domain.pointers import path_of
from app.procedures.errors import InvalidProcedure, Unreadable
from app.procedures.seed import packaged_procedures
from app.procedures.terms import Procedure, StepRole

TENANT = TenantId(1)
LAND = resources.files("app.procedures").joinpath("data/land_change.yaml").read_text("utf-8")


def written() -> dict[str, Any]:
    """The land procedure as its file says it, to be spoilt."""
    values = domain.read_file(LAND).values
    assert isinstance(values, dict)
    return values


def spoil(pointer: str, value: object) -> list[str]:
    """Pointers of what is wrong when `value` stands at `pointer` of the land procedure; None takes it away."""
    values = written()
    *path, last = path_of(pointer) or []
    around: Any = values
    for token in path:
        around = around[int(token)] if isinstance(around, list) else around[token]
    if value is None:
        del around[last]
    else:
        around[int(last) if isinstance(around, list) else last] = value
    try:
        return [mistake.pointer for mistake in domain.check_procedure(domain.read_procedure(TENANT, values))]
    except InvalidProcedure as error:
        return [mistake.pointer for mistake in error.mistakes]


@pytest.mark.parametrize("procedure", packaged_procedures(TENANT), ids=lambda one: one.code)
def test_packaged_procedures_hold_together_and_are_read_as_they_are_written(procedure: Procedure) -> None:
    assert domain.check_procedure(procedure) == []
    assert domain.read_procedure(TENANT, domain.write_procedure(procedure)) == procedure
    assert procedure.steps[0].role is StepRole.RECEIVE


@pytest.mark.parametrize(
    ("pointer", "value", "expected"),
    [
        ("/code", 1.004227, ["/code"]),
        ("/naem", "x", ["/naem"]),
        ("/name", None, [""]),
        ("/name/en", 3, ["/name"]),
        ("/valid_from", "2026-02-30", ["/valid_from"]),
        ("/valid_to", "2025-06-30", ["/valid_to"]),
        ("/life_events/0", "party", ["/life_events/0"]),
        ("/online", "maybe", ["/online"]),
        ("/working_days", 16, ["/working_days"]),  # the longest way takes 17
        ("/steps/0/role", "verify", ["/steps"]),
        ("/steps/1/role", "receive", ["/steps"]),
        ("/steps/1/code", "receive", ["/steps/1/code", "/steps/2/after/0", "/steps/3/after/0", "/steps/1"]),
        ("/steps/1/after/0", "decide", ["/steps/1/after/0"]),  # a later step: no circles
        ("/steps/2/after", [], ["/steps/2"]),  # nobody starts it
        ("/steps/4/after", ["map_extract"], ["/steps/3"]),  # the decision does not wait for it
        ("/steps/5/after/0", "map_extract", ["/steps/5/after/0"]),
        ("/steps/5/same_unit_as", "nobody", ["/steps/5/same_unit_as"]),
        ("/steps/5/working_days", 0, ["/steps/5/working_days"]),
        ("/documents/1/code", "certificate", ["/documents/1/code"]),
        ("/documents/1/when/0/pointer", "/chnage", ["/documents/1/when/0/pointer"]),
        ("/documents/1/when/0/value", "gift", ["/documents/1/when/0/value"]),
        ("/documents/1/when/0/value", ["sale"], ["/documents/1/when/0/value"]),
        ("/documents/1/copies", 0, ["/documents/1/copies"]),
        ("/fees/1/per", "/full_name", ["/fees/1/per"]),
        ("/fees/0/amount", -1, ["/fees/0/amount"]),
        ("/form_order/0", "name", ["/form_order"]),
        ("/form/type", "array", ["/form"]),
        ("/form/additionalProperties", None, ["/form"]),
        ("/form/requird", [], ["/form/requird"]),
        ("/form/properties/phone/format", "fone", ["/form/properties/phone/format"]),
        ("/form/properties/phone/x-title", None, ["/form/properties/phone"]),
        ("/form/properties/phone/type", "strin", ["/form/properties/phone/type"]),
        ("/form/properties/note/pattern", "(?=a)b", ["/form/properties/note/pattern"]),
        ("/form/properties/note/pattern", "(", ["/form/properties/note/pattern"]),
        ("/form/properties/change/x-labels/use", None, ["/form/properties/change/enum/5"]),
        ("/form/properties/parcels/items/$ref", "https://example.org/x.json", ["/form/properties/parcels/items/$ref"]),
        ("/form/properties/parcels/items/$ref", "file:///etc/passwd", ["/form/properties/parcels/items/$ref"]),
        ("/form/properties/parcels/items/$ref", "other.json#/a", ["/form/properties/parcels/items/$ref"]),
        ("/form/properties/parcels/items/$ref", "#/$defs/nobody", ["/form/properties/parcels/items/$ref"]),
        ("/form/properties/parcels/items/$ref", "#", ["/form/properties/parcels/items/$ref"]),
        ("/form/properties/note/$dynamicRef", "#note", ["/form/properties/note/$dynamicRef"]),
        ("/form/$id", "https://example.org/", ["/form/$id"]),
        ("/form/$schema", "http://json-schema.org/draft-07/schema#", ["/form/$schema"]),
    ],
)
def test_a_wrong_catalogue_names_the_place(pointer: str, value: object, expected: list[str]) -> None:
    assert spoil(pointer, value) == expected


def test_references_that_double_at_every_level_are_refused() -> None:
    values = written()
    defs = values["form"]["$defs"]
    defs["d0"] = {"type": "string"}
    for at in range(1, 25):
        defs[f"d{at}"] = {"allOf": [{"$ref": f"#/$defs/d{at - 1}"}, {"$ref": f"#/$defs/d{at - 1}"}]}
    values["form"]["properties"]["note"] = {"$ref": "#/$defs/d24"}
    found = domain.check_procedure(domain.read_procedure(TENANT, values))
    assert [mistake.pointer for mistake in found] == ["/form"]


def test_a_form_of_ten_thousand_levels_is_a_mistake() -> None:
    deep: dict[str, Any] = {"type": "string"}
    for _ in range(10_000):
        deep = {"type": "object", "properties": {"a": deep}}
    values = written()
    values["form"]["properties"]["note"] = deep
    with pytest.raises(InvalidProcedure) as caught:
        domain.read_procedure(TENANT, values)
    assert "Nested deeper" in caught.value.mistakes[0].detail.en
    with pytest.raises(Unreadable) as unread:
        domain.read_file(f"code: x\nform: {'[' * 10_000}")
    assert unread.value.line == 2


def test_every_value_knows_its_line() -> None:
    file = domain.read_file(LAND)
    lines = LAND.splitlines()
    assert lines[file.line("/steps/2/tier") - 1].strip() == "tier: district"
    assert lines[file.line("/form/properties/change/enum/5") - 1].startswith("      enum: [transfer")
    assert lines[file.line("/documents/3/when/0/nothing/here") - 1].strip().startswith("- {pointer: /change")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a: 1\nb: 2\na: 3\n", 3),
        ("a: 1\nb: [1, 2\nc: 3\n", 3),
        ("a: &x 1\nb: *x\n", 1),
        ("a: 1\nb: !!python/object/apply:os.system [ls]\n", 2),
        ("a: 1\n---\nb: 2\n", 2),
        ("a: 1\n? [x]\n: 2\n", 2),
        ("a: 1\nb: \x07\n", 2),
    ],
)
def test_what_cannot_be_read_names_its_line(text: str, line: int) -> None:
    with pytest.raises(Unreadable) as caught:
        domain.read_file(text)
    assert caught.value.line == line


def test_plain_words_stay_what_they_look_like() -> None:
    values = domain.read_file("a: no\nb: 2025-07-01\nc: 012\nd: true\ne: 1.5\nf:\ng: '1'\nh: 12\n").values
    assert values == {"a": "no", "b": "2025-07-01", "c": "012", "d": True, "e": 1.5, "f": None, "g": "1", "h": 12}
