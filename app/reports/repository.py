"""Every SQL statement on reports."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any, cast

import asyncpg
import orjson
from sqlalchemy import select, update
from sqlalchemy.engine import CursorResult

from app.db.engine import Database
from app.db.work import ReadWork, Work
from app.kit.geo import Point
from app.kit.ids import CaseId, CitizenId, ReportId, TenantId, UnitId, least_id
from app.media.terms import Attached

from .errors import ReportNotFound
from .models import Report, ReportOrigin
from .terms import CaptureDoubt, Channel, FileOfCase, Rated, ReportText, Watched

# The report with the case it belongs to now: a merged case is followed to the one it lives on in.
_FIND = """
WITH RECURSIVE followed AS (
  SELECT r.case_id AS id, 0 AS steps FROM reports r WHERE r.tenant_id = $1 AND r.code = $2
  UNION ALL
  SELECT c.merged_into_id, f.steps + 1 FROM followed f
  JOIN cases c ON c.tenant_id = $1 AND c.id = f.id WHERE c.merged_into_id IS NOT NULL AND f.steps < 20
)
SELECT r.id AS report_id, r.code AS report_code, r.case_id AS opened_case_id, r.kind AS report_kind,
  r.category_code AS report_category, r.description, r.lat AS report_lat, r.lon AS report_lon, r.accuracy_m,
  r.area_code, r.address AS report_address, r.answers, r.channel AS report_channel, r.captured_at, r.received_at,
  r.citizen_id, r.tracking_hash, r.stars, c.*
FROM reports r
JOIN cases c ON c.tenant_id = $1 AND c.id = (SELECT id FROM followed ORDER BY steps DESC LIMIT 1)
WHERE r.tenant_id = $1 AND r.code = $2
"""


async def find_with_case(db: Database, tenant_id: TenantId, code: str) -> dict[str, Any] | None:
    """The report and the case it lives in now, as one row; None when there is no such report. One statement."""
    row = await db.lane.fetchrow(_FIND, tenant_id, code)
    return dict(row) if row else None


async def get_report(work: Work, tenant_id: TenantId, code: str) -> Report:
    """The report. Raises: ReportNotFound."""
    report = await work.session.scalar(select(Report).where(Report.tenant_id == tenant_id, Report.code == code))
    if report is None:
        raise ReportNotFound
    return report


_GATHERED = """
WITH RECURSIVE gathered AS (
  SELECT $2::uuid AS id
  UNION
  SELECT c.id FROM gathered g JOIN cases c ON c.tenant_id = $1 AND c.merged_into_id = g.id
)
SELECT {columns}
FROM reports r JOIN gathered g ON r.case_id = g.id
WHERE r.tenant_id = $1
ORDER BY r.id DESC
LIMIT 200
"""
_OF_CASE = _GATHERED.format(
    columns="r.code, r.category_code, r.description, r.lat, r.lon, r.accuracy_m, r.area_code, r.address, r.answers,"
    " r.channel, r.portal_unit_id, r.captured_at, r.captured_doubt, r.clock_skew_s, r.received_at, r.stars"
)
_SENDERS_OF_CASE = _GATHERED.format(columns="r.id, r.code, CASE WHEN NOT r.cut_off THEN r.citizen_id END AS citizen_id")
_FILES_OF_CASE = f"""
WITH of_case AS ({_SENDERS_OF_CASE})
SELECT o.code, o.id AS report_id, o.citizen_id IS NOT NULL AS by_account, u.id, u.state, u.kind,
    COALESCE(u.stored_bytes, u.length_bytes) AS length, u.width, u.height, u.refusal, u.lat, u.lon,
    u.authorship, false AS as_sent
