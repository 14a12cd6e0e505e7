"""Fixtures, and nothing else.

Every test that touches data has a real PostgreSQL, migrated and seeded (tests/server.py). Pick the smallest:

- `work`            a Work whose transaction is rolled back at the end; sees what the test itself wrote.
- `db`              a Database on the worker's own clone, for code that opens its own transactions. Tables that hold
                    cases, reports and messages are emptied after the test; reference data is not reset, so change it
                    in `work` or `committed_db` only.
- `client`          HTTP against the whole application on `db`, in process.
- `live_url`        the same application over a socket, for streams.
- `drain`           runs the worker until nothing waits: messages numbered, projections rebuilt.
- `committed_db`    a Database on a clone of the test's own (about 0.1 s): locks, crashes, changed reference data.
- `statements`      counts what is sent to PostgreSQL, by SQLAlchemy and by the driver alike.
"""

from __future__ import annotations

import asyncio
import gc
import os
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from datetime import UTC, datetime
from functools import wraps
from pathlib import Path
from typing import Any, cast

import asyncpg
import httpx
import pytest
import uvicorn
from fastapi import FastAPI
from hypothesis import HealthCheck, settings as hypothesis_settings
from pydantic import SecretStr
from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.engine import Database, driver_url
from app.db.models import ReferenceVersion
from app.db.reference import Reference
from app.db.work import Work
from app.directory.repository import DirectoryLoader
from app.directory.snapshot import Directory
from app.identity.domain.guessing import guesses_log10
from app.kit.clock import FixedClock
from app.main import create_app, install
from app.process import Process
from app.settings import Settings
from app.worker import loop as worker_loop
from tests.examples import Recorder
from tests.officers import PASSWORD
from tests.server import clone, ensure_template, shared_server
from tests.statements import Statements

_KEPT = 2  # of each body; of the map with boundaries and without
NOW = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)  # Friday, 10:00 in Hải Dương, inside office hours

