"""What endpoints about figures ask FastAPI for."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Query

from app.cases.deps import CurrentScope
from app.identity.deps import CurrentStaff
from app.service_requests.deps import CurrentRequestBooks
from app.web.fields import DayIn
from app.web.works import ReadWork

from . import service
from .errors import PeriodTooLong
from .terms import By, Figures, Period


async def asked_figures(
    work: ReadWork,
    actor: CurrentStaff,
    scope: CurrentScope,
    books: CurrentRequestBooks,
    first: Annotated[
        DayIn | None, Query(description="Từ ngày; không có: đầu năm. The first day; absent: 1 January.")
    ] = None,
    last: Annotated[
        DayIn | None, Query(description="Đến ngày; không có: hôm nay. The last day; absent: today.")
    ] = None,
    by: Annotated[By, Query(description="Gộp theo. What lines are put together by.")] = By.UNIT,
) -> Figures:
    """The figures that were asked for. Raises: PeriodTooLong."""
    days = Period(first, last) if first is not None and last is not None else None
    if (first is None) is not (last is None):
        raise PeriodTooLong
    return await service.get_request_figures(work, actor, scope, books, days, by)


AskedFigures = Annotated[Figures, Depends(asked_figures)]