FROM of_case o JOIN report_files f ON f.tenant_id = $1 AND f.report_id = o.id JOIN uploads u ON u.id = f.upload_id
ORDER BY o.id, f.place
"""  # noqa: S608 - put together from our own text


async def list_for_case(db: Database, tenant_id: TenantId, case_id: CaseId) -> list[ReportText]:
    """The newest 200 reports of the case and of cases merged into it, oldest first. One statement."""
    rows = await db.lane.fetch(_OF_CASE, tenant_id, case_id)
    return [
        ReportText(
            code=row["code"],
            category=row["category_code"],
            description=row["description"],
            point=Point(row["lat"], row["lon"]) if row["lat"] is not None else None,
            accuracy_m=row["accuracy_m"],
            area=row["area_code"],
            address=row["address"],
            answers=orjson.loads(row["answers"]),
            channel=Channel(row["channel"]),
            portal=row["portal_unit_id"],
            captured_at=row["captured_at"],
            captured_doubt=CaptureDoubt(row["captured_doubt"]) if row["captured_doubt"] else None,
            clock_skew_s=row["clock_skew_s"],
            received_at=row["received_at"],
            stars=row["stars"],
        )
        for row in reversed(rows)
    ]


async def list_senders(
    work: Work, tenant_id: TenantId, case_id: CaseId
) -> list[tuple[ReportId, str, CitizenId | None]]:
    """Id, code and account of the newest 200 reports of the case and of cases merged into it, oldest first."""
    rows = await work.fetch(_SENDERS_OF_CASE, tenant_id, case_id)
    return [(row["id"], row["code"], row["citizen_id"]) for row in reversed(rows)]


# Which of these reports live in a case that ended before then: a merged case is followed to the one it lives on in.
_ENDED_BEFORE = """
WITH RECURSIVE followed AS (
  SELECT r.id AS report_id, r.case_id AS id, 0 AS steps FROM reports r WHERE r.tenant_id = $1 AND r.id = ANY($2::uuid[])
  UNION ALL
  SELECT f.report_id, c.merged_into_id, f.steps + 1 FROM followed f
  JOIN cases c ON c.tenant_id = $1 AND c.id = f.id WHERE c.merged_into_id IS NOT NULL AND f.steps < 20
), last AS (SELECT DISTINCT ON (report_id) report_id, id FROM followed ORDER BY report_id, steps DESC)
SELECT l.report_id FROM last l JOIN cases c ON c.tenant_id = $1 AND c.id = l.id
WHERE c.state IN ('resolved', 'closed') AND c.updated_at < $3
"""


async def ended_before(
    work: Work, tenant_id: TenantId, reports: Collection[ReportId], before: datetime
) -> list[ReportId]:
    """Those of the reports whose case has ended and was not touched since before then. One statement."""
    return [ReportId(row["report_id"]) for row in await work.fetch(_ENDED_BEFORE, tenant_id, list(reports), before)]


async def list_of_citizen(
    work: Work, citizen_id: CitizenId, tenants: Collection[TenantId], most: int | None
) -> list[Report]:
    """The account's reports, the newest first, at most so many (index ix_reports_citizen). One statement."""
    rows = await work.session.scalars(
        select(Report)
        .where(Report.tenant_id.in_(tenants), Report.citizen_id == citizen_id)
        .order_by(Report.id.desc())
        .limit(most)
    )
    return list(rows)


async def led_to(work: Work, tenant_id: TenantId, citizen_id: CitizenId) -> list[ReportId]:
    """The account's newest 200 reports that were not cut off from it (index ix_reports_citizen). One statement."""
    rows = await work.session.scalars(
        select(Report.id)
        .where(Report.tenant_id == tenant_id, Report.citizen_id == citizen_id, Report.cut_off.is_(False))
        .order_by(Report.id.desc())
        .limit(200)
    )
    return [ReportId(one) for one in rows]


_OWN_PAGE = """
WITH RECURSIVE mine AS MATERIALIZED (
  SELECT id, code, case_id, category_code, left(description, 160) AS excerpt, received_at, stars FROM reports
  WHERE tenant_id = $1 AND citizen_id = $2 AND ($3::uuid IS NULL OR id < $3) ORDER BY id DESC LIMIT $4
), followed AS (
  SELECT m.id AS report_id, m.case_id AS id, 0 AS steps FROM mine m
  UNION ALL
  SELECT f.report_id, c.merged_into_id, f.steps + 1 FROM followed f
  JOIN cases c ON c.tenant_id = $1 AND c.id = f.id WHERE c.merged_into_id IS NOT NULL AND f.steps < 20
), last AS (SELECT DISTINCT ON (report_id) report_id, id FROM followed ORDER BY report_id, steps DESC)
SELECT m.*, c.code AS case_code, c.state, c.resolution, c.unit_id, c.due_at, c.updated_at
FROM mine m JOIN last l ON l.report_id = m.id JOIN cases c ON c.tenant_id = $1 AND c.id = l.id ORDER BY m.id DESC
"""


