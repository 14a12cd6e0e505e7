"""Migrations build exactly the tables of the models, can be taken back, and never queue behind a lock."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from typing import Any

import asyncpg
import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import create_async_engine

from app.cli.schema import MIGRATIONS, alembic_config, all_tables, migrate, refuse_old_schema
from app.cli.terminal import CommandError
from app.db.engine import driver_url, engine_url
from app.kit.text import Text
from tests.server import ROOT, clone

SCRIPTS = ScriptDirectory(str(MIGRATIONS))
REVISIONS = [script.revision for script in reversed(list(SCRIPTS.walk_revisions()))]
SOME = 5  # steps that stand for all of them where each would be done as the next


@pytest.fixture
def empty_url(server_url: str) -> Iterator[str]:
    """A database without tables."""
    with clone(server_url, "template1") as url:
        yield url


async def tables(url: str) -> dict[str, str]:
    """Every table, column, constraint and index of the database, with its definition."""
    connection = await asyncpg.connect(driver_url(url))
    try:
        rows = await connection.fetch("""
            SELECT c.relname || '.' || a.attname AS thing,
                   format_type(a.atttypid, a.atttypmod) || ' ' || a.attnotnull AS means
            FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
            WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped
            UNION ALL
            SELECT conrelid::regclass || '/' || conname, pg_get_constraintdef(oid) FROM pg_constraint
            WHERE connamespace = 'public'::regnamespace
            UNION ALL
            SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'
        """)
        return {row["thing"]: row["means"] for row in rows if not row["thing"].startswith("alembic_version")}
    finally:
        await connection.close()


async def in_thread(verb: Any, *args: Any) -> None:
    """Run a verb that brings an event loop of its own."""
    await asyncio.to_thread(verb, *args)


@pytest.fixture
async def older_url(committed_url: str) -> str:
    """A database as the release before had it."""
    await in_thread(command.downgrade, alembic_config(committed_url), f"-{SOME}")
    return committed_url


async def test_every_step_up_and_down_and_up_again_gives_the_same_tables(
    empty_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ScriptDirectory, "from_config", lambda _: SCRIPTS)  # else read for each of the steps
    below = await tables(empty_url)
    for before, revision in zip(["base", *REVISIONS], REVISIONS, strict=False):
        await in_thread(migrate, empty_url, lambda _: None, revision)
        above = await tables(empty_url)
        await in_thread(command.downgrade, alembic_config(empty_url), before)
        assert await tables(empty_url) == below
        await in_thread(migrate, empty_url, lambda _: None, revision)
        assert await tables(empty_url) == above
        below = above


async def test_the_migrated_tables_are_those_of_the_models(committed_url: str) -> None:
    def differences(connection: Connection) -> list[Any]:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        return list(compare_metadata(context, all_tables()))

    engine = create_async_engine(engine_url(committed_url))
    async with engine.connect() as connection:
        assert await connection.run_sync(differences) == []
    await engine.dispose()


async def test_each_step_is_told_and_a_second_run_does_nothing(older_url: str) -> None:
    told: list[Text] = []
    await in_thread(migrate, older_url, told.append)
    assert len(told) == SOME
    await in_thread(migrate, older_url, told.append)
    assert len(told) == SOME


async def test_two_programs_migrating_at_once_do_the_work_once(older_url: str) -> None:
    runs = [
        await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", "from app.cli.start import run; run()", "migrate", "--no-seed"),
            cwd=ROOT,
            env={"LIENTHONG_DATABASE_URL": older_url, "LIENTHONG_SECRET_KEY": "x" * 32, "LANG": "C.UTF-8"},
            stdout=asyncio.subprocess.PIPE,
        )
        for _ in range(2)
    ]
    told = b"".join([(await run.communicate())[0] for run in runs]).decode()
    assert [run.returncode for run in runs] == [0, 0]
    assert told.count("Migrated the database") == SOME


async def test_what_the_release_before_buried_is_tried_again_and_given_back_on_the_way_down(empty_url: str) -> None:
    await in_thread(migrate, empty_url, lambda _: None, "20261126_ended_index")
    connection = await asyncpg.connect(driver_url(empty_url))
    try:
        await connection.execute("""
            INSERT INTO outbox_messages (tenant_id, id, type, type_version, subject_id, subject_version, occurred_at,
                payload, position)
            SELECT 1, gen_random_uuid(), 'case.opened', 1, '00000000-0000-0000-0000-000000000001', n, now(), '{}', n
            FROM generate_series(1, 3) AS n
        """)
        await connection.execute("""
            INSERT INTO dead_letters (tenant_id, consumer, position, message_id, failed_at, error)
            SELECT 1, 'publication', position, id, now(), 'KeyError' FROM outbox_messages WHERE position > 1
        """)
        await in_thread(migrate, empty_url, lambda _: None, "20261126_parked_messages")
        parked = await connection.fetch(
            "SELECT position, next_at IS NOT NULL AS due, attempts, last_error FROM parked_messages ORDER BY 1"
        )
        assert [tuple(row) for row in parked] == [(2, True, 0, "KeyError"), (3, False, 0, "KeyError")]
        assert await connection.fetchval("SELECT count(*) FROM dead_letters") == 0
        await in_thread(command.downgrade, alembic_config(empty_url), "20261126_ended_index")
        letters = await connection.fetch("SELECT position, error FROM dead_letters ORDER BY 1")
        assert [tuple(row) for row in letters] == [(2, "KeyError"), (3, "KeyError")]
    finally:
        await connection.close()


async def test_nobody_is_told_after_an_upgrade_what_happened_before_it(empty_url: str) -> None:
    await in_thread(migrate, empty_url, lambda _: None, "20261126_letters")
    connection = await asyncpg.connect(driver_url(empty_url))
    try:
        await connection.execute("INSERT INTO outbox_heads (tenant_id, position) VALUES (7, 4711)")
        await in_thread(migrate, empty_url, lambda _: None)
        rows = await connection.fetch("SELECT tenant_id, consumer, position FROM consumer_cursors")
        assert [tuple(row) for row in rows] == [(7, "notices", 4711)]
    finally:
        await connection.close()


async def test_a_locked_table_makes_a_step_fail_within_seconds_instead_of_queueing(committed_url: str) -> None:
    reader = await asyncpg.connect(driver_url(committed_url))
    try:
        async with reader.transaction():
            await reader.execute("LOCK TABLE outbox_messages IN ACCESS SHARE MODE")
            with pytest.raises(Exception, match="lock timeout"):
                await in_thread(command.downgrade, alembic_config(committed_url), "base")
    finally:
        await reader.close()


async def test_a_program_refuses_a_database_of_another_schema_in_words(empty_url: str, committed_url: str) -> None:
    with pytest.raises(CommandError, match="lienthong migrate"):
        await in_thread(refuse_old_schema, empty_url)
    await in_thread(refuse_old_schema, committed_url)


def test_the_history_is_one_line_and_its_files_say_phase_and_lock() -> None:
    assert len(SCRIPTS.get_heads()) == 1
    for script in SCRIPTS.walk_revisions():
        name = script.path.rpartition("/")[2]
        assert name.split("_")[2] in {"expand", "backfill", "contract"}, name
        told = script.module.__doc__ or ""
        for word in ("Phase:", "Lock:", "Rows touched:", "Reversal:"):
            assert word in told, f"{name} does not say its {word}"
