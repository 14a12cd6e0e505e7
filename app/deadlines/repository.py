"""Every statement of the deadlines room."""

from __future__ import annotations

from collections import defaultdict
from datetime import date

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.directory.models import Tenant
from app.kit.ids import TenantId
from app.kit.text import Text

from .domain import work_calendar
from .models import CalendarDay
from .snapshot import Calendars
from .terms import DayKind, SpecialDay


async def load_calendars(session: AsyncSession) -> Calendars:
    """The calendars of all tenants that have days, each from 1 January of its first year to the end of its last."""
    special: dict[TenantId, list[SpecialDay]] = defaultdict(list)
    for row in await session.scalars(select(CalendarDay).order_by(CalendarDay.tenant_id, CalendarDay.day)):
        name = Text(row.name_vi, row.name_en)
        special[TenantId(row.tenant_id)].append(SpecialDay(row.day, DayKind(row.kind), name, row.legal_basis))
    zones = await session.execute(select(Tenant.id, Tenant.time_zone).order_by(Tenant.id))
    return Calendars(
        {
            TenantId(tenant_id): work_calendar(
                time_zone, days, first=date(days[0].day.year, 1, 1), last=date(days[-1].day.year, 12, 31)
            )
            for tenant_id, time_zone in zones
            if (days := special.get(TenantId(tenant_id)))
        }
    )