async def list_own(
    db: Database, tenant_id: TenantId, citizen_id: CitizenId, before: ReportId | None, limit: int
) -> list[dict[str, Any]]:
    """The account's reports with the case each lives in now, newest first (ix_reports_citizen). One statement."""
    return [dict(row) for row in await db.lane.fetch(_OWN_PAGE, tenant_id, citizen_id, before, limit)]


# Every case that these reports have lived in since they opened their own.
_CASES_OF = """
WITH RECURSIVE followed AS (
  SELECT r.case_id AS id, 0 AS steps FROM reports r WHERE r.tenant_id = $1 AND r.id = ANY($2::uuid[])
  UNION
  SELECT c.merged_into_id, f.steps + 1 FROM followed f
  JOIN cases c ON c.tenant_id = $1 AND c.id = f.id WHERE c.merged_into_id IS NOT NULL AND f.steps < 20
) SELECT DISTINCT id FROM followed
"""


async def cases_of(work: Work, tenant_id: TenantId, reports: Collection[ReportId]) -> list[CaseId]:
    """The cases these reports opened and those they were merged into. One statement."""
    return [CaseId(row["id"]) for row in await work.fetch(_CASES_OF, tenant_id, list(reports))]


async def let_go(work: Work, citizen_id: CitizenId, tenants: Collection[TenantId]) -> None:
    """The account's reports are nobody's from now on. One statement."""
    loose = update(Report).where(Report.tenant_id.in_(tenants), Report.citizen_id == citizen_id)
    await work.session.execute(loose.values(citizen_id=None).execution_options(synchronize_session=False))


_SEEN_OF = """
SELECT r.id, r.code, c.code AS case_code FROM reports r JOIN cases c ON c.tenant_id = $1 AND c.id = r.case_id
WHERE r.tenant_id = $1 AND r.id = ANY($2::uuid[]) AND ($3::uuid[] IS NULL OR c.unit_id = ANY($3::uuid[]))
ORDER BY r.id DESC
"""


async def seen_of(
    work: Work, tenant_id: TenantId, reports: Collection[ReportId], units: Collection[UnitId] | None
) -> list[tuple[ReportId, str, str]]:
    """Id, code and case of those whose case one of the units holds (None: whoever does), newest first."""
    rows = await work.fetch(_SEEN_OF, tenant_id, list(reports), list(units) if units is not None else None)
    return [(ReportId(row["id"]), row["code"], row["case_code"]) for row in rows]


WATCHED_ROWS = 1000


def _watched_sql(which: str) -> str:
    """Reports that `which` names, newest first, with the case each lives in now and since when, if it was joined."""
    return f"""
WITH RECURSIVE mine AS MATERIALIZED (
  SELECT id, code, case_id, citizen_id FROM reports
  WHERE tenant_id = $1 AND {which} ORDER BY id DESC LIMIT {WATCHED_ROWS}
), followed AS (
  SELECT m.id AS report_id, m.case_id AS id, 0 AS steps, NULL::timestamptz AS joined_at FROM mine m
  UNION ALL
  SELECT f.report_id, c.merged_into_id, f.steps + 1, greatest(f.joined_at, c.resolved_at) FROM followed f
  JOIN cases c ON c.tenant_id = $1 AND c.id = f.id WHERE c.merged_into_id IS NOT NULL AND f.steps < 20
)
SELECT DISTINCT ON (m.id) m.id, m.code, m.case_id AS opened_case_id, f.id AS lives_in, f.joined_at, m.citizen_id
FROM mine m JOIN followed f ON f.report_id = m.id ORDER BY m.id, f.steps DESC
"""  # noqa: S608 - put together from our own text


_WATCHED = _watched_sql("id = ANY($2::uuid[])")
_WATCHED_OF = _watched_sql("citizen_id = $2")
_OPENED_BY = _watched_sql("case_id = ANY($2::uuid[]) AND citizen_id = ANY($3::uuid[])")


