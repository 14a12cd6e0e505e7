"""The wall of the operations centre: big figures, where cases are overdue, shown anew each minute, also unscripted."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from fastapi import APIRouter
from starlette.responses import Response

from app.cases import service as cases_service
from app.cases.domain.loads import total
from app.console.deps import PATH, ConsoleRoute, CurrentDesk

router = APIRouter(prefix=f"{PATH}/wall", route_class=ConsoleRoute)
_EVERY: Final = timedelta(seconds=60)
_MOST_UNITS: Final = 14


@router.get("")
async def show_wall(desk: CurrentDesk) -> Response:
    """How the open cases of the officer's units stand now. `refresh=off` keeps the page as it is."""
    still = desk.request.query_params.get("refresh") == "off"
    headers = {} if still else {"Refresh": str(int(_EVERY.total_seconds()))}
    loads = await cases_service.load_by_unit(desk.database, desk.scope, now=desk.now)
    behind = [(unit, load) for unit, load in loads.items() if load.overdue]
    worst = sorted(behind, key=lambda one: (-one[1].overdue, -one[1].open))
    return desk.page(
        "wall.html",
        headers=headers,
        still=still,
        every=_EVERY,
        at=desk.now,
        total=total(loads.values()),
        worst=[(desk.unit_name(unit), load) for unit, load in worst[:_MOST_UNITS]],
        others=len(worst[_MOST_UNITS:]),
    )
