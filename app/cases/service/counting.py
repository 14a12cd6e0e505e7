"""Figures of cases, counted and not yet put together."""

from __future__ import annotations

from datetime import datetime

from app.cases.domain.handled import Handled
from app.cases.repository import figures
from app.cases.terms import Scope
from app.db.work import ReadWork


async def count_handled(
    work: ReadWork, scope: Scope, begins_at: datetime, ends_at: datetime, zone_name: str
) -> list[Handled]:
    """What became of the cases received in [begins_at, ends_at) that count for units of the scope. One statement."""
    return await figures.count_handled(work, scope, begins_at, ends_at, zone_name)
