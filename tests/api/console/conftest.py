"""Officers in a browser without scripts."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack

import httpx
import pytest
from fastapi import FastAPI

from app.db.engine import Database
from app.identity.terms import Role
from app.kit.clock import FixedClock
from app.process import Process
from tests.builders import CAM_THUONG, an_officer

Desks = Callable[..., Awaitable[httpx.AsyncClient]]


@pytest.fixture
async def desk_of(application: FastAPI, process: Process, db: Database, clock: FixedClock) -> AsyncIterator[Desks]:
    """A browser in which an officer of the unit, with these roles, is signed in."""
    async with AsyncExitStack() as stack:

        async def sit_down(*roles: Role, unit: str = CAM_THUONG) -> httpx.AsyncClient:
            officer = await an_officer(process, *roles, unit=unit)
            token = officer.headers["Authorization"].removeprefix("Bearer ")
            transport = httpx.ASGITransport(application)
            browser = httpx.AsyncClient(
                transport=transport, base_url="http://haiduong.localhost", cookies={"staff": token}
            )
            return await stack.enter_async_context(browser)

        yield sit_down
