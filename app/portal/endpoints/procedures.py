"""Administrative procedures for people: look for one, see what it takes, how long, what it costs and who does it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path
from starlette.responses import Response

from app.directory.errors import AreaOutsideTenant, UnknownArea
from app.directory.snapshot import AreaChain
from app.filling import choices, procedures as reading
from app.kit.clock import local_day
from app.kit.problems import Problem
from app.portal.deps import CurrentVisit, PortalRoute, Visit, said
from app.procedures import service
from app.procedures.deps import CurrentProcedures
from app.procedures.domain import tiers_of
from app.procedures.snapshot import Procedures
from app.procedures.terms import LifeEvent, OnlineLevel

router = APIRouter(prefix="/procedures", route_class=PortalRoute)
_FILTERS = ("q", "life_event", "area")


@router.get("")
async def list_procedures(visit: CurrentVisit, procedures: CurrentProcedures) -> Response:
    """Procedures by words, by life event, by place; what cannot be read is said."""
    chosen = _chosen(visit)
    try:
        chain, problem = _place(visit, chosen), None
    except (UnknownArea, AreaOutsideTenant) as refused:
        chain, problem = None, refused
    return _listed(visit, procedures, chosen, chain, problem)


@router.get("/{code}")
async def show_procedure(
    visit: CurrentVisit, procedures: CurrentProcedures, code: Annotated[str, Path(pattern=r"^[0-9.]{1,20}$")]
) -> Response:
    """One procedure; with a place in the address also the units it goes to there. Raises: ProcedureNotFound."""
    chosen = _chosen(visit)
    today = local_day(visit.now, visit.tenant.time_zone)
    found = service.get_procedure(procedures, tenant=visit.tenant.id, code=code, version=None, on=today)
    chain, books = _place(visit, chosen), visit.books
    placed = service.place(found, books.directory, books.catalogue, chain=chain, on=today)
    return visit.page(
        "procedure.html",
        kept=True,
        shown=reading.shown(placed, books.directory, visit.lang),
        is_open=found.open_on(today),
        may_apply=found.online is not OnlineLevel.NONE,
        chosen=chosen,
        place=chain.area.inside if chain else None,
        areas=choices.areas(books.directory, visit.tenant),
    )


def _chosen(visit: Visit) -> dict[str, str]:
    """What the address asks for."""
    params = visit.request.query_params
    return {name: value for name in _FILTERS if (value := params.get(name, "").strip()[:100])}


def _place(visit: Visit, chosen: dict[str, str]) -> AreaChain | None:
    """The area asked for. Raises: UnknownArea, AreaOutsideTenant."""
    area = chosen.get("area")
    return visit.books.directory.chain_in(visit.tenant.id, area) if area else None


def _listed(
    visit: Visit, procedures: Procedures, chosen: dict[str, str], chain: AreaChain | None, problem: Problem | None
) -> Response:
    event = chosen.get("life_event")
    known = event in set(LifeEvent)
    tiers = tiers_of(visit.books.directory, visit.tenant.id)
    found = service.search(
        procedures,
        visit.books.directory,
        visit.books.catalogue,
        tenant=visit.tenant.id,
        words=chosen.get("q", ""),
        life_event=LifeEvent(event) if event and known else None,
        chain=chain,
        on=local_day(visit.now, visit.tenant.time_zone),
    )
    return visit.page(
        "procedures.html",
        kept=problem is None,
        status=problem.status if problem else 200,
        chosen=chosen,
        problem=problem,
        told=said(problem) if problem else None,
        found=[reading.line(one.procedure, tiers) for one in found] if problem is None else [],
        events=[(one.value, one.label) for one in LifeEvent],
        areas=choices.areas(visit.books.directory, visit.tenant),
    )
