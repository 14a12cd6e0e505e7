"""Other installations we exchange cases with: how each is, the cases between us, and both sides laid side by side."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated, Any, Final
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Path
from starlette.responses import Response

from app.console.deps import PATH, Administrator, ConsoleRoute, Desk
from app.db.work import read_work
from app.federation import service
from app.federation.deps import CurrentWire
from app.federation.domain import LONGEST_COMPARISON
from app.federation.errors import NeighbourAway
from app.federation.senders import Wire
from app.federation.terms import Consignment, ConsignmentState, Neighbour, Reconciliation
from app.kit.clock import local_day, zone
from app.kit.text import Text
from app.web.cursors import make_id_cursor, read_id_cursor
from app.web.pages import typed_day

router = APIRouter(prefix=f"{PATH}/neighbours", route_class=ConsoleRoute)
IdPath = Annotated[UUID, Path()]
_LINES: Final = 50
_WEEK: Final = timedelta(days=6)
_SPAN: Final = Text("Hãy chọn từ ngày đến ngày, không quá 92 ngày.", "Choose from which day to which, 92 days at most.")
_SIDES: Final = {
    "giver": Text("ta giao", "given by us"),
    "holder": Text("ta nhận", "held by us"),
}


@router.get("")
async def list_neighbours(desk: Administrator) -> Response:
    """Every neighbour of the province and how it is, oldest first."""
    async with read_work(desk.database, desk.clock, desk.tenant.id) as work:
        found = await service.list_neighbours(work, desk.actor)
    return desk.page("neighbours.html", lines=[_line(desk, one) for one in found])


def _line(desk: Desk, one: Neighbour) -> dict[str, Any]:
    """A neighbour with how many parcels wait for it, and for how many days it has not been reached."""
    away = bool(one.failures)
    since = one.last_success_at or one.created_at
    return {
        "one": one,
        "unit": desk.books.directory.unit(desk.tenant.id, one.wanted.unit_id).name,
        "waiting": one.written - one.told,
        "away": away,
        "days_away": (desk.now - since).days if away else 0,
    }


@router.get("/{id}")
async def show_neighbour(desk: Administrator, id: IdPath) -> Response:  # noqa: A002 - the address says so
    """One neighbour with the cases between the two, the newest first. Raises: NeighbourNotFound."""
    asked = desk.request.query_params
    state = next((one for one in ConsignmentState if one.value == asked.get("state")), None)
    query = {"list": "console consignments", "state": state}
    before = read_id_cursor(query, asked["cursor"]) if asked.get("cursor") else None
    async with read_work(desk.database, desk.clock, desk.tenant.id) as work:
        neighbour = await service.get_neighbour(work, desk.actor, id)
        found = await service.list_consignments(work, desk.actor, id, state=state, before=before, limit=_LINES + 1)
    return desk.page("neighbour.html", **_line(desk, neighbour), **_page(found, query, state), **_days(desk))


def _page(found: list[Consignment], query: dict[str, Any], state: ConsignmentState | None) -> dict[str, Any]:
    more = make_id_cursor(query, found[_LINES - 1].id) if len(found) > _LINES else None
    narrowed = {"state": state.value} if state else {}
    return {
        "consignments": [(one, _SIDES[one.side.value]) for one in found[:_LINES]],
        "more": "?" + urlencode({**narrowed, "cursor": more}) if more else None,
        "state": state,
        "states": list(ConsignmentState),
    }


def _days(desk: Desk) -> dict[str, Any]:
    today = local_day(desk.now, desk.tenant.time_zone)
    return {"since": today - _WEEK, "until": today}


@router.get("/{id}/reconciliation")
async def reconcile(desk: Administrator, id: IdPath, wire: CurrentWire) -> Response:  # noqa: A002
    """Both sides laid side by side for some days; what cannot be asked is said. Raises: NeighbourNotFound."""
    asked, usual = desk.request.query_params, _days(desk)
    since, until = (typed_day(asked.get(name, usual[name].isoformat())) for name in ("since", "until"))
    async with read_work(desk.database, desk.clock, desk.tenant.id) as work:
        line = _line(desk, await service.get_neighbour(work, desk.actor, id))
    if since is None or until is None or not timedelta() <= until - since < LONGEST_COMPARISON:
        return desk.page("reconciliation.html", status=422, **line, **usual, found=None, wrong=_SPAN)
    found, away = await _compared(desk, id, since, until, wire)
    return desk.page("reconciliation.html", **line, since=since, until=until, found=found, wrong=away)


async def _compared(
    desk: Desk, neighbour: UUID, since: date, until: date, wire: Wire
) -> tuple[Reconciliation | None, Text | None]:
    """What both sides do not agree on; or why the other one could not be asked."""
    try:
        found = await service.reconcile(
            desk.database,
            desk.clock,
            desk.actor,
            neighbour,
            since,
            until,
            zone=zone(desk.tenant.time_zone),
            keys=desk.keys,
            wire=wire,
        )
    except NeighbourAway as problem:
        return None, problem.detail
    return found, None
