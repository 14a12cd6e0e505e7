"""A colleague stands in for somebody on leave: exactly those roles, for that time, by name, and still one person."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx

from app.cases.terms import CaseState
from app.db.engine import Database
from app.identity.terms import Role
from app.kit.clock import FixedClock, rfc3339
from app.process import Process
from tests.api.members.test_members import MEMBERS, setting, token_in
from tests.builders import BINH_HAN, CAM_THUONG, PROVINCE, Filed, Officer, a_case, an_officer

DEPUTIES = "/api/v1/staff/me/deputies"
ANSWER = {"answer": "Đã thay bóng đèn mới.", "resolution": "fixed"}


def wanted(deputy: Officer, clock: FixedClock, *, begins: int = 0, ends: int = 14, **given: Any) -> dict[str, Any]:
    """A body that names the deputy for some days."""
    now = clock.now()
    days = {"valid_from": rfc3339(now + timedelta(days=begins)), "valid_to": rfc3339(now + timedelta(days=ends))}
    return {"unit": CAM_THUONG, "deputy": deputy.username, **days, **given}


async def named(client: httpx.AsyncClient, absent: Officer, body: dict[str, Any]) -> dict[str, Any]:
    answer = await client.post(DEPUTIES, json=body, headers=absent.headers)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def verb(client: httpx.AsyncClient, filed: Filed, name: str, who: Officer, version: int, **body: Any) -> Any:
    headers = {**who.headers, "If-Match": f'"{version}"'}
    return await client.post(f"/api/v1/staff/cases/{filed.code}/{name}", json=body or None, headers=headers)


async def test_a_deputy_has_the_roles_for_the_time_and_the_history_says_for_whom(
    client: httpx.AsyncClient, process: Process, clock: FixedClock, db: Database
) -> None:
    absent, deputy, clerk = (
        await an_officer(process, Role.APPROVER),
        await an_officer(process),
        await an_officer(process),
    )
    filed = await a_case(process, CaseState.IN_PROGRESS)
    await named(client, absent, wanted(deputy, clock, begins=1))
    drafted = await verb(client, filed, "draft-answer", clerk, filed.version, **ANSWER)
    version = drafted.json()["version"]
    assert (await verb(client, filed, "approve", deputy, version)).status_code == 403, "not before the day"
    clock.at += timedelta(days=2)
    noted = await verb(client, filed, "note", deputy, version, text="Đã xem.")
    version = noted.json()["version"]
    assert (await verb(client, filed, "approve", deputy, version)).status_code == 200
    case = await client.get(f"/api/v1/staff/cases/{filed.code}", headers=clerk.headers)
    acting = {entry["type"]: entry["acting"] for entry in case.json()["timeline"]}
    assert acting["case.resolved"] == f"{deputy.actor.name} làm thay {absent.actor.name}"
    assert acting["case.noted"] is None, "what the own role is enough for is done for oneself"
    trail = await db.lane.fetch(
        "SELECT action, actor_id, actor_name, details->>'instead_of' AS colleague FROM audit_entries"
        " WHERE subject = $1 AND action IN ('case.resolved', 'case.noted') ORDER BY id",
        filed.code,
    )
    assert [tuple(row) for row in trail] == [
        ("case.noted", deputy.actor.id, deputy.actor.name, None),
        ("case.resolved", deputy.actor.id, f"{deputy.actor.name} (thay {absent.actor.name})", str(absent.actor.id)),
    ]
    told = await client.get(f"/api/v1/reports/{filed.code}/timeline", headers=filed.owner)
    assert told.status_code == 200
    assert "thay" not in told.text.replace("Đã thay bóng", ""), "whoever sent the report is told of no officer"
    clock.at += timedelta(days=12)
    session = await client.get("/api/v1/auth/session", headers=deputy.headers)
    assert [one["instead_of"] for one in session.json()["memberships"]] == [None]


async def test_what_takes_two_persons_still_does(
    client: httpx.AsyncClient, process: Process, clock: FixedClock
) -> None:
    absent, deputy = await an_officer(process, Role.APPROVER), await an_officer(process)
    await named(client, absent, wanted(deputy, clock))
    filed = await a_case(process, CaseState.IN_PROGRESS)
    drafted = await verb(client, filed, "draft-answer", deputy, filed.version, **ANSWER)
    own = await verb(client, filed, "approve", deputy, drafted.json()["version"])
    assert (own.status_code, own.json()["type"]) == (403, "/problems/second-person-needed")
    assert (await verb(client, filed, "approve", absent, drafted.json()["version"])).status_code == 200


async def test_nobody_passes_on_what_he_has_of_a_colleague_and_it_ends_with_any_of_its_reasons(
    client: httpx.AsyncClient, process: Process, clock: FixedClock
) -> None:
    absent, deputy = await an_officer(process, Role.UNIT_ADMIN), await an_officer(process)
    third, elsewhere = await an_officer(process), await an_officer(process, unit=BINH_HAN)
    made = await named(client, absent, wanted(deputy, clock))
    await named(client, deputy, wanted(third, clock))

    async def roles(who: Officer) -> list[tuple[str, str | None]]:
        session = await client.get("/api/v1/auth/session", headers=who.headers)
        return [(one["role"], one["instead_of"]) for one in session.json()["memberships"]]

    assert await roles(deputy) == [("officer", None), ("unit_admin", absent.actor.name)]
    assert await roles(third) == [("officer", None), ("officer", deputy.actor.name)]
    members = "/api/v1/staff/members"
    keep = await client.post(
        f"{members}/{deputy.actor.id}/memberships",
        json={"unit": CAM_THUONG, "role": "unit_admin"},
        headers=deputy.headers,
    )
    assert (keep.status_code, "tự giao" in keep.json()["detail"]) == (403, True)

    async def refused(body: dict[str, Any]) -> tuple[int, str, str]:
        answer = await client.post(DEPUTIES, json=body, headers=absent.headers)
        errors = answer.json().get("errors", [{"pointer": ""}])
        return answer.status_code, answer.json()["type"], errors[0]["pointer"]

    nobody = {**wanted(third, clock), "deputy": "khong.co"}
    for body in (wanted(absent, clock), wanted(elsewhere, clock), nobody):
        assert await refused(body) == (422, "/problems/invalid-deputy", "/deputy"), "told apart by nothing"
    assert await refused(wanted(third, clock, unit=BINH_HAN)) == (422, "/problems/invalid-deputy", "/unit")
    assert await refused(wanted(third, clock, ends=400)) == (422, "/problems/invalid-deputy", "/valid_to")
    assert await refused(wanted(third, clock, begins=3)) == (409, "/problems/deputy-there", "")
    listed = (await client.get(DEPUTIES, headers=deputy.headers)).json()
    assert [one["deputy"] for one in listed["mine"]] == [third.actor.name]
    assert [one["colleague"] for one in listed["for_others"]] == [absent.actor.name]
    for who in (deputy, third):
        theirs = await client.delete(f"{DEPUTIES}/{made['id']}", headers=who.headers)
        assert (theirs.status_code, theirs.json()["type"]) == (404, "/problems/unknown-deputy")
    # The deputy leaves the unit: nothing of it is left. The officer comes back: the same.
    seen = (await client.get(f"{members}/{deputy.actor.id}", headers=absent.headers)).json()
    own = f"{members}/{deputy.actor.id}/memberships/{seen['memberships'][0]['id']}"
    assert (await client.delete(own, headers=absent.headers)).status_code == 204
    assert await roles(deputy) == []
    assert await roles(third) == [("officer", None)]
    assert (await client.delete(f"{DEPUTIES}/{made['id']}", headers=absent.headers)).status_code == 204
    assert (await client.delete(f"{DEPUTIES}/{made['id']}", headers=absent.headers)).status_code == 404


async def test_nobody_takes_a_colleague_s_roles_by_making_a_link_for_the_deputy(
    client: httpx.AsyncClient, process: Process, clock: FixedClock, db: Database
) -> None:
    head = await an_officer(process, Role.TENANT_ADMIN, unit=PROVINCE)
    deputy = await an_officer(process, unit=PROVINCE)
    of_unit = await an_officer(process, Role.UNIT_ADMIN, unit=PROVINCE)
    path = f"{MEMBERS}/{deputy.actor.id}"
    before = await client.post(f"{path}/reset", json={"by": "hand"}, headers=of_unit.headers)
    assert before.status_code == 200, before.text
    await named(client, head, wanted(deputy, clock, unit=PROVINCE, begins=3))
    assert await setting(client, token_in(before.json()["link"])) == (410, "/problems/link-refused")
    refused = await client.post(f"{path}/reset", json={"by": "hand"}, headers=of_unit.headers)
    assert refused.status_code == 403, "in three days it is the province's administrator"
    assert (await client.get(path, headers=of_unit.headers)).json()["may_reset"] is False
    assert (await client.post(f"{path}/reset", json={"by": "hand"}, headers=head.headers)).status_code == 200
