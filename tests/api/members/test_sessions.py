"""An officer sees where he is signed in and ends one of it."""

from __future__ import annotations

import httpx

from app.process import Process
from tests.builders import an_officer
from tests.officers import PASSWORD

SESSIONS = "/api/v1/staff/me/sessions"


async def test_an_officer_ends_one_session_and_keeps_the_other(client: httpx.AsyncClient, process: Process) -> None:
    here = await an_officer(process)
    typed = {"username": here.username, "password": PASSWORD}
    token = (await client.post("/api/v1/auth/token", json=typed)).json()["access_token"]
    there = {"Authorization": f"Bearer {token}"}
    listed = (await client.get(SESSIONS, headers=here.headers)).json()["items"]
    (other,) = [one["id"] for one in listed if not one["current"]]
    assert len(listed) == 2
    stranger = await an_officer(process)
    assert (await client.delete(f"{SESSIONS}/{other}", headers=stranger.headers)).status_code == 404
    assert (await client.delete(f"{SESSIONS}/{other}", headers=here.headers)).status_code == 204
    assert (await client.get(SESSIONS, headers=there)).status_code == 401
    assert len((await client.get(SESSIONS, headers=here.headers)).json()["items"]) == 1
