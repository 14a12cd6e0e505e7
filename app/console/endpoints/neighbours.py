"""Other installations we exchange cases with: made, changed, ended; how each is; both sides laid side by side."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Path
from starlette.responses import Response

from app.console.acting import Told, acted, led_to, narrowed_to, next_page, seen, told_by
from app.console.deps import PATH, Administrator, ConsoleRoute, Desk, OwnForm
from app.console.failing import why
from app.console.views import units_to_refer
from app.db.work import Work, read_work
from app.federation import service
from app.federation.deps import CurrentWire
from app.federation.domain import LONGEST_COMPARISON
from app.federation.errors import NeighbourAway
from app.federation.schemas import NeighbourIn
from app.federation.senders import Wire
from app.federation.terms import Consignment, ConsignmentState, Neighbour, Reconciliation, Wanted
from app.kit.clock import local_day, zone
from app.kit.text import Text
from app.web.cursors import IdPage
from app.web.pages import Form, typed_day

router = APIRouter(prefix=f"{PATH}/neighbours", route_class=ConsoleRoute)
IdPath = Annotated[UUID, Path()]
_LINES: Final = 50
_WEEK: Final = timedelta(days=6)
_SPAN: Final = Text("Hãy chọn từ ngày đến ngày, không quá 92 ngày.", "Choose from which day to which, 92 days at most.")
_DONE: Final = frozenset({"made", "changed", "ended", "again"})
_ASKS: Final = {
    "name": Text("Hãy nhập tên hệ thống bên kia.", "Enter the name of the other installation."),
    "unit": Text("Hãy chọn đơn vị có vụ việc chuyển sang bên đó.", "Choose the unit whose cases go there."),
    "url": Text("Hãy nhập địa chỉ hệ thống bên kia.", "Enter the address of the other installation."),
}
_ID: Final = Text(
    "Mã kết nối có 36 ký tự, như bên kia thấy khi tạo; hãy chép lại nguyên vẹn.",
    "The id has 36 characters, as the other side was shown; copy all of it.",
)
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
        "why": why(one.last_error) if one.last_error else None,
        "days_away": (desk.now - since).days if away else 0,
    }


@router.get("/new")
async def show_new(desk: Administrator) -> Response:
    """The form for another installation."""
    return await _new(desk, Told())


async def _new(desk: Desk, told: Told) -> Response:
    errors = {**told.errors, **({"id": _ID} if "id" in told.errors else {})}
    return desk.page("neighbour_new.html", **replace(told, errors=errors).values(), units_here=units_to_refer(desk))


@router.post("")
async def create_neighbour(desk: Administrator, form: OwnForm) -> Response:
    """Id and secret for the other side, shown this once, where made here; else the form with what is wrong."""

    async def verb(work: Work) -> Response:
        body = _body(form, "id")
        wanted = body.wanted(desk.books.directory, desk.tenant.id)
        made, secret = await service.create_neighbour(
            work, desk.actor, body.id, wanted, keys=desk.keys, private=desk.settings.webhook_private_addresses
        )
        if secret is None:
            return led_to(f"{PATH}/neighbours/{made.id}", "made")
        return desk.page("neighbour_key.html", one=made, key=secret, secret=True)

    return await acted(desk, form, verb, partial(_new, desk), _ASKS)


def _body(form: Form, *more: str) -> NeighbourIn:
    """What was filled in. Raises: ValidationError."""
    return NeighbourIn.model_validate(form.filled("name", "unit", "url", "secret", *more))


@router.get("/{id}")
async def show_neighbour(desk: Administrator, id: IdPath) -> Response:  # noqa: A002 - the address says so
    """One neighbour with the cases between the two, the newest first. Raises: NeighbourNotFound."""
    return await _shown(desk, id, told_by(desk, _DONE))


async def _shown(
    desk: Desk,
    neighbour_id: UUID,
    told: Told,
) -> Response:
    asked = desk.request.query_params
    state = narrowed_to(desk, ConsignmentState)
    query = {"list": "console consignments", "state": state}
    page = IdPage[Consignment](query, asked.get("cursor") or None, _LINES, lambda one: one.id)
    async with read_work(desk.database, desk.clock, desk.tenant.id) as work:
        neighbour = await service.get_neighbour(work, desk.actor, neighbour_id)
        found = await service.list_consignments(
            work, desk.actor, neighbour_id, state=state, before=page.before, limit=_LINES + 1
        )
    return desk.page(
        "neighbour.html",
        **told.having(_as_form(desk, neighbour)).values(),
        units_here=units_to_refer(desk),
        **_line(desk, neighbour),
        **_consignments(found, state),
        more=next_page(page.following(found), state),
        **_days(desk),
    )


def _as_form(desk: Desk, one: Neighbour) -> Form:
    """The form filled in with what holds; the secret is shown to nobody."""
    unit = desk.books.directory.unit_code(desk.tenant.id, one.wanted.unit_id) or ""
    return Form([("name", one.wanted.name), ("unit", unit), ("url", one.wanted.url)])


@router.post("/{id}")
async def change_neighbour(desk: Administrator, id: IdPath, form: OwnForm) -> Response:  # noqa: A002
    """The neighbour as wanted, and what waits for it sent at once; else its page with what is wrong."""

    async def verb(work: Work) -> Response:
        await _changed(desk, work, id, _body(form).wanted(desk.books.directory, desk.tenant.id), seen(form))
        return led_to(f"{PATH}/neighbours/{id}", "changed")

    return await acted(desk, form, verb, partial(_shown, desk, id), _ASKS, tried="change")


async def _changed(desk: Desk, work: Work, neighbour_id: UUID, wanted: Wanted, version: int) -> None:
    await service.change_neighbour(
        work,
        desk.actor,
        neighbour_id,
        wanted,
        seen=version,
        keys=desk.keys,
        private=desk.settings.webhook_private_addresses,
    )


@router.post("/{id}/again")
async def try_again(desk: Administrator, id: IdPath, form: OwnForm) -> Response:  # noqa: A002
    """What waits is sent at once, as after a change: the line is well again."""

    async def verb(work: Work) -> Response:
        present = await service.get_neighbour(work, desk.actor, id)
        await _changed(desk, work, id, present.wanted, seen(form))
        return led_to(f"{PATH}/neighbours/{id}", "again")

    return await acted(desk, form, verb, partial(_shown, desk, id), _ASKS, tried="again")


@router.post("/{id}/end")
async def end_neighbour(desk: Administrator, id: IdPath, form: OwnForm) -> Response:  # noqa: A002
    """No more cases go there; those that did are told of to their end."""

    async def verb(work: Work) -> Response:
        await service.end_neighbour(work, desk.actor, id, seen=seen(form))
        return led_to(f"{PATH}/neighbours/{id}", "ended")

    return await acted(desk, form, verb, partial(_shown, desk, id), _ASKS, tried="end")


def _consignments(found: list[Consignment], state: ConsignmentState | None) -> dict[str, Any]:
    return {
        "consignments": [(one, _SIDES[one.side.value]) for one in found[:_LINES]],
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
