"""The second lock: PostgreSQL itself holds a unit of work to its tenant, and the trail to being added to."""

from __future__ import annotations

from typing import Any

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.cli.schema import all_tables
from app.db.engine import Database, driver_url
from app.db.isolation import POLICY, ROLE, may_take_role
from app.db.lane import Lane
from app.db.work import Work, read_work, write_work
from app.kit.clock import FixedClock

TENANT_TABLES = sorted(table.name for table in all_tables().tables.values() if "tenant_id" in table.columns)
SAME = "(tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::integer)"
HERE, THERE = 1, 2
COUNTER = "INSERT INTO code_counters (tenant_id, prefix, day, next_number) VALUES ({}, 'X', '2026-11-20', 1)"


async def scalar(work: Work, statement: str) -> Any:
    return await work.session.scalar(text(statement))


async def test_every_table_of_tenants_has_the_policy(db: Database) -> None:
    rows = await db.lane.fetch(
        "SELECT relname, polname, polpermissive, polcmd::text, polroles::text, pg_get_expr(polqual, polrelid) AS means,"
        " polwithcheck FROM pg_class LEFT JOIN pg_policy ON polrelid = pg_class.oid"
        " WHERE relrowsecurity AND relkind = 'r' ORDER BY relname"
    )
    assert [tuple(row) for row in rows] == [(name, POLICY, True, "*", "{0}", SAME, None) for name in TENANT_TABLES]


async def test_a_work_sees_its_tenant_alone_even_when_a_statement_forgets_to_ask(
    db: Database, clock: FixedClock
) -> None:
    seen = "SELECT array_agg(DISTINCT tenant_id ORDER BY tenant_id) FROM units"
    assert await db.lane.fetchval(seen) == [HERE, THERE]
    for tenant in (HERE, THERE):
        async with read_work(db, clock, tenant) as work:
            assert await scalar(work, seen) == [tenant]
            assert await scalar(work, "SELECT current_user") == ROLE
    async with read_work(db, clock, None) as work:
        assert await scalar(work, seen) == [HERE, THERE]


async def test_a_session_that_names_no_tenant_sees_nothing_before_and_after_one_that_did(
    db: Database, clock: FixedClock
) -> None:
    async with read_work(db, clock, HERE) as work:
        assert await scalar(work, "SELECT count(*) FROM units")
    async with db.rw.connect() as connection:
        assert await connection.scalar(text("SELECT count(*) FROM units")) == 0


async def test_a_work_can_neither_write_nor_change_nor_remove_what_is_another_tenants(
    committed_db: Database, clock: FixedClock
) -> None:
    with pytest.raises(DBAPIError, match="row-level security"):
        async with write_work(committed_db, clock, HERE) as work:
            await work.session.execute(text(COUNTER.format(THERE)))
    async with write_work(committed_db, clock, THERE) as work:
        await work.session.execute(text(COUNTER.format(THERE)))
    async with write_work(committed_db, clock, HERE) as work:
        for forgetful in (
            "UPDATE code_counters SET next_number = 9 RETURNING 1",
            "DELETE FROM code_counters RETURNING 1",
        ):
            assert await scalar(work, forgetful) is None
    with pytest.raises(DBAPIError, match="row-level security"):
        async with write_work(committed_db, clock, THERE) as work:
            await work.session.execute(text(f"UPDATE code_counters SET tenant_id = {HERE}"))


@pytest.mark.parametrize(
    "forgery",
    [
        "UPDATE audit_entries SET actor_name = 'x'",
        "UPDATE audit_entries SET details = '{}', position = 1",
        "DELETE FROM audit_entries",
        "DELETE FROM audit_heads",
        "TRUNCATE audit_entries",
        "ALTER TABLE audit_entries DISABLE ROW LEVEL SECURITY",
    ],
)
async def test_the_trail_is_neither_changed_nor_removed(db: Database, clock: FixedClock, forgery: str) -> None:
    with pytest.raises(DBAPIError, match=r"permission denied|must be owner"):
        async with write_work(db, clock, HERE) as work:
            await work.session.execute(text(forgery))


async def test_the_role_is_not_taken_in_a_database_that_was_not_prepared_for_it(committed_url: str) -> None:
    async def prepared_no_more() -> asyncpg.Connection[asyncpg.Record]:
        connection = await asyncpg.connect(driver_url(committed_url))
        await connection.execute(f"REVOKE SELECT ON tenants FROM {ROLE}")
        return connection

    lane = await Lane.open(prepared_no_more, 1, 1)
    assert not await may_take_role(lane)
    await lane.close()
