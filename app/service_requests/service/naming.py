"""Names that sentences of a service request need."""

from __future__ import annotations

from datetime import date, datetime

from app.kit.clock import local_day
from app.kit.ids import TenantId, UnitId
from app.kit.text import Text
from app.procedures.terms import StepRole
from app.service_requests.domain import unit_name
from app.service_requests.terms import RequestBooks

from .steps import Held


def day_text(day: date) -> Text:
    """The day as people of either language read it."""
    return Text(f"{day:%d/%m/%Y}", f"{day.day} {day:%B %Y}")


def local_text(books: RequestBooks, tenant_id: TenantId, at: datetime) -> Text:
    """The tenant's day of the instant."""
    return day_text(local_day(at, books.directory.tenant(tenant_id).time_zone))


def holder(books: RequestBooks, found: Held, role: StepRole | None = None) -> Text:
    """Name of the unit that has the step of that role; of the one that answers for the whole when none is named."""
    tenant_id = TenantId(found.request.tenant_id)
    step = found.facts().with_role(role) if role is not None else None
    return unit_name(books, tenant_id, step.unit_id if step is not None else UnitId(found.request.unit_id))


def of_step(books: RequestBooks, found: Held, code: str) -> Text:
    """Name of the unit that has this step; nothing when there is no such step."""
    step = found.facts().step(code)
    return unit_name(books, TenantId(found.request.tenant_id), step.unit_id) if step else Text("", "")


def money(amount: object) -> str:
    """An amount of đồng as people write it."""
    return f"{amount:,.0f} ₫".replace(",", ".")
