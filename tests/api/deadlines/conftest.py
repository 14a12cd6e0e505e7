"""The whole application on a database of the test's own: what these tests change is reference data."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.identity.terms import Role
from app.kit.clock import FixedClock
from app.main import create_app, install
from app.process import Process
from app.worker import loop
from tests.builders import PROVINCE, Officer, an_officer
from tests.conftest import make_settings


@dataclass(frozen=True)
class Office:
    """A client with an administrator of the province and an officer of a ward, and the process behind it."""

    process: Process
    clock: FixedClock
    client: httpx.AsyncClient
    admin: Officer
    officer: Officer

    async def post(self, path: str, body: Any, by: Officer | None = None) -> httpx.Response:
        """The answer to the administrator, unless somebody else asks."""
        return await self.client.post(f"/api/v1/staff/{path}", json=body, headers=(by or self.admin).headers)

    async def get(self, path: str, by: Officer | None = None) -> httpx.Response:
        """The same for reading."""
        return await self.client.get(f"/api/v1/staff/{path}", headers=(by or self.officer).headers)

    async def work_off(self) -> int:
        """How many cases the worker looked at until nothing waited, with the newest calendars."""
        await self.process.refresh()
        self.clock.at += loop.known_after(self.process.settings)
        looked = 0
        while now := await loop.recount(self.process):
            looked += now
        return looked


@pytest.fixture
async def office(committed_url: str, tmp_path: Path, clock: FixedClock) -> AsyncIterator[Office]:
    """The office of Hải Dương on a Friday at ten."""
    settings = make_settings(committed_url, tmp_path)
    process = await Process.open(settings, clock)
    app = create_app(settings, clock, shared=process)
    install(app, process)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://haiduong.localhost") as client:
        admin = await an_officer(process, Role.TENANT_ADMIN, unit=PROVINCE)
        yield Office(process, clock, client, admin, await an_officer(process))
    await app.state.feeds.close()
    await process.close()
