"""What endpoints about figures ask FastAPI for."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Query

from app.cases.deps import CurrentBooks, CurrentScope
from app.identity.deps import CurrentStaff
from app.service_requests.deps import CurrentRequestBooks
from app.web.fields import DayIn
from app.web.works import ReadWork

from . import service
from .errors import PeriodTooLong
from .terms import By, CaseBy, CaseFigures, Figures, Period


async def asked_period(
    first: Annotated[
        DayIn | None, Query(description="Từ ngày; không có: đầu năm. The first day; absent: 1 January.")
    ] = None,
    last: Annotated[
        DayIn | None, Query(description="Đến ngày; không có: hôm nay. The last day; absent: today.")
    ] = None,
) -> Period | None:
    """Both days, None for neither. Raises: PeriodTooLong."""
    if (first is None) is not (last is None):
        raise PeriodTooLong
    return Period(first, last) if first is not None and last is not None else None


AskedPeriod = Annotated[Period | None, Depends(asked_period)]


async def asked_figures(
    work: ReadWork,
    actor: CurrentStaff,
    scope: CurrentScope,
    books: CurrentRequestBooks,
    days: AskedPeriod,
    by: Annotated[By, Query(description="Gộp theo. What lines are put together by.")] = By.UNIT,
) -> Figures:
    """The figures that were asked for. Raises: PeriodTooLong."""
    return await service.get_request_figures(work, actor, scope, books, days, by)


AskedFigures = Annotated[Figures, Depends(asked_figures)]


async def asked_case_figures(
    work: ReadWork,
    actor: CurrentStaff,
    scope: CurrentScope,
    books: CurrentBooks,
    days: AskedPeriod,
    by: Annotated[CaseBy, Query(description="Gộp theo. What lines are put together by.")] = CaseBy.UNIT,
) -> CaseFigures:
    """The figures of cases that were asked for. Raises: PeriodTooLong."""
    return await service.get_case_figures(work, actor, scope, books, days, by)


AskedCaseFigures = Annotated[CaseFigures, Depends(asked_case_figures)]
