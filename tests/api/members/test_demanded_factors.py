"""A role may need a second step: whoever lacks it sets it up after the password, and can do nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from app.identity.terms import Role
from app.kit.clock import FixedClock
from app.process import Process
from tests.api.console.conftest import Desks
from tests.api.console.test_second_factor import code_of, enrolled
from tests.builders import PROVINCE, Officer, an_officer
from tests.officers import PASSWORD
from tests.pages import Page, post

RULES = "/api/v1/staff/second-factor-rules"
QUEUE = "/api/v1/staff/queue"


@pytest.fixture
def demanded(application: FastAPI) -> Iterator[None]:
    """As an installation in earnest has it."""
    application.state.guarded_roles = frozenset({Role.APPROVER, Role.TENANT_ADMIN, Role.AUDITOR})
    yield
    application.state.guarded_roles = frozenset()


async def asked(client: httpx.AsyncClient, who: Officer, path: str = QUEUE) -> tuple[int, str]:
    answer = await client.get(path, headers=who.headers)
    return answer.status_code, answer.json().get("type", "")


async def ruled(client: httpx.AsyncClient, admin: Officer, role: str, version: int, **rule: Any) -> httpx.Response:
    headers = {**admin.headers, "If-Match": f'"{version}"'}
    return await client.put(f"{RULES}/{role}", json=rule, headers=headers)


async def test_who_lacks_a_demanded_second_step_can_only_set_it_up(
    client: httpx.AsyncClient, process: Process, clock: FixedClock, demanded: None
) -> None:
    approver, officer = await an_officer(process, Role.APPROVER, Role.OFFICER), await an_officer(process)
    refused = (403, "/problems/second-factor-demanded")
    assert await asked(client, approver) == refused
    assert await asked(client, approver, "/api/v1/staff/me/deputies") == refused
    assert (await asked(client, officer))[0] == 200
    session = (await client.get("/api/v1/auth/session", headers=approver.headers)).json()
    assert (session["must_enrol"], session["memberships"]) == (True, [])
    given = {"username": approver.username, "password": PASSWORD}
    told = (await client.post("/api/v1/auth/token", json=given)).json()
    assert (told["must_enrol"], told["memberships"]) == (True, []), "as every later request is told"
    await enrolled(client, approver, clock)
    assert (await asked(client, approver))[0] == 200
    session = (await client.get("/api/v1/auth/session", headers=approver.headers)).json()
    assert (session["must_enrol"], len(session["memberships"])) == (False, 2)


async def test_the_province_says_of_which_roles_and_it_counts_at_once(
    client: httpx.AsyncClient, process: Process, clock: FixedClock, demanded: None
) -> None:
    admin, officer = await an_officer(process, Role.TENANT_ADMIN, unit=PROVINCE), await an_officer(process)
    approver = await an_officer(process, Role.APPROVER)
    await enrolled(client, admin, clock)
    listed = {one["role"]: one for one in (await client.get(RULES, headers=admin.headers)).json()["items"]}
    assert {role for role, one in listed.items() if one["demanded"]} == {"approver", "tenant_admin", "auditor"}
    assert (await ruled(client, admin, "officer", 0, demanded=True)).headers["etag"] == '"1"'
    stale = await ruled(client, admin, "officer", 0, demanded=False)
    assert (stale.status_code, stale.json()["current_version"]) == (412, 1)
    assert (await asked(client, officer))[0] == 403
    assert (await ruled(client, admin, "officer", 1, demanded=False)).status_code == 200
    assert (await asked(client, officer))[0] == 200
    assert (await asked(client, approver))[0] == 403
    assert (await ruled(client, admin, "approver", 0, demanded=False)).status_code == 200
    assert (await asked(client, approver))[0] == 200


async def test_the_pages_lead_to_where_it_is_set_up(desk_of: Desks, clock: FixedClock, demanded: None) -> None:
    desk = await desk_of(Role.APPROVER)
    led = await desk.get("/console/openings")
    assert (led.status_code, led.headers["location"]) == (303, "/console/account")
    account = await desk.get("/console/account")
    assert "Vai trò của bạn cần xác thực hai bước" in account.text
    begun = await post(desk, Page(account).form("/console/account/factor"), password=PASSWORD)
    secret = begun.text.partition('<code class="secret">')[2].partition("</code>")[0]
    done = await post(desk, Page(begun).form("/console/account/factor/confirmation"), code=code_of(secret, clock))
    assert done.status_code == 200
    assert (await desk.get("/console/openings")).status_code == 200
