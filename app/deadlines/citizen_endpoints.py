"""Everyone: the working calendar in force, to count a deadline by hand."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Header, Query
from starlette.responses import Response

from app.directory.deps import CurrentDirectory
from app.directory.errors import UnknownUnit
from app.web.etags import bytes_or_304, content_tag
from app.web.problems import problem_responses
from app.web.state import CurrentClock
from app.web.tenancy import CurrentTenant

from . import service
from .deps import CurrentCalendars
from .errors import CalendarExhausted
from .schemas import CalendarInForceOut, DaysQuery

router = APIRouter(prefix="/api/v1", tags=["public"])
_MAX_AGE_S = 300


@router.get(
    "/calendar",
    response_model=CalendarInForceOut,
    responses={
        **problem_responses(UnknownUnit, CalendarExhausted),
        304: {"description": "You hold the present answer"},
    },
)
async def get_calendar(
    asked: Annotated[DaysQuery, Query()],
    tenant: CurrentTenant,
    directory: CurrentDirectory,
    calendars: CurrentCalendars,
    clock: CurrentClock,
    if_none_match: Annotated[str | None, Header(description="ETag of the answer you hold")] = None,
) -> Response:
    """Lịch làm việc đang áp dụng của một cơ quan, hoặc của tỉnh. The working calendar in force, of a unit or of all.

    Từng ngày có được tính không, giờ nào, vì sao, theo phiên bản nào; để tự đếm hạn. Every day: whether it counts, at
    which hours, why, and which version of which calendar says so. At most 400 days; days of which nothing is known yet
    are left out.
    """
    unit = directory.unit_by_code(tenant, asked.unit) if asked.unit else None
    unit_id, area = (unit.id, unit.area_code) if unit else (None, None)
    shown = service.calendar_in_force(
        calendars, tenant, unit_id=unit_id, area=area, since=asked.since, until=asked.until, now=clock.now()
    )
    content = CalendarInForceOut.content(shown, asked.unit)
    return bytes_or_304(content, content_tag(content), if_none_match, max_age_s=_MAX_AGE_S)
