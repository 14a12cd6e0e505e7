"""Which open cases another rulebook would give to another unit if they came in again, before it is published."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import orjson

from app.cases.domain.previews import Reroute, Rerouting
from app.cases.repository import previewing
from app.cases.terms import Books
from app.catalogue.terms import Kind, Priority
from app.db.engine import Database
from app.directory.terms import Confidence, EditionId
from app.kit.clock import zone
from app.kit.ids import TenantId, UnitId
from app.routing import service as routing_service
from app.routing.snapshot import Rulebooks

from .listing import START

PREVIEW_PAGE_ROWS = 500
PREVIEW_MOST_CASES = 20_000
PREVIEW_SHOWN = 100


async def preview_rulebook(
    db: Database, tenant_id: TenantId, books: Books, trial: Rulebooks, *, start: datetime
) -> Rerouting:
    """What the rules on trial would do with each open case if it came in during their first week, from `start` on.

    Weekday and time of day are those at which the case did come in. Cases stay where they are; nothing is written. One
    statement for every 500 of them, others served in between; at most 20,000 are looked at.
    """
    found, after, tried = Rerouting(), START, books._replace(rulebooks=trial)
    while found.looked < PREVIEW_MOST_CASES:
        rows = await previewing.list_matters(db, tenant_id, after=after, limit=PREVIEW_PAGE_ROWS)
        for row in map(dict[str, Any], rows):
            found.looked += 1
            at = _in_first_week(row["opened_at"], start, books.directory.tenant(tenant_id).time_zone)
            (before, _), (then, rule) = _decided(books, tenant_id, row, at), _decided(tried, tenant_id, row, at)
            if before != then:
                found.ways[before, then] += 1
                if len(found.shown) < PREVIEW_SHOWN:
                    found.shown.append(Reroute(row["code"], before, then, rule))
        if len(rows) < PREVIEW_PAGE_ROWS:
            found.complete = True
            break
        after = (rows[-1]["due_at"], rows[-1]["id"])
        await asyncio.sleep(0)
    return found


def _in_first_week(opened_at: datetime, start: datetime, zone_name: str) -> datetime:
    """The instant of the first week from `start` on whose weekday and time of day are those of `opened_at`."""
    local, first = opened_at.astimezone(zone(zone_name)), start.astimezone(zone(zone_name)).date()
    day = first + timedelta(days=(local.weekday() - first.weekday()) % 7)
    return datetime.combine(day, local.timetz().replace(fold=0))


def _decided(books: Books, tenant_id: TenantId, row: Mapping[str, Any], at: datetime) -> tuple[UnitId, str]:
    """The unit, and the rule by which it is."""
    decision = routing_service.decide(
        books.rulebooks,
        books.directory,
        books.catalogue,
        tenant=tenant_id,
        chain=books.directory.chain(EditionId(row["edition_id"]), row["area"]),
        confidence=Confidence(row["confidence"]),
        category=row["category_code"],
        kind=Kind(row["kind"]),
        priority=Priority(row["priority"]),
        answers=orjson.loads(row["answers"] or b"{}"),
        at=at,
    )
    return decision.unit_id, decision.rule
