"""A page that ends with a row's id goes on after that very row."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import pytest

from app.web.cursors import (
    ForeignCursor,
    UnreadableCursor,
    instant_in,
    make_cursor,
    make_id_cursor,
    position_in,
    read_id_cursor,
)

LAST = UUID("01931f00-0000-7000-8000-000000000001")


def test_an_id_comes_back_for_the_query_that_made_it_and_no_other() -> None:
    cursor = make_id_cursor({"state": "held"}, LAST)
    assert read_id_cursor({"state": "held"}, cursor) == LAST
    with pytest.raises(ForeignCursor):
        read_id_cursor({"state": None}, cursor)


def test_what_is_no_id_is_unreadable() -> None:
    with pytest.raises(UnreadableCursor):
        read_id_cursor({}, make_cursor({}, ["khong"]))


@pytest.mark.parametrize(
    "key", ["", "2026-11-20", "2026-11-20T10:00:00", "9999-12-31T23:59:59+00:00", "0001-01-01T00:00:00+00:00"]
)
def test_what_is_no_instant_that_the_database_holds_is_unreadable(key: str) -> None:
    assert instant_in("2026-11-20T10:00:00+07:00") == datetime(2026, 11, 20, 3, tzinfo=UTC)
    with pytest.raises(UnreadableCursor):
        instant_in(key)


@pytest.mark.parametrize("key", [-1, 1 << 63, "1"])
def test_what_is_no_position_that_the_database_holds_is_unreadable(key: object) -> None:
    assert position_in((1 << 63) - 1) == (1 << 63) - 1
    with pytest.raises(UnreadableCursor):
        position_in(key)
