"""Everyone: the portal of each unit, what changed in it, and a digest of each day to compare two copies by."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from app.directory.errors import UnknownUnit
from app.kit.ids import UnitId
from app.publication import service as publication
from app.publication.deps import cursor_of, key_after
from app.web.answers import as_json
from app.web.cursors import CursorAhead, ForeignCursor, UnreadableCursor, make_id_cursor, read_id_cursor
from app.web.etags import bytes_or_304, content_tag
from app.web.fields import DayIn
from app.web.headers import IF_NONE_MATCH, read_here
from app.web.problems import problem_responses
from app.web.state import CurrentDatabase

from . import service
from .deps import AskedDays, CurrentPlace
from .errors import UnreadableDays
from .schemas import (
    PortalChangesOut,
    PortalDayListOut,
    PortalDigestOut,
    PortalOut,
    changes_answer,
    day_answer,
    digest_answer,
)

router = APIRouter(prefix="/api/v1/public/portals/{unit}", tags=["public"])

_FIRST = UUID(int=0)
_UNCHANGED: dict[int | str, dict[str, Any]] = {304: {"description": "You hold the present answer"}}


def _answer(request: Request, content: bytes) -> Response:
    return bytes_or_304(content, content_tag(content), request.headers.get("if-none-match"))


@router.get(
    "",
    response_model=PortalOut,
    responses={**problem_responses(UnknownUnit), **_UNCHANGED},
    openapi_extra=read_here(IF_NONE_MATCH),
)
async def get_portal(of: CurrentPlace, request: Request, database: CurrentDatabase) -> Response:
    """Cổng của một cơ quan: tên, màu, cơ quan trên dưới, địa chỉ các nguồn tin. The portal of a unit."""
    portal = await service.get_portal(database, of.tenant_id, of.unit)
    return _answer(request, as_json(PortalOut.of(portal, of.directory, of.tenant_id).model_dump()))


@router.get(
    "/changes",
    response_model=PortalChangesOut,
    responses={**problem_responses(UnknownUnit, UnreadableCursor, ForeignCursor, CursorAhead), **_UNCHANGED},
    openapi_extra=read_here(IF_NONE_MATCH),
)
async def list_portal_changes(
    of: CurrentPlace,
    request: Request,
    database: CurrentDatabase,
    cursor: Annotated[
        str | None, Query(max_length=512, description="`cursor` của lần trước. Of the last answer.")
    ] = None,
    limit: Annotated[int, Query(ge=1, le=500, description="Nhiều nhất bao nhiêu. Most items of an answer.")] = 200,
) -> Response:
    """Thay đổi của cổng theo thứ tự, kể cả vụ việc rút khỏi cổng. What changed in the portal, in order, to be mirrored.

    Begin without a cursor, keep the one you are given, ask again: nothing is missed. What the portal shows no longer
    is among the items as `withdrawn`.
    """
    query = {"portal": of.unit.code}
    after = key_after(query, cursor)
    told = await publication.portal_changes(database, of.tenant_id, UnitId(of.unit.id), after=after, limit=limit + 1)
    page = told[:limit]
    reached = cursor_of(query, (page[-1].updated_at, page[-1].case_id)) if page else cursor
    return _answer(request, changes_answer(page, cursor=reached, more=len(told) > limit))


@router.get(
    "/digest",
    response_model=PortalDigestOut,
    responses={**problem_responses(UnknownUnit, UnreadableDays), **_UNCHANGED},
    openapi_extra=read_here(IF_NONE_MATCH),
)
async def get_portal_digest(
    of: CurrentPlace, asked: AskedDays, request: Request, database: CurrentDatabase
) -> Response:
    """Mã đối soát từng ngày: hai bên có giữ cùng một nội dung không. A digest per day, to compare two copies by.

    A day counts the cases that were opened on it and that the portal shows now: one line `code revision sha256` each,
    by code, and the SHA-256 of those lines. docs/portals.md says how the other side makes the same.
    """
    found = await publication.portal_days(database, of.tenant_id, UnitId(of.unit.id), *asked)
    return _answer(request, as_json(digest_answer(of.unit.code, of.tenant.time_zone, found)))


@router.get(
    "/digest/{day}",
    response_model=PortalDayListOut,
    responses={**problem_responses(UnknownUnit, UnreadableCursor, ForeignCursor), **_UNCHANGED},
    openapi_extra=read_here(IF_NONE_MATCH),
)
async def get_portal_day(
    of: CurrentPlace,
    day: Annotated[DayIn, Path(description="Ngày. The day.", examples=["2026-11-20"])],
    request: Request,
    database: CurrentDatabase,
    cursor: Annotated[
        str | None, Query(max_length=512, description="`next_cursor` của lần trước. Of the last answer.")
    ] = None,
    limit: Annotated[int, Query(ge=1, le=1000, description="Nhiều nhất bao nhiêu. Most items of an answer.")] = 1000,
) -> Response:
    """Từng vụ việc trong mã đối soát của một ngày. The cases that the digest of a day counts, to find what differs.

    In the order in which they were opened, page by page; the digest is made of all of them, by code.
    """
    query = {"portal": of.unit.code, "day": day}
    found = await publication.portal_day(
        database,
        of.tenant_id,
        UnitId(of.unit.id),
        day,
        after=read_id_cursor(query, cursor) if cursor else _FIRST,
        limit=limit + 1,
    )
    page = found[:limit]
    more = make_id_cursor(query, page[-1][1]) if len(found) > limit else None
    return _answer(request, as_json(day_answer(of.unit.code, day, [held for held, _ in page], more)))
