"""Messages in the browser: offered where the installation sends some, switched on and off by their owner alone."""

from __future__ import annotations

from collections.abc import AsyncIterator
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI

from app.db.engine import Database
from app.db.work import Work, in_work
from app.kit import signing
from app.kit.clock import FixedClock
from app.notices.repository import devices_of
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


_LOST = """
    WITH of AS (SELECT citizen_id FROM citizen_push_subscriptions LIMIT 1), there AS (
        INSERT INTO citizen_sessions (citizen_id, id, refresh_hash, user_agent, created_at, rotated_at, expires_at)
        SELECT citizen_id, gen_random_uuid(), '', 'test', now(), now(), now() + interval '10 years' FROM of
        RETURNING citizen_id, id
    )
    UPDATE citizen_push_subscriptions SET session_id = there.id FROM there WHERE endpoint_hash = $1 RETURNING session_id
"""


async def bound_to_another(db: Database, name: str) -> UUID:
    """Of the browser with this name: the session of a lost phone, as which it asked."""
    found: UUID = await db.lane.fetchval(_LOST, signing.token_hash(fields(name)["endpoint"]))
    return found


@pytest.mark.usefixtures("signed_in")
async def test_of_a_device_that_is_ended_only_its_own_browser_is_told_nothing_more(
    client: httpx.AsyncClient, db: Database
) -> None:
    for name in ("lost", "own"):
        assert (await client.post("/account/push/on", data=fields(name))).status_code == 204
    lost, _ = await bound_to_another(db, "lost"), await bound_to_another(db, "own")
    assert (await client.post(f"/account/devices/{lost}")).status_code == 303
    left = await db.lane.fetch("SELECT endpoint_hash, session_id FROM citizen_push_subscriptions")
    assert [row["endpoint_hash"] for row in left] == [signing.token_hash(fields("own")["endpoint"])]


@pytest.mark.usefixtures("signed_in")
async def test_a_browser_of_which_nobody_knows_where_it_is_goes_with_any_device(
    client: httpx.AsyncClient, db: Database
) -> None:
    for name in ("lost", "older"):
        assert (await client.post("/account/push/on", data=fields(name))).status_code == 204
    lost = await bound_to_another(db, "lost")
    await db.lane.fetch("UPDATE citizen_push_subscriptions SET session_id = NULL WHERE session_id <> $1", lost)
    assert (await client.post(f"/account/devices/{lost}")).status_code == 303
    assert await told(db) == 0


@pytest.mark.usefixtures("signed_in")
async def test_a_session_that_ended_in_any_way_is_told_nothing(
    client: httpx.AsyncClient, db: Database, clock: FixedClock
) -> None:
    for name in ("lost", "own"):
        assert (await client.post("/account/push/on", data=fields(name))).status_code == 204
    lost = await bound_to_another(db, "lost")
    account = await db.lane.fetchval("SELECT citizen_id FROM citizen_sessions WHERE id = $1", lost)

    async def reached(work: Work) -> int:
        return len((await devices_of(work, [account])).get(account, []))

    assert await in_work(db, clock, None, reached) == 2
    for end in ("expires_at = now() - interval '20 years'", "ended_at = now(), expires_at = now() + interval '1 year'"):
        await db.lane.fetch(f"UPDATE citizen_sessions SET {end} WHERE id = $1", lost)
        assert await in_work(db, clock, None, reached) == 1
    assert (await client.post("/account/push/on", data=fields("own"))).status_code == 204
    assert await told(db) == 1, "what is told nothing takes no place"


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
