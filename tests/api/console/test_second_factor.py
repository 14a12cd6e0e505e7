"""The second factor of officers, by the API and on the pages; where an officer is signed in."""

from __future__ import annotations

import base64
import re
from datetime import timedelta

import httpx
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from fastapi import FastAPI

from app.cli.accounts import reset_factor
from app.db.engine import Database
from app.kit.clock import FixedClock
from app.process import Process
from tests.builders import Officer, an_officer
from tests.officers import PASSWORD
from tests.pages import Page, post


def code_of(secret: str, clock: FixedClock, *, ahead_s: int = 0) -> str:
    """What an authenticator app shows."""
    key = base64.b32decode(secret.replace(" ", ""))
    return TOTP(key, 6, SHA1(), 30).generate(clock.now().timestamp() + ahead_s).decode()


async def enrolled(client: httpx.AsyncClient, officer: Officer, clock: FixedClock) -> tuple[str, list[str]]:
    """The officer's secret and recovery codes."""
    begun = await client.post("/api/v1/staff/me/second-factor", json={"password": PASSWORD}, headers=officer.headers)
    assert begun.status_code == 201, begun.text
    secret = begun.json()["secret"]
    assert begun.json()["uri"].startswith("otpauth://totp/Li%C3%AAn%20Th%C3%B4ng:")
    body = {"code": code_of(secret, clock)}
    done = await client.post("/api/v1/staff/me/second-factor/confirmation", json=body, headers=officer.headers)
    assert done.status_code == 200, done.text
    clock.at += timedelta(seconds=31)  # a code is good once
    return secret, done.json()["recovery_codes"]


async def test_a_session_left_open_sets_up_no_second_step_of_somebody_elses(
    client: httpx.AsyncClient, process: Process
) -> None:
    officer = await an_officer(process)
    factor = "/api/v1/staff/me/second-factor"
    wrong = [await client.post(factor, json={"password": "x"}, headers=officer.headers) for _ in range(6)]
    assert wrong[0].json()["type"] == "/problems/wrong-password"
    assert wrong[-1].json()["type"] == "/problems/account-locked"
    assert (await client.post(factor, json={"password": PASSWORD}, headers=officer.headers)).status_code == 429
    assert (await client.get(factor, headers=officer.headers)).json()["since"] is None


async def first_step(client: httpx.AsyncClient, officer: Officer) -> str:
    body = {"username": officer.username, "password": PASSWORD}
    answer = await client.post("/api/v1/auth/token", json=body)
    assert (answer.status_code, answer.json()["type"]) == (401, "/problems/second-factor-needed")
    handle: str = answer.json()["handle"]
    return handle


async def second_step(client: httpx.AsyncClient, handle: str, code: str) -> httpx.Response:
    return await client.post("/api/v1/auth/token/second-factor", json={"handle": handle, "code": code})


async def test_signing_in_takes_two_steps_and_each_code_is_good_once(
    client: httpx.AsyncClient, process: Process, clock: FixedClock, db: Database
) -> None:
    officer = await an_officer(process)
    secret, recovery = await enrolled(client, officer, clock)
    assert (len(recovery), len(set(recovery))) == (10, 10)
    handle = await first_step(client, officer)
    code = code_of(secret, clock)
    entered = await second_step(client, handle, code)
    assert entered.status_code == 200, entered.text
    again = await second_step(client, await first_step(client, officer), code)
    assert (again.status_code, again.json()["type"]) == (401, "/problems/wrong-second-factor")
    lost = await second_step(client, await first_step(client, officer), recovery[0].upper().replace("-", " "))
    assert lost.status_code == 200, "a recovery code stands in for the phone, however it is typed"
    twice = await second_step(client, await first_step(client, officer), recovery[0])
    assert twice.status_code == 401
    standing = await client.get("/api/v1/staff/me/second-factor", headers=officer.headers)
    assert (standing.json()["since"] is not None, standing.json()["recovery_codes"]) == (True, 9)
    plain = base64.b32decode(secret.replace(" ", ""))
    for table in ("staff_factors", "recovery_codes", "audit_entries"):
        kept = await db.lane.fetchval(f"SELECT coalesce(string_agg(t::text, ' '), '') FROM {table} t")
        assert plain.hex() not in kept
        assert recovery[1] not in kept


