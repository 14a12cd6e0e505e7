"""“I meet this too”: said once for each, counted exactly, told to everyone as a number and to nobody as a name."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import httpx

from app.cases import service as cases
from app.cases.terms import CaseState, Resolution
from app.catalogue.terms import Priority
from app.db.work import Work, in_work
from app.identity.terms import Actor, ActorKind
from app.process import Process
from app.supports import service as supports
from tests.api.supports.conftest import Crowd, Person
from tests.builders import CAM_THUONG, HAIDUONG, Filed, a_case, a_report, acting, an_officer, someone
from tests.statements import Statements

Drain = Callable[[], Awaitable[int]]


def at(case: Filed) -> str:
    return f"/api/v1/reports/{case.code}/support"


async def shown(client: httpx.AsyncClient, case: Filed) -> int:
    """The number that everyone is told."""
    number: int = (await client.get(f"/api/v1/reports/{case.code}")).json()["support_count"]
    return number


async def test_it_is_said_once_by_each_taken_back_once_and_told_as_a_number(
    client: httpx.AsyncClient, lamp: Filed, crowd: Crowd, device: Person, process: Process, drain: Drain
) -> None:
    (person,) = await crowd(1)
    first = await client.post(at(lamp), headers=person.headers)
    assert first.status_code == 200, first.text
    assert first.json() == {"code": lamp.code, "supported": True, "since": first.json()["since"], "support_count": 1}
    assert (await client.post(at(lamp), headers=person.headers)).json() == first.json(), "once is enough"
    assert (await client.post(at(lamp), headers=device.headers)).json()["support_count"] == 1, "as last counted"
    await drain()
    assert await shown(client, lamp) == 2
    (line,) = (await client.get("/api/v1/public/cases")).json()["items"]
    assert line["support_count"] == 2
    (point,) = (await client.get("/api/v1/public/cases.geojson")).json()["features"]
    assert point["properties"]["support_count"] == 2
    officer = await an_officer(process)
    seen = await client.get(f"/api/v1/staff/cases/{lamp.code}", headers=officer.headers)
    assert seen.json()["support_count"] == 2
    assert seen.json()["version"] == lamp.version, "a number is no change that an officer would have to look at"
    assert str(person.citizen) not in seen.text
    back = await client.request("DELETE", at(lamp), headers=person.headers)
    assert (back.json()["supported"], back.json()["since"]) == (False, None)
    assert (await client.request("DELETE", at(lamp), headers=person.headers)).status_code == 200
    await drain()
    assert await shown(client, lamp) == 1


async def test_only_people_may_and_only_of_what_is_public_and_goes_on(
    client: httpx.AsyncClient, lamp: Filed, crowd: Crowd, process: Process, drain: Drain
) -> None:
    (person,) = await crowd(1)
    nobody = await client.post(at(lamp))
    assert (nobody.status_code, nobody.json()["type"].rpartition("/")[2]) == (401, "sign-in-needed")
    officer = await an_officer(process)
    assert (await client.post(at(lamp), headers=officer.headers)).json()["type"].endswith("sign-in-needed")
    private = await a_report(process)
    hidden = await client.post(at(private), headers=person.headers)
    assert (hidden.status_code, hidden.json()["type"].rpartition("/")[2]) == (404, "report-not-found")
    assert (await client.request("DELETE", at(private), headers=person.headers)).status_code == 404
    await client.post(at(lamp), headers=person.headers)
    answer = {"answer": "Đã thay bóng đèn.", "resolution": Resolution.FIXED}
    done = await acting(process, cases.resolve_case, someone(process), code=lamp.code, seen=lamp.version, **answer)
    await drain()
    (other,) = await crowd(1)
    over = await client.post(at(lamp), headers=other.headers)
    assert (over.status_code, over.json()["type"].rpartition("/")[2]) == (409, "support-closed")
    assert done.state == CaseState.RESOLVED
    assert (await client.post(at(lamp), headers=person.headers)).json()["supported"], "it was said in time"
    assert not (await client.request("DELETE", at(lamp), headers=person.headers)).json()["supported"]


async def test_whoever_has_reported_it_counts_already(
    client: httpx.AsyncClient, process: Process, crowd: Crowd, drain: Drain
) -> None:
    sender, other = await crowd(2)
    own = await a_case(process, CaseState.IN_PROGRESS, actor=Actor(ActorKind.CITIZEN, HAIDUONG, sender.citizen))
    await drain()
    refused = await client.post(at(own), headers=sender.headers)
    assert (refused.status_code, refused.json()["type"].rpartition("/")[2]) == (409, "own-matter")
    await client.post(at(own), headers=other.headers)
    await drain()
    assert await shown(client, own) == 1


async def test_a_merge_takes_supporters_along_and_counts_each_person_once(
    client: httpx.AsyncClient, process: Process, crowd: Crowd, drain: Drain
) -> None:
    both, here, there, later = await crowd(4)
    one, two = await a_case(process, CaseState.IN_PROGRESS), await a_case(process, CaseState.IN_PROGRESS)
    for person, case in ((both, one), (both, two), (here, one), (there, two)):
        assert (await client.post(at(case), headers=person.headers)).status_code == 200
    await drain()
    assert (await shown(client, one), await shown(client, two)) == (2, 2)
    merged = await acting(process, cases.merge_case, someone(process), code=one.code, seen=one.version, into=two.code)
    await drain()
    assert await shown(client, two) == 3
    followed = await client.post(at(one), headers=later.headers)
    assert followed.json()["code"] == two.code
    gone = await client.request("DELETE", at(two), headers=both.headers)
    assert not gone.json()["supported"]
    await drain()
    assert await shown(client, two) == 3, "one went with both of his, one came"
    await acting(process, cases.unmerge_case, someone(process), code=one.code, seen=merged.version)
    await drain()
    assert (await shown(client, one), await shown(client, two)) == (1, 2)


async def test_a_crowd_at_once_is_counted_exactly_and_raises_the_case_once(
    client: httpx.AsyncClient, lamp: Filed, crowd: Crowd, process: Process, drain: Drain
) -> None:
    people = await crowd(12)
    twice = [*people, *people]
    answers = await asyncio.gather(*(client.post(at(lamp), headers=one.headers) for one in twice))
    assert {answer.status_code for answer in answers} == {200}
    await drain()
    assert await shown(client, lamp) == 12
    officer = await an_officer(process)
    seen = (await client.get(f"/api/v1/staff/cases/{lamp.code}", headers=officer.headers)).json()
    assert (seen["priority"], seen["due_at"]) == ("high", seen["original_due_at"])
    (told,) = [entry for entry in seen["timeline"] if entry["type"] == "case.support_raised"]
    assert "12 người báo cùng gặp việc này: nâng mức ưu tiên lên Cao." in told["sentence"]
    assert (told["audience"], told["actor_kind"]) == ("public", "system")
    for one in people[:5]:
        await client.request("DELETE", at(lamp), headers=one.headers)
    await drain()
    for one in people[:5]:
        await client.post(at(lamp), headers=one.headers)
    await drain()
    again = (await client.get(f"/api/v1/staff/cases/{lamp.code}", headers=officer.headers)).json()
    assert again["priority"] == "high"
    assert sum(entry["type"] == "case.support_raised" for entry in again["timeline"]) == 1


async def test_an_officer_who_lowers_it_has_the_last_word_and_devices_raise_nothing(
    client: httpx.AsyncClient, lamp: Filed, crowd: Crowd, process: Process, drain: Drain
) -> None:
    devices = [(await client.post("/api/v1/auth/devices")).json()["access_token"] for _ in range(11)]
    for token in devices:
        await client.post(at(lamp), headers={"Authorization": f"Bearer {token}"})
    await drain()
    officer = await an_officer(process)
    where = f"/api/v1/staff/cases/{lamp.code}"
    seen = (await client.get(where, headers=officer.headers)).json()
    assert (seen["support_count"], seen["priority"]) == (11, "normal"), "nothing proves that they are eleven people"
    people = await crowd(11)
    for one in people[:10]:
        await client.post(at(lamp), headers=one.headers)
    await drain()
    raised = (await client.get(where, headers=officer.headers)).json()
    assert raised["priority"] == "high"
    lowered = await acting(
        process,
        cases.triage_case,
        someone(process, CAM_THUONG),
        code=lamp.code,
        seen=raised["version"],
        priority=Priority.NORMAL,
    )
    await client.post(at(lamp), headers=people[10].headers)
    await drain()
    assert (await client.get(where, headers=officer.headers)).json()["priority"] == "normal"
    assert lowered.priority == "normal"


async def test_giving_counting_and_taking_back_take_a_handful_of_statements(
    client: httpx.AsyncClient, lamp: Filed, crowd: Crowd, statements: Statements, process: Process
) -> None:
    people = await crowd(12)
    await client.post(at(lamp), headers=people[0].headers)  # sessions are noted as seen, plans are made
    statements.clear()
    await client.post(at(lamp), headers=people[1].headers)
    assert len(statements) == 6, statements.texts  # who, limits, tenant; found, written, told
    statements.clear()
    await client.post(at(lamp), headers=people[1].headers)
    assert len(statements) == 4, statements.texts
    statements.clear()
    await client.request("DELETE", at(lamp), headers=people[0].headers)
    assert len(statements) == 6, statements.texts
    for one in people[2:]:
        await client.post(at(lamp), headers=one.headers)
    case_id = await process.db.lane.fetchval("SELECT id FROM cases WHERE code = $1", lamp.code)
    counting: list[int] = []

    async def count(work: Work) -> None:
        statements.clear()
        await supports.count_support(work, HAIDUONG, {case_id}, process.books)
        await work.settle()
        counting.append(len(statements))

    for _ in range(2):
        await in_work(process.db, process.clock, HAIDUONG, count)
    # Counted, rules, raised before, locked, raise noted, case written, and the timeline and messages in one.
    assert counting == [7, 2], statements.texts
