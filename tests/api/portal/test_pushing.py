"""Messages in the browser: offered where the installation sends some, switched on and off by their owner alone."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI

from app.db.engine import Database
from app.settings import Settings
from tests.applicants import an_applicant
from tests.pages import Page
from tests.postoffice import Browser


@pytest.fixture
async def signed_in(client: httpx.AsyncClient, application: FastAPI, settings: Settings) -> AsyncIterator[None]:
    """A citizen's browser, at an installation that sends messages to browsers, in an intranet of its own."""
    given = {"push_contact": "mailto:ioc@haiduong.example", "webhook_private_addresses": True}
    application.state.settings = settings.model_copy(update=given)
    headers = await an_applicant(client)
    client.cookies.set("account", headers["Authorization"].removeprefix("Bearer "))
    yield
    application.state.settings = settings


def fields(name: str) -> dict[str, str]:
    held = Browser().subscription(9, name)
    return {"endpoint": held["endpoint"], **held["keys"]}


async def told(db: Database) -> int:
    found: int = await db.lane.fetchval("SELECT count(*) FROM citizen_push_subscriptions")
    return found


@pytest.mark.usefixtures("signed_in")
async def test_a_browser_is_told_when_its_owner_says_so_and_no_longer(client: httpx.AsyncClient, db: Database) -> None:
    assert "data-push=" in (await client.get("/account")).text
    mine = fields("one")
    assert (await client.post("/account/push/on", data=mine)).status_code == 204
    assert (await client.post("/account/push/on", data=mine)).status_code == 204
    assert await told(db) == 1
    assert (await client.post("/account/push/on", data={**mine, "auth": "short"})).status_code == 400
    for _ in range(2):
        assert (await client.post("/account/push/off", data={"endpoint": mine["endpoint"]})).status_code == 204
    assert await told(db) == 0


@pytest.mark.usefixtures("signed_in")
async def test_a_device_that_is_ended_is_told_nothing_more(client: httpx.AsyncClient, db: Database) -> None:
    assert (await client.post("/account/push/on", data=fields("lost"))).status_code == 204
    lost = await db.lane.fetchval(
        """
        INSERT INTO citizen_sessions (citizen_id, id, refresh_hash, user_agent, created_at, rotated_at, expires_at)
        SELECT citizen_id, gen_random_uuid(), '', 'test', now(), now(), now() + interval '1 day'
        FROM citizen_push_subscriptions RETURNING id
        """
    )
    assert (await client.post(f"/account/devices/{lost}")).status_code == 303
    assert await told(db) == 0


@pytest.mark.usefixtures("signed_in")
async def test_whoever_leaves_everywhere_is_told_nowhere(client: httpx.AsyncClient, db: Database) -> None:
    for name in ("lost", "own"):
        assert (await client.post("/account/push/on", data=fields(name))).status_code == 204
    assert (await client.post("/account/devices")).status_code == 303
    assert await told(db) == 0


@pytest.mark.usefixtures("signed_in")
async def test_nobody_else_switches_it_on_or_off(client: httpx.AsyncClient, db: Database) -> None:
    mine, foreign = fields("one"), {"Origin": "https://elsewhere.example"}
    assert (await client.post("/account/push/on", data=mine, headers=foreign)).status_code == 403
    assert (await client.post("/account/push/on", data=mine)).status_code == 204
    client.cookies.delete("account")
    assert (await client.post("/account/push/off", data=mine)).status_code == 303
    assert (await client.post("/account/push/on", data=fields("two"))).status_code == 303
    assert await told(db) == 1


async def test_it_is_not_offered_where_none_are_sent(client: httpx.AsyncClient) -> None:
    headers = await an_applicant(client)
    client.cookies.set("account", headers["Authorization"].removeprefix("Bearer "))
    page = await client.get("/account")
    assert Page(page).ids >= {"devices"}
    assert "data-push=" not in page.text
