"""Figures of cases and of service requests, of an officer's own units and those below, as pages and as CSV."""

from __future__ import annotations

from datetime import date
from urllib.parse import urlencode

from fastapi import APIRouter
from starlette.responses import Response

from app.console.deps import PATH, ConsoleRoute, CurrentDesk, Desk
from app.db.work import read_work
from app.insight import service
from app.insight.errors import PeriodTooLong
from app.insight.schemas import case_table, table, table_name
from app.insight.terms import By, CaseBy, CaseFigures, Figures, Period
from app.service_requests.deps import CurrentRequestBooks
from app.service_requests.terms import RequestBooks
from app.web.pages import typed_day

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
    return _as_file(table(figures), table_name(figures))


@router.get("/figures/cases")
async def show_case_figures(desk: CurrentDesk) -> Response:
    """What became of the reports received in a period; one that makes no sense is said, and this year is shown."""
    asked = desk.request.query_params
    by = CaseBy(asked["by"]) if asked.get("by") in set(CaseBy) else CaseBy.UNIT
    days = _days(asked.get("first", ""), asked.get("last", ""))
    try:
        return _cases_shown(desk, await _case_figures(desk, days, by))
    except PeriodTooLong as problem:
        return _cases_shown(desk, await _case_figures(desk, None, by), problem)


@router.get("/figures/cases.csv")
async def show_case_table(desk: CurrentDesk) -> Response:
    """The same as CSV. Raises: PeriodTooLong."""
    asked = desk.request.query_params
    by = CaseBy(asked["by"]) if asked.get("by") in set(CaseBy) else CaseBy.UNIT
    figures = await _case_figures(desk, _days(asked.get("first", ""), asked.get("last", "")), by)
    return _as_file(case_table(figures), table_name(figures))


def _as_file(content: str, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(content, media_type="text/csv; charset=utf-8", headers=headers)


async def _case_figures(desk: Desk, days: Period | None, by: CaseBy) -> CaseFigures:
    """Raises: PeriodTooLong."""
    async with read_work(desk.database, desk.clock, desk.tenant.id) as work:
        return await service.get_case_figures(work, desk.actor, desk.scope, desk.books, days, by)


def _cases_shown(desk: Desk, figures: CaseFigures, problem: PeriodTooLong | None = None) -> Response:
    return desk.page(
        "figures_cases.html",
        status=problem.status if problem else 200,
        figures=figures,
        refused=problem.detail if problem else None,
        groups=list(CaseBy),
        file=f"{PATH}/figures/cases.csv?{_query(figures)}",
    )


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


def _query(figures: Figures | CaseFigures) -> str:
    return urlencode({"first": figures.period.first, "last": figures.period.last, "by": figures.by.value})


def _days(first: str, last: str) -> Period | None:
    """Both days, None when neither was given; what is no day makes a period that is refused."""
    if not first and not last:
        return None
    begins, ends = typed_day(first), typed_day(last)
    return Period(begins, ends) if begins is not None and ends is not None else Period(date.max, date.min)
