"""Administrators draft, publish and end versions of procedures; others neither see nor touch a draft."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from app.db.engine import Database
from app.identity.terms import Role
from app.process import Process
from tests.api.permissions.test_matrix import a_foreign_officer
from tests.builders import PROVINCE, an_officer

pytestmark = pytest.mark.usefixtures("packaged_procedures_again")
KEPT = "/api/v1/staff/procedures"
MARITAL = "1.004873"


async def administrator(process: Process) -> dict[str, str]:
    """Headers of the province's administrator."""
    return (await an_officer(process, Role.TENANT_ADMIN, unit=PROVINCE)).headers


async def marital(client: httpx.AsyncClient, admin: dict[str, str]) -> dict[str, Any]:
    """The packaged version as it is written."""
    answer = await client.get(f"{KEPT}/{MARITAL}/versions/1", headers=admin)
    assert answer.json()["mistakes"] == []
    written: dict[str, Any] = answer.json()["procedure"]
    return written


async def test_a_draft_becomes_the_version_in_force_and_the_old_one_ends(
    client: httpx.AsyncClient, process: Process, db: Database
) -> None:
    admin = await administrator(process)
    written = {**await marital(client, admin), "working_days": 2}
    made = await client.post(KEPT, json={"procedure": written}, headers=admin)
    assert (made.status_code, made.json()["version"], made.json()["published"]) == (201, 2, False)
    assert [one["pointer"] for one in made.json()["mistakes"]] == ["/working_days"]
    draft = f"{KEPT}/{MARITAL}/versions/2"
    seen = {**admin, "If-Match": made.headers["ETag"]}

    refused = await client.post(f"{draft}/publication", json={}, headers=seen)
    assert (refused.status_code, refused.json()["type"]) == (422, "/problems/invalid-procedure")
    written["steps"][1]["working_days"] = 1
    mended = await client.put(draft, json={"procedure": written}, headers=seen)
    assert (mended.status_code, mended.json()["mistakes"]) == (200, [])
    late = await client.post(f"{draft}/publication", json={}, headers=seen)
    assert (late.status_code, late.json()["type"]) == (412, "/problems/stale-procedure")
    for stranger in ({}, {"Host": "khanhhoa.localhost"}):
        assert (await client.get(f"/api/v1/procedures/{MARITAL}?version=2", headers=stranger)).status_code == 404

    seen = {**admin, "If-Match": mended.headers["ETag"]}
    published = await client.post(f"{draft}/publication", json={"valid_from": "2026-11-01"}, headers=seen)
    assert (published.status_code, published.json()["valid_from"]) == (200, "2026-11-01"), published.text
    old = (await client.get(f"{KEPT}/{MARITAL}/versions/1", headers=admin)).json()
    assert (old["valid_to"], old["procedure"]["working_days"]) == ("2026-10-31", 3)
    await process.refresh()
    assert (await client.get(f"/api/v1/procedures/{MARITAL}")).json()["working_days"] == 2
    assert (await client.get(f"/api/v1/procedures/{MARITAL}?version=1")).json()["working_days"] == 3

    seen = {**admin, "If-Match": published.headers["ETag"]}
    again = await client.put(draft, json={"procedure": written}, headers=seen)
    assert (again.status_code, again.json()["type"]) == (409, "/problems/procedure-published")
    ended = await client.post(f"{draft}/retirement", json={"last_day": "2026-11-19"}, headers=seen)
    assert (ended.status_code, ended.json()["valid_to"]) == (200, "2026-11-19")
    await process.refresh()
    answer = await client.post(f"/api/v1/procedures/{MARITAL}/check", json={"answers": {}})
    assert answer.json()["type"] == "/problems/retired-procedure"
    page = (await client.get(KEPT, params={"limit": 3}, headers=admin)).json()
    rest = (await client.get(KEPT, params={"limit": 200, "cursor": page["next_cursor"]}, headers=admin)).json()
    listed = [(one["code"], one["version"]) for one in (*page["items"], *rest["items"])]
    assert listed == sorted(listed, key=lambda one: (one[0], -one[1]))
    assert [version for code, version in listed if code == MARITAL] == [2, 1]
    trail = await db.lane.fetch("SELECT action FROM audit_entries WHERE subject = $1 ORDER BY id", f"{MARITAL} v2")
    told = ["procedure.drafted", "procedure.drafted", "procedure.published", "procedure.retired"]
    assert [row["action"] for row in trail] == told


async def test_what_no_unit_takes_or_nobody_can_read_is_not_published(
    client: httpx.AsyncClient, process: Process
) -> None:
    admin = await administrator(process)
    written = await marital(client, admin)
    unread = await client.post(KEPT, json={"procedure": {**written, "naem": 1}}, headers=admin)
    assert (unread.status_code, unread.json()["errors"][0]["pointer"]) == (422, "/naem")
    written["steps"][0]["unit_kind"] = "one_stop"  # no commune has one
    made = await client.post(KEPT, json={"procedure": written}, headers=admin)
    version = made.json()["version"]
    refused = await client.post(
        f"{KEPT}/{MARITAL}/versions/{version}/publication", json={}, headers={**admin, "If-Match": '"1"'}
    )
    assert [one["pointer"] for one in refused.json()["errors"]] == ["/steps/0/unit_kind"]
    theirs = {**await a_foreign_officer(process), "If-Match": '"1"'}
    for method, path, body in (
        ("GET", "", None),
        ("PUT", "", {"procedure": written}),
        ("POST", "/publication", {}),
        ("POST", "/retirement", {"last_day": "2026-12-31"}),
    ):
        answer = await client.request(method, f"{KEPT}/{MARITAL}/versions/{version}{path}", json=body, headers=theirs)
        assert (answer.status_code, answer.json()["type"]) == (404, "/problems/procedure-version-not-found"), path
