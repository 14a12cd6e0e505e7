"""Runs migrations: one at a time over the whole installation, each step in a transaction of its own, never waiting
long for a lock (whoever queues behind a waiting ALTER TABLE would wait too)."""

from __future__ import annotations

import asyncio
import time

from alembic import context
from alembic.runtime.migration import MigrationContext, MigrationInfo
from alembic.script import Script
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from app.cli.schema import all_tables
from app.db.engine import engine_url
from app.db.isolation import prepare_role
from app.kit.text import Text
from app.settings import Settings

# Any constant will do, as long as it stays the same: "lienthong" in ASCII, cut to 63 bits.
ADVISORY_LOCK = 0x6C69656E74686F6E
_TURN_PAUSE_S = 0.2


def _tell(ctx: MigrationContext, step: MigrationInfo, heads: object, run_args: object) -> None:  # noqa: ARG001
    """Report the step that was done."""
    progress = context.config.attributes.get("progress")
    if progress is not None and isinstance(step.up_revision, Script):
        name = step.up_revision.doc
        progress(Text(f"Đã nâng cấp cơ sở dữ liệu: {name}", f"Migrated the database: {name}"))


def _before_step(connection: Connection) -> None:
    connection.execute(text("SET lock_timeout = '3s'"))
    connection.execute(text("SET statement_timeout = '30s'"))
    sharded = connection.scalar(text("SELECT EXISTS (SELECT FROM pg_extension WHERE extname = 'citus')"))
    if sharded:
        connection.execute(text("SET citus.multi_shard_modify_mode TO 'sequential'"))
    connection.commit()


def _take_turn(connection: Connection) -> None:
    """Nobody else migrates now. Asks again and again: whoever waited inside a statement would hold a snapshot, and an
    index built CONCURRENTLY waits for all of those to end, while we waited for it."""
    while not connection.scalar(text(f"SELECT pg_try_advisory_lock({ADVISORY_LOCK})")):
        connection.rollback()
        time.sleep(_TURN_PAUSE_S)


def _run(connection: Connection) -> None:
    _take_turn(connection)
    try:
        _before_step(connection)
        context.configure(
            connection=connection,
            target_metadata=all_tables(),
            transaction_per_migration=True,
            compare_type=True,
            compare_server_default=True,
            on_version_apply=_tell,
        )
        with context.begin_transaction():
            context.run_migrations()
        connection.rollback()
        prepare_role(connection)
    finally:
        connection.rollback()
        connection.execute(text(f"SELECT pg_advisory_unlock({ADVISORY_LOCK})"))
        connection.commit()


async def _online(url: str) -> None:
    engine = create_async_engine(engine_url(url), poolclass=NullPool)
    try:
        async with engine.connect() as connection:
            await connection.run_sync(_run)
    finally:
        await engine.dispose()


def _database_url() -> str:
    url: str | None = context.config.attributes.get("url") or Settings().database_url
    if url is None:
        message = (
            "Hãy đặt LIENTHONG_DATABASE_URL, hoặc chạy `lienthong migrate`: lệnh đó biết cơ sở dữ liệu đi kèm.\n"
            "Set LIENTHONG_DATABASE_URL, or run `lienthong migrate`, which knows the embedded database."
        )
        raise SystemExit(message)
    return url


asyncio.run(_online(_database_url()))
