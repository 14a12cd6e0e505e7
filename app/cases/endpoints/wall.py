"""The wall of the operations centre for machines: how the open cases of one's units stand now."""

from __future__ import annotations

from typing import Any, Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.cases import service
from app.cases.deps import CurrentBooks, CurrentScope
from app.cases.schemas import WallOut, wall_answer
from app.identity.deps import CurrentStaff
from app.identity.errors import SessionExpired, StaffNeeded
from app.web.etags import bytes_or_304
from app.web.headers import IF_NONE_MATCH, read_here
from app.web.problems import problem_responses
from app.web.state import CurrentClock, CurrentDatabase

router = APIRouter(prefix="/api/v1/staff", tags=["staff"])
_UNCHANGED: Final[dict[int | str, dict[str, Any]]] = {304: {"description": "No number has changed"}}


@router.get(
    "/wall",
    response_model=WallOut,
    responses={**problem_responses(StaffNeeded, SessionExpired), **_UNCHANGED},
    openapi_extra=read_here(IF_NONE_MATCH),
)
async def get_wall(
    request: Request,
    actor: CurrentStaff,
    scope: CurrentScope,
    database: CurrentDatabase,
    clock: CurrentClock,
    books: CurrentBooks,
) -> Response:
    """Tình hình xử lý cho màn hình điều hành (IOC). How open cases stand, altogether and by unit, overdue first.

    The same numbers as the console's wall, of your units and those below. Ask each minute with the ETag of the last
    answer as `If-None-Match`: while no number has changed the answer is 304 without a body. One statement, over an
    index of what is open.
    """
    now = clock.now()
    loads = await service.load_by_unit(database, scope, now=now)
    content, etag = wall_answer(loads, books.directory, actor.tenant_id, now)
    return bytes_or_304(content, etag, request.headers.get("if-none-match"), private=True, vary="Authorization")
