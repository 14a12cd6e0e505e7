"""The processes under measurement: PostgreSQL with the program's own settings, web processes, what CPU they use."""

from __future__ import annotations

import asyncio
import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import httpx
import psutil
from fastapi import FastAPI

from app.cli.schema import migrate
from app.cli.seeding import load_reference_data
from app.db.embedded import EmbeddedPostgres
from app.db.engine import Database, driver_url
from app.db.work import write_work
from app.directory import service as directory_service
from app.kit.clock import SystemClock
from app.main import create_app
from app.settings import Settings

KEY = "a-benchmark-has-no-secrets-but-needs-a-key-of-32"
TEMPLATE = "bench_template"


def named(url: str, database: str) -> str:
    """`url` with another database."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{database}"))


@contextmanager
def postgres(folder: Path) -> Iterator[str]:
    """URL of a PostgreSQL in `folder`, with the settings the program gives it."""
    with EmbeddedPostgres(folder) as server:
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
    """A web process, or several under one parent."""

    process: psutil.Process
    base: str

    def family(self) -> list[psutil.Process]:
        """The parent and its workers."""
        return [self.process, *self.process.children(recursive=True)]


@contextmanager
def web(factory: str, database_url: str, folder: Path, *, workers: int = 1) -> Iterator[Web]:
    """Serve `factory` as in production: uvicorn with uvloop and httptools."""
    port = _free_port()
    command = [
        sys.executable, "-m", "uvicorn", "--factory", factory, "--port", str(port), "--workers", str(workers),
        "--loop", "uvloop", "--http", "httptools", "--no-access-log", "--no-server-header", "--log-level", "warning",
    ]  # fmt: skip
    with running(command, database_url, folder) as process:
        base = f"http://127.0.0.1:{port}"
        _wait_for(base, process)
        yield Web(process, base)


@contextmanager
def running(command: Sequence[str], database_url: str, folder: Path) -> Iterator[psutil.Process]:
    """A process of ours on the database, ended afterwards."""
    settings: Mapping[str, str] = {
        "LIENTHONG_DATABASE_URL": database_url,
        "LIENTHONG_DATA_DIR": str(folder / "data"),
        "LIENTHONG_SECRET_KEY": KEY,
        "LIENTHONG_REFERENCE_POLL_S": "60",
    }
    environment = {**os.environ, **settings, "PYTHONPATH": str(Path(__file__).parents[1])}  # noqa: TID251
    child = subprocess.Popen(command, env=environment, cwd=folder)
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


def _wait_for(base: str, process: psutil.Process) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until and process.is_running() and process.status() != psutil.STATUS_ZOMBIE:
        try:
            httpx.get(f"{base}/nothing")
            return
        except httpx.TransportError:
            time.sleep(0.1)
    message = "the web process did not start"
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


def ours() -> FastAPI:
    """The program as it is served, with settings from the environment."""
    return create_app(Settings(_env_file=None))
