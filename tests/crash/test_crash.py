"""What was acknowledged is there again after any kill, once and whole."""

from __future__ import annotations

import asyncio
import shutil
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import httpx
import psutil
import pytest

from app.db.embedded import EmbeddedPostgres
from app.db.engine import driver_url
from tests.crash.program import Citizens, Program, running

# Every report has its case, its first timeline entry and the message that tells of it.
HALVES = """
    SELECT r.code FROM reports r
    WHERE NOT EXISTS (SELECT FROM cases c WHERE c.tenant_id = r.tenant_id AND c.id = r.case_id)
       OR NOT EXISTS (SELECT FROM timeline_entries t WHERE t.tenant_id = r.tenant_id AND t.case_id = r.case_id)
       OR NOT EXISTS (SELECT FROM outbox_messages o WHERE o.tenant_id = r.tenant_id AND o.subject_id = r.case_id)
"""
ORPHANS = """
    SELECT c.code FROM cases c
    WHERE NOT EXISTS (SELECT FROM reports r WHERE r.tenant_id = c.tenant_id AND r.case_id = c.id)
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    """A data folder that PostgreSQL's own account can reach."""
    path = Path(tempfile.mkdtemp(prefix="lienthong-crash-"))
    path.chmod(0o711)
    yield path
    shutil.rmtree(path)


async def assert_all_there_once_and_whole(citizens: Citizens, program: Program, database_url: str) -> None:
    async with httpx.AsyncClient(base_url=program.url, timeout=10) as http:
        for sent in citizens.sent:
            assert sent.answer is not None
            own = await http.get(
                f"/api/v1/reports/{sent.answer['code']}", headers={"Tracking-Secret": sent.answer["tracking_secret"]}
            )
            assert own.status_code == 200, own.text
            assert own.json()["code"] == sent.answer["code"]
        again = await http.post(
            "/api/v1/reports", json=citizens.sent[0].body, headers={"Idempotency-Key": citizens.sent[0].key}
        )
        assert again.json()["code"] == (citizens.sent[0].answer or {})["code"]
    connection = await asyncpg.connect(driver_url(database_url))
    try:
        assert await connection.fetch(HALVES) == []
        assert await connection.fetch(ORPHANS) == []
        assert await connection.fetchval("SELECT count(*) FROM reports") == len(citizens.sent)
        assert await connection.fetchval("SELECT count(DISTINCT code) FROM reports") == len(citizens.sent)
    finally:
        await connection.close()


async def test_a_killed_web_process_loses_no_acknowledged_report_and_makes_none_twice(
    committed_url: str, tmp_path: Path
) -> None:
    settings = {"LIENTHONG_DATABASE_URL": committed_url, "LIENTHONG_DATA_DIR": str(tmp_path)}
    citizens = Citizens()
    async with running("serve", settings) as first:
        sending = asyncio.create_task(citizens.send_until(first.url, lambda: first.process.returncode is not None))
        while len(citizens.acknowledged) < 60:
            await asyncio.sleep(0.005)
            assert not sending.done(), "".join(first.said)
        first.kill()
        await sending
    unanswered = len(citizens.sent) - len(citizens.acknowledged)
    assert unanswered, "the kill came between two reports and proves nothing"
    async with running("serve", settings) as second:
        await citizens.repeat_unanswered(second.url)
        await assert_all_there_once_and_whole(citizens, second, committed_url)
        assert await second.end(signal.SIGTERM) == 0


async def test_a_trial_survives_the_kill_of_its_database_and_its_own_and_ends_without_leaving_anything(
    folder: Path,
) -> None:
    settings = {"LIENTHONG_DATA_DIR": str(folder)}
    citizens = Citizens()
    async with running("up", settings, anew=True) as first:
        database_url = EmbeddedPostgres(folder).running_url()
        assert database_url is not None
        sending = asyncio.create_task(citizens.send_until(first.url, lambda: len(citizens.acknowledged) >= 150))
        while len(citizens.acknowledged) < 40:
            await asyncio.sleep(0.005)
            assert not sending.done(), "".join(first.said)
        postmaster = int((folder / "postgres" / "postmaster.pid").read_text().split()[0])
        psutil.Process(postmaster).kill()
        await asyncio.wait_for(sending, 60)
        await citizens.repeat_unanswered(first.url)
        await assert_all_there_once_and_whole(citizens, first, database_url)
        first.kill()
    async with running("up", settings) as second:
        await assert_all_there_once_and_whole(citizens, second, database_url)
        assert await second.end(signal.SIGINT) == 0
        assert "Traceback" not in "".join(second.said)
    left = [process for process in psutil.process_iter(["cmdline"]) if str(folder) in str(process.info["cmdline"])]
    assert left == []
