"""The doors of publication on an application of their own, over real rows."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from types import SimpleNamespace

import httpx
import pytest
from fastapi import FastAPI

from app.bus.hub import Bus
from app.cases.models import Case
from app.db.engine import Database
from app.db.work import Work, write_work
from app.kit.clock import FixedClock
from app.outbox.service import Tails
from app.publication.citizen_endpoints import hot_router as hot_report_router
from app.publication.endpoints import hot_router, router
from app.publication.service import CommonTerms, LiveFeeds
from app.web.budgets import Reads
from app.web.live import Seats
from app.web.problems import install
from tests.public_cases import HAIDUONG, Fill, Province, load_province


@pytest.fixture
async def province(db: Database, clock: FixedClock) -> Province:
    async with write_work(db, clock, HAIDUONG) as work:
        return await load_province(work)


@pytest.fixture
def fill(db: Database, clock: FixedClock, province: Province) -> Fill:
    """Make cases and publish them, committed."""

    async def make(build: Callable[[Work], Awaitable[list[Case]]]) -> list[Case]:
        async with write_work(db, clock, HAIDUONG) as work:
            cases = await build(work)
            await province.rebuild(work, *[case.id for case in cases])
        return cases

    return make


@pytest.fixture
async def application(db: Database, clock: FixedClock, province: Province) -> AsyncIterator[FastAPI]:
    app = FastAPI()
    install(app)
    app.include_router(hot_router)
    app.include_router(hot_report_router)
    app.include_router(router)
    app.state.database, app.state.clock = db, clock
    app.state.directory = SimpleNamespace(current=province.directory)
    app.state.catalogue = SimpleNamespace(current=province.catalogue)
    app.state.settings = SimpleNamespace(public_url=None)
    app.state.tenants = lambda: province.directory
    app.state.feeds, app.state.common_terms = LiveFeeds(db, Tails(db, Bus(), 0.02)), CommonTerms(db)
    app.state.reads = Reads(0)
    app.state.seats = Seats(most=100, per_address=100, per_account=10)
    yield app
    await app.state.feeds.close()


@pytest.fixture
async def web(application: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(application), base_url="http://anyone.test/api/v1/public"
    ) as client:
        yield client
