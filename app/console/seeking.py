"""What a page of the queue is narrowed to, as its address says it, and what it can be narrowed to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from app.cases import service as cases_service
from app.cases.terms import OPEN_STATES, CaseState, QueueView
from app.desks.policies import ARRANGERS
from app.desks.schemas import NOBODY, AskedIn
from app.desks.terms import SavedView
from app.identity import service as identity_service
from app.kit.ids import StaffId
from app.kit.text import Text

from .deps import PLACE, Desk
from .views import Group, units_to_refer


def asked_in(given: Mapping[str, str]) -> AskedIn:
    """What the address asks for; what it leaves empty is not asked. Raises: ValidationError."""
    return AskedIn.model_validate({name: given[name] for name in PLACE if given.get(name)})


async def colleagues(desk: Desk) -> list[tuple[StaffId, str, str]]:
    """Id, user name and name of the members of the officer's own units. One statement."""
    return await identity_service.colleagues_of(desk.database, desk.actor, now=desk.now)


def officer_id(sought: AskedIn, known: Sequence[tuple[StaffId, str, str]]) -> UUID | None:
    """Who is to be in charge; None: whoever."""
    if not sought.officer:
        return None
    if sought.officer == NOBODY:
        return cases_service.NOBODY
    return next((officer for officer, username, _ in known if username == sought.officer), cases_service.STRANGER)


def choices(desk: Desk, sought: AskedIn, saved: Sequence[SavedView]) -> dict[str, Any]:
    """The views one can go to, the filters one can choose, and the views that are kept."""
    asked = sought.asked().address()
    narrowed = {name: value for name, value in asked.items() if name != "view"}
    many_units = desk.scope.whole or len(desk.scope.units) > 1
    return {
        "asked": {name: asked.get(name, "") for name in PLACE},
        "narrowed": bool(narrowed),
        "tabs": [(view, "?" + urlencode({"view": view.value, **narrowed})) for view in QueueView],
        "many_units": many_units,
        "filter_categories": _categories(desk),
        "filter_units": _units(desk) if many_units else [],
        "filter_states": [(each.value, each.label(desk.lang)) for each in CaseState if each in OPEN_STATES],
        "saved": [_saved(desk, view, asked) for view in saved],
        "units_to_keep_for": units_to_keep_for(desk),
    }


def units_to_keep_for(desk: Desk) -> list[tuple[str, str]]:
    """The units for whose members the officer may lay something out."""
    held = (desk.books.directory.unit(desk.tenant.id, unit_id) for unit_id in desk.actor.units(*ARRANGERS))
    return sorted((unit.code, desk.unit_name(unit.id)) for unit in held)


def _categories(desk: Desk) -> list[Group]:
    """Categories of today, each group whole before what is in it; also what is offered no more, as cases have it."""
    lang = desk.lang
    return [
        Group(
            branch.group.name(lang),
            (
                (
                    branch.group.code,
                    Text("Cả nhóm: {name}", "All of {name}")(lang).format(name=branch.group.name(lang)),
                ),
                *((leaf.code, leaf.name(lang)) for leaf in branch.leaves),
            ),
        )
        for branch in desk.books.catalogue.tree(desk.tenant.id)
    ]


def _units(desk: Desk) -> list[Group]:
    """Units whose cases the officer may see, as those a case can be referred to are grouped."""
    directory, tenant_id = desk.books.directory, desk.tenant.id
    seen = {directory.unit_code(tenant_id, unit) for unit in desk.scope.units}
    groups = [
        Group(group.label, tuple((code, name) for code, name in group.options if code in seen))
        for group in units_to_refer(desk)
    ]
    return [group for group in groups if group.options]


def _saved(desk: Desk, view: SavedView, asked: Mapping[str, str]) -> dict[str, Any]:
    address = view.asked.address()
    return {
        "id": view.id,
        "name": view.name,
        "href": "/console?" + urlencode(address),
        "current": address == dict(asked),
        "unit": desk.unit_name(view.unit_id) if view.unit_id is not None else None,
        "may_drop": view.unit_id is None or bool(desk.actor.units(*ARRANGERS)),
    }
