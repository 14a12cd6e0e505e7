"""Nothing of a sender can come into an answer by a template: it learns codes, names of the province's own, and days."""

from __future__ import annotations

from datetime import date

from hypothesis import given, strategies as st

from app.desks import domain
from app.desks.terms import CaseWords, Placeholder

WORDS = CaseWords("MA", "LV", "DB", "CQ", date(2026, 1, 2), date(2026, 1, 3), date(2026, 1, 4))
ALL = {"MA", "LV", "DB", "CQ", "02/01/2026", "03/01/2026", "04/01/2026"}
PIECES = st.lists(st.one_of(st.sampled_from([f"{{{each}}}" for each in Placeholder]), st.text("ab đ\n.")))


@given(PIECES)
def test_a_filled_template_is_its_own_words_and_those_of_the_case(pieces: list[str]) -> None:
    body = "".join(pieces)
    assert domain.mistakes(body) == []
    filled = domain.fill(body, WORDS)
    for word in sorted(ALL):
        filled = filled.replace(word, "")
    assert filled == "".join(piece for piece in pieces if not piece.startswith("{"))


@given(st.text())
def test_whatever_is_accepted_leaves_no_brace_unfilled(body: str) -> None:
    if not domain.mistakes(body):
        assert not set(domain.fill(body, WORDS)) & {"{", "}"}