async def test_wrong_codes_lock_as_wrong_passwords_do_and_old_steps_are_refused(
    client: httpx.AsyncClient, process: Process, clock: FixedClock
) -> None:
    officer = await an_officer(process)
    secret, _ = await enrolled(client, officer, clock)
    handle = await first_step(client, officer)
    wrong = "000000" if code_of(secret, clock) != "000000" else "111111"
    answers = [await second_step(client, handle, wrong) for _ in range(5)]
    assert {answer.status_code for answer in answers[:3]} == {401}
    assert answers[-1].json()["type"] == "/problems/account-locked"
    clock.at += timedelta(minutes=2)
    assert (await second_step(client, handle, code_of(secret, clock))).status_code == 200
    handle = await first_step(client, officer)
    clock.at += timedelta(minutes=5)
    late = await second_step(client, handle, code_of(secret, clock))
    assert (late.status_code, late.json()["type"]) == (401, "/problems/second-factor-refused")
    assert (await second_step(client, "lth_é", "1")).status_code == 401
    begun = await client.post("/api/v1/staff/me/second-factor", json={"password": PASSWORD}, headers=officer.headers)
    assert (begun.status_code, begun.json()["type"]) == (409, "/problems/second-factor-there")
    removal = "/api/v1/staff/me/second-factor/removal"
    guessed = [await client.post(removal, json={"code": "12345"}, headers=officer.headers) for _ in range(6)]
    assert guessed[0].json()["type"] == "/problems/wrong-factor-code"
    assert guessed[-1].json()["type"] == "/problems/account-locked", "a session left open does not help to guess"
    clock.at += timedelta(minutes=2)
    off = await client.post(
        "/api/v1/staff/me/second-factor/removal",
        json={"code": code_of(secret, clock, ahead_s=30)},
        headers=officer.headers,
    )
    assert off.status_code == 204, "a clock that is half a minute ahead is no harm"
    body = {"username": officer.username, "password": PASSWORD}
    assert (await client.post("/api/v1/auth/token", json=body)).status_code == 200


async def test_the_pages_lead_through_both_steps_and_end_sessions(
    application: FastAPI, client: httpx.AsyncClient, process: Process, clock: FixedClock
) -> None:
    officer = await an_officer(process)
    asking = Page(await client.get("/console/sign-in"))
    await post(client, asking.form("/console/sign-in"), username=officer.username, password=PASSWORD)
    begun = await post(
        client, Page(await client.get("/console/account")).form("/console/account/factor"), password=PASSWORD
    )
    assert "<svg" in begun.text
    found = re.search(r'<code class="secret">([A-Z2-7 ]+)</code>', begun.text)
    assert found
    confirming = Page(begun).form("/console/account/factor/confirmation")
    assert (await post(client, confirming, code="000001")).status_code == 422
    codes = await post(client, confirming, code=code_of(found[1], clock))
    assert "Mã khôi phục" in codes.text
    clock.at += timedelta(seconds=31)
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(application), base_url="http://haiduong.localhost"
    ) as other:
        form = Page(await other.get("/console/sign-in?next=/console/openings")).form("/console/sign-in")
        second = await post(other, form, username=officer.username, password=PASSWORD)
        wrong = await post(other, Page(second).form("/console/second-factor"), code="123")
        assert (wrong.status_code, "Mã xác thực không đúng" in wrong.text) == (401, True)
        entered = await post(other, Page(wrong).form("/console/second-factor"), code=code_of(found[1], clock))
        assert (entered.status_code, entered.headers["location"]) == (303, "/console/openings")
        assert (await other.get("/console/account")).status_code == 200
        page = Page(await client.get("/console/account"))
        (ending,) = [one for one in page.forms if one.action.startswith("/console/account/sessions/")]
        assert (await post(client, ending)).headers["location"] == "/console/account?done=ended"
        assert (await other.get("/console/account")).status_code == 303, "asked to sign in"
    assert (await client.get("/console/account")).status_code == 200
    nobody = await client.delete("/api/v1/staff/me/sessions/00", headers=officer.headers)
    assert nobody.status_code in {401, 404}


async def test_an_operator_takes_the_factor_of_a_lost_phone_away(
    client: httpx.AsyncClient, process: Process, clock: FixedClock
) -> None:
    officer = await an_officer(process)
    await enrolled(client, officer, clock)
    tenant = process.directory.current.tenant(officer.actor.tenant_id)
    assert "mật khẩu" in (await reset_factor(process, tenant, officer.username)).vi
    assert "không có" in (await reset_factor(process, tenant, officer.username)).vi
    assert (await client.get("/api/v1/staff/me/sessions", headers=officer.headers)).status_code == 401
    body = {"username": officer.username, "password": PASSWORD}
    assert (await client.post("/api/v1/auth/token", json=body)).status_code == 200
