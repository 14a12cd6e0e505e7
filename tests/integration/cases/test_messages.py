"""What the outbox carries to consumers."""

from __future__ import annotations

from app.cases import service as cases
from app.db.engine import Database
from app.process import Process
from tests.builders import a_case, acting, an_officer, someone


async def test_no_officers_name_leaves_with_a_message(process: Process, db: Database) -> None:
    filed, officer = await a_case(process), await an_officer(process)
    await acting(
        process,
        cases.assign_case,
        someone(process, filed.unit),
        code=filed.code,
        seen=filed.version,
        officer=officer.username,
    )
    payload = await db.lane.fetchval("SELECT payload::text FROM outbox_messages WHERE type = 'case.assigned'")
    assert officer.username not in payload
    assert str(officer.actor.id) in payload
    shown = await db.lane.fetchval("SELECT data->>'officer' FROM timeline_entries WHERE type = 'case.assigned'")
    assert shown == f"Cán bộ {officer.username}"
