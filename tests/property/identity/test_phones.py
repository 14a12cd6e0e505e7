"""One phone has one stored form."""

from __future__ import annotations

import re

from hypothesis import assume, given, strategies as st

from app.kit.phones import phone_as_written, phone_e164

nationals = st.one_of(
    st.from_regex(r"[35789][0-9]{8}", fullmatch=True).filter(str.isascii),
    st.from_regex(r"2[0-9]{9}", fullmatch=True).filter(str.isascii),
)
separators = st.sampled_from(["", " ", ".", "-", "  "])


@given(nationals, st.sampled_from(["0", "+84", "84", "0084", "+840", "+84 (0) "]), st.data())
def test_every_way_of_writing_a_number_is_stored_alike(national: str, prefix: str, data: st.DataObject) -> None:
    written = prefix + "".join(digit + data.draw(separators) for digit in national)
    assume(len(written) <= 40)
    assert phone_e164(written) == f"+84{national}"


@given(st.text(max_size=60))
def test_any_text_is_e164_or_nothing(text: str) -> None:
    stored = phone_e164(text)
    assert stored is None or re.fullmatch(r"\+[1-9][0-9]{6,14}", stored)


@given(nationals)
def test_the_stored_form_is_stable(national: str) -> None:
    assert phone_e164(f"+84{national}") == f"+84{national}"
    assert phone_e164(phone_as_written(f"+84{national}")) == f"+84{national}"
