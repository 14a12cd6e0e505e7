"""Forms filled in: what is taken, what is refused and where, and what the answers make of documents and fees."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from app.kit.ids import TenantId
from app.kit.text import Text
from app.procedures import domain
from app.procedures.errors import InvalidFormAnswers
from app.procedures.seed import packaged_procedures
from app.procedures.terms import Condition, Procedure, Test

MARITAL = {
    "full_name": " Nguyễn Thị Ánh ",
    "birth_date": "1990-02-28",
    "identity_number": "030190001234",
    "residence": "Phường Cẩm Thượng, Hải Dương",
    "marital_status": "never_married",
    "purpose": "loan",
    "copies": 3,
    "relation": "self",
}


def of(code: str) -> Procedure:
    """The packaged procedure."""
    return next(one for one in packaged_procedures(TenantId(1)) if one.code == code)


def refused(procedure: Procedure, answers: Mapping[str, Any]) -> dict[str, Text]:
    """What was said of each answer that was refused, by its pointer."""
    with pytest.raises(InvalidFormAnswers) as caught:
        domain.check_answers(procedure, answers)
    errors = caught.value.extensions["errors"]
    assert isinstance(errors, list)
    return {error["pointer"]: error["detail"] for error in errors}


def with_form(**properties: object) -> Procedure:
    """A procedure that asks just these fields."""
    form = {"type": "object", "additionalProperties": False, "properties": properties}
    return replace(of("1.004873"), form=form)


def test_answers_that_fit_are_kept_in_normal_form_without_what_is_empty() -> None:
    decomposed = "Nguyễn Thị Ánh".encode("utf-16").decode("utf-16")
    accepted = domain.check_answers(of("1.004873"), {**MARITAL, "full_name": f" {decomposed} ", "phone": " "})
    assert accepted == {**MARITAL, "full_name": "Nguyễn Thị Ánh"}


def test_every_mistake_is_told_at_its_pointer_in_both_languages() -> None:
    given = {
        **MARITAL,
        "birth_date": "1990-02-30",
        "identity_number": "12345678901",
        "phone": "123",
        "marital_status": "divorced",
        "copies": 11,
        "relation": "friend",
        "nickname": "Bé",
    }
    del given["residence"]
    found = refused(of("1.004873"), given)
    assert sorted(found) == [
        f"/answers/{name}"
        for name in (
            *("birth_date", "copies", "identity_number", "nickname", "phone", "relation"),
            *("residence", "since", "spouse_name"),
        )
    ]
    assert found["/answers/copies"] == ("Cần nhỏ hơn hoặc bằng 10.", "Must be at most 10.")
    assert found["/answers/relation"].vi == "Chỉ nhận một trong: Cho chính mình, Cho người ủy quyền cho tôi."
    assert all(text.vi and text.en and text.vi != text.en for text in found.values())


def test_mistakes_inside_lists_and_the_forms_own_words() -> None:
    land = {
        "full_name": "Phạm Văn Bình",
        "identity_number": "030090001234",
        "phone": "0912345678",
        "address": "Cẩm Giàng, Hải Dương",
        "change": "gift",
        "other_parties": [],
        "certificate_number": "123",
        "parcels": [{"sheet": 12, "number": 300}, {"sheet": 0}],
        "parcel_count": 2,
        "new_certificate": "yes",
    }
    found = refused(of("1.004227"), land)
    assert sorted(found) == [
        "/answers/certificate_number",
        "/answers/new_certificate",
        "/answers/other_parties",
        "/answers/parcels/1/number",
        "/answers/parcels/1/sheet",
    ]
    assert "AB 123456" in found["/answers/certificate_number"].vi


@pytest.mark.parametrize("nested", ["group", "list"])
def test_ten_thousand_levels_are_a_clear_refusal(nested: str) -> None:
    deep: Any = "x"
    for _ in range(10_000):
        deep = {"a": deep} if nested == "group" else [deep]
    found = refused(of("1.004873"), {**MARITAL, "purpose_detail": deep})
    assert [text.en for text in found.values()] == ["Nested deeper than 16 levels."]


@pytest.mark.parametrize(
    "value", [float("nan"), 10**400, "a\u202eb", ["x"] * 5001, "x" * 200_001, {"k" * 100: 1}, {1: 2}, b"x"]
)
def test_what_is_no_sensible_json_is_refused(value: object) -> None:
    assert len(refused(of("1.004873"), {**MARITAL, "purpose_detail": value})) == 1


def test_a_pattern_that_would_never_end_elsewhere_ends_at_once() -> None:
    procedure = with_form(a={"type": "string", "pattern": "^(a+)+$"})
    assert list(refused(procedure, {"a": "a" * 5_000 + "b"})) == ["/answers/a"]


def test_the_compiled_form_is_kept_in_the_memo_by_version() -> None:
    memo: dict[object, object] = {}
    first = with_form(a={"type": "string"})
    domain.check_answers(first, {"a": "x"}, memo)
    domain.check_answers(first, {"a": "y"}, memo)
    assert len(memo) == 1
    domain.check_answers(replace(with_form(b={"type": "string"}), version=2), {"b": "x"}, memo)
    assert len(memo) == 2


@pytest.mark.parametrize(
    ("test", "value", "answer", "expected"),
    [
        (Test.EQUALS, 1, 1.0, True),
        (Test.EQUALS, 1, True, False),
        (Test.EQUALS, None, None, True),
        (Test.ONE_OF, ("a", "b"), "b", True),
        (Test.ONE_OF, ("a", "b"), "c", False),
        (Test.AT_LEAST, 3, 3, True),
        (Test.AT_LEAST, 3, "4", False),
        (Test.AT_MOST, 3, 4, False),
        (Test.PRESENT, None, False, True),
        (Test.PRESENT, None, [], False),
    ],
)
def test_conditions(test: Test, value: object, answer: object, expected: bool) -> None:
    assert domain.holds(Condition("/a/1/b~1c", test, value), {"a": [0, {"b/c": answer}]}) is expected


@pytest.mark.parametrize("pointer", ["/b", "/a/2", "/a/-", "/a/0/x", "/a/x", "/a/99999999999999999999"])
def test_a_missing_answer_never_holds(pointer: str) -> None:
    for test in Test:
        assert not domain.holds(Condition(pointer, test, ("x",) if test is Test.ONE_OF else 0), {"a": [0, 1]})


def test_documents_and_fees_follow_the_answers() -> None:
    procedure = of("1.004873")
    codes = [one.code for one in domain.needed_documents(procedure, {**MARITAL, "marital_status": "divorced"})]
    assert codes == ["divorce"]
    assert [line.amount for line in domain.fee_lines(procedure, MARITAL)] == [Decimal(45_000)]
    assert domain.fee_lines(procedure, {**MARITAL, "copies": 0}) == ()
    assert domain.fee_lines(procedure, {}) == ()
