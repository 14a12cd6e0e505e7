"""The doors of signing in on an application of their own: two provinces by host name, a clock that can be moved."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Annotated

import httpx
import pytest
from fastapi import Depends, FastAPI

from app.db.engine import Database
from app.identity import endpoints
from app.identity.deps import CurrentActor, CurrentCitizen, CurrentStaff, TenantAdmin, holding
from app.identity.service import Keyring
from app.identity.terms import Actor, Role
from app.kit.clock import FixedClock
from app.kit.ids import TenantId
from app.settings import Settings
from app.web.problems import install
from tests.officers import Province, an_officer, cheap_passwords, two_provinces


@dataclass(frozen=True)
class Hosts:
    """Two provinces, each with a host name."""

    first: TenantId
    second: TenantId

    def tenant_of_host(self, host: str) -> TenantId | None:
        """`first.test` and `second.test`."""
        return {"first.test": self.first, "second.test": self.second}.get(host)

    def serves(self, tenant_id: TenantId) -> bool:  # noqa: ARG002 - the protocol asks for it
        return True

    def tenant_of_code(self, code: str) -> TenantId | None:  # noqa: ARG002 - the protocol asks for it
        """None: no codes here."""
        return None

    def default_tenant(self) -> TenantId:
        """The first."""
        return self.first


@pytest.fixture
async def provinces(db: Database) -> tuple[Province, Province]:
    """Two provinces on `db`, at `first.test` and `second.test`."""
    return await two_provinces(db)


@pytest.fixture
def application(db: Database, clock: FixedClock, settings: Settings, provinces: tuple[Province, Province]) -> FastAPI:
    """The router of identity, and one address for each kind of actor."""
    app = FastAPI()
    install(app)
    app.include_router(endpoints.router)
    hosts = Hosts(provinces[0].tenant_id, provinces[1].tenant_id)
    app.state.database, app.state.clock, app.state.settings = db, clock, settings
    app.state.tenants = lambda: hosts
    app.state.keyring = Keyring.of("a secret of at least thirty-two characters")
    app.state.limits_key = app.state.keyring.limits
    app.state.passwords = cheap_passwords()

    @app.get("/anyone")
    async def anyone(actor: CurrentActor) -> str:
        return said(actor)

    @app.get("/citizen")
    async def citizen(actor: CurrentCitizen) -> str:
        return said(actor)

    @app.get("/staff")
    async def staff(actor: CurrentStaff) -> str:
        return said(actor)

    @app.get("/approver")
    async def approver(actor: Annotated[Actor, Depends(holding(Role.APPROVER))]) -> str:
        return said(actor)

    @app.get("/admin")
    async def admin(actor: TenantAdmin) -> str:
        return said(actor)

    return app


def said(actor: Actor) -> str:
    return f"{actor.kind} of {actor.tenant_id}"


@pytest.fixture
async def web(
    application: FastAPI, db: Database, clock: FixedClock, provinces: tuple[Province, Province]
) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the first province, in which `hoa` is an officer and approver."""
    await an_officer(db, clock, application.state.passwords, provinces[0], Role.OFFICER, Role.APPROVER)
    transport = httpx.ASGITransport(application)
    async with httpx.AsyncClient(transport=transport, base_url="http://first.test") as client:
        yield client
