"""The map of what is public, and the places it is drawn from."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter
from starlette.responses import Response

from app.cases.terms import CaseState
from app.filling import choices, maps
from app.portal import views
from app.portal.deps import CurrentVisit, PortalRoute
from app.publication import service as publication_service
from app.publication.terms import Filters

router = APIRouter(prefix="/map", route_class=PortalRoute)
_LINES: Final = 20


@router.get("")
async def show_map(visit: CurrentVisit) -> Response:
    """Public cases on the map, and the newest of them as a list for whoever sees or loads no map."""
    page = await publication_service.public_cases(visit.database, visit.tenant.id, Filters(), after=None, limit=_LINES)
    return visit.page(
        "map.html",
        kept=True,
        lines=views.public_lines(visit, page.joined),
        states=[(state.value, state.label) for state in CaseState],
        categories=choices.every_category(visit.books.catalogue, visit.tenant.id, visit.lang),
        **visit.map_values(),
    )


@router.get("/places.geojson")
async def show_places(visit: CurrentVisit) -> Response:
    """The province's areas with their boundaries, drawn coarsely; at most two statements."""
    directory, tenant = visit.books.directory, visit.tenant
    return await maps.answer(visit.request, visit.database, visit.clock, directory, tenant, kept="public")
