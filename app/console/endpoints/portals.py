"""A unit's administrators set up its portal and the key others send with; officers have addresses of due dates."""

from __future__ import annotations

from typing import Any, Final

from fastapi import APIRouter
from pydantic import ValidationError
from starlette.responses import RedirectResponse, Response

from app.clients.deps import KeyEnvironment
from app.console.deps import PATH, ConsoleRoute, CurrentDesk, Desk, OwnForm
from app.console.publishing import at_fields
from app.db.work import Work, in_work, read_work
from app.directory.snapshot import Unit
from app.identity.terms import NewKey, Role
from app.kit.ids import UnitId
from app.kit.problems import Problem
from app.kit.text import Text
from app.portals import service as portals_service
from app.portals.deps import UnitCode
from app.portals.errors import NoPortalKey
from app.portals.schemas import PortalIn, calendar_path
from app.portals.terms import CalendarAddress, Portal
from app.web.pages import FieldErrors, Form, errors_of, errors_of_problem, whole_number

router = APIRouter(prefix=f"{PATH}/portals", route_class=ConsoleRoute)
unit_router = APIRouter(prefix=f"{PATH}/portals/{{unit}}", route_class=ConsoleRoute)
due_router = APIRouter(prefix=f"{PATH}/due-dates", route_class=ConsoleRoute)
_MISSING: Final = {
    "name.vi": Text("Hãy đặt tên cổng bằng tiếng Việt.", "Give the portal a Vietnamese name."),
    "name.en": Text("Hãy đặt tên cổng bằng tiếng Anh.", "Give the portal an English name."),
    "intro.vi": Text("Hãy giới thiệu bằng tiếng Việt.", "Introduce it in Vietnamese."),
    "intro.en": Text("Hãy giới thiệu bằng tiếng Anh.", "Introduce it in English."),
}
_DONE: Final = frozenset({"set", "ended"})


@router.get("")
async def list_portals(desk: CurrentDesk) -> Response:
    """The units whose portals the officer administers, by code."""
    directory, tenant_id = desk.books.directory, desk.tenant.id
    whole = bool(desk.actor.units(Role.TENANT_ADMIN))
    held = desk.actor.units(Role.UNIT_ADMIN)
    reach = directory.subtree(tenant_id, held) if not whole else {UnitId(one.id) for one in directory.units(tenant_id)}
    units = sorted((directory.unit(tenant_id, one) for one in reach), key=lambda unit: unit.code)
    return desk.page("portals.html", portals=[unit for unit in units if unit.active])


@unit_router.get("")
async def edit_portal(desk: CurrentDesk, unit: UnitCode) -> Response:
    """The form, with how the portal is set up. Raises: UnknownUnit, Forbidden."""
    asked = desk.request.query_params.get("done", "")
    return await _shown(desk, _unit(desk, unit), done=asked if asked in _DONE else "")


@unit_router.post("")
async def set_portal(desk: CurrentDesk, unit: UnitCode, form: OwnForm) -> Response:
    """The portal as it is wanted, or the form with what is wrong and all that was typed."""
    of = _unit(desk, unit)
    try:
        await _set(desk, of, form)
    except ValidationError as refused:
        return await _shown(desk, of, form, errors=at_fields(errors_of(refused, _MISSING)), status=422)
    except Problem as problem:
        errors = {_field(name): text for name, text in errors_of_problem(problem).items()}
        message = None if errors else problem.detail
        return await _shown(desk, of, form, errors=errors, message=message, status=problem.status)
    return RedirectResponse(f"{PATH}/portals/{of.code}?done=set", status_code=303)


def _field(name: str) -> str:
    return "frame_ancestors" if name.startswith("frame_ancestors") else name


async def _set(desk: Desk, of: Unit, form: Form) -> None:
    """Raises: ValidationError, and whatever the verb refuses."""
    framers = form.text("frame_ancestors").split()
    body = {**form.filled("name.vi", "name.en", "intro.vi", "intro.en", "brand", "link"), "frame_ancestors": framers}
    body = {"name": {}, "intro": {}, **body}
    wanted = PortalIn.model_validate(body).wanted()
    version = whole_number(form.text("version"))
    seen = version if isinstance(version, int) else -1

    async def verb(work: Work) -> Portal:
        return await portals_service.set_portal(work, desk.actor, of, wanted, seen=seen, directory=desk.books.directory)

    await in_work(desk.database, desk.clock, desk.tenant.id, verb)


