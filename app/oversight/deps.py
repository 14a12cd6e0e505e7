"""What endpoints ask FastAPI for: a page of the trail."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query

from app.audit.terms import Asked, Entry, Outcome
from app.directory.deps import CurrentDirectory
from app.identity.deps import CurrentStaff
from app.web.cursors import make_cursor, position_in, read_cursor
from app.web.fields import Code, InstantIn

_LAST = 2**62


class AuditPage:
    """A page of the trail."""

    def __init__(
        self,
        officer: CurrentStaff,  # who may not ask at all is told so before what is asked for is looked at
        directory: CurrentDirectory,
        action: Annotated[
            str | None, Query(max_length=64, description="Việc gì, gồm mọi việc bên dưới. What, with all below it.")
        ] = None,
        actor: Annotated[UUID | None, Query(description="Tài khoản. The account.")] = None,
        subject: Annotated[str | None, Query(max_length=200, description="Mã, ví dụ vụ việc. A code or id.")] = None,
        unit: Annotated[
            Code | None, Query(description="Cơ quan giữ việc đó, riêng nó. The unit that held it, itself alone.")
        ] = None,
        outcome: Annotated[Outcome | None, Query()] = None,
        since: Annotated[InstantIn | None, Query()] = None,
        until: Annotated[InstantIn | None, Query()] = None,
        cursor: Annotated[str | None, Query(max_length=512)] = None,
        limit: Annotated[int, Query(ge=1, le=100)] = 50,
    ) -> None:
        """Raises: UnknownUnit, UnreadableCursor, ForeignCursor."""
        unit_id = directory.unit_by_code(officer.tenant_id, unit).id if unit is not None else None
        self.wanted = Asked(action, actor, subject, outcome, since, until, unit_id)
        self.limit = limit
        self._query = {"wanted": [str(one) for one in self.wanted]}
        self.before = position_in(*read_cursor(self._query, cursor, int)) if cursor is not None else _LAST

    def following(self, found: Sequence[Entry]) -> str | None:
        """The cursor of the next page, when more than a page was found."""
        if len(found) <= self.limit:
            return None
        return make_cursor(self._query, [found[self.limit - 1].position or 0])


AskedPage = Annotated[AuditPage, Depends()]
