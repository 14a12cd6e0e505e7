"""The calendar in force, as anybody may read it."""

from __future__ import annotations

from datetime import date, datetime

from app.deadlines import domain
from app.deadlines.domain import CalendarInForce
from app.deadlines.snapshot import Calendars
from app.kit.ids import TenantId, UnitId


def calendar_in_force(
    calendars: Calendars,
    tenant_id: TenantId,
    *,
    unit_id: UnitId | None,
    area: str | None,
    since: date | None = None,
    until: date | None = None,
    now: datetime,
) -> CalendarInForce:
    """The calendar by which the unit works today, `since` to `until` as far as days are known; this year's when None.

    Args:
        unit_id: None for the tenant's own calendar.
        area: the unit's seat; what is closed there alone is among the days.
    Raises: CalendarExhausted without any calendar.
    """
    today = calendars.of(tenant_id).local_day(now)
    calendar = calendars.of(tenant_id, calendars.code_for(unit_id, today), area)
    first = since or (date(until.year, 1, 1) if until else date(today.year, 1, 1))
    return domain.show(calendar, first, until or date(first.year, 12, 31))
