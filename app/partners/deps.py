"""What endpoints ask FastAPI for: pages of errands, and whether requests may go to private addresses."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Query

from app.identity.deps import CurrentStaff
from app.web.cursors import IdPage

from .terms import ErrandState, Line


class ErrandPage(IdPage[Line]):
    """A page of a partner's errands."""

    def __init__(
        self,
        _actor: CurrentStaff,  # who may not ask at all is told so before what they ask for is looked at
        state: Annotated[ErrandState | None, Query(description="Chỉ trạng thái này. Only of this state.")] = None,
        cursor: Annotated[str | None, Query(max_length=512)] = None,
        limit: Annotated[int, Query(ge=1, le=100)] = 50,
    ) -> None:
        """Raises: UnreadableCursor, ForeignCursor."""
        super().__init__({"state": state}, cursor, limit, lambda line: line.errand.id)
        self.state = state


AskedErrands = Annotated[ErrandPage, Depends()]
