"""Opening an identity: for a reason, by who answers for the case, for an hour, and for its owner to see."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest

from app.audit.terms import Action
from app.db.engine import Database
from app.identity.terms import ReporterIdentity, Role
from app.kit.clock import FixedClock
from app.process import Process
from tests.api.members.test_deputies import named, wanted
from tests.api.members.test_members import MEMBERS
from tests.builders import BINH_HAN, CITY, PROVINCE, Filed, Officer, a_report, an_officer

HOA = ReporterIdentity("Nguyễn Thị Hoa", "+84912345678", None, "030123456789", "Số 5 phố Cẩm Thượng")
REASON = {"reason": "Cần gọi để hẹn giờ vào nhà kiểm tra."}


def senders(filed: Filed) -> str:
    return f"/api/v1/staff/cases/{filed.code}/senders"


async def ask(client: httpx.AsyncClient, officer: Officer, filed: Filed) -> dict[str, Any]:
    answer = await client.post(f"{senders(filed)}/{filed.code}/openings", json=REASON, headers=officer.headers)
    assert answer.status_code == 201, answer.text
    opening: dict[str, Any] = answer.json()
    return opening


async def look(client: httpx.AsyncClient, officer: Officer, opening: dict[str, Any]) -> httpx.Response:
    return await client.post(f"/api/v1/staff/identity-openings/{opening['id']}/reading", headers=officer.headers)


async def decide(client: httpx.AsyncClient, officer: Officer, opening: dict[str, Any], *, agree: bool) -> Any:
    path = f"/api/v1/staff/identity-openings/{opening['id']}/decision"
    return await client.post(path, json={"agree": agree}, headers=officer.headers)


async def test_officers_see_a_pseudonym_and_nothing_of_who_it_is(client: httpx.AsyncClient, process: Process) -> None:
    filed, officer = await a_report(process, reporter=HOA), await an_officer(process)
    answer = await client.get(senders(filed), headers=officer.headers)
    (sender,) = answer.json()["senders"]
    assert (sender["report"], sender["known"], sender["withheld"]) == (filed.code, True, False)
    assert len(sender["pseudonym"]) == 4
    for part in ("Hoa", "912345678", "0301234", "Số 5 phố"):
        assert part not in answer.text


async def test_an_identity_is_open_to_who_asked_for_an_hour_and_its_owner_sees_why(
    client: httpx.AsyncClient, process: Process, clock: FixedClock, db: Database
) -> None:
    filed, approver = await a_report(process, reporter=HOA), await an_officer(process, Role.APPROVER)
    opening = await ask(client, approver, filed)
    assert (opening["state"], opening["needs_second"]) == ("open", False)
    found = await look(client, approver, opening)
    assert found.json()["identity"] == {
        "name": HOA.name,
        "phone": HOA.phone,
        "email": None,
        "identity_number": HOA.identity_number,
        "home_address": HOA.home_address,
    }
    assert found.headers["cache-control"] == "private, no-store"
    log = await client.get(f"/api/v1/reports/{filed.code}/access-log", headers=filed.owner)
    (entry,) = log.json()["items"]
    assert (entry["reason"], entry["by"]) == (REASON["reason"], "UBND phường Cẩm Thượng")
    trail = [row["action"] for row in await db.lane.fetch("SELECT action FROM audit_entries ORDER BY id")]
    assert [one for one in trail if one.startswith("identity.")] == [Action.IDENTITY_ASKED, Action.IDENTITY_OPENED]
    colleague = await an_officer(process, Role.APPROVER)
    assert (await look(client, colleague, opening)).status_code == 404
    clock.at += timedelta(hours=1)
    late = await look(client, approver, opening)
    assert (late.status_code, late.json()["type"]) == (409, "/problems/opening-not-open")


async def test_an_officer_who_does_not_answer_for_the_case_may_not_ask(
    client: httpx.AsyncClient, process: Process
) -> None:
    filed = await a_report(process, reporter=HOA)
    for officer, status in (
        (await an_officer(process), 403),
        (await an_officer(process, Role.AUDITOR, unit=PROVINCE), 403),
        (await an_officer(process, Role.APPROVER, unit=BINH_HAN), 404),
        (await an_officer(process, Role.APPROVER, unit=CITY), 201),
    ):
        answer = await client.post(f"{senders(filed)}/{filed.code}/openings", json=REASON, headers=officer.headers)
        assert answer.status_code == status, answer.text
    short = await client.post(
        f"{senders(filed)}/{filed.code}/openings", json={"reason": "xem"}, headers=officer.headers
    )
    assert short.status_code == 422


async def test_who_asked_not_to_be_named_is_opened_by_two(client: httpx.AsyncClient, process: Process) -> None:
    filed = await a_report(process, reporter=HOA, anonymous=True)
    asker, second = await an_officer(process, Role.APPROVER), await an_officer(process, Role.AUDITOR, unit=PROVINCE)
    opening = await ask(client, asker, filed)
    assert (opening["state"], opening["needs_second"]) == ("waiting", True)
    assert (await look(client, asker, opening)).status_code == 409
    alone = await decide(client, asker, opening, agree=True)
    assert (alone.status_code, alone.json()["type"]) == (403, "/problems/another-person-needed")
    assert (await decide(client, await an_officer(process), opening, agree=True)).status_code == 403
    elsewhere = await an_officer(process, Role.APPROVER, unit=BINH_HAN)
    assert (await decide(client, elsewhere, opening, agree=True)).status_code == 404
    waiting = (await client.get("/api/v1/staff/identity-openings", headers=second.headers)).json()["items"]
    assert [one["state"] for one in waiting] == ["waiting"]
    assert (await decide(client, second, opening, agree=True)).json()["state"] == "open"
    assert (await decide(client, second, opening, agree=False)).status_code == 409
    assert (await look(client, second, opening)).status_code == 404
    assert (await look(client, asker, opening)).json()["identity"]["name"] == HOA.name


async def test_two_who_are_one_do_not_open_what_takes_two(
    client: httpx.AsyncClient, process: Process, clock: FixedClock
) -> None:
    filed = await a_report(process, reporter=HOA, anonymous=True)
    asker, clerk = await an_officer(process, Role.APPROVER), await an_officer(process)
    opening = await ask(client, asker, filed)
    await named(client, asker, wanted(clerk, clock))
    borrowed = await decide(client, clerk, opening, agree=True)
    assert borrowed.json()["type"] == "/problems/another-person-needed", "the clerk has the asker's own role"
    of_clerk = await ask(client, clerk, filed)
    lent = await decide(client, asker, of_clerk, agree=True)
    assert lent.json()["type"] == "/problems/another-person-needed"
    head = await an_officer(process, Role.TENANT_ADMIN, unit=PROVINCE)
    auditor = await an_officer(process, Role.AUDITOR, unit=PROVINCE)
    made = await client.post(f"{MEMBERS}/{asker.actor.id}/reset", json={"by": "hand"}, headers=head.headers)
    assert made.status_code == 200
    by_link = await decide(client, head, opening, agree=True)
    assert by_link.json()["type"] == "/problems/another-person-needed", "whoever made the link may have used it"
    assert (await decide(client, auditor, opening, agree=True)).json()["state"] == "open"


async def test_who_may_no_longer_ask_may_no_longer_look_and_no_wish_waits_for_ever(
    client: httpx.AsyncClient, process: Process, clock: FixedClock, db: Database
) -> None:
    filed = await a_report(process, reporter=HOA, anonymous=True)
    asker, second = await an_officer(process, Role.APPROVER), await an_officer(process, Role.AUDITOR, unit=PROVINCE)
    opening, forgotten = await ask(client, asker, filed), await ask(client, asker, filed)
    assert (await decide(client, second, opening, agree=True)).json()["state"] == "open"
    await db.lane.fetch("UPDATE memberships SET valid_to = $1 WHERE account_id = $2", clock.now(), asker.actor.id)
    assert (await look(client, asker, opening)).status_code == 404, "the case is out of sight with the role"
    clock.at += timedelta(days=7)
    late = await decide(client, await an_officer(process, Role.AUDITOR, unit=PROVINCE), forgotten, agree=True)
    assert (late.status_code, late.json()["type"]) == (409, "/problems/opening-not-open")


async def test_two_of_one_unit_do_not_open_who_wished_not_to_be_named(
    client: httpx.AsyncClient, process: Process
) -> None:
    filed = await a_report(process, reporter=HOA, anonymous=True)
    asker, colleague = await an_officer(process, Role.APPROVER), await an_officer(process, Role.APPROVER)
    opening = await ask(client, asker, filed)
    same = await decide(client, colleague, opening, agree=True)
    assert (same.status_code, same.json()["type"]) == (403, "/problems/another-person-needed")
    above = await an_officer(process, Role.APPROVER, unit=CITY)
    assert (await decide(client, above, opening, agree=True)).json()["state"] == "open"


async def test_what_was_refused_stays_closed(client: httpx.AsyncClient, process: Process) -> None:
    filed = await a_report(process, reporter=HOA, anonymous=True)
    asker, second = await an_officer(process, Role.APPROVER), await an_officer(process, Role.APPROVER)
    opening = await ask(client, asker, filed)
    assert (await decide(client, second, opening, agree=False)).json()["state"] == "refused"
    assert (await look(client, asker, opening)).status_code == 409
    log = await client.get(f"/api/v1/reports/{filed.code}/access-log", headers=filed.owner)
    assert log.json()["items"] == []


async def test_nobody_is_opened_who_left_nothing(client: httpx.AsyncClient, process: Process) -> None:
    filed, approver = await a_report(process), await an_officer(process, Role.APPROVER)
    answer = await client.post(f"{senders(filed)}/{filed.code}/openings", json=REASON, headers=approver.headers)
    assert (answer.status_code, answer.json()["type"]) == (404, "/problems/unknown-sender")


async def test_a_phone_finds_its_reports_within_sight_and_opens_nothing(
    client: httpx.AsyncClient, process: Process, db: Database
) -> None:
    filed = await a_report(process, reporter=HOA)
    await a_report(process, reporter=ReporterIdentity("Ai khác", "+84987654321"))
    wanted = {"phone": "0912 345 678", **REASON}
    for officer, found in (
        (await an_officer(process, Role.DISPATCHER), [{"report": filed.code, "case": filed.code}]),
        (await an_officer(process, Role.DISPATCHER, unit=BINH_HAN), []),
    ):
        answer = await client.post("/api/v1/staff/phone-lookups", json=wanted, headers=officer.headers)
        assert answer.json()["items"] == found
    assert await db.lane.fetchval("SELECT count(*) FROM audit_entries WHERE action = 'phone.sought'") == 2
    log = await client.get(f"/api/v1/reports/{filed.code}/access-log", headers=filed.owner)
    assert [one["reason"] for one in log.json()["items"]] == [REASON["reason"]], "whose it is was known by it"
    trail = await db.lane.fetch(
        "SELECT details::text AS said FROM audit_entries WHERE action = 'phone.sought' ORDER BY id"
    )
    assert filed.code in trail[0]["said"]
    unnamed = await a_report(process, reporter=HOA, anonymous=True)
    seeker = await an_officer(process, Role.APPROVER)
    answers = [await client.post("/api/v1/staff/phone-lookups", json=wanted, headers=seeker.headers) for _ in range(61)]
    assert unnamed.code not in answers[0].text, "who asked not to be named is not found by guessing either"
    assert (answers[59].status_code, answers[60].status_code) == (200, 429)
    wrong = await client.post("/api/v1/staff/phone-lookups", json={**wanted, "phone": "12"}, headers=officer.headers)
    assert (wrong.status_code, wrong.json()["type"]) == (422, "/problems/invalid-phone")


@pytest.mark.parametrize("verb", ["decision", "reading"])
async def test_an_opening_that_is_not_there_is_not_found(
    client: httpx.AsyncClient, process: Process, verb: str
) -> None:
    officer = await an_officer(process, Role.APPROVER)
    path = f"/api/v1/staff/identity-openings/{UUID(int=1)}/{verb}"
    answer = await client.post(path, json={"agree": True}, headers=officer.headers)
    assert (answer.status_code, answer.json()["type"]) == (404, "/problems/unknown-opening")
