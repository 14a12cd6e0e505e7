"""The map of what is public, and the places it is drawn from."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter
from starlette.responses import Response

from app.cases.terms import CaseState
from app.db.work import read_work
from app.directory import service as directory_service
from app.filling import choices
from app.portal import maps, views
from app.portal.deps import CurrentVisit, PortalRoute, Visit
from app.publication import service as publication_service
from app.publication.terms import Filters
from app.web.coding import coded_answer
from app.web.etags import content_tag, is_fresh

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
        **maps.values(visit),
    )


@router.get("/places.geojson")
async def show_places(visit: CurrentVisit) -> Response:
    """The province's areas with their boundaries, drawn coarsely; at most two statements."""
    directory, tenant = visit.books.directory, visit.tenant
    codes = maps.place_codes(directory, tenant)
    async with read_work(visit.database, visit.clock, tenant.id) as work:
        outlines = await directory_service.outlines(work, tenant.edition, codes)
    return _places(visit, maps.places(directory, tenant, outlines))


def _places(visit: Visit, content: bytes) -> Response:
    """The places with their tag, or the word that the browser holds them already."""
    tag = content_tag(content)
    headers = {"ETag": tag, "Cache-Control": "public, max-age=3600"}
    if is_fresh(visit.request.headers.get("if-none-match"), tag):
        return Response(status_code=304, headers=headers)
    answer = coded_answer(visit.request, content, headers)
    answer.headers["Content-Type"] = "application/geo+json"
    return answer
