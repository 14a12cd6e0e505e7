"""The queue, the list, the case. Everything outside the officer's units is 404."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.responses import Response

from app.cases import service
from app.cases.deps import CurrentBooks, CurrentScope
from app.cases.errors import CaseNotFound
from app.cases.schemas import (
    CaseOut,
    CasePageOut,
    case_answer,
    line,
)
from app.cases.terms import CaseState, QueueView
from app.catalogue.errors import UnknownCategory
from app.identity.deps import CurrentStaff
from app.identity.errors import SessionExpired, StaffNeeded
from app.web.answers import json_answer
from app.web.cursors import ForeignCursor, UnreadableCursor, make_cursor, read_cursor
from app.web.etags import version_tag
from app.web.fields import Code, InstantIn
from app.web.language import CurrentLang
from app.web.problems import problem_responses
from app.web.state import CurrentClock, CurrentDatabase

from .parameters import CaseCode

router = APIRouter(prefix="/api/v1/staff", tags=["staff"])
Limit = Annotated[int, Query(ge=1, le=100, description="Số dòng mỗi trang. Lines per page.")]
Cursor = Annotated[str | None, Query(max_length=512, description="next_cursor của trang trước. Of the page before.")]
_READ = problem_responses(StaffNeeded, SessionExpired, CaseNotFound)
_LIST = problem_responses(StaffNeeded, SessionExpired, UnknownCategory, ForeignCursor, UnreadableCursor)


def _page(rows: list[Any], limit: int, next_cursor: str | None, lines: list[dict[str, Any]]) -> Response:
    return json_answer({"items": lines[:limit], "next_cursor": next_cursor if len(rows) > limit else None})


@router.get("/queue", response_model=CasePageOut, responses=_LIST)
async def list_queue(
    actor: CurrentStaff,
    scope: CurrentScope,
    database: CurrentDatabase,
    clock: CurrentClock,
    books: CurrentBooks,
    view: QueueView = QueueView.INBOX,
    category: Annotated[Code | None, Query()] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Response:
    """Việc của đơn vị bạn, hạn gần nhất trước. The open cases of your units, due first."""
    query = {"view": view.value, "category": category, "actor": actor.id}
    after = _after(query, cursor)
    now = clock.now()
    rows = await service.queue_page(
        database, actor, scope, books, view, category=category, after=after, limit=limit + 1, now=now
    )
    lines = [line(row, books, actor.tenant_id, now) for row in rows]
    last = rows[min(limit, len(rows)) - 1] if rows else None
    token = make_cursor(query, [last["due_at"].isoformat(), str(last["id"])]) if last else None
    return _page(rows, limit, token, lines)


def _after(query: Mapping[str, object], cursor: str | None) -> tuple[datetime, UUID]:
    """Keys the page starts after. Raises: UnreadableCursor, ForeignCursor."""
    if cursor is None:
        return service.START
    due_at, case_id = read_cursor(query, cursor, str, str)
    try:
        instant = datetime.fromisoformat(str(due_at))
        if instant.tzinfo is None or not 1900 < instant.year < 2200:
            raise UnreadableCursor
        return instant, UUID(str(case_id))
    except ValueError as error:
        raise UnreadableCursor from error


@router.get("/cases", response_model=CasePageOut, responses=_LIST)
async def list_cases(
    actor: CurrentStaff,
    scope: CurrentScope,
    database: CurrentDatabase,
    clock: CurrentClock,
    books: CurrentBooks,
    state: CaseState | None = None,
    category: Annotated[Code | None, Query()] = None,
    area: Annotated[Code | None, Query(description="Mã đơn vị hành chính, gồm cấp dưới. With all below it.")] = None,
    code: Annotated[Code | None, Query()] = None,
    opened_since: InstantIn | None = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Response:
    """Mọi vụ việc trong phạm vi của bạn, mới nhất trước. All cases within your units, newest first."""
    query = {"s": state, "c": category, "a": area, "k": code, "o": opened_since, "actor": actor.id}
    before = _before(query, cursor)
    rows = await service.cases_page(
        database,
        scope,
        books,
        category=category,
        state=state,
        area=area,
        code=code,
        opened_since=opened_since,
        before=before,
        limit=limit + 1,
    )
    lines = [line(row, books, actor.tenant_id, clock.now()) for row in rows]
    last = rows[min(limit, len(rows)) - 1] if rows else None
    return _page(rows, limit, make_cursor(query, [str(last["id"])]) if last else None, lines)


def _before(query: Mapping[str, object], cursor: str | None) -> UUID:
    """Key the page ends before. Raises: UnreadableCursor, ForeignCursor."""
    if cursor is None:
        return service.NEWEST
    (case_id,) = read_cursor(query, cursor, str)
    try:
        return UUID(str(case_id))
    except ValueError as error:
        raise UnreadableCursor from error


@router.get("/cases/{code}", response_model=CaseOut, responses=_READ)
async def get_case(
    code: CaseCode,
    actor: CurrentStaff,
    scope: CurrentScope,
    database: CurrentDatabase,
    clock: CurrentClock,
    books: CurrentBooks,
    lang: CurrentLang,
) -> Response:
    """Một vụ việc với toàn bộ quá trình và những việc bạn làm được lúc này. ETag là phiên bản để gửi lại If-Match.

    One case with its whole history and what you may do now; its ETag is the version to send as `If-Match`.
    """
    view = await service.get_case(database, actor, scope, books, code)
    etag = version_tag(view.row["version"])
    answer = case_answer(
        view.row, view.entries, view.verbs, books, tenant_id=actor.tenant_id, now=clock.now(), lang=lang
    )
    return json_answer(answer, headers={"ETag": etag, "Cache-Control": "private, no-store"})
