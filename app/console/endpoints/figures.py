"""Figures of the service requests that an officer's units decide, as a page."""

from __future__ import annotations

from datetime import date
from urllib.parse import urlencode

from fastapi import APIRouter
from starlette.responses import Response

from app.console.deps import PATH, ConsoleRoute, CurrentDesk, Desk
from app.db.work import read_work
from app.insight import service
from app.insight.errors import PeriodTooLong
from app.insight.schemas import table
from app.insight.terms import By, Figures, Period
from app.service_requests.deps import CurrentRequestBooks
from app.service_requests.terms import RequestBooks

router = APIRouter(prefix=PATH, route_class=ConsoleRoute)


@router.get("/figures")
async def show_figures(desk: CurrentDesk, books: CurrentRequestBooks) -> Response:
    """Shares of a period, a line for each group; a period that makes no sense is said, and this year is shown."""
    asked = desk.request.query_params
    by = By(asked["by"]) if asked.get("by") in set(By) else By.UNIT
    days = _days(asked.get("first", ""), asked.get("last", ""))
    try:
        return _shown(desk, await _figures(desk, books, days, by))
    except PeriodTooLong as problem:
        return _shown(desk, await _figures(desk, books, None, by), problem)


@router.get("/figures.csv")
async def show_table(desk: CurrentDesk, books: CurrentRequestBooks) -> Response:
    """The same as CSV, by the session of the pages: their cookie goes to no other address. Raises: PeriodTooLong."""
    asked = desk.request.query_params
    by = By(asked["by"]) if asked.get("by") in set(By) else By.UNIT
    figures = await _figures(desk, books, _days(asked.get("first", ""), asked.get("last", "")), by)
    name = f"figures-{figures.period.first}-{figures.period.last}-{figures.by}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(table(figures), media_type="text/csv; charset=utf-8", headers=headers)


async def _figures(desk: Desk, books: RequestBooks, days: Period | None, by: By) -> Figures:
    """Raises: PeriodTooLong."""
    async with read_work(desk.database, desk.clock, desk.tenant.id) as work:
        return await service.get_request_figures(work, desk.actor, desk.scope, books, days, by)


def _shown(desk: Desk, figures: Figures, problem: PeriodTooLong | None = None) -> Response:
    return desk.page(
        "figures.html",
        status=problem.status if problem else 200,
        figures=figures,
        refused=problem.detail if problem else None,
        groups=list(By),
        file=f"{PATH}/figures.csv?{_query(figures)}",
    )


def _query(figures: Figures) -> str:
    return urlencode({"first": figures.period.first, "last": figures.period.last, "by": figures.by.value})


def _days(first: str, last: str) -> Period | None:
    """Both days, None when neither was given; what is no day makes a period that is refused."""
    if not first and not last:
        return None
    try:
        return Period(date.fromisoformat(first), date.fromisoformat(last))
    except ValueError:
        return Period(date.max, date.min)
