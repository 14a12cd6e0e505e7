"""What one portal publishes the others see within a second: real relay and consumers, a real server, three tiers."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator

import httpx
import pytest

from app.cases.terms import Verb
from app.db.engine import Database
from app.identity.terms import Role
from app.process import Process
from app.worker import loop as worker_loop
from tests.builders import EVERY_HAND, a_case, an_officer

UNITS = ("H23", "H23.21", "H23.21.01")


@pytest.fixture
async def _working(process: Process, db: Database) -> AsyncIterator[None]:
    """The worker's relay and consumers, turn after turn beside the test."""
    reacting = worker_loop.consumers(process)

    async def turns() -> None:
        while True:
            if not await worker_loop.turn(process, reacting):
                await asyncio.sleep(process.settings.relay_poll_s)

    running = asyncio.create_task(turns())
    yield
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def seen_after(client: httpx.AsyncClient, code: str, *, there: bool) -> float:
    """Seconds from when the first portal shows the case, or shows it no more, until all of them do."""
    began, first = time.monotonic(), None
    while True:
        agree = [(code in (await client.get(f"/portal/{unit}/cases.geojson")).text) is there for unit in UNITS]
        now = time.monotonic()
        if first is None and any(agree):
            first = now
        if first is not None and all(agree):
            return now - first
        assert now - began < 60
        await asyncio.sleep(0.01)


@pytest.mark.usefixtures("_working")
async def test_all_portals_show_and_drop_a_case_within_a_second(live_url: str, process: Process) -> None:
    officer = await an_officer(process, *EVERY_HAND)
    assert Role.UNIT_ADMIN in {one.role for one in officer.actor.memberships}
    filed = await a_case(process)
    async with httpx.AsyncClient(base_url=live_url, headers={"Host": "haiduong.localhost"}) as client:
        version = filed.version
        for verb, there in ((Verb.ACCEPT, True), (Verb.WITHHOLD, False)):
            answer = await client.post(
                f"/api/v1/staff/cases/{filed.code}/{verb}",
                json={"comment": "Có thông tin riêng tư."} if verb is Verb.WITHHOLD else {},
                headers={**officer.headers, "If-Match": f'"{version}"'},
            )
            assert answer.status_code == 200, answer.text
            version = answer.json()["version"]
            assert await seen_after(client, filed.code, there=there) < 1
