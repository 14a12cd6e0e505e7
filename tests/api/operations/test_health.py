"""Health tells a proxy soon whether to send people here, also when PostgreSQL hangs."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic

import httpx
import psutil
import pytest
from fastapi import FastAPI

from app.bus.hub import Bus
from app.db.embedded import EmbeddedPostgres
from app.db.engine import Database
from app.web import health, problems
from tests.conftest import make_settings


@pytest.fixture
def folder() -> Iterator[Path]:
    """A data folder that PostgreSQL's own account can reach."""
    path = Path(tempfile.mkdtemp(prefix="lienthong-test-"))
    path.chmod(0o711)
    yield path
    shutil.rmtree(path)


async def _has_room() -> bool:
    return True


@pytest.fixture
async def apart(folder: Path) -> AsyncIterator[Database]:
    """A Database on a server that only this test uses."""
    with EmbeddedPostgres(folder, {"fsync": "off", "shared_buffers": "16MB"}) as postgres:
        url = await asyncio.to_thread(postgres.start, lambda _: None)
        database = await Database.open(url, make_settings(url, folder))
        yield database
        await database.close()


@contextmanager
def hanging(folder: Path) -> Iterator[None]:
    """Inside, every process of the server in the folder stands still."""
    stopped = [one for one in psutil.process_iter(["cmdline"]) if str(folder) in " ".join(one.info["cmdline"] or ())]
    stopped += [child for one in stopped for child in one.children()]
    for one in stopped:
        one.suspend()
    try:
        yield
    finally:
        for one in stopped:
            if one.is_running():
                one.resume()


async def test_a_database_that_hangs_is_told_within_a_second_and_one_that_goes_on_at_once(
    apart: Database, folder: Path
) -> None:
    app = FastAPI()
    app.state.database = apart
    app.state.bus = Bus()
    app.state.has_room = _has_room
    problems.install(app)
    app.include_router(health.router)
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://haiduong.localhost") as http:
        assert (await http.get("/health/ready")).status_code == 200
        with hanging(folder):
            for _ in range(3):  # the first has a connection, those after it ask for one
                began = monotonic()
                answer = await http.get("/health/ready")
                assert answer.status_code == 503
                assert answer.json()["type"].endswith("database-unavailable")
                assert monotonic() - began < 1.5
                assert (await http.get("/health/live")).status_code == 200
        assert (await http.get("/health/ready")).status_code == 200
    assert apart.lane.busy == 0
