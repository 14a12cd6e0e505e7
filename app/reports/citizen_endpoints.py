"""The reports of one account."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Query, Response

from app.cases.deps import CurrentBooks
from app.identity.deps import CurrentCitizen, CurrentCitizenId
from app.identity.errors import CitizenNeeded, SessionExpired, SignInNeeded, UnreadableToken
from app.kit.ids import ReportId
from app.web.cursors import ForeignCursor, UnreadableCursor, make_id_cursor, read_id_cursor
from app.web.problems import problem_responses
from app.web.state import CurrentClock, CurrentDatabase

from . import service
from .schemas import OwnReportPageOut

router = APIRouter(prefix="/api/v1", tags=["reports"])


@router.get(
    "/me/reports",
    responses=problem_responses(
        SignInNeeded, CitizenNeeded, SessionExpired, UnreadableToken, UnreadableCursor, ForeignCursor
    ),
)
async def list_own_reports(
    actor: CurrentCitizen,
    citizen: CurrentCitizenId,
    database: CurrentDatabase,
    clock: CurrentClock,
    books: CurrentBooks,
    response: Response,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
    cursor: Annotated[str | None, Query(max_length=512)] = None,
) -> OwnReportPageOut:
    """Phản ánh trong tài khoản của bạn ở tỉnh này, mới nhất trước. Your account's reports, the newest first."""
    response.headers["Cache-Control"] = "private, no-store"
    query = {"citizen": citizen}
    rows = await service.list_own(database, actor.tenant_id, citizen, before=_before(query, cursor), limit=limit + 1)
    more = make_id_cursor(query, rows[limit - 1]["id"]) if len(rows) > limit else None
    return OwnReportPageOut.of(rows[:limit], books, actor.tenant_id, clock.now(), more)


def _before(query: Mapping[str, object], cursor: str | None) -> ReportId | None:
    """Key the page ends before. Raises: UnreadableCursor, ForeignCursor."""
    if cursor is None:
        return None
    return ReportId(read_id_cursor(query, cursor))
