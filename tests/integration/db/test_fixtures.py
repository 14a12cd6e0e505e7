"""The promises of tests/conftest.py."""

from __future__ import annotations

from sqlalchemy import text

from app.db.engine import Database
from app.db.work import Work, write_work
from app.kit.clock import FixedClock
from tests.statements import Statements

INSERT = "INSERT INTO outbox_heads (tenant_id, position) VALUES (1, 5)"
COUNT = "SELECT count(*) FROM outbox_heads"


async def test_a_work_sees_what_it_wrote(work: Work) -> None:
    await work.session.execute(text(INSERT))
    assert await work.session.scalar(text(COUNT)) == 1


async def test_what_a_work_wrote_is_gone_afterwards(work: Work) -> None:
    assert await work.session.scalar(text(COUNT)) == 0


async def test_statements_of_verbs_and_of_the_lane_are_counted(
    db: Database, clock: FixedClock, statements: Statements
) -> None:
    async with write_work(db, clock, 1) as work:
        await work.session.execute(text(INSERT))
    assert await db.lane.fetchval("SELECT position FROM outbox_heads WHERE tenant_id = $1", 1) == 5
    assert statements.texts == [
        "SET LOCAL app.tenant = '1'",
        INSERT,
        "SELECT position FROM outbox_heads WHERE tenant_id = $1",
    ]


async def test_what_was_committed_is_gone_afterwards_and_a_clone_is_apart(db: Database, committed_db: Database) -> None:
    await committed_db.lane.fetchval(INSERT)
    assert await db.lane.fetchval(COUNT) == 0
