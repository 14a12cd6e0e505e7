"""An installation of a test's own: PostgreSQL, a web process and two workers, each of which can be killed."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from app.cli.schema import migrate
from app.cli.seeding import load_reference_data
from app.db.embedded import EmbeddedPostgres
from app.db.engine import Database
from app.kit.clock import SystemClock
from tests import nursery
from tests.conftest import make_settings
from tests.crash.program import Program, running
from tests.server import SETTINGS


@dataclass
class Place:
    """What runs. `kills` counts by name what was killed or stopped."""

    folder: Path
    server: EmbeddedPostgres
    url: str
    smtp_url: str
    web: Program | None = None
    workers: list[nursery.Child | None] = field(default_factory=lambda: [None, None])
    kills: dict[str, int] = field(default_factory=dict)
    _serving: AsyncExitStack = field(default_factory=AsyncExitStack)

    @property
    def base(self) -> str:
        """Where the web process serves; after a restart somewhere else."""
        return self.web.url if self.web else "http://127.0.0.1:1"

    async def begin_web(self) -> None:
        """A web process, ready."""
        secret = make_settings(self.url, self.folder).secret_key
        assert secret is not None
        settings = {
            "LIENTHONG_DATABASE_URL": self.url,
            "LIENTHONG_DATA_DIR": str(self.folder),
            "LIENTHONG_SECRET_KEY": secret.get_secret_value(),
            "LIENTHONG_STREAM_POLL_S": "0.05",
            "LIENTHONG_ACCESS_LOG": "none",
            "LIENTHONG_SECOND_FACTOR_ROLES": "",
            "LIENTHONG_WEBHOOK_PRIVATE_ADDRESSES": "true",
        }
        self._serving = AsyncExitStack()
        self.web = await self._serving.enter_async_context(running("serve", settings))

    async def kill_web(self) -> None:
        """The web process is gone at once."""
        assert self.web is not None
        self.count("web killed")
        self.web.kill()
        await self._serving.aclose()
        self.web = None

    async def begin_worker(self, number: int) -> None:
        """A worker, ready to work."""
        worker = await nursery.begin("tests.faults.worker", self.url, str(self.folder), self.smtp_url, complains=False)
        assert (await asyncio.wait_for(worker.stdout.readline(), 60)) == b"ready\n"
        self.workers[number] = worker

    async def kill_worker(self, number: int) -> None:
        """The worker is gone at once, whatever it was at."""
        worker = self.workers[number]
        assert worker is not None
        assert worker.returncode is None, "a worker ended by itself"
        self.count("workers killed")
        worker.kill()
        await worker.wait()
        self.workers[number] = None

    async def stop_postgres(self, seconds: float) -> None:
        """PostgreSQL is ended, away for a while, and there again."""
        self.count("PostgreSQL stopped")
        await asyncio.to_thread(self.server.stop)
        await asyncio.sleep(seconds)
        await asyncio.to_thread(self.server.start, lambda _: None)

    async def kill_postgres(self) -> None:
        """All processes of PostgreSQL are gone at once; it is started again and recovers."""
        self.count("PostgreSQL killed")
        pid = int((self.folder / "postgres" / "postmaster.pid").read_text().splitlines()[0])
        postmaster = psutil.Process(pid)
        for process in [postmaster, *postmaster.children(recursive=True)]:
            process.kill()
        await asyncio.to_thread(self.server.stop)
        await asyncio.to_thread(self.server.start, lambda _: None)

    def count(self, what: str) -> None:
        """Remember that this happened once more."""
        self.kills[what] = self.kills.get(what, 0) + 1

    async def end(self) -> None:
        """Nothing runs any more."""
        for worker in self.workers:
            if worker is not None and worker.returncode is None:
                worker.kill()
                await worker.wait()
        await self._serving.aclose()


@asynccontextmanager
async def installed(smtp_url: str) -> AsyncIterator[Place]:
    """PostgreSQL with the program's schema and data; what is begun inside is ended with it."""
    folder = Path(tempfile.mkdtemp(prefix="lienthong-faults-"))
    folder.chmod(0o711)
    server = EmbeddedPostgres(folder, {**SETTINGS, "autovacuum": "on"})
    try:
        url = await asyncio.to_thread(server.start, lambda _: None)
        await asyncio.to_thread(migrate, url)
        db = await Database.open(url, make_settings(url, folder))
        await load_reference_data(db, SystemClock())
        await db.close()
        place = Place(folder, server, url, smtp_url)
        try:
            yield place
        finally:
            await place.end()
    finally:
        await asyncio.to_thread(server.stop)
        shutil.rmtree(folder, ignore_errors=True)
