"""Officers sign in at a real provider: only into accounts that administrators have made, and past no second step."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import httpx
import pytest
from fastapi import FastAPI
from pydantic import SecretStr

from app.db.engine import Database
from app.identity.terms import Role
from app.kit.clock import FixedClock, SystemClock
from app.oidc.senders import staff_provider_of
from app.process import Process
from app.settings import Settings
from tests.api.console.conftest import Desks
from tests.api.console.test_second_factor import code_of, enrolled
from tests.api.members.test_members import an_admin, invited
from tests.builders import PROVINCE, Officer, an_officer
from tests.officers import PASSWORD
from tests.pages import Page, post
from tests.vouching import CLIENT_ID, CLIENT_SECRET, LEVELS, Voucher, signed_in_at, voucher

BACK = "http://127.0.0.1:9/console/oidc"


@pytest.fixture(scope="module")
def provider() -> Iterator[Voucher]:
    with voucher(BACK) as running:
        yield running


@pytest.fixture
async def vouching(
    application: FastAPI, client: httpx.AsyncClient, clock: FixedClock, provider: Voucher
) -> AsyncIterator[None]:
    """Officers have a provider."""
    clock.at = SystemClock().now()  # the provider has the machine's own
    settings = Settings(
        _env_file=None,
        staff_oidc_issuer=provider.issuer,
        staff_oidc_client_id=CLIENT_ID,
        staff_oidc_client_secret=SecretStr(CLIENT_SECRET),
        staff_oidc_redirects=BACK,
        staff_oidc_assurance=LEVELS,
    )
    known = staff_provider_of(settings, clock)
    assert known is not None
    application.state.staff_provider = known
    yield
    application.state.staff_provider = None
    await known.close()


async def came_back(
    browser: httpx.AsyncClient, name: str, *, start: str = "/console/provider", level: int = 2
) -> httpx.Response:
    """What the browser shows after the provider; it began at `start`."""
    off = await browser.get(start)
    assert off.status_code == 303, off.text
    came = await signed_in_at(off.headers["location"], name, level=level, back=BACK)
    return await browser.get("/console/oidc", params=came)


async def test_only_who_was_invited_by_a_verified_address_comes_in(
    client: httpx.AsyncClient, process: Process, vouching: None, db: Database
) -> None:
    admin = await an_admin(process)
    member, _ = await invited(client, admin, email="binh@example.vn")
    await invited(client, admin, username="khac", email="unverified@example.vn")
    assert "SSO" in (await client.get("/console/sign-in")).text
    for name in ("stranger", "unverified"):
        refused = await came_back(client, name)
        assert (refused.status_code, "Chưa có tài khoản cán bộ" in refused.text) == (403, True), name
    entered = await came_back(client, "binh")
    assert (entered.status_code, entered.headers["location"]) == (303, "/console")
    assert "Trần Văn Bình" in (await client.get("/console")).text
    assert (await came_back(client, "binh")).status_code == 303, "and again, by who he is and no longer by his address"
    kept = await db.lane.fetchrow("SELECT account_id::text, count(*) OVER () AS all FROM staff_identities")
    assert kept is not None
    assert tuple(kept) == (member["id"], 1)
    stolen = await client.get("/console/oidc", params={"code": "x", "state": "y"})
    assert stolen.status_code == 401
    accounts = await db.lane.fetchval("SELECT count(*) FROM staff_accounts")
    assert accounts == 3, "a provider makes no officers"


async def test_an_officer_links_the_own_account_while_signed_in(
    desk_of: Desks, client: httpx.AsyncClient, vouching: None
) -> None:
    desk, other = await desk_of(Role.OFFICER), await desk_of(Role.OFFICER)
    linked = await came_back(desk, "hoa", start="/console/account/provider")
    assert linked.headers["location"] == "/console/account?done=linked"
    taken = await came_back(other, "hoa", start="/console/account/provider")
    assert (taken.status_code, "gắn với người khác" in taken.text) == (409, True)
    begun = await desk.get("/console/account/provider")
    came = await signed_in_at(begun.headers["location"], "linh", back=BACK)
    other.cookies.set("staff-handle", desk.cookies["staff-handle"], domain="haiduong.localhost", path="/console")
    slipped = await other.get("/console/oidc", params=came)
    assert slipped.status_code == 401, "what one began no other finishes"
    assert (await came_back(client, "hoa")).status_code == 303


async def test_a_second_step_stays_unless_the_province_says_that_the_provider_stands_for_it(
    client: httpx.AsyncClient, process: Process, clock: FixedClock, vouching: None, application: FastAPI
) -> None:
    approver, admin = (
        await an_officer(process, Role.APPROVER),
        await an_officer(process, Role.TENANT_ADMIN, unit=PROVINCE),
    )
    client.cookies.set("staff", token_of(approver), domain="haiduong.localhost", path="/console")
    assert (await came_back(client, "lanh-dao", start="/console/account/provider")).status_code == 303
    rules = "/api/v1/staff/second-factor-rules/approver"
    first = await client.put(rules, json={"demanded": True}, headers={**admin.headers, "If-Match": '"0"'})
    assert first.status_code == 200, first.text
    assert (await came_back(client, "lanh-dao")).status_code == 303
    assert (await client.get("/console")).headers["location"] == "/console/account", "it has to be set up"
    secret, _ = await enrolled(client, approver, clock)
    needed = await came_back(client, "lanh-dao")
    form = Page(needed).form("/console/second-factor")
    assert (await post(client, form, code="000000")).status_code == 401
    assert (await post(client, form, code=code_of(secret, clock))).status_code == 303
    rule = {"demanded": True, "provider": "level_2"}
    second = await client.put(rules, json=rule, headers={**admin.headers, "If-Match": '"1"'})
    assert second.status_code == 200
    assert (await came_back(client, "lanh-dao")).status_code == 303
    weak = await came_back(client, "lanh-dao", level=1)
    assert "/console/second-factor" in weak.text, "known less well than the province asks for"


def token_of(officer: Officer) -> str:
    return officer.headers["Authorization"].removeprefix("Bearer ")


async def test_an_identity_that_an_administrator_unlinks_ends_its_sessions_and_does_not_come_back(
    client: httpx.AsyncClient, process: Process, vouching: None, db: Database
) -> None:
    admin, auditor = await an_admin(process), await an_officer(process, Role.AUDITOR)
    member, _ = await invited(client, admin, email="binh@example.vn")
    assert (await came_back(client, "binh")).status_code == 303
    mine = {"Authorization": f"Bearer {client.cookies['staff']}"}
    alone = await client.post("/api/v1/staff/me/identities/removal", json={}, headers=mine)
    assert (alone.status_code, alone.json()["type"]) == (409, "/problems/no-other-way-in")
    (linked,) = (await client.get("/api/v1/staff/me/identities", headers=mine)).json()["items"]
    assert linked["issuer"].startswith("http")
    path = f"/api/v1/staff/members/{member['id']}"
    assert (await client.get(path, headers=admin.headers)).json()["identity_linked"] is True
    for who in (admin, auditor):  # the own needs a password, an auditor is the province's
        other = f"/api/v1/staff/members/{who.actor.id}/identity"
        assert (await client.delete(other, headers=admin.headers)).status_code == 403
    assert (await client.delete(f"{path}/identity", headers=admin.headers)).status_code == 204
    again = await client.delete(f"{path}/identity", headers=admin.headers)
    assert (again.status_code, again.json()["type"]) == (404, "/problems/no-linked-identity")
    assert (await client.get("/console")).status_code == 303, "signed out"
    back = await came_back(client, "binh")
    assert (back.status_code, "Chưa có tài khoản cán bộ" in back.text) == (403, True), "his address opens nothing"
    assert (await client.get(path, headers=admin.headers)).json()["identity_linked"] is False
    noted = await db.lane.fetchrow(
        "SELECT actor_id, subject FROM audit_entries WHERE action = 'account.identity_unlinked'"
    )
    assert noted is not None
    assert tuple(noted) == (admin.actor.id, "tran.van.binh")


async def test_an_officer_unlinks_the_own_identity_by_password_and_may_link_it_again(
    desk_of: Desks, client: httpx.AsyncClient, vouching: None
) -> None:
    desk = await desk_of(Role.OFFICER)
    assert "identity/removal" not in (await desk.get("/console/account")).text
    await came_back(desk, "hoa", start="/console/account/provider")
    assert (await came_back(client, "hoa")).status_code == 303
    form = Page(await desk.get("/console/account")).form("/console/account/identity/removal")
    wrong = await post(desk, form, password="nhầm")
    assert (wrong.status_code, "Chưa gỡ được" in wrong.text) == (422, True)
    assert (await client.get("/console")).status_code == 200
    assert (await post(desk, form, password=PASSWORD)).headers["location"] == "/console/account?done=unlinked"
    assert (await client.get("/console")).status_code == 303, "it came of the identity"
    assert (await desk.get("/console")).status_code == 200, "this one did not"
    assert (await came_back(client, "hoa")).status_code == 403
    assert (await came_back(desk, "hoa", start="/console/account/provider")).status_code == 303
    assert (await came_back(client, "hoa")).status_code == 303
    own = {"Authorization": f"Bearer {desk.cookies['staff']}"}
    removal = "/api/v1/staff/me/identities/removal"
    assert (await client.post(removal, json={"password": "nhầm"}, headers=own)).status_code == 422
    assert (await client.post(removal, json={"password": PASSWORD}, headers=own)).status_code == 204
    assert (await came_back(client, "hoa")).status_code == 403
