"""What endpoints ask FastAPI for: pages of errands, and whether requests may go to private addresses."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from fastapi import Depends, Query

from app.identity.deps import CurrentStaff
from app.web.cursors import make_id_cursor, read_id_cursor

from .terms import ErrandState, Line


class ErrandPage:
    """A page of a partner's errands."""

    def __init__(
        self,
        _actor: CurrentStaff,  # who may not ask at all is told so before what they ask for is looked at
        state: Annotated[ErrandState | None, Query(description="Chỉ trạng thái này. Only of this state.")] = None,
        cursor: Annotated[str | None, Query(max_length=512)] = None,
        limit: Annotated[int, Query(ge=1, le=100)] = 50,
    ) -> None:
        """Raises: UnreadableCursor, ForeignCursor."""
        self.state, self.limit = state, limit
        self._query = {"state": state}
        self.before = read_id_cursor(self._query, cursor) if cursor is not None else None

    def following(self, found: Sequence[Line]) -> str | None:
        """Where the next page begins, None after the last."""
        if len(found) <= self.limit:
            return None
        return make_id_cursor(self._query, found[self.limit - 1].errand.id)


AskedErrands = Annotated[ErrandPage, Depends()]
