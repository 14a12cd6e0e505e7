"""Views of the queue under a name: one's own, and a unit's."""

from __future__ import annotations

import httpx
import pytest

from app.db.engine import Database
from app.desks.terms import MOST_VIEWS
from app.identity.terms import Role
from app.process import Process
from tests.api.permissions.test_matrix import a_foreign_officer
from tests.builders import BINH_HAN, CAM_THUONG, CITY, PROVINCE, an_officer

VIEWS = "/api/v1/staff/views"
LAMPS = {
    "view": "overdue",
    "category": "lighting",
    "unit": CAM_THUONG,
    "state": "in_progress",
    "officer": "none",
}


async def test_an_officer_keeps_views_of_the_own(client: httpx.AsyncClient, process: Process) -> None:
    mine, other = (await an_officer(process)).headers, (await an_officer(process)).headers
    made = await client.post(VIEWS, json={"name": "Đèn quá hạn", "asked": LAMPS}, headers=mine)
    assert made.status_code == 201, made.text
    assert made.json()["query"] == f"view=overdue&category=lighting&unit={CAM_THUONG}&state=in_progress&officer=none"
    again = await client.post(VIEWS, json={"name": "Đèn quá hạn"}, headers=mine)
    assert again.json()["id"] == made.json()["id"], "one of the name is replaced"
    listed = (await client.get(VIEWS, headers=mine)).json()["items"]
    assert [(one["name"], one["whose"], one["query"]) for one in listed] == [("Đèn quá hạn", "own", "view=inbox")]
    assert (await client.get(VIEWS, headers=other)).json() == {"items": []}
    address = f"{VIEWS}/{made.json()['id']}"
    refused = await client.delete(address, headers=other)
    assert (refused.status_code, refused.json()["type"]) == (404, "/problems/no-such-view")
    assert (await client.delete(address, headers=await a_foreign_officer(process))).status_code == 404
    assert (await client.delete(address, headers=mine)).status_code == 204
    assert (await client.delete(address, headers=mine)).status_code == 404


async def test_a_units_view_is_its_members_and_its_arrangers_change_it(
    client: httpx.AsyncClient, process: Process, db: Database
) -> None:
    chief = (await an_officer(process, Role.APPROVER)).headers
    member = (await an_officer(process)).headers
    wanted = {"name": "Của phường", "asked": {"view": "triage"}, "unit": CAM_THUONG}
    made = await client.post(VIEWS, json=wanted, headers=chief)
    assert (made.status_code, made.json()["whose"], made.json()["unit"]) == (201, "unit", CAM_THUONG)
    for headers in (chief, member):
        assert [one["name"] for one in (await client.get(VIEWS, headers=headers)).json()["items"]] == ["Của phường"]
    beside = (await an_officer(process, Role.UNIT_ADMIN, unit=BINH_HAN)).headers
    assert (await client.get(VIEWS, headers=beside)).json() == {"items": []}
    assert (await client.post(VIEWS, json=wanted, headers=member)).status_code == 403
    assert (await client.post(VIEWS, json=wanted, headers=beside)).status_code == 403
    address = f"{VIEWS}/{made.json()['id']}"
    assert (await client.delete(address, headers=member)).status_code == 403
    assert (await client.delete(address, headers=beside)).status_code == 404
    above = (await an_officer(process, Role.UNIT_ADMIN, unit=CITY)).headers
    assert (await client.delete(address, headers=above)).status_code == 204
    trail = await db.lane.fetch("SELECT action FROM audit_entries WHERE action LIKE 'view.%' ORDER BY id")
    assert [row["action"] for row in trail] == ["view.saved", "view.dropped"]


async def test_what_a_view_asks_for_has_to_be_there_and_there_is_an_end(
    client: httpx.AsyncClient, process: Process, db: Database
) -> None:
    mine = (await an_officer(process, Role.TENANT_ADMIN, unit=PROVINCE)).headers
    for asked, status in (({"category": "moon"}, 422), ({"unit": "H23.99"}, 404), ({"view": "odd"}, 422)):
        answer = await client.post(VIEWS, json={"name": "Sai", "asked": asked}, headers=mine)
        assert answer.status_code == status, answer.text
    for number in range(MOST_VIEWS):
        assert (await client.post(VIEWS, json={"name": f"Số {number}"}, headers=mine)).status_code == 201
    full = await client.post(VIEWS, json={"name": "Một cái nữa"}, headers=mine)
    assert (full.status_code, full.json()["type"]) == (409, "/problems/desk-full")
    assert (await client.post(VIEWS, json={"name": "Số 1"}, headers=mine)).status_code == 201
    assert await db.lane.fetchval("SELECT count(*) FROM saved_views") == MOST_VIEWS


@pytest.mark.parametrize("name", ["", "...", "x" * 81])
async def test_a_view_has_a_name_that_can_be_read(client: httpx.AsyncClient, process: Process, name: str) -> None:
    headers = (await an_officer(process)).headers
    assert (await client.post(VIEWS, json={"name": name}, headers=headers)).status_code == 422
