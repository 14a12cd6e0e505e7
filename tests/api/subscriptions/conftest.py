"""The whole application and its worker on a database of the test's own, with endpoints on this machine."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.db.work import write_work
from app.identity.terms import Role
from app.kit.clock import FixedClock, SystemClock
from app.kit.ids import uuid7
from app.main import create_app, install
from app.outbox import service as outbox
from app.process import Process
from app.worker import loop
from app.worker.deliveries import Deliveries
from tests.builders import HAIDUONG, PROVINCE, Officer, an_officer
from tests.conftest import make_settings

STAFF = ["case.opened", "case.triaged", "case.accepted", "case.noted", "case.resolved"]
PUBLIC = ["publication.published", "publication.updated", "publication.withdrawn"]


@dataclass(frozen=True)
class Desk:
    """An administrator's client, and the worker's parts to be run by hand."""

    process: Process
    client: httpx.AsyncClient
    admin: Officer
    officer: Officer
    deliveries: Deliveries
    clock: FixedClock

    async def ask(
        self, method: str, path: str = "", body: Any = None, by: Officer | None = None, **headers: str
    ) -> httpx.Response:
        """The answer to the administrator, unless somebody else asks."""
        address = f"/api/v1/staff/subscriptions{path}"
        told = {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.client.request(method, address, json=body, headers={**(by or self.admin).headers, **told})

    async def subscribe(self, url: str, types: list[str] | None = None, **given: Any) -> dict[str, Any]:
        """A new subscription with its secret."""
        body = {"name": f"Nơi nhận {url} {len(given)}", "url": url, "types": types or STAFF, **given}
        answer = await self.ask("POST", "", body)
        assert answer.status_code == 201, answer.text
        made: dict[str, Any] = answer.json()
        return made

    async def get(self, one: dict[str, Any]) -> dict[str, Any]:
        """The subscription as it stands."""
        found: dict[str, Any] = (await self.ask("GET", f"/{one['id']}")).json()
        return found

    async def log(self, one: dict[str, Any], **asked: Any) -> list[dict[str, Any]]:
        """Its deliveries, oldest first."""
        query = "&".join(f"{name}={value}" for name, value in asked.items())
        items: list[dict[str, Any]] = (await self.ask("GET", f"/{one['id']}/deliveries?{query}")).json()["items"]
        return items[::-1]

    async def note(self, *facts: tuple[Any, int]) -> None:
        """`case.noted` of subjects with their numbers, in one transaction."""
        async with write_work(self.process.db, self.clock, HAIDUONG) as work:
            for subject, number in facts:
                payload: dict[str, object] = {"code": f"X-{subject.hex[-6:]}", "state": "received", "secret": "no"}
                outbox.append(
                    work,
                    tenant_id=HAIDUONG,
                    type="case.noted",
                    subject_id=subject,
                    subject_version=number,
                    payload=payload,
                )

    def subject(self) -> Any:
        """The id of a case nobody has seen."""
        return uuid7(self.clock.now())

    async def number(self) -> None:
        """Messages become deliveries; none is sent."""
        reacting = loop.consumers(self.process)
        while await loop.turn(self.process, reacting) or await loop.replay(self.process):
            pass

    async def work_off(self) -> None:
        """Messages become deliveries, and all that is due is sent."""
        await self.number()
        await self.deliveries.settle()


@pytest.fixture
async def desk(committed_url: str, tmp_path: Path) -> AsyncIterator[Desk]:
    """The desk of Hải Dương at this very moment: signatures name the instant they were made at."""
    changed = {"webhook_private_addresses": True, "webhook_timeout_s": 1.5}
    settings = make_settings(committed_url, tmp_path).model_copy(update=changed)
    clock = FixedClock(SystemClock().now())
    process = await Process.open(settings, clock)
    app = create_app(settings, clock, shared=process)
    install(app, process)
    async with (
        Deliveries(process) as deliveries,
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://haiduong.localhost") as client,
    ):
        admin = await an_officer(process, Role.TENANT_ADMIN, unit=PROVINCE)
        yield Desk(process, client, admin, await an_officer(process), deliveries, clock)
    await app.state.feeds.close()
    await process.close()
