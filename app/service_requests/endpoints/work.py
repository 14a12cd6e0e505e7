"""All that waits for an office: reports' cases and service requests side by side."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from app.cases.deps import CurrentBooks, CurrentScope
from app.identity.deps import CurrentStaff
from app.identity.errors import SessionExpired, StaffNeeded
from app.service_requests import service
from app.service_requests.deps import CurrentRequestBooks
from app.service_requests.schemas import WorkPageOut, work_line
from app.web.answers import json_answer
from app.web.cursors import ForeignCursor, UnreadableCursor
from app.web.problems import problem_responses
from app.web.state import CurrentClock, CurrentDatabase

from .parameters import key_after, key_cursor

router = APIRouter(prefix="/api/v1/staff", tags=["staff"])


@router.get(
    "/work",
    response_model=WorkPageOut,
    responses=problem_responses(StaffNeeded, SessionExpired, ForeignCursor, UnreadableCursor),
)
async def list_work(
    actor: CurrentStaff,
    scope: CurrentScope,
    database: CurrentDatabase,
    clock: CurrentClock,
    cases: CurrentBooks,
    requests: CurrentRequestBooks,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
    cursor: Annotated[str | None, Query(max_length=512)] = None,
) -> Response:
    """Mọi việc của đơn vị bạn, phản ánh và bước hồ sơ, đến hạn trước. All work of your units, due first.

    As `/queue?view=inbox` and `/service-requests?view=inbox`, in one list with one cursor.
    """
    query, now = {"work": "all", "actor": actor.id}, clock.now()
    after = key_after(query, cursor)
    found = await service.work_page(database, actor, scope, cases, after=after, limit=limit + 1, now=now)
    more = key_cursor(query, found[limit - 1].key) if len(found) > limit else None
    items = [work_line(one, cases, requests, actor.tenant_id, now) for one in found[:limit]]
    return json_answer({"items": items, "next_cursor": more}, headers={"Cache-Control": "no-store"})
