"""The calendar that deadlines are counted by: which days count, why others do not, when a number of them ends."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, Final

from fastapi import APIRouter
from starlette.responses import Response

from app.deadlines import service as deadlines_service
from app.deadlines.deps import CurrentCalendars
from app.deadlines.domain import DayInForce
from app.deadlines.errors import CalendarExhausted
from app.kit.clock import local_day
from app.kit.text import Text
from app.portal.deps import CurrentVisit, PortalRoute, Visit
from app.web.pages import whole_number

router = APIRouter(prefix="/deadlines", route_class=PortalRoute)
_AHEAD: Final = timedelta(days=399)
_MONTHS: Final = 3
_MOST_DAYS: Final = 120
_UNREADABLE: Final = Text(
    f"Hãy nhập ngày và số ngày làm việc từ 1 đến {_MOST_DAYS}.",
    f"Enter a date and a number of working days from 1 to {_MOST_DAYS}.",
)
_TOO_FAR: Final = Text(
    "Lịch làm việc chưa có đến ngày đó. Hãy chọn ngày gần hôm nay hơn.",
    "The working calendar does not reach that far. Choose a date nearer to today.",
)


@router.get("")
async def show_calendar(visit: CurrentVisit, calendars: CurrentCalendars) -> Response:
    """Three months day by day, the rule, and what a number of working days from a day on comes to."""
    today = local_day(visit.now, visit.tenant.time_zone)
    first = today.replace(day=1)
    try:
        shown = deadlines_service.calendar_in_force(
            calendars, visit.tenant.id, unit_id=None, area=None, since=first, until=first + _AHEAD, now=visit.now
        )
    except CalendarExhausted:
        return _shown(visit, (), today)
    return _shown(visit, shown.days, today)


def _shown(visit: Visit, days: tuple[DayInForce, ...], today: date) -> Response:
    months = _months(days, today)
    until = months[-1]["until"] if months else today
    off = [one for one in days if one.kind is not None and today <= one.day <= until]
    return visit.page("deadlines.html", kept=True, months=months, off=off, **_counted(visit, days, today))


def _months(days: tuple[DayInForce, ...], today: date) -> list[dict[str, Any]]:
    """The first months as rows of weeks from Monday, None outside the month."""
    found: list[dict[str, Any]] = []
    for one in days:
        if one.day.day == 1:
            if len(found) == _MONTHS:
                break
            found.append({"first": one.day, "until": one.day, "cells": [None] * one.day.weekday()})
        found[-1]["cells"].append({"one": one, "today": one.day == today})
        found[-1]["until"] = one.day
    for month in found:
        cells = month["cells"] + [None] * (-len(month["cells"]) % 7)
        month["weeks"] = [cells[at : at + 7] for at in range(0, len(cells), 7)]
    return found


def _counted(visit: Visit, days: tuple[DayInForce, ...], today: date) -> dict[str, Any]:
    """What was asked of the little counter: the day on which so many working days end, or why that cannot be told."""
    asked = visit.request.query_params
    start, number = asked.get("from", ""), asked.get("days", "")
    values: dict[str, Any] = {"start": start or today.isoformat(), "number": number, "due": None, "problem": None}
    if not number and not start:
        return values
    count = whole_number(number)
    try:
        begun = date.fromisoformat(start)
    except ValueError:
        return values | {"problem": _UNREADABLE}
    if not isinstance(count, int) or not 1 <= count <= _MOST_DAYS:
        return values | {"problem": _UNREADABLE}
    counting = [one.day for one in days if one.day > begun and one.hours]
    if not days or begun < days[0].day or len(counting) < count:
        return values | {"problem": _TOO_FAR}
    return values | {"due": counting[count - 1], "begun": begun, "count": count}
