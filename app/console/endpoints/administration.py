"""Where administrators, auditors and officers of accounts find what is theirs alone."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from app.console.deps import PATH, ConsoleRoute, CurrentDesk

router = APIRouter(prefix=f"{PATH}/administration", route_class=ConsoleRoute)


@router.get("")
async def show_administration(desk: CurrentDesk) -> Response:
    """What this officer may open; rules that every officer may read are among it."""
    return desk.page("administration.html")
