"""The PostgreSQL of the tests: one server for every test process of this checkout, one template, cheap clones.

The server is started by the first process that needs it and ended by the last one that leaves; a process that is
killed leaves no trace, since its place is a lock that dies with it. It lives in the folder of temporary files, or in
`LIENTHONG_TEST_HOME`; `LIENTHONG_TEST_SERVER` names any other server (a role with CREATEDB) to use instead.
"""

from __future__ import annotations

import asyncio
import fcntl
import hashlib
import os
import secrets
import tempfile
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit, urlunsplit

import asyncpg

from app.cli.schema import MIGRATIONS, all_tables, migrate
from app.cli.seeding import load_reference_data
from app.db.embedded import EmbeddedPostgres
from app.db.engine import Database, driver_url
from app.kit.clock import Clock, SystemClock
from app.settings import Settings

T = TypeVar("T")
ROOT = MIGRATIONS.parent
SETTINGS = {
    "fsync": "off",  # a killed process loses nothing by it, only a power cut would
    "full_page_writes": "off",
    "max_connections": "300",
    "max_wal_size": "1GB",
    "autovacuum": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
}


@contextmanager
def shared_server() -> Iterator[str]:
    """URL of a server on which databases may be made and dropped."""
    given = os.environ.get("LIENTHONG_TEST_SERVER")  # noqa: TID251 - tests are configured by pytest's environment
    if given:
        yield given
        return
    name = hashlib.sha256(str(ROOT).encode()).hexdigest()[:8]
    home = os.environ.get("LIENTHONG_TEST_HOME", tempfile.gettempdir())  # noqa: TID251 - as above
    folder = Path(home) / f"lienthong-tests-{os.getuid()}-{name}"
    folder.mkdir(mode=0o711, exist_ok=True)
    if folder.stat().st_uid != os.getuid():
        message = f"{folder} belongs to somebody else"
        raise PermissionError(message)
    server = EmbeddedPostgres(folder, SETTINGS)
    with (folder / "door").open("w") as door, (folder / "users").open("w") as users:
        with _locked(door):
            fcntl.flock(users, fcntl.LOCK_SH)
            url = server.running_url() or server.start(lambda _: None)
            server.detach()
        try:
            yield url
        finally:
            with _locked(door):
                fcntl.flock(users, fcntl.LOCK_UN)
                try:
                    fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    pass  # another test process goes on
                else:
                    url = server.start(lambda _: None)
                    _run(_forget_old_databases(url))
                    server.stop()


@contextmanager
def clone(server: str, template: str) -> Iterator[str]:
    """URL of a new database like `template`, dropped afterwards."""
    name = f"clone_{os.getpid()}_{secrets.token_hex(4)}"
    _run(_execute(server, f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY WAL_LOG"))
    try:
        yield with_database(server, name)
    finally:
        _run(_execute(server, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
        # What databases shared with the server outlives them as dead rows, through which each new one is made.
        _run(_execute(superuser_url(server), "VACUUM pg_shdepend"))


def ensure_template(server: str) -> str:
    """Name of a migrated and seeded database that fits the code as it is now; made once for all test processes."""

    def fill(url: str) -> None:
        if any((MIGRATIONS / "versions").glob("*.py")):
            _apart(lambda: migrate(url))
        else:
            _run(_create_all(url))
        _run(_seed(url, SystemClock()))

    return _ensure(server, f"template_{_fingerprint()}", "template0", fill)


def ensure_loaded(server: str, template: str, name: str, fill: Callable[[str], Coroutine[Any, Any, None]]) -> str:
    """Name of a database like `template` that `fill` has filled, for tests that need much and begin with the same."""
    loaders = ROOT / "benchmarks", ROOT / "tests/integration/plans"
    return _ensure(server, f"{name}_{_fingerprint(*loaders)}", template, lambda url: _run(fill(url)))


def _ensure(server: str, name: str, template: str, fill: Callable[[str], None]) -> str:
    """`name`, once it is there: made by the first test process that asks, while the others wait."""
    with (
        (Path(tempfile.gettempdir()) / f"lienthong-{name.partition('_')[0]}-{os.getuid()}").open("w") as file,
        _locked(file),
    ):
        if not _run(_exists(server, name)):
            fresh = f"fresh_{os.getpid()}_{secrets.token_hex(4)}"
            _run(_execute(server, f"CREATE DATABASE {fresh} TEMPLATE {template} STRATEGY WAL_LOG"))
            url = with_database(server, fresh)
            fill(url)
            _run(_execute(url, "ANALYZE"))
            _run(_execute(server, f"ALTER DATABASE {fresh} RENAME TO {name}"))
    return name


def superuser_url(url: str) -> str:
    """`url` as `postgres`, who alone may ask for some things."""
    server = urlsplit(url)
    return urlunsplit(server._replace(netloc=f"postgres@{server.netloc.rpartition('@')[2]}"))


def with_database(url: str, name: str) -> str:
    """`url` with another database."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


async def _seed(url: str, clock: Clock) -> None:
    db = await Database.open(url, Settings(_env_file=None, database_url=url, statement_timeout_s=600))
    try:
        await load_reference_data(db, clock)
    finally:
        await db.close()


async def _create_all(url: str) -> None:
    db = await Database.open(url, Settings(_env_file=None, database_url=url))
    try:
        async with db.rw.begin() as connection:
            await connection.run_sync(all_tables().create_all)
    finally:
        await db.close()


async def _execute(url: str, statement: str) -> None:
    connection = await asyncpg.connect(driver_url(url))
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


async def _exists(url: str, name: str) -> bool:
    connection = await asyncpg.connect(driver_url(url))
    try:
        return bool(await connection.fetchval("SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)", name))
    finally:
        await connection.close()


async def _forget_old_databases(url: str) -> None:
    """Drop what killed runs left, and all templates but the newest two of a kind."""
    connection = await asyncpg.connect(driver_url(url))
    try:
        rows = await connection.fetch(
            "SELECT datname FROM pg_database WHERE datname ~ '^(clone|fresh)_' UNION ALL "
            "(SELECT datname FROM pg_database WHERE datname ~ '^template_[0-9a-f]+$' ORDER BY oid DESC OFFSET 2) "
            "UNION ALL (SELECT datname FROM pg_database WHERE datname ~ '^town_' ORDER BY oid DESC OFFSET 1)"
        )
        for row in rows:
            await connection.execute(f"DROP DATABASE {row['datname']} WITH (FORCE)")
    finally:
        await connection.close()


def _fingerprint(*others: Path) -> str:
    """Of all that decides what the template holds: the code and its data, the migrations, the locked packages."""
    digest = hashlib.sha256()
    for folder in (ROOT / "app", MIGRATIONS, *others):
        for file in sorted(folder.rglob("*")):
            if file.is_file() and file.suffix != ".pyc":
                digest.update(f"{file.relative_to(ROOT)}\0".encode() + file.read_bytes())
    digest.update((ROOT / "requirements.lock").read_bytes())
    return digest.hexdigest()[:12]


def _run(work: Coroutine[Any, Any, T]) -> T:
    """Result of `work` in an event loop of its own, whatever loop the caller's thread has."""
    return _apart(lambda: asyncio.run(work))


def _apart(function: Callable[[], T]) -> T:
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(function).result()


@contextmanager
def _locked(file: object) -> Iterator[None]:
    fcntl.flock(file, fcntl.LOCK_EX)  # type: ignore[arg-type]
    try:
        yield
    finally:
        fcntl.flock(file, fcntl.LOCK_UN)  # type: ignore[arg-type]
