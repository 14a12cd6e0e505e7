"""Other systems are let in and out by the province's administrators."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from app.db.engine import Database
from app.identity.terms import Role
from app.kit.clock import FixedClock
from app.process import Process
from tests.builders import PROVINCE, an_officer
from tests.keyholders import a_keyholder, wanted
from tests.statements import Statements

CLIENTS, OWN = "/api/v1/staff/clients", "/api/v1/client"
LATER = timedelta(hours=2)


def slug(answer: httpx.Response) -> str:
    return str(answer.json()["type"]).removeprefix("/problems/")


async def test_a_key_is_shown_once_and_only_its_hash_is_kept(
    client: httpx.AsyncClient, process: Process, db: Database
) -> None:
    holder = await a_keyholder(client, process, area="288", unit="H23.21")
    assert holder.key.startswith("lt_live_1k")
    row = await db.lane.fetchrow("SELECT * FROM api_keys")
    assert row is not None
    assert holder.key not in str(dict(row))
    assert len(row["key_hash"]) == 32
    shown = await client.get(f"{CLIENTS}/{holder.id}", headers=holder.admin.headers)
    assert shown.headers["etag"] == '"1"'
    assert shown.json()["keys"][0]["id"] == row["id"] == holder.key.split("_")[2].partition("k")[2]
    assert holder.key not in shown.text
    own = (await client.get(OWN, headers=holder.headers)).json()
    assert (own["id"], own["unit"], own["area"], own["channel"]) == (holder.id, "H23.21", "288", "open311")


async def test_the_same_request_again_makes_no_second_client_and_shows_no_key(
    client: httpx.AsyncClient, process: Process
) -> None:
    admin = await an_officer(process, Role.TENANT_ADMIN, unit=PROVINCE)
    headers, body = {**admin.headers, "Idempotency-Key": "cong-dan-so-1"}, wanted()
    first = await client.post(CLIENTS, json=body, headers=headers)
    again = await client.post(CLIENTS, json=body, headers=headers)
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == {**first.json(), "key": None}
    assert len((await client.get(CLIENTS, headers=admin.headers)).json()["items"]) == 1
    other = await client.post(CLIENTS, json={**body, "contact": "khac@example.vn"}, headers=headers)
    assert (other.status_code, slug(other)) == (422, "idempotency-key-reused")


@pytest.mark.parametrize(
    ("given", "status", "problem"),
    [
        ({"scopes": []}, 422, "invalid"),
        ({"scopes": ["everything"]}, 422, "invalid"),
        ({"expires_at": "2026-11-20T09:00:00+07:00"}, 422, "invalid-client"),
        ({"expires_at": "2028-12-20T09:00:00+07:00"}, 422, "invalid-client"),
        ({"area": "79"}, 422, "area-outside-tenant"),
        ({"unit": "H99"}, 404, "unknown-unit"),
        ({"channel": "pigeon"}, 422, "invalid"),
        ({"name": "Đã có"}, 422, "invalid-client"),
    ],
)
async def test_what_cannot_be_given_is_refused_with_its_reason(
    client: httpx.AsyncClient, process: Process, given: dict[str, Any], status: int, problem: str
) -> None:
    holder = await a_keyholder(client, process, name="Đã có")
    answer = await client.post(CLIENTS, json=wanted(**given), headers=holder.admin.headers)
    assert (answer.status_code, slug(answer)) == (status, problem), answer.text
    assert len((await client.get(CLIENTS, headers=holder.admin.headers)).json()["items"]) == 1


async def test_a_change_holds_from_the_next_request_on_and_names_the_version_it_was_made_from(
    client: httpx.AsyncClient, process: Process
) -> None:
    holder = await a_keyholder(client, process)
    assert (await client.get(f"{OWN}/cases", headers=holder.headers)).status_code == 200
    body = wanted(["events:read"])
    unseen = await client.put(f"{CLIENTS}/{holder.id}", json=body, headers=holder.admin.headers)
    assert (unseen.status_code, slug(unseen)) == (428, "version-needed")
    changed = await client.put(f"{CLIENTS}/{holder.id}", json=body, headers=holder.administered)
    assert (changed.status_code, changed.json()["scopes"], changed.headers["etag"]) == (200, ["events:read"], '"2"')
    refused = await client.get(f"{OWN}/cases", headers=holder.headers)
    assert (refused.status_code, slug(refused)) == (403, "forbidden")
    assert "cases:read" in refused.json()["detail"]
    stale = await client.put(f"{CLIENTS}/{holder.id}", json=body, headers=holder.administered)
    assert (stale.status_code, stale.json()["current_version"]) == (412, 2)


async def test_a_new_key_is_good_beside_the_one_before_until_the_overlap_ends(
    client: httpx.AsyncClient, process: Process, clock: FixedClock
) -> None:
    holder = await a_keyholder(client, process)
    address = f"{CLIENTS}/{holder.id}/key"
    made = await client.post(address, json={"overlap_hours": 1}, headers=holder.administered)
    fresh = {"Authorization": f"Bearer {made.json()['key']}"}
    assert [key["ends_at"] for key in made.json()["keys"]].count(None) == 1
    for headers in (holder.headers, fresh):
        assert (await client.get(OWN, headers=headers)).status_code == 200
    clock.at += LATER
    ended = await client.get(OWN, headers=holder.headers)
    assert (ended.status_code, slug(ended)) == (401, "session-expired")
    assert (await client.get(OWN, headers=fresh)).status_code == 200
    leaked = {**holder.admin.headers, "If-Match": made.headers["etag"]}
    newest = await client.post(address, json={"overlap_hours": 0}, headers=leaked)
    assert (await client.get(OWN, headers=fresh)).status_code == 401
    assert len(newest.json()["keys"]) == 1


async def test_access_ends_when_it_expires_and_at_once_when_it_is_revoked(
    client: httpx.AsyncClient, process: Process, clock: FixedClock
) -> None:
    short = await a_keyholder(client, process, expires_at="2026-11-20T11:00:00+07:00")
    holder = await a_keyholder(client, process)
    subscription = {"name": "Sự kiện", "url": "https://example.vn/", "types": ["case.opened"]}
    await client.post(f"{OWN}/subscriptions", json=subscription, headers=holder.headers)
    revoked = await client.post(f"{CLIENTS}/{holder.id}/revocation", headers=holder.admin.headers)
    assert revoked.json()["revoked_at"] is not None
    answer = await client.get(OWN, headers=holder.headers)
    assert (answer.status_code, slug(answer)) == (401, "session-expired")
    assert 'Bearer realm="lienthong"' in answer.headers["www-authenticate"]
    listed = (await client.get("/api/v1/staff/subscriptions", headers=holder.admin.headers)).json()["items"]
    assert [(one["client"], one["state"]) for one in listed] == [(holder.id, "paused")]
    version = {**holder.admin.headers, "If-Match": '"2"'}
    rotated = await client.post(f"{CLIENTS}/{holder.id}/key", json={}, headers=version)
    assert (rotated.status_code, slug(rotated)) == (409, "client-revoked")
    again = await client.post(f"{CLIENTS}/{holder.id}/revocation", headers=holder.admin.headers)
    assert again.json() == revoked.json()
    assert (await client.get(OWN, headers=short.headers)).status_code == 200
    clock.at += LATER
    assert (await client.get(OWN, headers=short.headers)).status_code == 401


async def test_a_key_costs_one_statement_and_its_use_is_written_beside_the_requests_once_a_minute(
    client: httpx.AsyncClient, process: Process, application: FastAPI, statements: Statements, clock: FixedClock
) -> None:
    holder = await a_keyholder(client, process)

    async def used() -> list[str | None]:
        found = await client.get(f"{CLIENTS}/{holder.id}", headers=holder.admin.headers)
        return [key["last_used_at"] for key in found.json()["keys"]]

    statements.clear()
    await client.get(OWN, headers=holder.headers)
    await client.get(OWN, headers=holder.headers)
    assert len(statements) == 2
    assert await used() == [None]
    uses = application.state.key_uses
    await uses.flush()
    first = await used()
    assert first == ["2026-11-20T03:00:00Z"]
    clock.at += timedelta(seconds=30)
    await client.get(OWN, headers=holder.headers)
    statements.clear()
    await uses.flush()
    assert len(statements) == 0
    clock.at += timedelta(seconds=40)
    await client.get(OWN, headers=holder.headers)
    await uses.flush()
    assert await used() == ["2026-11-20T03:01:10Z"]


async def test_a_key_is_worth_nothing_in_another_province_and_at_addresses_of_people(
    client: httpx.AsyncClient, process: Process
) -> None:
    holder = await a_keyholder(client, process)
    elsewhere = await client.get(OWN, headers={**holder.headers, "Host": "khanhhoa.localhost"})
    assert (elsewhere.status_code, slug(elsewhere)) == (401, "session-expired")
    # a host of nobody: the key names its province
    assert (await client.get(OWN, headers={**holder.headers, "Host": "api.example.vn"})).status_code == 200
    for method, path in (
        ("GET", "/api/v1/staff/queue"),
        ("GET", "/api/v1/auth/session"),
        ("POST", "/api/v1/auth/logout"),
        ("GET", "/api/v1/me"),
        ("GET", "/api/v1/staff/clients"),
        ("GET", "/api/v1/staff/subscriptions"),
    ):
        refused = await client.request(method, path, headers=holder.headers)
        assert (refused.status_code, slug(refused)) == (401, "sign-in-needed"), path
    for headers in ({}, holder.admin.headers):
        refused = await client.get(OWN, headers=headers)
        assert (refused.status_code, slug(refused)) == (401, "sign-in-needed")
        assert "API" in refused.json()["detail"]


async def test_the_trail_knows_who_let_whom_in_and_no_key(
    client: httpx.AsyncClient, process: Process, db: Database
) -> None:
    holder = await a_keyholder(client, process)
    await client.post(f"{CLIENTS}/{holder.id}/key", json={}, headers=holder.administered)
    await client.post(f"{CLIENTS}/{holder.id}/revocation", headers=holder.admin.headers)
    rows = await db.lane.fetch(
        "SELECT action, actor_id, subject, details::text FROM audit_entries WHERE subject = $1 ORDER BY id", holder.id
    )
    assert [row["action"] for row in rows] == ["client.created", "client.key_made", "client.revoked"]
    assert {row["actor_id"] for row in rows} == {holder.admin.actor.id}
    assert not any(holder.key.rpartition("_")[2] in row["details"] for row in rows)
