"""From how many supporters on a case is urgent: versions with their legal basis, which only administrators publish."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta

import httpx

from app.identity.terms import Role
from app.kit.clock import FixedClock
from app.process import Process
from tests.api.supports.conftest import Crowd
from tests.builders import PROVINCE, Filed, an_officer

RULES = "/api/v1/staff/support-rules"
BASIS = {"vi": "Quyết định 12/2026/QĐ-UBND", "en": "Decision 12/2026/QD-UBND"}
Drain = Callable[[], Awaitable[int]]


async def test_a_province_publishes_its_own_rule_which_raises_by_it_from_its_day_on(
    client: httpx.AsyncClient, lamp: Filed, crowd: Crowd, process: Process, clock: FixedClock, drain: Drain
) -> None:
    admin = await an_officer(process, Role.TENANT_ADMIN, unit=PROVINCE)
    (packaged,) = (await client.get(RULES, headers=admin.headers)).json()["items"]
    assert (packaged["in_force"]["version"], packaged["in_force"]["at_least"]) == (0, 10)
    draft = {"category": "lighting", "priority": "urgent", "at_least": 3, "legal_basis": BASIS, "based_on": 0}
    begins = clock.now() + timedelta(days=1)
    new = await client.post(RULES, json={**draft, "valid_from": begins.isoformat()}, headers=admin.headers)
    assert (new.status_code, new.json()["version"], new.json()["whose"]) == (201, 1, "proven")
    stale = await client.post(RULES, json=draft, headers=admin.headers)
    assert (stale.status_code, stale.json()["current_version"]) == (412, 1)
    for one in await crowd(3):
        await client.post(f"/api/v1/reports/{lamp.code}/support", headers=one.headers)
    await drain()
    for draft["at_least"], raises in ((3, [(lamp.code, 3)]), (4, []), (None, [])):
        seen = (await client.post(f"{RULES}/preview", json=draft, headers=admin.headers)).json()
        assert ([(one["code"], one["people"]) for one in seen["items"]], seen["complete"]) == (raises, True)
    where = f"/api/v1/staff/cases/{lamp.code}"
    assert (await client.get(where, headers=admin.headers)).json()["priority"] == "normal", "not in force yet"
    clock.at = begins + timedelta(minutes=1)
    (later,) = await crowd(1)
    await client.post(f"/api/v1/reports/{lamp.code}/support", headers=later.headers)
    await drain()
    raised = (await client.get(where, headers=admin.headers)).json()
    assert raised["priority"] == "urgent"
    assert BASIS["vi"] in raised["timeline"][-1]["sentence"]
    listed = (await client.get(RULES, headers=admin.headers)).json()["items"]
    assert [(one["in_force"]["category"], len(one["versions"])) for one in listed] == [(None, 0), ("lighting", 1)]


async def test_what_no_rule_can_say_is_refused(client: httpx.AsyncClient, process: Process, clock: FixedClock) -> None:
    admin = await an_officer(process, Role.TENANT_ADMIN, unit=PROVINCE)
    good = {"priority": "high", "at_least": 5, "legal_basis": BASIS}
    past = (clock.now() - timedelta(days=1)).isoformat()
    for wrong, status in (
        ({"priority": "normal"}, 422),
        ({"valid_from": past}, 422),
        ({"category": "no.such"}, 422),
        ({"at_least": 1}, 422),
        ({"legal_basis": {"vi": "", "en": "x"}}, 422),
    ):
        for at in (RULES, f"{RULES}/preview"):
            answer = await client.post(at, json={**good, **wrong}, headers=admin.headers)
            assert answer.status_code == status, (wrong, answer.text)
    officer = await an_officer(process)
    assert (await client.post(RULES, json=good, headers=officer.headers)).status_code == 403
    ended = await client.post(RULES, json={**good, "at_least": None}, headers=admin.headers)
    assert (ended.status_code, ended.json()["at_least"]) == (201, None)
