"""What the finder tells of any text, however long and hostile; and what an officer's correction does to it."""

from __future__ import annotations

import re
from importlib import import_module
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from app.cases.terms import Correction
from app.kit.text import nfc
from app.publication.domain import find, redact, rules
from app.publication.domain.redaction import MASKS

# The only reader of patterns there is.
_constants, _parser = import_module("re._constants"), import_module("re._parser")

BITS = """0;1;9;o;l;a;-;.;+;(;);/;@;:;[;];_;*;,;+84;84;00;stk;cccd;hộ chiếu;gọi;ông;Nguyễn;nguyễn văn;a.;-a.;a@;http://;
facebook.com/;[tên];[tên] số;1.000;,123;đ;12/;biển;xe;34A;34A-;toi la;anh tuấn;anh Tuấn ở số 5;nguyen van;1900 ;A.;Lê ;
Trần Hưng Đạo - ;TRẦN;(0;(024);1 ;Ông Nguyễn Văn A, sinh năm 1990, ở số 12 """
HOSTILE = st.lists(st.sampled_from([*filter(None, BITS.split(";"))]), min_size=1, max_size=4).map("".join)
LENGTH = 100_000
SAMPLE = "ông Nam bà Hoa 0912345678 34A-123.45 ở số 12 đường Lê Lợi a.b@c.vn và , . Nguyễn Thị Hoa"
WRITTEN = st.lists(st.sampled_from([*SAMPLE.split()]), max_size=40).map(" ".join)


def _in_order(text: str) -> None:
    spans = find(text)
    ends = [0, *(span.end for span in spans)]
    assert all(before <= span.start < span.end for before, span in zip(ends, spans, strict=False))
    assert ends[-1] <= len(text)


@given(st.text(max_size=300).map(nfc))
def test_spans_ascend_and_lie_apart(text: str) -> None:
    _in_order(text)


@settings(max_examples=10, deadline=None)
@given(HOSTILE)
def test_a_hostile_text_of_a_hundred_thousand_characters_is_read_whole(bit: str) -> None:
    _in_order(nfc((bit * (LENGTH // len(bit) + 1))[:LENGTH]))


def _unbounded(parsed: Any, within: int = 0) -> int:
    """How deep repetitions without an end stand in one another."""
    deepest = within
    for operation, argument in parsed:
        inside = within
        if operation in {_constants.MAX_REPEAT, _constants.MIN_REPEAT}:
            inside += argument[1] is _constants.MAXREPEAT
        parts = argument if isinstance(argument, tuple | list) else (argument,)
        for part in parts:
            for one in part if isinstance(part, list) else (part,):
                if isinstance(one, _parser.SubPattern):
                    deepest = max(deepest, _unbounded(one, inside))
        deepest = max(deepest, inside)
    return deepest


@pytest.mark.parametrize("rule", rules.RULES, ids=lambda rule: rule.pattern.pattern[:40])
def test_no_repetition_without_an_end_stands_in_another(rule: rules.Rule) -> None:
    assert _unbounded(_parser.parse(rule.pattern.pattern, rule.pattern.flags & re.IGNORECASE)) <= 1


@given(WRITTEN)
def test_what_an_officer_wants_shown_is_shown_and_nothing_else(text: str) -> None:
    found = redact(text)
    for finding in found.findings:
        shown = redact(text, Correction(show=(finding.found,)))
        assert finding.found in shown.text
        assert {one.found for one in shown.findings} <= {one.found for one in found.findings} - {finding.found}


@given(WRITTEN, st.sampled_from(["đường", "lê lợi", "Nam", "123.45"]))
def test_what_an_officer_wants_hidden_is_hidden_whatever_else_is_asked(text: str, phrase: str) -> None:
    shown = redact(text, Correction(show=(phrase,), mask=(phrase,))).text
    for mask in MASKS.values():
        shown = shown.replace(mask, "|")
    words = r"\W{1,5}".join(map(re.escape, re.findall(r"\w+", phrase)))
    assert re.search(rf"(?<!\w){words}(?!\w)", shown, re.IGNORECASE) is None
