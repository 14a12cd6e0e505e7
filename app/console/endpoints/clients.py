"""Other systems: what each may do, where and until when; their keys, which are shown once."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any, Final
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from app.clients import service
from app.clients.deps import KeyEnvironment
from app.clients.schemas import ClientIn, KeyRotationIn
from app.console.acting import Told, acted, led_to, seen, told_by
from app.console.deps import PATH, Administrator, ConsoleRoute, Desk, OwnForm, day_begins
from app.console.views import areas_to_choose, units_to_refer
from app.db.work import Work, read_work
from app.identity.terms import ClientScope, ClientView, NewKey, WantedClient
from app.kit.clock import local_day
from app.kit.text import Text
from app.reports.terms import Channel
from app.web.pages import Form, whole_number

router = APIRouter(prefix=f"{PATH}/clients", route_class=ConsoleRoute)
_DONE: Final = frozenset({"changed", "revoked"})
_ASKS: Final = {
    "name": Text("Hãy nhập tên hệ thống.", "Enter the system's name."),
    "contact": Text("Hãy ghi ai phụ trách, liên hệ thế nào.", "Say who is in charge, and how to reach them."),
    "scopes": Text("Hãy chọn ít nhất một quyền.", "Choose what it may do."),
    "expires_at": Text("Hãy chọn ngày hết hạn.", "Choose the day on which it ends."),
}


@router.get("")
async def list_clients(desk: Administrator) -> Response:
    """All other systems of the province, those that are good first."""
    async with read_work(desk.database, desk.clock, desk.tenant.id) as work:
        found = await service.list_clients(work, desk.actor)
    lines = sorted((_line(desk, one) for one in found), key=lambda line: not line["good"])
    return desk.page("clients.html", lines=lines)


def _line(desk: Desk, one: ClientView) -> dict[str, Any]:
    directory, grant = desk.books.directory, one.grant
    used = [key.last_used_at for key in one.keys if key.last_used_at is not None]
    return {
        "client": one,
        "good": one.revoked_at is None and one.expires_at > desk.now,
        "scopes": sorted(grant.scopes),
        "unit": directory.unit(desk.tenant.id, grant.unit_id).name if grant.unit_id else None,
        "area": directory.area(desk.tenant.edition, grant.area).name if grant.area else None,
        "channel": Channel(grant.channel).label,
        "used_at": max(used, default=None),
    }


@router.get("/new")
async def show_new(desk: Administrator) -> Response:
    """The form for another system."""
    return await _new(desk, Told(Form([("channel", Channel.OPEN311.value)])))


async def _new(desk: Desk, told: Told) -> Response:
    return desk.page("client_new.html", **told.values(), **_choices(desk))


def _choices(desk: Desk) -> dict[str, Any]:
    return {
        "all_scopes": list(ClientScope),
        "channels": list(Channel),
        "units_here": units_to_refer(desk),
        "areas_here": areas_to_choose(desk),
    }


@router.post("")
async def create_client(desk: Administrator, environment: KeyEnvironment, form: OwnForm) -> Response:
    """The key of the new system, shown this once; else the form with what is wrong."""

    async def verb(work: Work) -> Response:
        new = await service.create_client(
            work, desk.actor, _wanted(desk, form), directory=desk.books.directory, environment=environment
        )
        return _key(desk, new)

    return await acted(desk, form, verb, partial(_new, desk), _ASKS)


def _wanted(desk: Desk, form: Form) -> WantedClient:
    """What was filled in. Raises: ValidationError, UnknownUnit."""
    body = form.filled("name", "contact", "unit", "area", "channel", "expires_at")
    if scopes := form.many("scopes"):
        body["scopes"] = scopes
    if begins := day_begins(form.text("expires_at"), desk.tenant.time_zone):
        body["expires_at"] = begins + timedelta(days=1)
    return ClientIn.model_validate(body).wanted(desk.books.directory, desk.tenant.id)


def _key(desk: Desk, new: NewKey) -> Response:
    return desk.page("client_key.html", client=new.client, key=new.key, secret=True)


@router.get("/{client}")
async def show_client(desk: Administrator, client: UUID) -> Response:
    """One system with its keys, and what may be done. Raises: ClientNotFound."""
    return await _shown(desk, client, told_by(desk, _DONE))


async def _shown(
    desk: Desk,
    client_id: UUID,
    told: Told,
) -> Response:
    async with read_work(desk.database, desk.clock, desk.tenant.id) as work:
        found = await service.get_client(work, desk.actor, client_id)
    return desk.page(
        "client.html",
        **told.having(_as_form(desk, found)).values(),
        **_line(desk, found),
        **_choices(desk),
    )


def _as_form(desk: Desk, one: ClientView) -> Form:
    """The form filled in with what holds."""
    unit_id = one.grant.unit_id
    last = local_day(one.expires_at - timedelta(microseconds=1), desk.tenant.time_zone)
    return Form(
        [
            ("name", one.name),
            ("contact", one.contact),
            ("unit", (desk.books.directory.unit_code(desk.tenant.id, unit_id) or "") if unit_id else ""),
            ("area", one.grant.area or ""),
            ("channel", one.grant.channel),
            ("expires_at", last.isoformat()),
            *(("scopes", scope.value) for scope in one.grant.scopes),
        ]
    )


@router.post("/{client}")
async def change_client(desk: Administrator, client: UUID, form: OwnForm) -> Response:
    """The system as wanted from its next request on; else its page with what is wrong."""

    async def verb(work: Work) -> Response:
        wanted = _wanted(desk, form)
        await service.change_client(work, desk.actor, client, wanted, seen=seen(form), directory=desk.books.directory)
        return led_to(f"{PATH}/clients/{client}", "changed")

    return await acted(desk, form, verb, partial(_shown, desk, client), _ASKS, tried="change")


@router.post("/{client}/key")
async def rotate_key(desk: Administrator, client: UUID, environment: KeyEnvironment, form: OwnForm) -> Response:
    """A new key, shown this once; those before are good for the hours that were chosen."""

    async def verb(work: Work) -> Response:
        rotation = KeyRotationIn.model_validate({"overlap_hours": whole_number(form.text("overlap_hours"))})
        new = await service.rotate_key(
            work, desk.actor, client, seen=seen(form), overlap=rotation.overlap, environment=environment
        )
        return _key(desk, new)

    return await acted(desk, form, verb, partial(_shown, desk, client), _ASKS, tried="key")


@router.post("/{client}/revocation")
async def revoke_client(desk: Administrator, client: UUID, form: OwnForm) -> Response:
    """Every key ended at once, for good."""

    async def verb(work: Work) -> Response:
        await service.revoke_client(work, desk.actor, client)
        return led_to(f"{PATH}/clients/{client}", "revoked")

    return await acted(desk, form, verb, partial(_shown, desk, client), _ASKS, tried="revocation")
