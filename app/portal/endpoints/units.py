"""The portal of each unit: its first page, its cases, the widget that other sites show in a frame."""

from __future__ import annotations

from typing import Annotated, Any, Final
from urllib.parse import urlencode

import orjson
from fastapi import APIRouter, Path
from starlette.responses import RedirectResponse, Response

from app.directory.snapshot import root_of
from app.kit.ids import UnitId
from app.portal import views
from app.portal.deps import CurrentVisit, PortalRoute
from app.portal.fronts import CurrentFront, Front
from app.publication import service as publication
from app.publication.deps import cursor_of, key_after
from app.publication.terms import outcome
from app.reports import service as reports_service
from app.reports.errors import ReportNotFound

first_router = APIRouter(prefix="/portal", route_class=PortalRoute)
router = APIRouter(prefix="/portal/{unit}", route_class=PortalRoute)
_PAGE_LINES: Final = 20
_WIDGET_LINES: Final = 3
_CASE: Final = r"^[A-Za-z0-9.-]{1,40}$"
_WIDGET_POLICY: Final = (
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors "
)


@first_router.get("")
async def find_portals(visit: CurrentVisit) -> Response:
    """The portal of the province's own unit, which leads to all others."""
    units = visit.books.directory.units(visit.tenant.id)
    root = root_of(units)
    assert root is not None
    return RedirectResponse(f"/portal/{root.code}", status_code=303)


@router.get("")
async def show_portal(front: CurrentFront) -> Response:
    """How things stand, what changed lately, and the way to the units above and below."""
    visit, query = front.visit, {"portal": front.unit.code}
    after = key_after(query, visit.request.query_params.get("cursor"))
    page = await publication.portal_cases(visit.database, *front.key, piece="line", after=after, limit=_PAGE_LINES)
    more = "?" + urlencode({"cursor": cursor_of(query, page.after)}) if page.after else None
    return front.page_of(
        "unit.html",
        kept=True,
        counts=await front.counts(),
        lines=views.public_lines(front.visit, page.joined),
        more=more,
        later=after is not None,
        feeds=front.feeds,
        **_around(front),
    )


def _around(front: Front) -> dict[str, Any]:
    """The unit, those above it from the top, and those in force directly below it by code."""
    directory, (tenant_id, unit_id) = front.place.directory, front.key
    above = [directory.unit(tenant_id, one) for one in directory.unit_path(tenant_id, unit_id)[:-1]]
    below = [one for one in directory.child_units(tenant_id, unit_id) if one.active]
    return {"unit": front.unit, "above": above, "below": sorted(below, key=lambda one: one.code)}


async def _public(front: Front, code: str) -> bytes | None:
    """The public case when this portal shows it: a unit of the portal's subtree is responsible."""
    tenant_id, unit_id = front.key
    found = await publication.public_body(front.visit.database, tenant_id, code.upper())
    if found is None:
        return None
    directory = front.place.directory
    held = directory.unit_by_code(tenant_id, orjson.loads(found[0])["responsible_unit"]["code"])
    return found[0] if UnitId(held.id) in directory.subtree(tenant_id, [unit_id]) else None


@router.get("/cases/{code}")
async def show_case_of_portal(front: CurrentFront, code: Annotated[str, Path(pattern=_CASE)]) -> Response:
    """One public case of the portal, personal data masked."""
    body = await _public(front, code)
    if body is None:
        raise ReportNotFound
    row = await reports_service.get_facts(front.visit.database, front.key[0], code.upper())
    canonical = f"/cases/{code.upper()}"  # one address of one case, whichever portals show it
    return front.page_of("case.html", kept=True, canonical=canonical, **views.public_case(front.visit, body, row))


@router.get("/widget")
async def show_widget(front: CurrentFront) -> Response:
    """How things stand, or how one case does (`?code=`), without scripts: for frames of sites that the unit names."""
    framers = " ".join(("'self'", *front.portal.look.frame_ancestors))
    headers = {"Content-Security-Policy": _WIDGET_POLICY + framers, "Cross-Origin-Resource-Policy": "cross-origin"}
    answer = front.page_of("widget.html", kept=True, headers=headers, **await _widget(front))
    del answer.headers[
        "Set-Cookie"
    ]  # which language a frame is asked for in is the other site's choice, not the reader's
    del answer.headers["X-Frame-Options"]  # older than frame-ancestors, and knows no list
    return answer


async def _widget(front: Front) -> dict[str, Any]:
    """What the widget shows: the case that is asked for, else figures and the newest cases."""
    asked = front.visit.request.query_params.get("code", "")[:40]
    if not asked:
        page = await publication.portal_cases(
            front.visit.database, *front.key, piece="line", after=None, limit=_WIDGET_LINES
        )
        lines = views.public_lines(front.visit, page.joined)
        return {"case": None, "asked": "", "lines": lines, "counts": await front.counts()}
    body = await _public(front, asked)
    case = views.worded(front.visit, orjson.loads(body)) if body else None
    if case is not None:
        case["standing"] = outcome(case["state"], case["resolution"])
    return {"case": case, "asked": asked, "lines": [], "counts": []}
