"""An installation of this script's own, apart from any program, and the program on it."""

from __future__ import annotations

import asyncio
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from app.cli.schema import migrate
from app.db.embedded import EmbeddedPostgres
from tests.crash.program import KEY, Program, running
from tests.server import ROOT

FEW_CONNECTIONS = {"LIENTHONG_LANE_POOL_SIZE": "4", "LIENTHONG_DATABASE_POOL_SIZE": "4"}


def new_folder() -> Path:
    """A folder that nobody else uses."""
    path = Path(tempfile.mkdtemp(prefix="lienthong-bad-day-"))
    path.chmod(0o711)
    return path


def say(line: str) -> None:
    """Print one line of a day."""
    print(f"  {line}", flush=True)


@dataclass(slots=True)
class Installation:
    """PostgreSQL of ours with the program's schema and data, apart from any program."""

    folder: Path
    server: EmbeddedPostgres
    url: str

    def processes(self) -> list[psutil.Process]:
        """The postmaster and its children."""
        pid = int((self.folder / "postgres" / "postmaster.pid").read_text().splitlines()[0])
        postmaster = psutil.Process(pid)
        return [postmaster, *postmaster.children(recursive=True)]


@asynccontextmanager
async def installed() -> AsyncIterator[Installation]:
    """An installation, seeded."""
    folder = new_folder()
    server = EmbeddedPostgres(folder)
    try:
        url = await asyncio.to_thread(server.start, lambda _: None)
        await asyncio.to_thread(migrate, url)
        await lienthong("migrate", {"LIENTHONG_DATABASE_URL": url, "LIENTHONG_DATA_DIR": str(folder)})
        yield Installation(folder, server, url)
    finally:
        await asyncio.to_thread(server.stop)
        shutil.rmtree(folder, ignore_errors=True)


@asynccontextmanager
async def served(url: str, folder: Path, **more: str) -> AsyncIterator[Program]:
    """`lienthong serve` and a worker on the database."""
    settings = {"LIENTHONG_DATABASE_URL": url, "LIENTHONG_DATA_DIR": str(folder), "LIENTHONG_ACCESS_LOG": "none"}
    async with running("serve", {**settings, **FEW_CONNECTIONS, **more}, anew=True) as program:
        yield program


async def lienthong(command: str, settings: Mapping[str, str]) -> tuple[int, str]:
    """Exit code and what a command of the program said."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", "from app.cli.main import run; run()", command),
        cwd=ROOT,
        env={"LIENTHONG_SECRET_KEY": KEY, "LANG": "C.UTF-8", **settings},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await asyncio.wait_for(process.communicate(), 300)
    return process.returncode or 0, said.decode()


def quote(program: Program) -> None:
    """What the operator sees of it: each kind of line of the program once."""
    kinds: Counter[str] = Counter()
    for line in program.said[1:]:
        short = line.strip()
        kind = "".join(character for character in short.partition('"logger"')[2] or short if not character.isdigit())
        if short and not kinds[kind[:90]]:
            say(f"log: {short[:330]}")
        kinds[kind[:90]] += 1
