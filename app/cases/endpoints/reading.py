"""The queue, the list, the case. Everything outside the officer's units is 404."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field
from starlette.responses import Response

from app.cases import service
from app.cases.deps import CurrentBooks, CurrentScope, books
from app.cases.errors import CaseNotFound
from app.cases.schemas import (
    CaseOut,
    CasePageOut,
    case_answer,
    page_answer,
)
from app.cases.terms import CaseState, QueueView
from app.catalogue.errors import UnknownCategory
from app.directory.errors import UnknownUnit
from app.identity.deps import SIGNED_IN, CurrentStaff, officer
from app.identity.errors import SessionExpired, StaffNeeded
from app.web.answers import json_answer
from app.web.cursors import (
    ForeignCursor,
    UnreadableCursor,
    id_in,
    instant_in,
    make_cursor,
    make_id_cursor,
    read_cursor,
    read_id_cursor,
)
from app.web.etags import version_tag
from app.web.fields import Code, InstantIn
from app.web.hot import HotRoute
from app.web.language import CurrentLang
from app.web.problems import problem_responses
from app.web.state import CurrentClock, CurrentDatabase, clock, database

from .parameters import CaseCode

hot_router = APIRouter(prefix="/api/v1/staff", tags=["staff"], route_class=HotRoute)
router = APIRouter(prefix="/api/v1/staff", tags=["staff"])
_READ = problem_responses(StaffNeeded, SessionExpired, CaseNotFound)
_LIST = problem_responses(StaffNeeded, SessionExpired, UnknownCategory, ForeignCursor, UnreadableCursor)
_QUEUE = problem_responses(StaffNeeded, SessionExpired, UnknownCategory, UnknownUnit, ForeignCursor, UnreadableCursor)


class PageQuery(BaseModel):
    """What every list of cases may be asked for."""

    category: Code | None = None
    cursor: Annotated[
        str | None, Field(max_length=512, description="next_cursor của trang trước. Of the page before.")
    ] = None
    limit: Annotated[int, Field(ge=1, le=100, description="Số dòng mỗi trang. Lines per page.")] = 50


class QueueQuery(PageQuery):
    """Which part of the open cases: what the console's queue can be narrowed to."""

    view: QueueView = QueueView.INBOX
    unit: Annotated[Code | None, Field(description="Cơ quan cùng đơn vị trực thuộc. A unit with those below it.")] = (
        None
    )
    state: CaseState | None = None
    officer: Annotated[
        str | None,
        Field(
            max_length=100,
            pattern=r"^[A-Za-z0-9._@-]*$",
            description="Tên đăng nhập người phụ trách; `none`: chưa giao ai. A user name, or `none`: nobody's.",
            examples=["none"],
        ),
    ] = None


class CasesQuery(PageQuery):
    """Which of all cases."""

    state: CaseState | None = None
    area: Annotated[Code | None, Field(description="Mã đơn vị hành chính, gồm cấp dưới. With all below it.")] = None
    code: Code | None = None
    opened_since: InstantIn | None = None


@hot_router.get("/queue", response_model=CasePageOut, responses=_QUEUE, openapi_extra={**SIGNED_IN})
async def list_queue(request: Request, asked: Annotated[QueueQuery, Query()]) -> Response:
    """Việc của đơn vị bạn, hạn gần nhất trước. The open cases of your units, due first.

    Narrowed as the console's queue is: by category and unit, each with all below, state, and who is in charge.
    """
    actor, of, now = await officer(request), await books(request), (await clock(request)).now()
    query = {**asked.model_dump(exclude={"cursor", "limit"}), "actor": actor.id}
    db = await database(request)
    rows = await service.queue_page(
        db,
        actor,
        service.narrowed(service.scope_of(actor, of.directory), of.directory, asked.unit),
        of,
        asked.view,
        category=asked.category,
        after=_after(query, asked.cursor),
        limit=asked.limit + 1,
        now=now,
        state=asked.state,
        officer=await service.officer_named(db, actor, asked.officer, now=now),
    )
    last = rows[asked.limit - 1] if len(rows) > asked.limit else None
    following = make_cursor(query, [last["due_at"].isoformat(), str(last["id"])]) if last else None
    return _json(page_answer(rows[: asked.limit], of, actor.tenant_id, now, following))


def _json(content: bytes) -> Response:
    return Response(content, media_type="application/json")


def _after(query: Mapping[str, object], cursor: str | None) -> tuple[datetime, UUID]:
    """Keys the page starts after. Raises: UnreadableCursor, ForeignCursor."""
    if cursor is None:
        return service.START
    due_at, case_id = read_cursor(query, cursor, str, str)
    return instant_in(due_at), id_in(case_id)


@hot_router.get("/cases", response_model=CasePageOut, responses=_LIST, openapi_extra={**SIGNED_IN})
async def list_cases(request: Request, asked: Annotated[CasesQuery, Query()]) -> Response:
    """Mọi vụ việc trong phạm vi của bạn, mới nhất trước. All cases within your units, newest first."""
    actor, of, now = await officer(request), await books(request), (await clock(request)).now()
    query = {
        "s": asked.state, "c": asked.category, "a": asked.area, "k": asked.code, "o": asked.opened_since,
        "actor": actor.id,
    }  # fmt: skip
    rows = await service.cases_page(
        await database(request),
        service.scope_of(actor, of.directory),
        of,
        category=asked.category,
        state=asked.state,
        area=asked.area,
        code=asked.code,
        opened_since=asked.opened_since,
        before=_before(query, asked.cursor),
        limit=asked.limit + 1,
    )
    last = rows[asked.limit - 1] if len(rows) > asked.limit else None
    return _json(
        page_answer(rows[: asked.limit], of, actor.tenant_id, now, make_id_cursor(query, last["id"]) if last else None)
    )


def _before(query: Mapping[str, object], cursor: str | None) -> UUID:
    """Key the page ends before. Raises: UnreadableCursor, ForeignCursor."""
    if cursor is None:
        return service.NEWEST
    return read_id_cursor(query, cursor)


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
    view, now = await service.get_case(database, actor, scope, books, code), clock.now()
    etag = version_tag(view.row["version"])
    milestones = service.milestones_of(view.row, books, now=now)
    answer = case_answer(
        view.row, view.entries, view.verbs, milestones, books, tenant_id=actor.tenant_id, now=now, lang=lang
    )
    return json_answer(answer, headers={"ETag": etag, "Cache-Control": "private, no-store"})
