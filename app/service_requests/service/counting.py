"""Figures of service requests, counted and not yet put together."""

from __future__ import annotations

from datetime import datetime

from app.cases.terms import Scope
from app.db.work import ReadWork
from app.service_requests import repository
from app.service_requests.terms import Counted


async def count_requests(work: ReadWork, scope: Scope, begins_at: datetime, ends_at: datetime) -> list[Counted]:
    """What was due, and what was handed in, within [begins_at, ends_at), where a unit of the scope decides.

    Two statements, whatever the number of units; up to two rows for one procedure's version and unit.
    """
    due = await repository.count_due(work, scope, begins_at, ends_at)
    return due + await repository.count_filed(work, scope, begins_at, ends_at)
