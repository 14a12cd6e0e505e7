"""Who stands in for an officer who is away, on the own account's page."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import ValidationError
from starlette.responses import RedirectResponse, Response

from app.console.deps import PATH, ConsoleRoute, CurrentDesk, Desk, OwnForm, day_begins, day_ends
from app.db.work import Work, in_work, read_work
from app.identity import service
from app.identity.terms import Deputy
from app.kit.problems import Problem
from app.kit.text import Text
from app.members.schemas import DeputyIn
from app.web.pages import FieldErrors, Form, errors_of, errors_of_problem

router = APIRouter(prefix=f"{PATH}/account/deputies", route_class=ConsoleRoute)
_DONE = frozenset({"named", "ended"})
_EMPTY = Text("Hãy chọn.", "Please choose.")
_NEEDED = {"unit": _EMPTY, "deputy": _EMPTY, "valid_to": Text("Hãy chọn ngày.", "Please choose a day.")}


@router.get("")
async def show_deputies(desk: CurrentDesk) -> Response:
    """Who stands in for the officer, for whom the officer does, and the form that names somebody."""
    done = desk.request.query_params.get("done", "")
    return await _shown(desk, Form(), {}, done=done if done in _DONE else "")


async def _shown(
    desk: Desk, form: Form, errors: FieldErrors, *, status: int = 200, message: Text | None = None, done: str = ""
) -> Response:
    directory, tenant_id = desk.books.directory, desk.tenant.id
    own = sorted({held.unit_id for held in desk.actor.memberships if held.instead_of is None})
    units = [directory.unit(tenant_id, unit_id) for unit_id in own]
    members = {
        desk.unit_name(unit_id): await service.members_of(desk.database, tenant_id, unit_id, now=desk.now)
        for unit_id in own
    }
    async with read_work(desk.database, desk.clock, tenant_id) as work:
        found = await service.list_deputies(work, desk.actor)
    return desk.page(
        "deputies.html",
        status=status,
        own=[(unit.code, desk.unit_name(unit.id)) for unit in units],
        anybody=any(login != desk.signed_in.username for people in members.values() for login, _ in people),
        members=members,
        username=desk.signed_in.username,
        deputies=[_line(desk, one) for one in found],
        form=form,
        errors=errors,
        message=message,
        done=done,
    )


def _line(desk: Desk, one: Deputy) -> dict[str, Any]:
    """One line, with the name of the unit and whether the officer may end it."""
    return {"one": one, "unit": desk.unit_name(one.unit_id), "mine": one.colleague.id == desk.actor.staff_id}


@router.post("")
async def name_deputy(desk: CurrentDesk, form: OwnForm) -> Response:
    """Somebody stands in from the beginning of the one day to the end of the other."""
    try:
        await in_work(desk.database, desk.clock, desk.tenant.id, lambda work: _named(work, desk, form))
    except ValidationError as refused:
        return await _shown(desk, form, errors_of(refused, _NEEDED), status=422)
    except Problem as problem:
        errors = errors_of_problem(problem)
        return await _shown(desk, form, errors, status=problem.status, message=None if errors else problem.detail)
    return RedirectResponse(f"{PATH}/account/deputies?done=named", status_code=303)


async def _named(work: Work, desk: Desk, form: Form) -> Deputy:
    return await service.name_deputy(
        work, desk.actor, wanted_deputy(desk, form).wanted(desk.books.directory, desk.tenant.id)
    )


def wanted_deputy(desk: Desk, form: Form) -> DeputyIn:
    """What was filled in, days as instants of the province. Raises: ValidationError."""
    body: dict[str, Any] = form.filled("unit", "deputy", "valid_from", "valid_to")
    for name, instant in (("valid_from", day_begins), ("valid_to", day_ends)):
        if (at := instant(form.text(name), desk.tenant.time_zone)) is not None:
            body[name] = at
    return DeputyIn.model_validate(body)


@router.post("/{deputy}/end")
async def end_deputy(desk: CurrentDesk, deputy: UUID, form: OwnForm) -> Response:
    """Nobody stands in any more. Raises: UnknownDeputy."""
    _ = form

    async def verb(work: Work) -> None:
        await service.end_deputy(work, desk.actor, deputy)

    await in_work(desk.database, desk.clock, desk.tenant.id, verb)
    return RedirectResponse(f"{PATH}/account/deputies?done=ended", status_code=303)
