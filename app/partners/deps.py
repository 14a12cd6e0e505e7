"""What endpoints ask FastAPI for: pages of errands, and whether requests may go to private addresses."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query
from starlette.requests import HTTPConnection

from app.identity.deps import CurrentStaff
from app.web.cursors import UnreadableCursor, make_cursor, read_cursor
from app.web.state import settings

from .terms import ErrandState, Line


async def private_addresses(connection: HTTPConnection) -> bool:
    """Whether this installation asks private addresses and without TLS."""
    return (await settings(connection)).webhook_private_addresses


PrivateAddresses = Annotated[bool, Depends(private_addresses)]


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
        self.before = self._key(cursor) if cursor is not None else None

    def _key(self, cursor: str) -> UUID:
        (last,) = read_cursor(self._query, cursor, str)
        try:
            return UUID(str(last))
        except ValueError as error:
            raise UnreadableCursor from error

    def following(self, found: Sequence[Line]) -> str | None:
        """Where the next page begins, None after the last."""
        if len(found) <= self.limit:
            return None
        return make_cursor(self._query, str(found[self.limit - 1].errand.id))


AskedErrands = Annotated[ErrandPage, Depends()]
