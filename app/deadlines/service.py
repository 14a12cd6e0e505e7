"""Starts clocks and explains them. No statement is ever needed: calendars are in memory."""

from __future__ import annotations

from datetime import datetime

from app.kit.ids import TenantId
from app.kit.text import Text

from .domain import COUNTING_BASIS, RULE, due_at, explain
from .snapshot import Calendars
from .terms import Deadline, Explanation, Verdict


def start_clock(
    calendars: Calendars,
    tenant_id: TenantId,
    *,
    working_days: int,
    at: datetime,
    legal_basis: Text = COUNTING_BASIS,
) -> Deadline:
    """The deadline of what was received at `at` with a target of `working_days`.

    Args:
        calendars: snapshot of the moment.
        tenant_id: whose calendar counts.
        working_days: at least 1.
        at: aware instant of receipt.
        legal_basis: where the target comes from; the law of counting when the target names none.
    Raises: CalendarExhausted.
    """
    due = due_at(at, working_days, calendars.of(tenant_id))
    return Deadline(due_at=due, original_due_at=due, working_days=working_days, legal_basis=legal_basis)


def explanation(calendars: Calendars, tenant_id: TenantId, *, received_at: datetime, due_at: datetime) -> Explanation:
    """Every counted and skipped day between the two instants, with the rule. Raises: CalendarExhausted."""
    calendar = calendars.of(tenant_id)
    days = tuple(explain(received_at, due_at, calendar))
    return Explanation(
        zone_name=calendar.zone.key,
        received_on=calendar.local_day(received_at),
        due_on=calendar.local_day(due_at),
        counted=sum(day.verdict is Verdict.COUNTED for day in days),
        rule=RULE,
        days=days,
    )


def working_days_left(calendars: Calendars, tenant_id: TenantId, *, now: datetime, due_at: datetime) -> int:
    """Working days that still end between `now` and `due_at`, today's included; 0 when overdue."""
    return calendars.of(tenant_id).passed(now, due_at)
