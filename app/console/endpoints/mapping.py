"""The places that the map of a case is drawn from: those of the officer's own province, whatever the host's name."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from app.console.deps import PATH, ConsoleRoute, CurrentDesk
from app.filling import maps

router = APIRouter(prefix=f"{PATH}/map", route_class=ConsoleRoute)


@router.get("/places.geojson")
async def show_places(desk: CurrentDesk) -> Response:
    """The province's areas with their boundaries, drawn coarsely; at most two statements."""
    return await maps.answer(desk.request, desk.database, desk.clock, desk.books.directory, desk.tenant, kept="private")
