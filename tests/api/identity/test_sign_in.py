"""POST /api/v1/auth/token, /devices, /logout and GET /session as apps see them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx
import pytest

from app.identity.domain import FREE_ATTEMPTS
from app.kit.clock import FixedClock
from tests.officers import PASSWORD, Province

TOKEN = "/api/v1/auth/token"


async def token_of(web: httpx.AsyncClient) -> dict[str, str]:
    answer = await web.post(TOKEN, json={"username": "hoa", "password": PASSWORD})
    assert answer.status_code == 200, answer.text
    return {"Authorization": f"Bearer {answer.json()['access_token']}"}


def slug(answer: httpx.Response) -> str:
    assert answer.headers["content-type"] == "application/problem+json"
    return str(answer.json()["type"]).removeprefix("/problems/")


async def test_signing_in_answers_a_token_with_account_and_memberships(
    web: httpx.AsyncClient, clock: FixedClock, provinces: tuple[Province, Province]
) -> None:
    answer = await web.post(TOKEN, json={"username": "Hoa", "password": PASSWORD})
    body = answer.json()
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    assert body["access_token"].startswith(f"lts_{provinces[0].tenant_id}_")
    assert body["token_type"] == "Bearer"
    assert body["expires_at"] == (clock.now() + timedelta(hours=12)).isoformat().replace("+00:00", "Z")
    assert body["account"]["username"] == "hoa"
    assert body["account"]["name"] == "Nguyễn Thị Hoa"
    assert body["account"]["kind"] == "staff"
    unit_id = str(provinces[0].unit_id)
    own = {"unit_id": unit_id, "instead_of": None}
    assert body["memberships"] == [{**own, "role": "officer"}, {**own, "role": "approver"}]


async def test_the_session_says_the_same_without_the_token(web: httpx.AsyncClient) -> None:
    new = (await web.post(TOKEN, json={"username": "hoa", "password": PASSWORD})).json()
    session = await web.get("/api/v1/auth/session", headers={"Authorization": f"bearer {new['access_token']}"})
    assert session.status_code == 200
    assert session.json() == {name: new[name] for name in ("account", "memberships", "must_enrol", "expires_at")}


@pytest.mark.parametrize("username", ["hoa", "nobody"])
async def test_wrong_password_and_unknown_user_get_the_same_answer(web: httpx.AsyncClient, username: str) -> None:
    answer = await web.post(TOKEN, json={"username": username, "password": "wrong"})
    assert answer.status_code == 401
    assert slug(answer) == "wrong-credentials"
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert username not in answer.text


async def test_repeated_wrong_passwords_lock_the_name_for_a_while(web: httpx.AsyncClient, clock: FixedClock) -> None:
    for _ in range(FREE_ATTEMPTS + 1):
        await web.post(TOKEN, json={"username": "hoa", "password": "wrong"})
    answer = await web.post(TOKEN, json={"username": "hoa", "password": PASSWORD})
    assert answer.status_code == 429
    assert slug(answer) == "account-locked"
    assert answer.headers["retry-after"] == "60"
    clock.at += timedelta(seconds=60)
    assert (await web.post(TOKEN, json={"username": "hoa", "password": PASSWORD})).status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"username": "hoa"},
        {"username": "", "password": "x"},
        {"username": "hoa", "password": "x" * 257},
        {"username": 1, "password": PASSWORD},
        {"username": "hoa", "password": PASSWORD, "tenant": 2},
        [],
    ],
)
async def test_a_body_of_another_shape_is_refused_without_repeating_the_password(
    web: httpx.AsyncClient, body: Any
) -> None:
    answer = await web.post(TOKEN, json=body)
    assert answer.status_code == 422
    assert PASSWORD not in answer.text


async def test_signing_out_revokes_the_token_at_once(web: httpx.AsyncClient) -> None:
    headers = await token_of(web)
    assert (await web.post("/api/v1/auth/logout", headers=headers)).status_code == 204
    answer = await web.get("/api/v1/auth/session", headers=headers)
    assert answer.status_code == 401
    assert slug(answer) == "session-expired"


async def test_signing_out_or_asking_for_a_session_needs_a_token(web: httpx.AsyncClient) -> None:
    for answer in (await web.post("/api/v1/auth/logout"), await web.get("/api/v1/auth/session")):
        assert answer.status_code == 401
        assert slug(answer) == "sign-in-needed"
        assert answer.headers["www-authenticate"].startswith("Bearer")


async def test_a_token_ends_with_its_hours(web: httpx.AsyncClient, clock: FixedClock) -> None:
    headers = await token_of(web)
    clock.at += timedelta(hours=12)
    assert slug(await web.get("/api/v1/auth/session", headers=headers)) == "session-expired"


async def test_a_device_gets_an_account_of_its_own_until_it_signs_out(web: httpx.AsyncClient) -> None:
    answer = await web.post("/api/v1/auth/devices")
    body = answer.json()
    assert answer.status_code == 201
    assert answer.headers["cache-control"] == "no-store"
    assert body["access_token"].startswith("ltc_")
    assert body["account"]["kind"] == "citizen"
    assert body["expires_at"] is None
    headers = {"Authorization": f"Bearer {body['access_token']}"}
    assert (await web.get("/api/v1/auth/session", headers=headers)).json()["account"] == body["account"]
    assert (await web.post("/api/v1/auth/logout", headers=headers)).status_code == 204
    assert slug(await web.get("/api/v1/auth/session", headers=headers)) == "session-expired"
