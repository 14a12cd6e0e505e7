"""Administrators connect installations: a secret shown once, one neighbour a unit, mistakes named."""

from __future__ import annotations

from typing import Any

import httpx

from app.identity.terms import Role
from app.process import Process
from tests.api.federation.conftest import NEIGHBOURS, POWER
from tests.builders import PROVINCE, an_officer

BODY: dict[str, Any] = {"name": "Hải Phòng", "unit": POWER, "url": "https://haiphong.example.vn/"}


async def test_a_neighbour_is_made_changed_and_ended(client: httpx.AsyncClient, process: Process) -> None:
    admin = (await an_officer(process, Role.TENANT_ADMIN, unit=PROVINCE)).headers
    made = await client.post(NEIGHBOURS, json=BODY, headers=admin)
    assert made.status_code == 201, made.text
    assert made.json()["secret"].startswith("whsec_")
    assert (made.json()["url"], made.headers["etag"]) == ("https://haiphong.example.vn", '"1"')
    address = f"{NEIGHBOURS}/{made.json()['id']}"
    seen = (await client.get(address, headers=admin)).json()
    assert seen["secret"] is None, "shown once"
    again = await client.post(NEIGHBOURS, json=BODY, headers=admin)
    assert (again.status_code, again.json()["type"].rpartition("/")[2]) == (409, "unit-has-neighbour")
    changed = await client.put(address, json={**BODY, "name": "TP Hải Phòng"}, headers={**admin, "If-Match": '"1"'})
    assert (changed.status_code, changed.json()["name"]) == (200, "TP Hải Phòng")
    stale = await client.put(address, json=BODY, headers={**admin, "If-Match": '"1"'})
    assert stale.status_code == 412
    ended = await client.post(f"{address}/end", headers={**admin, "If-Match": '"2"'})
    assert (ended.status_code, ended.json()["active"]) == (200, False)
    gone = await client.put(address, json=BODY, headers={**admin, "If-Match": '"3"'})
    assert (gone.status_code, gone.json()["type"].rpartition("/")[2]) == (409, "neighbour-ended")
    listed = (await client.get(NEIGHBOURS, headers=admin)).json()["items"]
    assert [one["active"] for one in listed] == [False]
    assert (await client.get(f"{address}/consignments", headers=admin)).json() == {"items": [], "next_cursor": None}
    span = await client.get(f"{address}/reconciliation?since=2026-01-01&until=2026-11-20", headers=admin)
    assert span.status_code == 400
    for day in ("0001-01-01", "9999-12-31"):
        assert (await client.get(f"{address}/reconciliation?until={day}", headers=admin)).status_code == 422, day


async def test_mistakes_are_pointed_at(client: httpx.AsyncClient, process: Process) -> None:
    admin = (await an_officer(process, Role.TENANT_ADMIN, unit=PROVINCE)).headers
    wrong = {**BODY, "url": "http://10.0.0.1", "secret": "abc"}
    answer = await client.post(NEIGHBOURS, json=wrong, headers=admin)
    assert answer.status_code == 422
    assert [one["pointer"] for one in answer.json()["errors"]] == ["/url", "/secret"]
    nowhere = await client.post(NEIGHBOURS, json={**BODY, "unit": "H99"}, headers=admin)
    assert [one["pointer"] for one in nowhere.json()["errors"]] == ["/unit"]
