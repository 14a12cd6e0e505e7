"""A province that tells a national portal of its service requests, and the portal."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from app.db.work import in_work
from app.identity.domain import Keyring
from app.kit.clock import FixedClock
from app.media.store import FolderStore
from app.national.handlers import NationalConsumer
from app.national.senders import Portal
from app.national.service import Courier, compare, resend_missing
from app.national.terms import Answer
from app.outbox import service as outbox
from app.process import Process, keyring_of
from app.service_requests.terms import RequestState
from app.settings import Settings
from tests.applicants import Life, Offices, an_applicant, an_upload, offices as all_offices
from tests.builders import HAIDUONG
from tests.ministry import ACCOUNT, SECRET, Ministry

TIMEOUT_S = 0.15


@dataclass
class Province:
    """This side of the line."""

    process: Process
    clock: FixedClock
    ministry: Ministry
    keys: Keyring
    portal: Portal
    outcomes: list[str]

    @property
    def courier(self) -> Courier:
        """A worker's; each has what it has learnt from the database alone."""
        return Courier(
            self.process.db,
            self.clock,
            self.keys,
            self.portal,
            books=lambda: self.process.request_books,
            in_flight=4,
            attempted=self.outcomes.append,
        )

    async def note(self) -> None:
        """The relay numbers facts, and the consumer makes pushes of them."""
        db = self.process.db
        while await outbox.relay(db, self.clock, HAIDUONG):
            pass
        while await outbox.consume(db, self.clock, HAIDUONG, NationalConsumer()):
            pass

    async def push(self, *, patience: timedelta = timedelta(days=1)) -> int:
        """Attempts until nothing waits, time moving on; no longer than `patience`."""
        made, courier, end = 0, self.courier, self.clock.now() + patience
        while self.clock.now() < end:
            made += await courier.deliver([HAIDUONG])
            left = await self.process.db.lane.fetchval("SELECT count(*) FROM national_pushes WHERE state = 'waiting'")
            if not left:
                break
            self.clock.at += timedelta(seconds=10)
        return made

    async def compare(self, *, mend: bool = False) -> Answer | None:
        """Ask the portal what it has; `mend`: as the worker does it each day."""
        answer = await compare(self.process.db, self.clock, self.portal, HAIDUONG, "H23")
        if mend:
            await in_work(
                self.process.db,
                self.clock,
                HAIDUONG,
                lambda work: resend_missing(work, HAIDUONG, given_up_too=False),
            )
        return answer

    async def stands(self) -> dict[str, int]:
        """Code of state, 1 to 10, of every service request here."""
        rows = await self.process.db.lane.fetch("SELECT code, state FROM service_requests")
        return {row["code"]: RequestState(row["state"]).national_code for row in rows}

    def there(self) -> dict[str, int]:
        """The same at the portal."""
        return {code: record["TrangThai"] for code, record in self.ministry.has.items()}


@asynccontextmanager
async def line_to(ministry: Ministry, process: Process, clock: FixedClock) -> AsyncIterator[Province]:
    """A line to that portal."""
    portal = Portal(ministry.url, ACCOUNT, SECRET, timeout_s=TIMEOUT_S)
    try:
        yield Province(process, clock, ministry, keyring_of(process.settings), portal, [])
    finally:
        await portal.close()


NewLife = Callable[[], Awaitable[Life]]


@pytest.fixture
def a_life(client: httpx.AsyncClient, process: Process, tmp_path: Path, settings: Settings) -> NewLife:
    store = FolderStore(tmp_path)

    async def one() -> Life:
        life = Life(client, await an_applicant(client))
        papers = [
            {"document": name, "upload": await an_upload(process, store, settings), "name": f"{name} của Hoa"}
            for name in ("certificate", "contract")
        ]
        filed = await life.file(documents=papers, another=True)
        assert filed.status_code == 201, filed.text
        return life

    return one


@pytest.fixture
async def at_work(process: Process, client: httpx.AsyncClient) -> Offices:
    return await all_offices(process)
