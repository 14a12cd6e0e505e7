"""Two whole installations, each with a database of its own, and a line between them that can be cut."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest
from fastapi import FastAPI

from app.db.engine import driver_url
from app.identity.terms import Role
from app.kit.clock import FixedClock
from app.main import create_app, install
from app.process import Process
from app.worker import loop
from app.worker.federation import Federation
from tests.builders import LAMP, PROVINCE, Officer, an_officer
from tests.conftest import NOW, make_settings
from tests.neighbours import on_a_socket
from tests.server import clone

POWER = "H23.91"
NEIGHBOURS = "/api/v1/staff/neighbours"


@dataclass
class Line:
    """The way into an installation: cut, or it loses the next answers after the request has been taken.

    `most`: of how many bytes a request may be.
    """

    app: FastAPI
    cut: bool = False
    loses: int = 0
    posts: int = 0
    most: int | None = None
    meanwhile: Callable[[], None] | None = None  # is done while somebody waits for an answer

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        self.posts += 1
        if self.meanwhile is not None:
            self.meanwhile()
        if self.cut:
            raise ConnectionResetError
        if self.most is not None and int(dict(scope["headers"])[b"content-length"]) > self.most:
            await send({"type": "http.response.start", "status": 413, "headers": [(b"content-length", b"0")]})
            await send({"type": "http.response.body", "body": b""})
            return
        if self.loses:
            self.loses -= 1

            async def nowhere(_: object) -> None:
                return None

            await self.app(scope, receive, nowhere)
            raise ConnectionResetError
        await self.app(scope, receive, send)


@dataclass
class Installation:
    """One running Liên Thông: its clients, its line, and its worker to be run by hand."""

    process: Process
    client: httpx.AsyncClient
    admin: Officer
    federation: Federation
    line: Line
    url: str
    neighbour: dict[str, Any] = field(default_factory=dict)

    async def deliver(self) -> int:
        """Every fact is reacted to, and what is due is carried; the number of requests."""
        while await loop.turn(self.process, loop.consumers(self.process)):
            pass
        return await self.federation.deliver()

    async def asked(self, path: str) -> dict[str, Any]:
        """What its administrator reads of the neighbour."""
        answer = await self.client.get(f"{NEIGHBOURS}/{self.neighbour['id']}{path}", headers=self.admin.headers)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    @asynccontextmanager
    async def locked(self, statement: str) -> AsyncIterator[None]:
        """Another session holds what the statement locks."""
        other = await asyncpg.connect(driver_url(str(self.process.settings.database_url)))
        try:
            async with other.transaction():
                await other.execute(statement)
                yield
        finally:
            await other.close()

    async def row(self) -> asyncpg.Record:
        """How it stands with the neighbour, as it is kept."""
        (found,) = await self.process.db.lane.fetch("SELECT * FROM neighbours")
        return found

    async def case(self, code: str, officer: Officer) -> dict[str, Any]:
        """A case as an officer sees it."""
        answer = await self.client.get(f"/api/v1/staff/cases/{code}", headers=officer.headers)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def do(self, officer: Officer, code: str, verb: str, **body: Any) -> dict[str, Any]:
        """A verb on the case as it is now."""
        version = (await self.case(code, officer))["version"]
        headers = {**officer.headers, "If-Match": f'"{version}"'}
        answer = await self.client.post(f"/api/v1/staff/cases/{code}/{verb}", json=body, headers=headers)
        assert answer.status_code == 200, answer.text
        done: dict[str, Any] = answer.json()
        return done


@asynccontextmanager
async def installed(url: str, folder: Path, clock: FixedClock) -> AsyncIterator[Installation]:
    """A running installation on the database, at a port of its own."""
    changed = {"webhook_private_addresses": True, "federation_timeout_s": 5.0}
    settings = make_settings(url, folder).model_copy(update=changed)
    process = await Process.open(settings, clock)
    app = create_app(settings, clock, shared=process)
    install(app, process)
    line = Line(app)
    async with (
        Federation(process) as federation,
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://haiduong.localhost") as client,
        on_a_socket(line) as port,
    ):
        admin = await an_officer(process, Role.TENANT_ADMIN, unit=PROVINCE)
        yield Installation(process, client, admin, federation, line, f"http://127.0.0.1:{port}")
    await app.state.feeds.close()
    await process.close()


@dataclass
class Pair:
    """The province's installation and the power company's, which know each other."""

    here: Installation
    there: Installation
    clock: FixedClock

    async def exchange(self, *, patience: int = 8) -> None:
        """Both carry what they have until neither has anything, however often the line fails."""
        for _ in range(patience):
            made = await self.here.deliver() + await self.there.deliver()
            self.clock.at += timedelta(minutes=11)
            if not made:
                return


@pytest.fixture
async def pair(committed_url: str, server_url: str, template: str, tmp_path: Path) -> AsyncIterator[Pair]:
    """Two installations on Friday at 10:00; cases of the power company's unit go from here to there."""
    clock = FixedClock(NOW)
    async with AsyncExitStack() as stack:
        here = await stack.enter_async_context(installed(committed_url, tmp_path / "here", clock))
        url = stack.enter_context(clone(server_url, template))
        there = await stack.enter_async_context(installed(url, tmp_path / "there", clock))
        body: dict[str, Any] = {"name": "Điện lực Hải Dương", "unit": POWER, "url": there.url}
        made = await here.client.post(NEIGHBOURS, json=body, headers=here.admin.headers)
        assert made.status_code == 201, made.text
        here.neighbour = made.json()
        shared = {name: here.neighbour[name] for name in ("id", "secret")}
        body = {"name": "Tỉnh Hải Dương", "unit": PROVINCE, "url": here.url, **shared}
        known = await there.client.post(NEIGHBOURS, json=body, headers=there.admin.headers)
        assert known.status_code == 201, known.text
        there.neighbour = known.json()
        yield Pair(here, there, clock)


async def a_cut(pair: Pair, **given: Any) -> dict[str, Any]:
    """A power cut that somebody has reported here."""
    body: dict[str, Any] = {
        "category": "electricity.power_cut",
        "description": "Mất điện cả ngõ 12 từ tối qua. Gọi tôi số 0912345678.",
        "location": {"lat": LAMP.lat, "lon": LAMP.lon},
        "reporter": {"name": "Nguyễn Thị Hoa", "phone": "0912345678"},
        **given,
    }
    answer = await pair.here.client.post("/api/v1/reports", json=body)
    assert answer.status_code == 201, answer.text
    filed: dict[str, Any] = answer.json()
    return filed
