"""What endpoints ask FastAPI for: whether requests may go to private addresses, and pages of the log."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query

from app.identity.deps import CurrentStaff
from app.web.cursors import UnreadableCursor, make_cursor, read_cursor

from .terms import Delivery, DeliveryState


class LogPage:
    """A page of a subscription's deliveries."""

    def __init__(
        self,
        _actor: CurrentStaff,  # who may not ask at all is told so before what they ask for is looked at
        state: Annotated[DeliveryState | None, Query(description="Chỉ trạng thái này. Only of this state.")] = None,
        cursor: Annotated[str | None, Query(max_length=512)] = None,
        limit: Annotated[int, Query(ge=1, le=100)] = 50,
    ) -> None:
        """Raises: UnreadableCursor, ForeignCursor."""
        self.state = state
        self.limit = limit
        self._query = {"state": state}
        self.before = self._keys(cursor) if cursor is not None else None

    def _keys(self, cursor: str) -> tuple[datetime, UUID]:
        at, message_id = read_cursor(self._query, cursor, str, str)
        try:
            instant, found = datetime.fromisoformat(str(at)), UUID(str(message_id))
        except ValueError as error:
            raise UnreadableCursor from error
        if instant.tzinfo is None or not 1900 < instant.year < 2200:
            raise UnreadableCursor
        return instant, found

    def following(self, found: Sequence[Delivery]) -> str | None:
        """The cursor of the next page, when more than a page was found."""
        if len(found) <= self.limit:
            return None
        last = found[self.limit - 1]
        return make_cursor(self._query, [last.created_at.isoformat(), str(last.message_id)])


AskedLog = Annotated[LogPage, Depends()]
