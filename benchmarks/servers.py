"""The processes under measurement: PostgreSQL with the program's own settings, web processes, what CPU they use."""

from __future__ import annotations

import asyncio
import os
import secrets
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import IO
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import httpx
import psutil

from app.cli.schema import migrate
from app.cli.seeding import load_reference_data
from app.db.embedded import EmbeddedPostgres
from app.db.engine import Database, driver_url
from app.db.work import write_work
from app.directory import service as directory_service
from app.kit.clock import SystemClock
from app.settings import Settings

KEY = "a-benchmark-has-no-secrets-but-needs-a-key-of-32"
LIENTHONG = (sys.executable, "-c", "from app.cli.main import run; run()")
TEMPLATE = "bench_template"


def named(url: str, database: str) -> str:
    """`url` with another database."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{database}"))


@contextmanager
def postgres(folder: Path, overrides: Mapping[str, str] | None = None) -> Iterator[str]:
    """URL of a PostgreSQL in `folder`, with the settings the program gives it, or `overrides` in place of some."""
    with EmbeddedPostgres(folder, overrides) as server:
        yield server.start(lambda text: print(text.en, flush=True))


async def execute(url: str, statement: str) -> None:
    """Run one statement."""
    connection = await asyncpg.connect(driver_url(url))
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


async def fetch(url: str, statement: str, *args: object) -> list[asyncpg.Record]:
    """Rows of one statement."""
    connection = await asyncpg.connect(driver_url(url))
    try:
        rows: list[asyncpg.Record] = await connection.fetch(statement, *args)
        return rows
    finally:
        await connection.close()


def make_template(url: str, boundaries: Sequence[Path]) -> None:
    """A database that is migrated and seeded, with these boundaries, of which the others are made."""
    asyncio.run(execute(url, f"DROP DATABASE IF EXISTS {TEMPLATE} WITH (FORCE)"))
    asyncio.run(execute(url, f"CREATE DATABASE {TEMPLATE}"))
    migrate(named(url, TEMPLATE))
    asyncio.run(_seed(named(url, TEMPLATE), boundaries))


async def _seed(url: str, boundaries: Sequence[Path]) -> None:
    db = await Database.open(url, Settings(_env_file=None, database_url=url))
    clock = SystemClock()
    try:
        await load_reference_data(db, clock)
        for file in boundaries:
            content = file.read_bytes()
            async with write_work(db, clock, None) as work:
                await directory_service.import_boundaries(work, content, name=file.stem)
    finally:
        await db.close()


async def make_database(url: str, name: str) -> str:
    """URL of a fresh database like the template."""
    await execute(url, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
    await execute(url, f"CREATE DATABASE {name} TEMPLATE {TEMPLATE}")
    return named(url, name)


@dataclass(frozen=True, slots=True)
class Web:
    """A web process."""

    process: psutil.Process
    base: str


@contextmanager
def served(database_url: str, folder: Path, more: Mapping[str, str] = MappingProxyType({})) -> Iterator[Web]:
    """`lienthong serve` as operators run it, its log switched on and written to a file in `folder`.

    Nothing of uvicorn's own command line is in between: the program's loop, parser and log are what is measured.
    """
    port = _free_port()
    with (
        tempfile.TemporaryFile(dir=folder) as log,
        running([*LIENTHONG, "serve"], database_url, folder, log, {"LIENTHONG_PORT": str(port), **more}) as process,
    ):
        yield _ready(process, port, log)


@contextmanager
def bare(factory: str, database_url: str, folder: Path) -> Iterator[Web]:
    """Serve the application that `factory` makes with the least there is: uvloop, httptools, no log."""
    port = _free_port()
    command = [
        sys.executable, "-m", "uvicorn", "--factory", factory, "--port", str(port), "--loop", "uvloop",
        "--http", "httptools", "--no-access-log", "--no-server-header", "--log-level", "warning",
    ]  # fmt: skip
    with tempfile.TemporaryFile(dir=folder) as log, running(command, database_url, folder, log) as process:
        yield _ready(process, port, log)


@contextmanager
def running(
    command: Sequence[str],
    database_url: str,
    folder: Path,
    log: IO[bytes],
    more: Mapping[str, str] = MappingProxyType({}),
) -> Iterator[psutil.Process]:
    """A process of ours on the database, ended afterwards; what it says goes to `log`."""
    settings: Mapping[str, str] = {
        "LIENTHONG_DATABASE_URL": database_url,
        "LIENTHONG_DATA_DIR": str(folder / "data"),
        "LIENTHONG_SECRET_KEY": KEY,
        **more,
    }
    environment = {**os.environ, **settings, "PYTHONPATH": str(Path(__file__).parents[1])}  # noqa: TID251
    child = subprocess.Popen(command, env=environment, cwd=folder, stdout=log, stderr=log)
    try:
        yield psutil.Process(child.pid)
    finally:
        child.terminate()
        try:
            child.wait(15)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def _ready(process: psutil.Process, port: int, log: IO[bytes]) -> Web:
    """The web process, once it answers. Raises: RuntimeError with the end of its log when it does not."""
    base = f"http://127.0.0.1:{port}"
    until = time.monotonic() + 60
    while time.monotonic() < until and process.is_running() and process.status() != psutil.STATUS_ZOMBIE:
        try:
            httpx.get(f"{base}/nothing")
        except httpx.TransportError:
            time.sleep(0.1)
        else:
            return Web(process, base)
    log.seek(0)
    message = f"the web process did not start:\n{log.read()[-4000:].decode(errors='replace')}"
    raise RuntimeError(message)


def postmaster(folder: Path) -> psutil.Process:
    """The server that keeps its cluster in `folder`."""
    cluster = (folder / "postgres").resolve()
    return psutil.Process(int((cluster / "postmaster.pid").read_text().splitlines()[0]))


def cpu_of(processes: Sequence[psutil.Process]) -> dict[int, float]:
    """CPU seconds each process has used; processes that have ended are left out."""
    used: dict[int, float] = {}
    for process in processes:
        try:
            times = process.cpu_times()
        except psutil.Error:
            continue
        used[process.pid] = times.user + times.system
    return used


def cpu_since(before: Mapping[int, float], now: Mapping[int, float]) -> float:
    """CPU seconds used between two readings, by processes that began in between too."""
    return sum(used - before.get(pid, 0.0) for pid, used in now.items())


def memory_mb(process: psutil.Process) -> tuple[float, float]:
    """Resident and proportional size of a process, megabytes."""
    found = process.memory_full_info()
    return found.rss / 1e6, found.pss / 1e6


def run_id() -> str:
    """A prefix nobody has used before."""
    return secrets.token_hex(6)