@unit_router.post("/key")
async def make_key(desk: CurrentDesk, unit: UnitCode, form: OwnForm, environment: KeyEnvironment) -> Response:  # noqa: ARG001 - only a form of our own may
    """The page with the new key, which is shown this once. Raises: Forbidden, TooManyClients."""
    of = _unit(desk, unit)

    async def verb(work: Work) -> NewKey:
        return await portals_service.make_key(
            work, desk.actor, of, directory=desk.books.directory, environment=environment
        )

    new = await in_work(desk.database, desk.clock, desk.tenant.id, verb)
    return await _shown(desk, of, key=new.key, secret=True)


@unit_router.post("/key-end")
async def end_key(desk: CurrentDesk, unit: UnitCode, form: OwnForm) -> Response:  # noqa: ARG001
    """Nobody sends for the portal any more; where nobody could, the page says so. Raises: Forbidden."""
    of = _unit(desk, unit)

    async def verb(work: Work) -> None:
        await portals_service.end_key(work, desk.actor, of, directory=desk.books.directory)

    try:
        await in_work(desk.database, desk.clock, desk.tenant.id, verb)
    except NoPortalKey as none:
        return await _shown(desk, of, message=none.detail, status=none.status)
    return RedirectResponse(f"{PATH}/portals/{of.code}?done=ended", status_code=303)


def _unit(desk: Desk, code: str) -> Unit:
    """The unit in reach. Raises: UnknownUnit, Forbidden."""
    found = desk.books.directory.unit_by_code(desk.tenant.id, code.upper())
    portals_service.check_reach(desk.actor, desk.books.directory, found)
    return found


async def _shown(
    desk: Desk,
    of: Unit,
    form: Form | None = None,
    *,
    errors: FieldErrors | None = None,
    message: Text | None = None,
    done: str = "",
    key: str | None = None,
    secret: bool = False,
    status: int = 200,
) -> Response:
    portal = await portals_service.get_portal(desk.database, desk.tenant.id, of)
    return desk.page(
        "portal_form.html",
        status=status,
        secret=secret,
        of=of,
        form=form or _written(portal),
        errors=errors or {},
        message=message,
        done=done,
        key=key,
        embed=f"{desk.request.base_url}portal/{of.code}/widget",
    )


def _written(portal: Portal) -> Form:
    """The portal as the form has it."""
    look = portal.look
    return Form(
        [
            ("version", str(portal.version)),
            ("name.vi", look.name.vi),
            ("name.en", look.name.en),
            ("intro.vi", look.intro.vi),
            ("intro.en", look.intro.en),
            ("brand", look.brand),
            ("link", look.link),
            ("frame_ancestors", "\n".join(look.frame_ancestors)),
        ]
    )


@due_router.get("")
async def show_due_dates(desk: CurrentDesk) -> Response:
    """Whether the officer has an address of due dates, and how to have one."""
    async with read_work(desk.database, desk.clock, desk.tenant.id) as work:
        address = await portals_service.find_calendar_address(work, desk.actor)
    return _due(desk, address)


@due_router.post("")
async def make_due_dates(desk: CurrentDesk, form: OwnForm) -> Response:
    """The address made anew and shown this once, or taken back."""
    if form.text("step") == "end":
        await in_work(
            desk.database,
            desk.clock,
            desk.tenant.id,
            lambda work: portals_service.end_calendar_address(work, desk.actor),
        )
        return RedirectResponse(f"{PATH}/due-dates", status_code=303)

    async def verb(work: Work) -> CalendarAddress:
        return await portals_service.make_calendar_address(work, desk.actor, desk.lang)

    return _due(desk, await in_work(desk.database, desk.clock, desk.tenant.id, verb))


def _due(desk: Desk, address: CalendarAddress | None) -> Response:
    values: dict[str, Any] = {"address": address, "shown": None}
    if address is not None and address.secret is not None:
        values["shown"] = str(desk.request.base_url).rstrip("/") + calendar_path(address)
    return desk.page("due_dates.html", secret=True, **values)
