"""What anyone may see: the list of public cases with its filters, and each of them."""

from __future__ import annotations

import re
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Path
from starlette.responses import Response

from app.cases.terms import CaseState
from app.filling import choices
from app.kit.problems import Problem, Unavailable
from app.kit.text import folded_words
from app.portal import devices, unsent, views
from app.portal.deps import CurrentVisit, PortalRoute, Visit, said
from app.publication import service as publication_service
from app.publication.deps import Asked, CasesQuery, asked, key_after, next_cursor
from app.publication.terms import Filters, Page
from app.reports import service as reports_service
from app.reports.errors import ReportNotFound
from app.supports import service as supports_service
from app.supports.terms import Supported

router = APIRouter(prefix="/cases", route_class=PortalRoute)
_PAGE_LINES = 20
_MOST_LOOSER = 12
_DONE = frozenset({"supported", "taken-back"})
_FILTERS = ("area", "category", "state", "q", "overdue")


@router.get("")
async def list_cases(visit: CurrentVisit) -> Response:
    """Public cases, newest change first; filters come from the address, and what cannot be read is said."""
    chosen = {name: value for name in _FILTERS if (value := visit.request.query_params.get(name, "").strip()[:120])}
    problem: Problem | None = None
    page, cursor = Page(b"", None), None
    try:
        wanted = await _asked(visit, chosen)
        page, cursor = await _found(visit, wanted)
    except Problem as refused:
        problem = refused
    return _listed(visit, chosen, page, cursor, problem)


async def _asked(visit: Visit, chosen: dict[str, str]) -> Asked:
    """The filters in publication's own terms. Raises: UnknownArea, AreaOutsideTenant, UnknownCategory, …"""
    state = chosen.get("state")
    known = state in set(CaseState)
    query = CasesQuery.model_construct(  # unchecked: an area too long to be one is an unknown area
        area=chosen.get("area"),
        category=chosen.get("category"),
        state=[CaseState(state)] if state and known else None,
        overdue=True if chosen.get("overdue") else None,
        q=chosen.get("q"),
    )
    return await asked(visit.request, query)


async def _found(visit: Visit, wanted: Asked) -> tuple[Page, str | None]:
    after = key_after(wanted.query, visit.request.query_params.get("cursor"))
    filters: Filters = wanted.filters
    page = await publication_service.public_cases(
        visit.database, visit.tenant.id, filters, after=after, limit=_PAGE_LINES
    )
    return page, next_cursor(wanted.query, page)


def _looser(chosen: dict[str, str]) -> list[tuple[str, str]]:
    """Searches for less that may find something where all of it found nothing.

    All words wherever they stand, then each phrase, then each word.
    """
    typed = chosen.get("q", "")
    phrases = [" ".join(part.split()) for part in typed.split(",")]
    words = " ".join(phrases).split()
    apart = ", ".join(words)
    parts = {", ".join(map(" ".join, map(folded_words, part.split(",")))): part for part in (apart, *phrases, *words)}
    parts.pop("", None)
    whole = ", ".join(filter(None, phrases))
    others = [part for part in parts.values() if part != whole]
    return [(part, "?" + urlencode({**chosen, "q": part})) for part in others[:_MOST_LOOSER]]


def _listed(visit: Visit, chosen: dict[str, str], page: Page, cursor: str | None, problem: Problem | None) -> Response:
    more = "?" + urlencode({**chosen, "cursor": cursor}) if cursor else None
    return visit.page(
        "cases.html",
        kept=problem is None,
        status=problem.status if problem else 200,
        chosen=chosen,
        problem=problem,
        told=said(problem) if problem else None,
        lines=views.public_lines(visit, page.joined),
        more=more,
        looser=_looser(chosen),
        later="cursor" in visit.request.query_params,
        states=[(state.value, state.label) for state in CaseState],
        categories=choices.every_category(visit.books.catalogue, visit.tenant.id, visit.lang),
        areas=choices.areas(visit.books.directory, visit.tenant, with_districts=True),
    )


@router.get("/{code}")
async def show_case(visit: CurrentVisit, code: Annotated[str, Path(pattern=r"^[A-Za-z0-9.-]{1,40}$")]) -> Response:
    """One public case, personal data masked."""
    found = await publication_service.public_body(visit.database, visit.tenant.id, code)
    if found is None:
        raise ReportNotFound
    row = await reports_service.get_facts(visit.database, visit.tenant.id, code)
    return visit.page("case.html", kept=True, support=await _support(visit, code), **_case(visit, found[0], row))


def _case(visit: Visit, body: bytes, row: dict[str, Any]) -> dict[str, Any]:
    """The case, and what was done on its page a moment ago."""
    query = visit.request.query_params
    done, report = query.get("done", ""), query.get("report", "")
    return {
        **views.public_case(visit, body, row),
        "done": done if done in _DONE else "",
        "written": report if re.fullmatch(unsent.NAME, report) else "",
    }


async def _support(visit: Visit, code: str) -> Supported | None:
    """How whoever looks stands to the case; None for somebody who is not known, without a statement."""
    citizen = await devices.citizen_of(visit)
    if citizen is None:
        return None
    try:
        return await supports_service.standing_of(visit.database, visit.tenant.id, code, citizen)
    except Unavailable:
        return None
