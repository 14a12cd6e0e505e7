"""People who meet the same: accounts that something proves, and devices that nothing does."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import httpx
import pytest

from app.cases.terms import CaseState
from app.db.work import Work, in_work
from app.identity import service as identity
from app.kit.ids import CitizenId
from app.process import Process
from tests.builders import HAIDUONG, Filed, a_case


@dataclass(frozen=True)
class Person:
    """Somebody with a token."""

    citizen: CitizenId
    headers: dict[str, str] = field(repr=False)


Crowd = Callable[[int], Awaitable[list[Person]]]


@pytest.fixture
def crowd(process: Process) -> Crowd:
    """Makes so many accounts that something proves, each signed in."""

    async def make(number: int) -> list[Person]:
        async def enter(work: Work) -> list[Person]:
            people = [identity.add_citizen(work) for _ in range(number)]
            await work.settle()
            opened = [identity.open_session(work, HAIDUONG, one, user_agent="test") for one in people]
            return [
                Person(one, {"Authorization": f"Bearer {new.access_token}"})
                for one, new in zip(people, opened, strict=True)
            ]

        return await in_work(process.db, process.clock, None, enter)

    return make


@pytest.fixture
async def device(client: httpx.AsyncClient) -> Person:
    """A device without an account of anybody's."""
    headers = {"Authorization": f"Bearer {(await client.post('/api/v1/auth/devices')).json()['access_token']}"}
    me = (await client.get("/api/v1/me", headers=headers)).json()["citizen"]
    return Person(me, headers)


@pytest.fixture
async def lamp(process: Process, drain: Callable[[], Awaitable[int]]) -> Filed:
    """A public case that is being worked on."""
    found = await a_case(process, CaseState.IN_PROGRESS)
    await drain()
    return found
