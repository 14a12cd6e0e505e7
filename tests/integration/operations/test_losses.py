"""What the database let us down with is counted, said with its cause, and does not flood the log."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest

from app.db.engine import Database, driver_url
from app.db.errors import DatabaseUnavailable
from app.db.losses import Losses
from app.db.work import Work, in_work
from app.kit.clock import SystemClock
from app.outbox.service.consuming import LONGEST_PAUSE, _must_wait
from app.settings import Settings


def test_many_losses_are_one_line(caplog: pytest.LogCaptureFixture) -> None:
    losses = Losses()
    with caplog.at_level(logging.WARNING, "lienthong.db"):
        for _ in range(100):
            losses.count(ConnectionRefusedError(111, "Connection refused"), exhausted=False)
    assert (losses.lost, losses.exhausted) == (100, 0)
    (record,) = caplog.records
    assert "Connection refused" in record.getMessage()


async def test_who_waits_for_a_lock_is_sent_away_and_nothing_is_written(committed_url: str, settings: Settings) -> None:
    brief = settings.model_copy(update={"database_url": committed_url, "database_wait_s": 0.1})
    db = await Database.open(committed_url, brief)

    async def change(work: Work) -> None:
        connection = await work.session.connection()
        await connection.exec_driver_sql("UPDATE outbox_heads SET position = 9")

    holder = await asyncpg.connect(driver_url(committed_url))
    try:
        async with holder.transaction():
            await holder.execute("LOCK TABLE outbox_heads IN ACCESS EXCLUSIVE MODE")
            with pytest.raises(DatabaseUnavailable):
                await db.lane.fetchval("INSERT INTO outbox_heads VALUES (1, 5) RETURNING 1")
            with pytest.raises(DatabaseUnavailable):
                await in_work(db, SystemClock(), 1, change)
        assert db.lane.losses.lost == db.losses.lost == 1
        assert await db.lane.fetchval("SELECT count(*) FROM outbox_heads WHERE position IN (5, 9)") == 0
    finally:
        await holder.close()
        await db.close()


def test_a_pause_longer_than_any_is_the_work_of_a_clock_set_back() -> None:
    now = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
    assert not _must_wait(None, now)
    assert not _must_wait(now - timedelta(seconds=1), now)
    assert _must_wait(now + LONGEST_PAUSE, now)
    assert not _must_wait(now + timedelta(hours=1), now)
