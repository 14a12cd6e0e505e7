"""Redaction is closed, and no phone number survives it however it is written."""

from __future__ import annotations

import re
import string

import pytest
from hypothesis import given, strategies as st

from app.publication.domain import redact, redaction, rules

SAMPLE = """ông bà anh chị Nguyễn Trần Văn Thị Hoa Nam Bà Ông Triệu đường phố nhà số 12 hộ gọi zalo sđt 0912 345 678 34A
 123.45 CCCD 001099012345 rác ổ gà ngập . , ; ( ) - / 84 +84 xe BKS [tên] [biển số] ngày 01.01.2024 đồng 15.000 @
 a.b@c.vn ở tại nguyen thi hoa tran van Lê Lợi Hồ và của Gọi trường NGUYỄN VĂN"""
WORDS = st.sampled_from([*SAMPLE.split(), "\n"])
TEXTS = st.one_of(
    st.text(max_size=300), st.lists(WORDS, max_size=60).map(" ".join), st.lists(WORDS, max_size=60).map("".join)
)
SEPARATORS = st.sampled_from(["", "", "", " ", ".", "-", " - ", "  ", "\u00a0", "\u200b", ". "])
FILLERS = st.sampled_from(["", "Gọi ", "liên hệ tôi theo số ", "ngõ 12, ", "Đèn hỏng 3 ngày rồi, ", "(", "SĐT: "])
ENDINGS = st.sampled_from(["", ".", ", cảm ơn", " gặp Hoa", ")", " nhé", " (Zalo)", "\n15 hộ dân"])
DIGITS = st.sampled_from(["0123456789", "０１２３４５６７８９", "٠١٢٣٤٥٦٧٨٩"])


@st.composite
def phones(draw: st.DrawFn) -> tuple[str, str]:
    """The nine last digits of a mobile number, and the number as somebody may write it."""
    tail = draw(st.sampled_from("35789")) + draw(st.text("0123456789", min_size=8, max_size=8))
    script = draw(DIGITS)
    head = draw(st.sampled_from(["0", "+84", "0084 "]))
    written = head
    for digit in tail:
        written += draw(SEPARATORS) + script[int(digit)]
    return tail, written


@given(TEXTS)
def test_redacting_twice_changes_nothing(text: str) -> None:
    once = redact(text)
    twice = redact(once.text)
    assert twice.text == once.text
    assert twice.findings == ()


@given(FILLERS, phones(), ENDINGS)
def test_no_phone_number_survives(before: str, phone: tuple[str, str], after: str) -> None:
    tail, written = phone
    shown = redact(before + written + after).text
    assert tail not in "".join(str(int(sign)) for sign in shown if sign.isdecimal())


@given(TEXTS)
def test_no_long_run_of_digits_survives(text: str) -> None:
    shown = redact(text).text
    assert re.findall(r"(?<![\d.,])\d{9,}(?!\d|\s?[^\W\d_]|[.,])", shown) == []


@given(st.sampled_from(["ông", "bà", "anh", "chị", "cháu", "Ông", "Bà"]), st.sampled_from(["Nguyễn", "Trần", "Lê"]))
def test_a_full_name_after_a_word_of_address_never_survives(address: str, surname: str) -> None:
    shown = redact(f"Nhà {address} {surname} Thị Bưởi ở cuối ngõ").text
    assert surname not in shown
    assert "Bưởi" not in shown


@given(
    st.sampled_from(["Nguyễn", "Trần", "Lê", "Phạm", "Bùi", "Võ", "Đỗ"]),
    st.lists(st.sampled_from(["Bưởi", "Ngát", "Tèo", "Thắm"]), min_size=1, max_size=3, unique=True),
    st.sampled_from(["", "Gọi ", "quán của ", "theo ", "phản ánh ", "Hôm qua ", "do "]),
)
def test_a_full_name_without_a_word_of_address_never_survives(
    surname: str, given_names: list[str], before: str
) -> None:
    shown = redact(f"{before}{' '.join([surname, *given_names])} đổ rác").text
    assert shown == f"{before}[tên] đổ rác"


@pytest.mark.parametrize("rule", rules.RULES, ids=lambda rule: rule.pattern.pattern[:40])
@given(data=st.data())
def test_no_pattern_is_spared_a_text_in_which_it_finds_something(rule: rules.Rule, data: st.DataObject) -> None:
    text = data.draw(st.one_of(st.from_regex(rule.pattern), TEXTS))
    shadow = redaction._shadow(text)
    digits = sum(sign in string.digits for sign in shadow)
    assert rule.may_find(shadow, digits) or not rule.pattern.search(shadow)
