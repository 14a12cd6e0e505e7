"""Every statement of the deadlines room but the seed's."""

from __future__ import annotations

from collections import defaultdict
from datetime import date

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.directory.models import Tenant
from app.kit.ids import TenantId
from app.kit.text import Text

from .domain import WorkCalendar, work_calendar
from .models import CalendarDay, CalendarEditRow, TargetRow
from .snapshot import Calendars, Targets, weeks_by_unit
from .terms import TENANT_CALENDAR, CalendarCode, CalendarEdit, DayKind, SpecialDay


async def load_calendars(session: AsyncSession) -> Calendars:
    """Calendars and targets of all tenants that have days, from 1 January of their first year to the end of the last.

    Four statements.
    """
    special: dict[TenantId, list[SpecialDay]] = defaultdict(list)
    for row in await session.scalars(select(CalendarDay).order_by(CalendarDay.tenant_id, CalendarDay.day)):
        name = Text(row.name_vi, row.name_en)
        special[TenantId(row.tenant_id)].append(SpecialDay(row.day, DayKind(row.kind), name, row.legal_basis))
    edits: dict[TenantId, list[CalendarEdit]] = defaultdict(list)
    for edit in await session.scalars(select(CalendarEditRow)):
        edits[TenantId(edit.tenant_id)].append(edit.read())
    zones = (await session.execute(select(Tenant.id, Tenant.time_zone).order_by(Tenant.id))).all()
    targets = await session.scalars(select(TargetRow))
    by_tenant: dict[TenantId, WorkCalendar] = {}
    own: dict[tuple[TenantId, CalendarCode], WorkCalendar] = {}
    for tenant, time_zone in zones:
        tenant_id = TenantId(tenant)
        if tenant_id not in special:
            continue
        by_tenant[tenant_id] = calendar_of(time_zone, special[tenant_id], edits[tenant_id])
        for code in sorted({edit.code for edit in edits[tenant_id]} - {TENANT_CALENDAR}):
            own[tenant_id, code] = calendar_of(time_zone, special[tenant_id], edits[tenant_id], code)
    weeks = weeks_by_unit(edit for listed in edits.values() for edit in listed)
    return Calendars(by_tenant, own, weeks, Targets(row.read() for row in targets))


def calendar_of(
    time_zone: str, days: list[SpecialDay], edits: list[CalendarEdit], code: CalendarCode = TENANT_CALENDAR
) -> WorkCalendar:
    """The calendar `code` of a tenant with these packaged days (ascending) and edits of all its calendars."""
    return work_calendar(
        time_zone,
        days,
        first=date(days[0].day.year, 1, 1),
        last=date(days[-1].day.year, 12, 31),
        edits=[edit for edit in edits if edit.code in {code, TENANT_CALENDAR}],
        code=code,
    )
