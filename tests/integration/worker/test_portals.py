"""What one portal publishes the others see in the same moment: real relay and consumers, a real server, three tiers."""

from __future__ import annotations

import asyncio
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


async def all_at_once(client: httpx.AsyncClient, code: str, *, there: bool) -> None:
    """Wait until the portals show the case, or no more; whoever is asked after the first that does, does too."""
    async with asyncio.timeout(60):
        while True:
            agree = [(code in (await client.get(f"/portal/{unit}/cases.geojson")).text) is there for unit in UNITS]
            assert agree == sorted(agree), f"a portal lags behind one that was asked before it: {agree}"
            if agree[0]:
                return
            await asyncio.sleep(0.01)


@pytest.mark.usefixtures("_working")
async def test_all_portals_show_and_drop_a_case_at_once(live_url: str, process: Process) -> None:
    officer = await an_officer(process, *EVERY_HAND)
    assert Role.UNIT_ADMIN in {one.role for one in officer.actor.memberships}
    filed = await a_case(process)
    async with httpx.AsyncClient(base_url=live_url, headers={"Host": "haiduong.localhost"}, timeout=60) as client:
        version = filed.version
        for verb, there in ((Verb.ACCEPT, True), (Verb.WITHHOLD, False)):
            answer = await client.post(
                f"/api/v1/staff/cases/{filed.code}/{verb}",
                json={"comment": "Có thông tin riêng tư."} if verb is Verb.WITHHOLD else {},
                headers={**officer.headers, "If-Match": f'"{version}"'},
            )
            assert answer.status_code == 200, answer.text
            version = answer.json()["version"]
            await all_at_once(client, filed.code, there=there)
