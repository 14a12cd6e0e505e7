"""What crawlers of search engines ask for: what they may read, and every page there is for everybody."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Path
from starlette.requests import Request
from starlette.responses import Response

from app.directory.snapshot import root_of
from app.kit.clock import local_day
from app.kit.ids import UnitId
from app.kit.problems import NotFound
from app.portal import feeds
from app.portal.deps import CurrentVisit, Visit
from app.procedures.deps import CurrentProcedures
from app.publication import service as publication
from app.web.budgets import counted
from app.web.etags import bytes_or_304, content_tag
from app.web.fields import DayIn
from app.web.robots import robots

router = APIRouter(dependencies=[Depends(counted(1))])
_ALWAYS: Final = ("/", "/report", "/cases", "/map", "/procedures", "/deadlines", "/privacy", "/verify", "/docs")
_XML: Final = "application/xml"
_AN_HOUR_S: Final = 3600


def _answer(request: Request, content: bytes, media_type: str, max_age_s: int = 0) -> Response:
    held = request.headers.get("if-none-match")
    return bytes_or_304(content, content_tag(content), held, media_type=media_type, max_age_s=max_age_s)


def _top(visit: Visit) -> UnitId:
    """The unit above all others of the province: its portal shows all that is public."""
    top = root_of(visit.books.directory.units(visit.tenant.id))
    assert top is not None
    return UnitId(top.id)


@router.get("/robots.txt")
async def get_robots(visit: CurrentVisit) -> Response:
    """What crawlers are asked not to read (RFC 9309), and where the rest is listed."""
    return _answer(visit.request, robots(visit.host), "text/plain; charset=utf-8", _AN_HOUR_S)


@router.get("/sitemap.xml")
async def get_index(visit: CurrentVisit) -> Response:
    """The sitemaps of the province: of its pages, and of the public cases by the day on which they were opened."""
    days = await publication.portal_dates(visit.database, visit.tenant.id, _top(visit))
    maps: list[tuple[str, datetime | None]] = [(f"{visit.host}/sitemaps/pages.xml", None)]
    maps += [(f"{visit.host}/sitemaps/cases/{day}.xml", None) for day in days]
    return _answer(visit.request, feeds.sitemap_index(maps), _XML)


@router.get("/sitemaps/pages.xml")
async def get_pages(visit: CurrentVisit, known: CurrentProcedures) -> Response:
    """What is always there: the pages of the province, of its procedures, and the portals of its units."""
    tenant, books = visit.tenant, visit.books
    today = local_day(visit.now, tenant.time_zone)
    procedures = (f"/procedures/{one.code}" for one in known.all_open(tenant.id, today))
    portals = (f"/portal/{unit.code}" for unit in books.directory.units(tenant.id) if unit.active)
    places = sorted((*_ALWAYS, *procedures, *portals))
    return _answer(visit.request, feeds.sitemap((f"{visit.host}{place}", None) for place in places), _XML)


@router.get("/sitemaps/cases/{day}.xml")
async def get_cases(visit: CurrentVisit, day: Annotated[DayIn, Path()]) -> Response:
    """Public cases that were opened on the day. Raises: NotFound when there is none."""
    found = await publication.portal_codes_of(visit.database, visit.tenant.id, _top(visit), day)
    if not found:
        raise NotFound
    return _answer(visit.request, feeds.sitemap((f"{visit.host}/cases/{code}", at) for code, at in found), _XML)
