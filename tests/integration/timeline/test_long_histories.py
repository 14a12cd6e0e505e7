"""However much was written on a case, what happens now is seen."""

from __future__ import annotations

from app.db.engine import Database
from app.kit.ids import CaseId
from app.process import Process
from app.reports import repository as reports_repository
from app.timeline import repository
from app.timeline.terms import Audience
from tests.builders import HAIDUONG, a_case

_MANY_ENTRIES = """
INSERT INTO timeline_entries (tenant_id, case_id, id, at, type, audience, case_version, actor_kind, data)
SELECT 1, $1, ('00000000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid, now(),
  'case.noted', 'staff', n, 'system', '{}'
FROM generate_series(1, 2003) AS n
"""
_MANY_REPORTS = """
INSERT INTO reports (tenant_id, id, code, case_id, kind, category_code, description, area_code, answers,
  channel, received_at)
SELECT tenant_id, ('ffffffff-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid, 'more-' || n, case_id, kind,
  category_code, description, area_code, answers, channel, received_at
FROM reports, generate_series(1, 203) AS n
"""


async def test_of_a_very_long_history_the_newest_is_read(process: Process, db: Database) -> None:
    case_id = CaseId(await _a_case(process, db))
    await db.lane.fetch("DELETE FROM timeline_entries")
    await db.lane.fetch(_MANY_ENTRIES, case_id)
    entries = await repository.list_entries(db, HAIDUONG, case_id, (Audience.STAFF,))
    assert [entry.case_version for entry in entries] == list(range(4, 2004))


async def test_of_very_many_reports_the_newest_are_read(process: Process, db: Database) -> None:
    case_id = CaseId(await _a_case(process, db))
    await db.lane.fetch(_MANY_REPORTS)
    reports = await reports_repository.list_for_case(db, HAIDUONG, case_id)
    assert [report.code for report in reports] == [f"more-{number}" for number in range(4, 204)]


async def _a_case(process: Process, db: Database) -> CaseId:
    filed = await a_case(process)
    return CaseId(await db.lane.fetchval("SELECT id FROM cases WHERE code = $1", filed.code))