async def list_watched(db: Database, tenant_id: TenantId, report_ids: Collection[ReportId]) -> list[Watched]:
    """These reports. One statement on primary keys."""
    return _watched(await db.lane.fetch(_WATCHED, tenant_id, list(report_ids)))


async def list_watched_of(db: Database, tenant_id: TenantId, citizen_id: CitizenId) -> list[Watched]:
    """The newest 1,000 reports of the account (index ix_reports_citizen). One statement."""
    return _watched(await db.lane.fetch(_WATCHED_OF, tenant_id, citizen_id))


async def list_opened_by(
    db: Database, tenant_id: TenantId, case_ids: Collection[CaseId], citizens: Collection[CitizenId]
) -> list[Watched]:
    """Reports of these accounts that opened these cases (index ix_reports_case). One statement."""
    return _watched(await db.lane.fetch(_OPENED_BY, tenant_id, list(case_ids), list(citizens)))


def _watched(rows: list[asyncpg.Record]) -> list[Watched]:
    return [Watched(*row) for row in rows]


async def files_of_case(db: Database, tenant_id: TenantId, case_id: CaseId) -> list[FileOfCase]:
    """Files of the newest 200 reports of the case and of cases merged into it, oldest first. One statement."""
    return [
        FileOfCase(ReportId(row["report_id"]), row["code"], row["by_account"], Attached.of(dict(row)))
        for row in await db.lane.fetch(_FILES_OF_CASE, tenant_id, case_id)
    ]


async def hand_over(work: Work, giver: CitizenId, taker: CitizenId, tenants: Collection[TenantId]) -> int:
    """Number of reports that are the taker's from now on (index ix_reports_citizen). One statement."""
    given = update(Report).where(Report.tenant_id.in_(tenants), Report.citizen_id == giver).values(citizen_id=taker)
    moved = await work.session.execute(given.execution_options(synchronize_session=False))
    return cast("CursorResult[Any]", moved).rowcount


async def find_origin(work: Work, tenant_id: TenantId, report_id: ReportId) -> bytes | None:
    """Under what the address that the report came from is known, None when it is not. One statement."""
    where = select(ReportOrigin.address_key).where(
        ReportOrigin.tenant_id == tenant_id, ReportOrigin.report_id == report_id
    )
    found: bytes | None = await work.session.scalar(where)
    return found


# Rated reports are in an index of their own; a limit of one keeps cases from being joined but row by row.
_STARS = """
SELECT c.unit_id, date_trunc('month', c.opened_at AT TIME ZONE $4)::date AS month, count(*) AS rated,
  sum(r.stars) AS stars
FROM reports r
CROSS JOIN LATERAL (SELECT unit_id, opened_at FROM cases WHERE tenant_id = $1 AND id = r.case_id LIMIT 1) AS c
WHERE r.tenant_id = $1 AND r.stars IS NOT NULL AND r.case_id >= $2 AND r.case_id < $3
  AND ($5::uuid[] IS NULL OR c.unit_id = ANY($5))
GROUP BY 1, 2
"""


async def count_stars(
    work: ReadWork, tenant_id: TenantId, units: list[UnitId] | None, begins_at: datetime, ends_at: datetime, zone: str
) -> list[Rated]:
    """Stars given to cases received in [begins_at, ends_at), by the unit that has each and the month of its receipt.

    `units`: of these alone, None: of all. One statement (ix_reports_rated).
    """
    values = (tenant_id, least_id(begins_at), least_id(ends_at), zone, units)
    return [Rated(*row) for row in await work.fetch(_STARS, *values)]


_FORGET_ORIGINS = """
DELETE FROM report_origins WHERE tenant_id = $1 AND report_id IN (
    SELECT report_id FROM report_origins WHERE tenant_id = $1 AND received_at < $2 ORDER BY received_at LIMIT $3
)
RETURNING 1
"""


async def forget_origins(work: Work, tenant_id: TenantId, before: datetime, limit: int) -> int:
    """Number of origins from before the instant that were forgotten now. One statement."""
    return len(await work.fetch(_FORGET_ORIGINS, tenant_id, before, limit))
