"""Other systems: what their key is good for, how cases stand, what has happened."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field
from starlette.responses import Response

from app.cases.deps import CurrentBooks
from app.cases.errors import CaseNotFound
from app.cases.service import NEWEST, milestones_of
from app.cases.terms import CaseState
from app.catalogue.errors import UnknownCategory
from app.clients import service
from app.clients.deps import CaseReader, EventReader
from app.clients.schemas import (
    EventListOut,
    HandledDetailOut,
    HandledPageOut,
    OwnClientOut,
    events_answer,
    handled_detail,
    handled_page,
)
from app.directory.deps import CurrentDirectory
from app.directory.errors import AreaOutsideTenant
from app.identity.deps import CurrentClient
from app.identity.errors import ClientNeeded, KeyRefused
from app.kit.problems import Forbidden
from app.outbox.errors import EventsForgotten, PositionAhead
from app.subscriptions.errors import UnknownEventType
from app.subscriptions.schemas import EventTypeText
from app.subscriptions.terms import TYPES
from app.web.answers import json_answer
from app.web.cursors import ForeignCursor, UnreadableCursor, make_id_cursor, read_id_cursor
from app.web.etags import version_tag
from app.web.fields import CaseCodeText, Code, InstantIn
from app.web.problems import problem_responses
from app.web.state import CurrentClock, CurrentDatabase
from app.web.works import ReadWork

router = APIRouter(prefix="/api/v1/client", tags=["client"])
_MAY = (ClientNeeded, KeyRefused, Forbidden)
_PRIVATE = {"Cache-Control": "private, no-store"}


class HandledQuery(BaseModel):
    """Which of the cases."""

    category: Code | None = None
    state: CaseState | None = None
    area: Annotated[Code | None, Field(description="Mã đơn vị hành chính, gồm cấp dưới. With all below it.")] = None
    opened_since: InstantIn | None = None
    cursor: Annotated[str | None, Field(max_length=512, description="next_cursor. Of the page before.")] = None
    limit: Annotated[int, Field(ge=1, le=100, description="Số dòng mỗi trang. Lines per page.")] = 50


class EventQuery(BaseModel):
    """From where events are read."""

    after: Annotated[int, Field(ge=0, le=2**62, description="Vị trí đã đọc đến. How far you have read; 0: all.")] = 0
    limit: Annotated[int, Field(ge=1, le=500, description="Số sự kiện xét. Events looked at.")] = 100
    type: Annotated[
        list[EventTypeText],
        Field(max_length=len(TYPES), description="Loại sự kiện; trống: mọi loại. Types; none: all."),
    ] = Field(default_factory=list)


@router.get("", responses=problem_responses(ClientNeeded, KeyRefused))
async def get_own_client(found: CurrentClient, directory: CurrentDirectory) -> OwnClientOut:
    """Khoá này dùng được vào việc gì, đến khi nào. What this key is good for, and until when."""
    return OwnClientOut.of(found, directory.unit_codes(found.actor.tenant_id))


@router.get(
    "/cases",
    response_model=HandledPageOut,
    responses=problem_responses(*_MAY, UnknownCategory, AreaOutsideTenant, ForeignCursor, UnreadableCursor),
)
async def list_handled(
    asked: Annotated[HandledQuery, Query()],
    actor: CaseReader,
    books: CurrentBooks,
    database: CurrentDatabase,
    clock: CurrentClock,
) -> Response:
    """Tình trạng các vụ việc trong phạm vi của khoá, mới nhất trước; không có lời của người dân. Needs `cases:read`.

    How the cases within the key's limits stand, newest first, without anything that people wrote.
    """
    query = {**asked.model_dump(mode="json", exclude={"cursor", "limit"}), "actor": str(actor.id)}
    rows = await service.list_cases(
        database,
        actor,
        books,
        **asked.model_dump(exclude={"cursor", "limit"}),
        before=_before(query, asked.cursor),
        limit=asked.limit + 1,
    )
    last = rows[asked.limit - 1] if len(rows) > asked.limit else None
    following = make_id_cursor(query, last["id"]) if last else None
    content = handled_page(rows[: asked.limit], books, actor.tenant_id, clock.now(), following)
    return Response(content, media_type="application/json", headers=_PRIVATE)


def _before(query: dict[str, object], cursor: str | None) -> UUID:
    """Key the page ends before. Raises: UnreadableCursor, ForeignCursor."""
    if cursor is None:
        return NEWEST
    return read_id_cursor(query, cursor)


@router.get("/cases/{code}", response_model=HandledDetailOut, responses=problem_responses(*_MAY, CaseNotFound))
async def get_handled(
    code: CaseCodeText, actor: CaseReader, books: CurrentBooks, database: CurrentDatabase, clock: CurrentClock
) -> Response:
    """Tình trạng một vụ việc với các mốc hạn. How one case stands, with its milestones. Needs `cases:read`."""
    row, now = await service.get_case(database, actor, books, code), clock.now()
    answer = handled_detail(row, milestones_of(row, books, now=now), books, actor.tenant_id, now)
    return json_answer(answer, headers={**_PRIVATE, "ETag": version_tag(row["version"])})


@router.get(
    "/events",
    response_model=EventListOut,
    responses=problem_responses(*_MAY, EventsForgotten, PositionAhead, UnknownEventType),
)
async def read_events(
    asked: Annotated[EventQuery, Query()], actor: EventReader, books: CurrentBooks, work: ReadWork
) -> Response:
    """Đọc sự kiện theo thứ tự, từ một vị trí; cùng phong bì như webhook. Needs `events:read`.

    Read events in their order after a position, in the envelope that webhooks carry. A page may be empty although more
    follow: ask on with its `after` until it no longer changes.
    """
    types = asked.type or TYPES
    page = await service.read_events(work, actor, books, types=types, after=asked.after, limit=asked.limit)
    return Response(events_answer(page), media_type="application/json", headers=_PRIVATE)
