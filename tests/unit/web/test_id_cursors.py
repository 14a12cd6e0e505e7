"""A page that ends with a row's id goes on after that very row."""

from __future__ import annotations

from uuid import UUID

import pytest

from app.web.cursors import ForeignCursor, UnreadableCursor, make_cursor, make_id_cursor, read_id_cursor

LAST = UUID("01931f00-0000-7000-8000-000000000001")


def test_an_id_comes_back_for_the_query_that_made_it_and_no_other() -> None:
    cursor = make_id_cursor({"state": "held"}, LAST)
    assert read_id_cursor({"state": "held"}, cursor) == LAST
    with pytest.raises(ForeignCursor):
        read_id_cursor({"state": None}, cursor)


def test_what_is_no_id_is_unreadable() -> None:
    with pytest.raises(UnreadableCursor):
        read_id_cursor({}, make_cursor({}, ["khong"]))
