"""Cursors: what went in comes out, for the same question only; anything else is refused, never a mistake of ours."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from app.web.cursors import ForeignCursor, UnreadableCursor, make_cursor, read_cursor

keys = st.lists(st.text(max_size=40) | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False))
queries = st.dictionaries(st.sampled_from("sckao"), st.none() | st.text(max_size=10) | st.integers(), max_size=5)


@given(queries, keys)
def test_a_cursor_gives_its_keys_back(query: dict[str, object], values: list[str | int | float]) -> None:
    cursor = make_cursor(query, values)
    if len(cursor) <= 512:
        assert read_cursor(query, cursor, *(type(value) for value in values)) == values


@given(queries, queries)
def test_a_cursor_belongs_to_its_question(one: dict[str, object], other: dict[str, object]) -> None:
    def said(query: dict[str, object]) -> dict[str, str]:
        return {name: str(value) for name, value in query.items() if value is not None}

    cursor = make_cursor(one, ["x"])
    if said(one) == said(other):
        assert read_cursor(other, cursor, str) == ["x"]
    else:
        with pytest.raises(ForeignCursor):
            read_cursor(other, cursor, str)


@given(st.text(max_size=600) | st.text("abcABC012-_=", max_size=60))
def test_rubbish_is_called_unreadable(rubbish: str) -> None:
    with pytest.raises((UnreadableCursor, ForeignCursor)):
        read_cursor({"view": "inbox"}, rubbish, str, str)


@given(st.sampled_from([str, int, float]), st.sampled_from([str, int, float]))
def test_a_key_of_another_kind_is_unreadable(made: type, asked: type) -> None:
    cursor = make_cursor({}, [made(1)])
    if made is asked:
        assert read_cursor({}, cursor, asked) == [made(1)]
    else:
        with pytest.raises(UnreadableCursor):
            read_cursor({}, cursor, asked)
