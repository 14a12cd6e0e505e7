"""Staff: auditors and the province's administrators see where the national portal differs."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from app.identity.deps import CurrentStaff
from app.identity.errors import SessionExpired, StaffNeeded
from app.kit.problems import Forbidden
from app.web.cursors import ForeignCursor, UnreadableCursor, make_cursor, read_cursor
from app.web.problems import problem_responses
from app.web.works import ReadWork

from . import service
from .schemas import ReconciliationOut
from .terms import Difference

router = APIRouter(prefix="/api/v1/staff", tags=["staff"])


@router.get(
    "/national/reconciliation",
    responses=problem_responses(StaffNeeded, SessionExpired, Forbidden, ForeignCursor, UnreadableCursor),
)
async def get_comparison(
    work: ReadWork,
    actor: CurrentStaff,
    difference: Difference | None = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
    cursor: Annotated[str | None, Query(max_length=512)] = None,
) -> ReconciliationOut:
    """Hồ sơ mà tỉnh và cổng quốc gia ghi khác nhau, mỗi hồ sơ một dòng. Where the national portal differs, each once.

    As of the last comparison, which the worker makes each day and `lienthong national reconcile` at once.
    """
    query: dict[str, object] = {"difference": difference.value if difference else None}
    after = str(read_cursor(query, cursor, str)[0]) if cursor is not None else ""
    comparison, found = await service.get_comparison(work, actor, after=after, difference=difference, limit=limit + 1)
    more = make_cursor(query, [found[limit - 1].code]) if len(found) > limit else None
    return ReconciliationOut.of(comparison, found[:limit], more)
