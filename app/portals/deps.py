"""What endpoints of portals ask FastAPI for: the unit in the address, in the province whose it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated

from fastapi import Depends, Path, Query

from app.directory.deps import CurrentDirectory
from app.directory.snapshot import Directory, Tenant, Unit
from app.identity.deps import CurrentStaff
from app.identity.terms import Actor
from app.kit.clock import local_day
from app.kit.ids import TenantId
from app.web.fields import DayIn
from app.web.state import CurrentClock
from app.web.tenancy import HostTenant

from .errors import UnreadableDays
from .terms import MOST_DAYS

UnitCode = Annotated[
    str,
    Path(
        pattern=r"^[A-Za-z0-9][A-Za-z0-9.]{0,31}$",
        description="Mã cơ quan. Code of the unit.",
        examples=["H23.21"],
    ),
]


@dataclass(frozen=True, slots=True)
class Place:
    """A unit of a province, whose portal is meant."""

    tenant: Tenant
    unit: Unit
    directory: Directory

    @property
    def tenant_id(self) -> TenantId:
        """Whose it is."""
        return self.tenant.id


async def place(unit: UnitCode, host_tenant: HostTenant, directory: CurrentDirectory) -> Place:
    """The unit in the province of the host, else of its own code. Raises: UnknownUnit."""
    of = host_tenant if host_tenant is not None else directory.tenant_of_code(unit)
    tenant = directory.tenant(of if of is not None else directory.default_tenant())
    return Place(tenant, directory.unit_by_code(tenant.id, unit.upper()), directory)


CurrentPlace = Annotated[Place, Depends(place)]


@dataclass(frozen=True, slots=True)
class Seat:
    """An officer at a unit of his own province."""

    actor: Actor
    unit: Unit
    directory: Directory


async def seat(unit: UnitCode, actor: CurrentStaff, directory: CurrentDirectory) -> Seat:
    """The officer, and the unit in the address. Raises: UnknownUnit."""
    return Seat(actor, directory.unit_by_code(actor.tenant_id, unit.upper()), directory)


CurrentSeat = Annotated[Seat, Depends(seat)]
Day = Annotated[
    DayIn | None, Query(description="Ngày, theo giờ địa phương. A day where the province is.", examples=["2026-11-20"])
]


async def days(
    of: CurrentPlace,
    clock: CurrentClock,
    from_: Annotated[Day, Query(alias="from")] = None,
    to: Day = None,
) -> tuple[date, date]:
    """The first and the last day asked for: the last seven by default. Raises: UnreadableDays."""
    last = to or local_day(clock.now(), of.tenant.time_zone)
    if last.toordinal() <= MOST_DAYS:
        raise UnreadableDays
    first = from_ or last - timedelta(days=6)
    if not 0 <= (last - first).days < MOST_DAYS:
        raise UnreadableDays
    return first, last


AskedDays = Annotated[tuple[date, date], Depends(days)]
