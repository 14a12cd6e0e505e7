"""What endpoints ask FastAPI for: the present calendars, and units by code and by id."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, cast

from fastapi import Depends
from starlette.requests import HTTPConnection

from app.db.reference import Reference
from app.directory.snapshot import Directory
from app.kit.ids import TenantId, UnitId

from .snapshot import Calendars


async def calendars(connection: HTTPConnection) -> Calendars:
    """The newest calendars this process has loaded."""
    return cast("Reference[Calendars]", connection.app.state.calendars).current


CurrentCalendars = Annotated[Calendars, Depends(calendars)]


def unit_ids(directory: Directory, tenant_id: TenantId, codes: Iterable[str]) -> dict[str, UnitId]:
    """Ids of the units by code. Raises: UnknownUnit."""
    return {code: UnitId(directory.unit_by_code(tenant_id, code).id) for code in codes}


def unit_codes(directory: Directory, tenant_id: TenantId) -> dict[UnitId, str]:
    """Codes of all units of the tenant by id."""
    return {UnitId(unit.id): unit.code for unit in directory.units(tenant_id)}
