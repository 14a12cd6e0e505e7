"""Statements on a province's own words and quiet hours. A version is never changed; the newest holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from app.db.base import Base
from app.db.work import Work
from app.identity.terms import Actor
from app.kit.ids import TenantId
from app.notices.errors import WordingRace
from app.notices.models import NoticeWordingRow, QuietHoursRow
from app.notices.terms import OwnQuiet, OwnWording, QuietHours, Wording


async def own_words(work: Work, tenant_id: TenantId) -> Mapping[str, Wording]:
    """The newest words of each occasion that the tenant has words of its own for. One statement."""
    return {own.occasion: own.words for own in reversed(await list_wordings(work, tenant_id))}


async def list_wordings(work: Work, tenant_id: TenantId) -> Sequence[OwnWording]:
    """Every version of the tenant's own words, by occasion, newest first. One statement."""
    rows = await work.session.scalars(
        select(NoticeWordingRow)
        .where(NoticeWordingRow.tenant_id == tenant_id)
        .order_by(NoticeWordingRow.occasion, NoticeWordingRow.version.desc())
    )
    return [row.read() for row in rows]


async def newest_wording(work: Work, tenant_id: TenantId, occasion: str) -> int:
    """Version of the tenant's newest words for the occasion; 0 when the packaged ones hold."""
    where = (NoticeWordingRow.tenant_id == tenant_id, NoticeWordingRow.occasion == occasion)
    return await work.session.scalar(select(func.max(NoticeWordingRow.version)).where(*where)) or 0


async def add_wording(work: Work, actor: Actor, own: OwnWording) -> None:
    """The version written. Raises: WordingRace when its number was taken a moment ago."""
    vi, en = own.words.vi, own.words.en
    row = NoticeWordingRow(
        tenant_id=actor.tenant_id,
        occasion=own.occasion,
        version=own.version,
        subject_vi=vi.subject,
        body_vi=vi.body,
        sms_vi=vi.sms,
        subject_en=en.subject,
        body_en=en.body,
        sms_en=en.sms,
        note=own.note,
        created_at=own.created_at,
        created_by=actor.staff_id,
    )
    await _written(work, row)


async def find_quiet(work: Work, tenant_id: TenantId) -> OwnQuiet | None:
    """The tenant's newest quiet hours, None when the packaged ones hold. One statement."""
    row = await work.session.scalar(
        select(QuietHoursRow)
        .where(QuietHoursRow.tenant_id == tenant_id)
        .order_by(QuietHoursRow.version.desc())
        .limit(1)
    )
    if row is None:
        return None
    return OwnQuiet(row.version, QuietHours(row.since, row.until), row.note, row.created_at)


async def add_quiet(work: Work, actor: Actor, own: OwnQuiet) -> None:
    """The version written. Raises: WordingRace when its number was taken a moment ago."""
    row = QuietHoursRow(
        tenant_id=actor.tenant_id,
        version=own.version,
        since=own.hours.since,
        until=own.hours.until,
        note=own.note,
        created_at=own.created_at,
        created_by=actor.staff_id,
    )
    await _written(work, row)


async def _written(work: Work, row: Base) -> None:
    work.session.add(row)
    try:
        await work.session.flush()
    except IntegrityError as error:
        raise WordingRace from error
