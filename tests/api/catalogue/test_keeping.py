"""Categories at their address: read by officers, published in versions by the province's administrators."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from app.db.engine import Database
from app.identity.terms import Role
from app.kit.clock import FixedClock
from app.process import Process
from tests.builders import PROVINCE, an_officer

pytestmark = pytest.mark.usefixtures("packaged_rules_again")

KEPT = "/api/v1/staff/categories"
POTHOLE = f"{KEPT}/roads.pothole"
BASIS = {"vi": "Quyết định 15/2026/QĐ-UBND", "en": "Decision 15/2026/QD-UBND"}
DRAFT: dict[str, Any] = {
    "name": {"vi": "Ổ gà, ổ voi", "en": "Potholes of any size"},
    "legal_basis": BASIS,
    "note": "Gọi như người dân gọi.",
}


def named(items: list[dict[str, Any]], code: str) -> dict[str, Any]:
    return next(one for one in items if one["code"] == code)


async def test_a_version_words_a_category_at_once_and_says_when_it_may_be_chosen(
    client: httpx.AsyncClient, process: Process, clock: FixedClock, db: Database
) -> None:
    admin = await an_officer(process, Role.TENANT_ADMIN, unit=PROVINCE)
    listed = (await client.get(KEPT, headers=admin.headers)).json()["items"]
    packaged = named(listed, "roads.pothole")
    assert (packaged["version"], packaged["versions"], packaged["parent"]) == (0, [], "roads")
    made = await client.post(POTHOLE, json={**DRAFT, "based_on": 0}, headers=admin.headers)
    assert (made.status_code, made.json()["version"]) == (201, 1), made.text
    stale = await client.post(POTHOLE, json={**DRAFT, "based_on": 0}, headers=admin.headers)
    assert (stale.status_code, stale.json()["current_version"]) == (412, 1)
    await process.refresh()
    assert (await client.get("/api/v1/categories/roads.pothole")).json()["name"] == "Ổ gà, ổ voi"
    today = clock.now().date().isoformat()
    ended = await client.post(POTHOLE, json={**DRAFT, "valid_to": today}, headers=admin.headers)
    assert ended.json()["version"] == 2
    await process.refresh()
    report = {"category": "roads.pothole", "description": "Ổ gà.", "location": {"lat": 20.9467, "lon": 106.3134}}
    assert (await client.post("/api/v1/reports", json=report)).status_code == 201, "the last day is one of them"
    clock.at = clock.at.replace(day=clock.at.day + 1)
    refused = await client.post("/api/v1/reports", json=report)
    assert (refused.status_code, refused.json()["type"]) == (422, "/problems/retired-category")
    kept = named((await client.get(KEPT, headers=admin.headers)).json()["items"], "roads.pothole")
    assert [one["version"] for one in kept["versions"]] == [2, 1]
    assert (kept["valid_to"], kept["legal_basis"]) == (today, BASIS)
    trail = "SELECT count(*) FROM audit_entries WHERE action = 'category.published'"
    assert await db.lane.fetchval(trail) == 2


async def test_what_no_category_can_be_is_refused(
    client: httpx.AsyncClient, process: Process, clock: FixedClock
) -> None:
    admin = await an_officer(process, Role.TENANT_ADMIN, unit=PROVINCE)
    for wrong, pointer in (
        ({"valid_to": "2020-01-01"}, "/valid_to"),
        ({"valid_from": "2027-02-01", "valid_to": "2027-01-01"}, "/valid_to"),
        ({"name": {"vi": "", "en": "x"}}, "/name/vi"),
        ({"legal_basis": {"vi": "…", "en": "x"}}, "/legal_basis/vi"),
    ):
        answer = await client.post(POTHOLE, json={**DRAFT, **wrong}, headers=admin.headers)
        assert answer.status_code == 422, answer.text
        assert answer.json()["errors"][0]["pointer"] == pointer
    absent = await client.post(f"{KEPT}/no.such", json=DRAFT, headers=admin.headers)
    assert (absent.status_code, absent.json()["type"]) == (404, "/problems/category-not-found")
