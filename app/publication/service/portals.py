"""What the portal of one unit shows of its own cases and of those of all units below it: one statement each."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from app.db.engine import Database
from app.db.work import Work
from app.kit.clock import microseconds
from app.kit.ids import TenantId, UnitId
from app.outbox import service as outbox
from app.outbox.terms import Series
from app.publication.repository import portals
from app.publication.repository.portals import Key, Piece
from app.publication.terms import KEPT_DAYS, MOST_MADE, MOST_MAPPED, Held, Page, PortalDay, Standing, Told
from app.web.cursors import CursorAhead


async def portal_cases(
    db: Database, tenant_id: TenantId, unit_id: UnitId, *, piece: Piece, after: Key | None, limit: int
) -> Page:
    """A page of list lines or GeoJSON features joined by commas, newest change first. One statement."""
    return await portals.portal_page(db, tenant_id, unit_id, piece, after, limit)


async def portal_news(
    db: Database, tenant_id: TenantId, unit_id: UnitId, *, after: Key | None, limit: int
) -> list[Told]:
    """The newest changes, with bodies; cases shown no longer among them. One statement."""
    return await portals.portal_changes(db, tenant_id, unit_id, after=after, limit=limit, newest_first=True)


async def portal_changes(
    db: Database, tenant_id: TenantId, unit_id: UnitId, *, after: Key | None, limit: int
) -> list[Told]:
    """The changes after one, oldest first: whoever goes on from the last misses none. Two statements, one at first.

    Raises: CursorAhead when `after` is of a history that is lost.
    """
    if after is not None and await outbox.is_lost(db, tenant_id, Series.PORTALS, microseconds(after[0])):
        raise CursorAhead
    return await portals.portal_changes(db, tenant_id, unit_id, after=after, limit=limit, newest_first=False)


async def portal_changed_at(db: Database, tenant_id: TenantId, unit_id: UnitId) -> datetime | None:
    """When what the portal shows changed last; None: never. One statement."""
    return await portals.portal_changed_at(db, tenant_id, unit_id)


async def portal_days(db: Database, tenant_id: TenantId, unit_id: UnitId, first: date, last: date) -> list[PortalDay]:
    """A digest for each day on which cases were opened that the portal shows. One statement."""
    return await portals.portal_days(db, tenant_id, unit_id, first, last, MOST_MADE)


async def keep_days(work: Work, tenant_id: TenantId) -> int:
    """Number of days, once it is a full batch, whose digests are kept from now on; 0 when the rest was done."""
    kept = await portals.keep_days(work, tenant_id, KEPT_DAYS)
    return kept if kept == KEPT_DAYS else 0


async def portal_day(
    db: Database, tenant_id: TenantId, unit_id: UnitId, day: date, *, after: UUID, limit: int
) -> list[tuple[Held, UUID]]:
    """What the digest of a day is made of, as it was opened, each with its key. One statement."""
    return await portals.portal_day(db, tenant_id, unit_id, day, after, limit)


async def portal_standing(db: Database, tenant_id: TenantId, unit_id: UnitId) -> Standing:
    """How many cases are open, overdue, handled. One statement."""
    return await portals.portal_standing(db, tenant_id, unit_id)


async def portal_codes(
    db: Database, tenant_id: TenantId, unit_id: UnitId, *, limit: int
) -> Sequence[tuple[str, datetime]]:
    """The newest cases by code, with their times. One statement."""
    return await portals.portal_codes(db, tenant_id, unit_id, limit)


async def portal_dates(db: Database, tenant_id: TenantId, unit_id: UnitId) -> list[date]:
    """The days on which cases were opened that the portal shows, at most MOST_MAPPED newest. One statement."""
    return await portals.portal_dates(db, tenant_id, unit_id, MOST_MAPPED)


async def portal_codes_of(
    db: Database, tenant_id: TenantId, unit_id: UnitId, day: date
) -> Sequence[tuple[str, datetime]]:
    """Cases that were opened on the day, by code, with their times; at most MOST_MAPPED. One statement."""
    return sorted(await portals.portal_codes_of(db, tenant_id, unit_id, day, MOST_MAPPED))


async def note_lost(work: Work, tenant_id: TenantId) -> None:
    """Who follows a portal from a change that a lost history made begins anew. Two statements."""
    newest = await portals.newest_change(work, tenant_id)
    await outbox.note_lost(work, tenant_id, Series.PORTALS, after=microseconds(newest) if newest else 0)
