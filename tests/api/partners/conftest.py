"""The whole application on a database of the test's own, with its side towards partners run by hand."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from app.identity.terms import Role
from app.kit.clock import FixedClock
from app.main import create_app, install
from app.process import Process
from app.worker import loop
from app.worker.partners import Partners
from tests.builders import PROVINCE, Officer, an_officer
from tests.conftest import NOW, make_settings

POWER = "H23.91"
PARTNERS = "/api/v1/staff/partners"


@dataclass(frozen=True)
class Installation:
    """One running Liên Thông: its clients, and its worker to be run by hand."""

    process: Process
    app: FastAPI
    client: httpx.AsyncClient
    admin: Officer
    partners: Partners
    clock: FixedClock

    async def partner(self, url: str, **given: Any) -> dict[str, Any]:
        """The power company's system, from now on."""
        body = {"name": "PC Hải Dương", "unit": POWER, "url": url, "default_service": "outage", **given}
        answer = await self.client.post(PARTNERS, json=body, headers=self.admin.headers)
        assert answer.status_code == 201, answer.text
        made: dict[str, Any] = answer.json()
        return made

    async def react(self) -> None:
        """Every fact so far has been reacted to."""
        while await loop.turn(self.process, loop.consumers(self.process)):
            pass

    async def deliver(self, *, patience: int = 1) -> None:
        """All that is due is told; what failed again after as many waits."""
        await self.react()
        for _ in range(patience):
            while await self.partners.deliver():
                pass
            self.clock.at += timedelta(minutes=11)
        await self.react()

    async def follow(self) -> int:
        """The partners are asked once more; how much was new."""
        self.clock.at += timedelta(minutes=6)
        heard = await self.partners.follow()
        await self.react()
        return heard

    async def errands(self, partner: dict[str, Any]) -> list[dict[str, Any]]:
        """Cases handed over, newest first."""
        answer = await self.client.get(f"{PARTNERS}/{partner['id']}/errands", headers=self.admin.headers)
        items: list[dict[str, Any]] = answer.json()["items"]
        return items

    async def history(self, code: str, officer: Officer) -> list[str]:
        """Words of the case's history, as an officer reads them."""
        seen = await self.client.get(f"/api/v1/staff/cases/{code}", headers=officer.headers)
        assert seen.status_code == 200, seen.text
        return [entry["text"] for entry in seen.json()["timeline"] if entry["text"]]


@asynccontextmanager
async def installed(url: str, folder: Path, clock: FixedClock) -> AsyncIterator[Installation]:
    """A running installation on the database."""
    changed = {"webhook_private_addresses": True, "partner_timeout_s": 3.0}
    settings = make_settings(url, folder).model_copy(update=changed)
    process = await Process.open(settings, clock)
    app = create_app(settings, clock, shared=process)
    install(app, process)
    transport = httpx.ASGITransport(app)
    async with (
        Partners(process) as partners,
        httpx.AsyncClient(transport=transport, base_url="http://haiduong.localhost") as client,
    ):
        admin = await an_officer(process, Role.TENANT_ADMIN, unit=PROVINCE)
        yield Installation(process, app, client, admin, partners, clock)
    await app.state.feeds.close()
    await process.close()


@pytest.fixture
async def here(committed_url: str, tmp_path: Path) -> AsyncIterator[Installation]:
    """The province's installation, on Friday at 10:00."""
    async with installed(committed_url, tmp_path, FixedClock(NOW)) as one:
        yield one
