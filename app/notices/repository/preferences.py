"""Statements on preferences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import asyncpg
from sqlalchemy.dialects.postgresql import insert

from app.db.work import ReadWork, Work
from app.kit.ids import ReportId, RequestId, TenantId
from app.kit.text import Lang
from app.notices.models import NoticePreferenceRow
from app.notices.terms import Channel, Preferences, QuietHours

_GET = """
    SELECT f.lang AS spoken, p.lang, p.channels, p.quiet_since, p.quiet_until, p.wanted
    FROM (
        SELECT tenant_id, id, lang FROM reports WHERE tenant_id = $1 AND id = $2
        UNION ALL SELECT tenant_id, id, lang FROM service_requests WHERE tenant_id = $1 AND id = $2
    ) AS f LEFT JOIN notice_preferences p ON p.tenant_id = f.tenant_id AND p.report_id = f.id
"""


_OF_REQUESTS = """
    SELECT f.id, f.lang AS spoken, p.lang, p.channels, p.quiet_since, p.quiet_until, p.wanted
    FROM service_requests f LEFT JOIN notice_preferences p ON p.tenant_id = f.tenant_id AND p.report_id = f.id
    WHERE f.tenant_id = $1 AND f.id = ANY ($2::uuid[])
"""


async def preferences_by_request(
    work: ReadWork | Work, tenant_id: TenantId, ids: Sequence[RequestId]
) -> Mapping[RequestId, Preferences]:
    """How the applicants of these want to be told. One statement."""
    rows = await work.fetch(_OF_REQUESTS, tenant_id, list(ids))
    return {RequestId(row["id"]): preferences_of(row) for row in rows}


async def get_preferences(work: Work, tenant_id: TenantId, report_id: ReportId | RequestId) -> Preferences:
    """How the sender wants to be told; in the language it was sent in when nothing else was said. One statement."""
    (row,) = await work.fetch(_GET, tenant_id, report_id)
    return preferences_of(row)


def preferences_of(row: asyncpg.Record | dict[str, Any]) -> Preferences:
    """The preferences in a row; who has chosen nothing is told in the language of the report."""
    if row["lang"] is None:
        return Preferences(Lang(row["spoken"]))
    since, until = row["quiet_since"], row["quiet_until"]
    quiet = QuietHours(since, until) if since is not None and until is not None else None
    return Preferences(Lang(row["lang"]), frozenset(map(Channel, row["channels"])), quiet, row["wanted"])


async def keep_preferences(
    work: Work, tenant_id: TenantId, report_id: ReportId | RequestId, wanted: Preferences
) -> None:
    """The preferences of the sender from now on. One statement."""
    await keep_for(work, tenant_id, [report_id], wanted)


async def keep_for(work: Work, tenant_id: TenantId, ids: Sequence[ReportId | RequestId], wanted: Preferences) -> None:
    """The same preferences for each of these from now on. One statement, none for none."""
    if not ids:
        return
    values = {
        "lang": wanted.lang.value,
        "channels": sorted(channel.value for channel in wanted.channels),
        "quiet_since": wanted.quiet.since if wanted.quiet else None,
        "quiet_until": wanted.quiet.until if wanted.quiet else None,
        "wanted": wanted.wanted,
        "updated_at": work.now,
    }
    rows = [{"tenant_id": tenant_id, "report_id": each, **values} for each in sorted(ids)]
    statement = insert(NoticePreferenceRow).values(rows)
    await work.session.execute(statement.on_conflict_do_update(index_elements=["tenant_id", "report_id"], set_=values))