# How long one example takes says how busy the machine is: a test fails by what is wrong, never by the clock.
hypothesis_settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
hypothesis_settings.load_profile("house")


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--refresh` (make refresh) writes again what is written from the code: the OpenAPI snapshot, .env.example …"""
    parser.addoption("--refresh", action="store_true", help="write again the files that are written from the code")
    parser.addoption("--record-examples", metavar="FOLDER", help="take down what is sent and answered (make examples)")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Of the two files that need the loaded province one comes last: side by side one would wait for the other's."""
    items.sort(key=lambda item: item.path.match("plans/test_portals.py"))


@pytest.fixture(scope="session", autouse=True)
def _recording(pytestconfig: pytest.Config) -> Iterator[None]:
    """With `--record-examples`: examples for the OpenAPI document (tests/examples.py)."""
    folder = pytestconfig.getoption("--record-examples")
    if folder is None:
        yield
        return
    with pytest.MonkeyPatch.context() as patch:
        Recorder((Path(folder) / str(os.getpid())).with_suffix(".jsonl")).watch(patch)
        yield


async def _stamp(session: AsyncSession, name: str) -> tuple[object, ...] | None:
    """What any change of the body moves, its version and the instant of that, and whose rows the session sees.

    One statement for all of a session.
    """
    if "stamps" not in session.info:
        whose = func.current_setting("app.tenant", True)
        rows = await session.execute(
            select(ReferenceVersion.name, ReferenceVersion.version, ReferenceVersion.changed_at, whose)
        )
        session.info["stamps"] = {row.name: tuple(row) for row in rows}
    return cast("tuple[object, ...] | None", session.info["stamps"].get(name))


@pytest.fixture(scope="session", autouse=True)
def _read_once() -> Iterator[None]:
    """Databases of tests begin with the template's reference data, read once: that takes longer than most tests.

    Known by version and instant: what a test has changed is its own. The map is also read without a process.
    """
    load_map, refresh, kept = DirectoryLoader.__call__, Reference.refresh, dict[tuple[object, ...], Any]()

    async def once(key: tuple[object, ...], read: Callable[[], Awaitable[Any]]) -> Any:
        kept[key] = kept.pop(key) if key in kept else await read()  # the last of them was wanted last
        if len(alike := [other for other in kept if other[0] == key[0]]) > _KEPT:
            del kept[alike[0]]
        return kept[key]

    @wraps(load_map)
    async def load_map_once(loader: DirectoryLoader, session: AsyncSession) -> Directory:
        session.info.pop("stamps", None)
        key = ("directory", await _stamp(session, "directory"), loader.default_tenant, loader.locates)
        return cast("Directory", await once(key, lambda: load_map(loader, session)))

    @wraps(refresh)
    async def refresh_once(reference: Reference[Any], session: AsyncSession, versions: dict[str, int]) -> bool:
        if reference.version != -1 or reference.name == "directory":
            return await refresh(reference, session, versions)

        async def read() -> Any:
            await refresh(reference, session, versions)
            return reference.current

        reference._current = await once((reference.name, await _stamp(session, reference.name)), read)
        reference.version = versions.get(reference.name, 0)
        return True

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DirectoryLoader, "__call__", load_map_once)
        patch.setattr(Reference, "refresh", refresh_once)
        patch.setattr(
            "app.process._settle", lambda **_: gc.freeze()
        )  # the collector would look at all of it for each of them
        yield


@pytest.fixture(scope="session", autouse=True)
def _guessed_once() -> Iterator[None]:
    """How soon the password of the tests would be guessed is the same for each of thousands of officers."""
    enough = guesses_log10(PASSWORD)

    def guesses(password: str, known: tuple[str, ...] = ()) -> float:
        return enough if password == PASSWORD else guesses_log10(password, known)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("app.identity.domain.credentials.guesses_log10", guesses)
        yield


@pytest.fixture(scope="session")
def server_url() -> Iterator[str]:
    """The tests' PostgreSQL, started when the first test needs it."""
    with shared_server() as url:
        yield url


@pytest.fixture(scope="session")
def template(server_url: str) -> str:
    """Name of the migrated and seeded database that clones are made of."""
    return ensure_template(server_url)


@pytest.fixture(scope="session")
def database_url(server_url: str, template: str) -> Iterator[str]:
    """The clone of this test process."""
    with clone(server_url, template) as url:
        yield url


@pytest.fixture(scope="session")
def settings(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings as the program would have read them, with polls short enough for tests."""
    return make_settings(database_url, tmp_path_factory.mktemp("data"))


def make_settings(database_url: str, data_dir: Path) -> Settings:
    """Settings of a program on `database_url`; nothing comes from the environment's file."""
    return Settings(
        _env_file=None,
        database_url=database_url,
        data_dir=data_dir,
        secret_key=SecretStr("not-a-secret-but-long-enough-for-every-test"),
        port=0,
        reference_poll_s=3600,  # nobody changes reference data behind a test's back; `process.refresh()` looks at once
        relay_poll_s=0.02,
        sweep_poll_s=0.05,
        stream_poll_s=0.02,
        second_factor_roles="",  # tests/api/members demands it
        bus=False,  # tests of the bus have their own
    )


@pytest.fixture(scope="session")
def _shared_clock() -> FixedClock:
    return FixedClock(NOW)


@pytest.fixture
def clock(_shared_clock: FixedClock) -> FixedClock:
    """A clock that stands at `NOW` until the test moves it; the application under test has the same."""
    _shared_clock.at = NOW
    return _shared_clock


@pytest.fixture(scope="session")
async def _shared_db(database_url: str, settings: Settings) -> AsyncIterator[Database]:
    database = await Database.open(database_url, settings)
    yield database
    await database.close()


@pytest.fixture(scope="session")
async def _forget(database_url: str) -> str:
    """A statement that empties the tables which are empty in the template.

    One statement, so that foreign keys are looked at when all is gone; a tenth of what TRUNCATE of as many takes.
    """
    connection = await asyncpg.connect(driver_url(database_url))
    try:
        names = [row["relname"] for row in await connection.fetch(_TABLES)]
        empty = [name for name in names if not await connection.fetchval(f'SELECT EXISTS (SELECT FROM "{name}")')]
        deletes = ", ".join(f'gone_{at} AS (DELETE FROM "{name}")' for at, name in enumerate(empty))
        return f"WITH {deletes} SELECT 1"
    finally:
        await connection.close()


# Counters of codes are left alone: the application keeps blocks of their numbers in memory from test to test.
_TABLES = """
    SELECT relname FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
    AND relname NOT IN ('alembic_version', 'code_counters')
"""


@pytest.fixture
async def db(_shared_db: Database, _forget: str) -> AsyncIterator[Database]:
    """The Database of this test process; what the test wrote is gone afterwards (reference data excepted)."""
    yield _shared_db
    await _shared_db.lane.fetch(_forget)


@pytest.fixture
async def packaged_procedures_again(db: Database, process: Process) -> AsyncIterator[None]:
    """For tests that publish or end versions of procedures: afterwards those of the template are in force again."""
    yield
    await db.lane.fetch("DELETE FROM procedures WHERE version > 1")
    await db.lane.fetch("UPDATE procedures SET valid_to = NULL")
    await db.lane.fetch("UPDATE reference_versions SET version = version + 1 WHERE name = 'procedures'")
    await process.refresh()


_WORDS_OF = "name_vi, name_en, description_vi, description_en, legal_basis_vi, legal_basis_en, valid_from, valid_to"


@pytest.fixture
async def packaged_rules_again(db: Database, process: Process) -> AsyncIterator[None]:
    """For tests that publish categories, rulebooks or targets: afterwards those of the template hold again."""
    before = await db.lane.fetch(f"SELECT {_WORDS_OF}, tenant_id, code FROM categories")
    yield
    await db.lane.fetch("DELETE FROM retargets")
    await db.lane.fetch("DELETE FROM targets WHERE created_by IS NOT NULL")
    await db.lane.fetch("DELETE FROM rulebooks WHERE created_by IS NOT NULL")
    await db.lane.fetch("DELETE FROM recounts")
    await db.lane.fetch("DELETE FROM calendar_edits WHERE created_by IS NOT NULL")
    again = (
        f"UPDATE categories SET ({_WORDS_OF}) = ($1, $2, $3, $4, $5, $6, $7, $8) WHERE tenant_id = $9 AND code = $10"
    )
    await db.lane.fetch("DELETE FROM category_versions")
    await db.lane.fetch("DELETE FROM categories WHERE code <> ALL($1)", [row["code"] for row in before])
    for row in before:
        if row["code"] in {"lighting", "roads.pothole"}:
            await db.lane.fetch(again, *row.values())
    bumped = "('rulebooks', 'calendars', 'catalogue')"
    await db.lane.fetch(f"UPDATE reference_versions SET version = version + 1 WHERE name IN {bumped}")
    await process.refresh()


@pytest.fixture(scope="session")
async def process(settings: Settings, _shared_clock: FixedClock, _forget: str) -> AsyncIterator[Process]:
    """The process of the application under test, with the reference data of the template.

    Which tables are empty in it was looked up before anybody can have written through the process.
    """
    opened = await Process.open(settings, _shared_clock)
    yield opened
    await opened.close()


@pytest.fixture(scope="session")
async def application(settings: Settings, process: Process) -> FastAPI:
    """The whole application. Its process is the tests' own, so that no lifespan has to be run for every test."""
    app = create_app(settings, process.clock, shared=process)
    install(app, process)
    return app


@pytest.fixture
async def client(application: FastAPI, db: Database, clock: FixedClock) -> AsyncIterator[httpx.AsyncClient]:
    """HTTP against the application, in process. A whole answer at a time: for streams take `live_url`."""
    transport = httpx.ASGITransport(application)
    async with httpx.AsyncClient(transport=transport, base_url="http://haiduong.localhost") as session:
        yield session


@pytest.fixture
async def live_url(application: FastAPI, process: Process, db: Database, clock: FixedClock) -> AsyncIterator[str]:
    """Address of the application on a socket of this machine; its streams end with the test."""
    config = uvicorn.Config(application, port=0, lifespan="off", log_config=None, timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", 0)) as bound:
        serving = asyncio.create_task(server._serve([bound]))
        while not server.started:
            await asyncio.sleep(0.005)
        yield f"http://127.0.0.1:{bound.getsockname()[1]}"
        server.should_exit = True
        await serving
        await application.state.private_feeds.close()
        await application.state.feeds.close()
        await application.state.tails.close()
        install(application, process)  # with feeds that nobody follows: what a page has listened to reads on for ever


@pytest.fixture
def drain(process: Process, clock: FixedClock) -> Callable[[], Awaitable[int]]:
    """Runs the worker until nothing waits; how many messages it handled."""
    reacting = worker_loop.consumers(process)

    async def until_nothing_waits() -> int:
        handled = 0
        while done := await worker_loop.turn(process, reacting):
            handled += done
        return handled

    return until_nothing_waits


@pytest.fixture
async def work(_shared_db: Database, clock: FixedClock) -> AsyncIterator[Work]:
    """A Work whose commits are savepoints of a transaction that is rolled back."""
    async with _shared_db.rw.connect() as connection:
        outer = await connection.begin()
        await connection.execute(text("SET LOCAL ROLE NONE"))
        session = AsyncSession(
            connection, expire_on_commit=False, autoflush=False, join_transaction_mode="create_savepoint"
        )
        await session.execute(text("SELECT 1"))
        yield Work(session, clock.now())
        await session.close()
        await outer.rollback()


@pytest.fixture
def committed_url(server_url: str, template: str) -> Iterator[str]:
    """A clone of this test's own."""
    with clone(server_url, template) as url:
        yield url


@pytest.fixture
async def committed_db(committed_url: str, tmp_path: Path) -> AsyncIterator[Database]:
    """A Database on a clone of this test's own."""
    database = await Database.open(committed_url, make_settings(committed_url, tmp_path))
    yield database
    await database.close()


@pytest.fixture
def statements(monkeypatch: pytest.MonkeyPatch) -> Statements:
    """What is sent to PostgreSQL from now on."""
    return Statements.watch(monkeypatch)
