"""Parameters that several addresses share."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Final, TypeAlias
from uuid import UUID

from fastapi import Header, Path

from app.web.cursors import id_in, instant_in, make_cursor, read_cursor
from app.web.fields import CaseCodeText

DueKey: TypeAlias = tuple[datetime, UUID, str]
"""Where a line stands in a list by due date: when it is due, whose it is, which step."""
_FIRST: Final = (datetime(1901, 1, 1, tzinfo=UTC), UUID(int=0), "")

RequestCode = Annotated[
    CaseCodeText, Path(description="Mã hồ sơ. Code of the service request.", examples=["H23.15.03-261127-0001"])
]
TrackingSecret = Annotated[
    str | None, Header(description="Mã theo dõi in trên giấy tiếp nhận. Printed on a desk's receipt.", max_length=200)
]


def key_after(query: Mapping[str, object], cursor: str | None) -> DueKey:
    """Key that a page starts after. Raises: UnreadableCursor, ForeignCursor."""
    if cursor is None:
        return _FIRST
    due_at, owner, step = read_cursor(query, cursor, str, str, str)
    return instant_in(due_at), id_in(owner), str(step)


def key_cursor(query: Mapping[str, object], last: DueKey) -> str:
    """Cursor of the page after the line with that key."""
    due_at, owner, step = last
    return make_cursor(query, [due_at.isoformat(), str(owner), step])
