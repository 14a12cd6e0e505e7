"""Every SQL statement on reports."""

from __future__ import annotations

from typing import Any

import orjson
from sqlalchemy import select

from app.db.engine import Database
from app.db.work import Work
from app.kit.geo import Point
from app.kit.ids import CaseId, TenantId

from .errors import ReportNotFound
from .models import Report
from .terms import Channel, ReportText

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


_OF_CASE = """
WITH RECURSIVE gathered AS (
  SELECT $2::uuid AS id
  UNION
  SELECT c.id FROM gathered g JOIN cases c ON c.tenant_id = $1 AND c.merged_into_id = g.id
)
SELECT r.code, r.category_code, r.description, r.lat, r.lon, r.accuracy_m, r.area_code, r.address, r.answers,
  r.channel, r.captured_at, r.received_at, r.stars
FROM reports r JOIN gathered g ON r.case_id = g.id
WHERE r.tenant_id = $1
ORDER BY r.id DESC
LIMIT 200
"""


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
            captured_at=row["captured_at"],
            received_at=row["received_at"],
            stars=row["stars"],
        )
        for row in reversed(rows)
    ]
