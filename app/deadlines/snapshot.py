"""Calendars of all tenants in memory: immutable, swapped whole when the reference data moves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from app.kit.ids import TenantId

from .domain import WorkCalendar
from .errors import CalendarExhausted


@dataclass(frozen=True, slots=True)
class Calendars:
    """The working calendar of each tenant."""

    by_tenant: Mapping[TenantId, WorkCalendar]

    def of(self, tenant_id: TenantId) -> WorkCalendar:
        """The calendar of `tenant_id`. Raises: CalendarExhausted when none was ever loaded."""
        try:
            return self.by_tenant[tenant_id]
        except KeyError:
            raise CalendarExhausted from None
