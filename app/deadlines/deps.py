"""What endpoints ask FastAPI for: the present calendars, and edits with the units and areas they name."""

from __future__ import annotations

from typing import Annotated, cast

from fastapi import Depends
from starlette.requests import HTTPConnection

from app.db.reference import Reference
from app.directory.snapshot import Directory
from app.kit.ids import TenantId, UnitId

from .schemas import CalendarEditIn, WeekIn
from .snapshot import Calendars
from .terms import CalendarCode, CalendarEdit, EditArea


async def calendars(connection: HTTPConnection) -> Calendars:
    """The newest calendars this process has loaded."""
    return cast("Reference[Calendars]", connection.app.state.calendars).current


CurrentCalendars = Annotated[Calendars, Depends(calendars)]


def edit_of(draft: CalendarEditIn, tenant_id: TenantId, code: CalendarCode, directory: Directory) -> CalendarEdit:
    """The draft as an edit of the calendar, with the units and areas it names. Raises: UnknownUnit, AreaOutsideTenant.

    What lies within an area is fixed by the map of the day on which it is published.
    """
    if isinstance(draft, WeekIn):
        ids = {one: UnitId(directory.unit_by_code(tenant_id, one).id) for one in draft.units}
        return draft.edit(tenant_id, code, ids)
    own_map = directory.map(directory.tenant(tenant_id).edition)
    chains = [directory.chain_in(tenant_id, one) for one in draft.areas]
    areas = [EditArea(one.area.code, one.area.inside, own_map.subtree(one.area.code)) for one in chains]
    return draft.edit(tenant_id, code, areas)
