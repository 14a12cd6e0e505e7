"""The first page, and what each problem means."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path
from starlette.responses import Response

from app.kit.problems import NotFound, Problem
from app.portal import views
from app.portal.deps import CurrentVisit, PortalRoute
from app.publication import service as publication_service
from app.publication.terms import Filters

router = APIRouter(route_class=PortalRoute)
_NEWEST = 5


@router.get("/")
async def home(visit: CurrentVisit) -> Response:
    """What one can do here, and what others have reported lately."""
    page = await publication_service.public_cases(visit.database, visit.tenant.id, Filters(), after=None, limit=_NEWEST)
    return visit.page("home.html", kept=True, lines=views.public_lines(visit, page.joined))


def _kinds(root: type[Problem]) -> dict[str, type[Problem]]:
    """Every problem of the program by its slug."""
    found = {root.slug: root}
    for kind in root.__subclasses__():
        found.update({slug: each for slug, each in _kinds(kind).items() if slug not in found or each is kind})
    return found


@router.get("/problems")
async def list_problems(visit: CurrentVisit) -> Response:
    """Every problem an answer may name."""
    return visit.page("problems.html", kept=True, kinds=sorted(_kinds(Problem).items()))


@router.get("/problems/{slug}")
async def show_problem(visit: CurrentVisit, slug: Annotated[str, Path(max_length=64)]) -> Response:
    """What a problem means: the address in its `type`."""
    kind = _kinds(Problem).get(slug)
    if kind is None:
        raise NotFound
    return visit.page("problem_kind.html", kept=True, kind=kind)
