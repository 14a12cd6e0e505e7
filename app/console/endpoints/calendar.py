"""The working calendar of a year in months, and what administrators have changed in it."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from app.console import calendars
from app.console.deps import PATH, ConsoleRoute, CurrentDesk
from app.console.views import units_to_refer
from app.deadlines.policies import may_publish_edit

router = APIRouter(prefix=PATH, route_class=ConsoleRoute)


@router.get("/calendar")
async def show_calendar(desk: CurrentDesk) -> Response:
    """A year of a unit's calendar, the officer's own unit unless another is asked for. Raises: UnknownUnit."""
    asked = desk.request.query_params
    unit = calendars.unit_asked(desk, asked.get("unit"))
    year = calendars.year_of(desk, unit, asked.get("year", ""))
    return desk.page(
        "calendar.html",
        **year,
        all_units=units_to_refer(desk),
        edits=calendars.edits(desk),
        may=bool(may_publish_edit(desk.actor)),
        done=asked.get("done", ""),
    )
