"""Every verb at its address: who may, from which state, with which version, and what one success leaves behind."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import httpx
import orjson
import pytest

from app.cases import service as cases
from app.cases.terms import CaseState
from app.db.engine import Database
from app.identity.terms import Role
from app.process import Process
from tests.builders import (
    BINH_HAN,
    CAM_THUONG,
    CITY,
    EVERY_HAND,
    PROVINCE,
    Filed,
    a_case,
    acting,
    an_officer,
    someone,
    standing,
)

S = CaseState
ANSWER = {"answer": "Đã thay bóng đèn mới.", "resolution": "fixed"}
COMMENT = {"comment": "Người gửi gọi lại, đèn vẫn tối."}
EXTENDED = {"due_on": "2026-12-03", "reason": "Cần khảo sát."}
PAUSED = {"cause": "payment", "comment": "Chờ nộp phí."}
COUNTED = ("cases", "timeline_entries", "outbox_messages", "reports", "idempotency_keys")


@dataclass(frozen=True)
class Step:
    """One verb: where it starts, its body, the event it makes, where it ends, and a state it does not go with."""

    verb: str
    start: CaseState
    body: dict[str, Any] | None
    event: str
    end: CaseState
    never_from: CaseState | None
    slug: str = "illegal-transition"


STEPS = [
    Step("triage", S.RECEIVED, {"priority": "high"}, "case.triaged", S.ASSIGNED, S.CLOSED),
    Step("assign", S.RECEIVED, {"officer": "{colleague}"}, "case.assigned", S.ASSIGNED, S.CLOSED),
    Step("accept", S.RECEIVED, None, "case.accepted", S.IN_PROGRESS, S.IN_PROGRESS),
    Step("return", S.IN_PROGRESS, {"reason": "not_competent"}, "case.returned", S.RECEIVED, S.RESOLVED),
    Step("refer", S.IN_PROGRESS, {"unit": BINH_HAN, "reason": "wrong_place"}, "case.referred", S.ASSIGNED, S.RESOLVED),
    Step("escalate", S.IN_PROGRESS, {"move": True}, "case.escalated", S.ASSIGNED, S.CLOSED),
    Step("ask", S.RECEIVED, {"question": "Cột mấy?"}, "case.reporter_asked", S.AWAITING_REPORTER, S.RESOLVED),
    Step("extend", S.IN_PROGRESS, EXTENDED, "case.extended", S.IN_PROGRESS, S.RESOLVED),
    Step("pause", S.IN_PROGRESS, PAUSED, "case.paused", S.IN_PROGRESS, S.CLOSED),
    Step("resume", S.AWAITING_REPORTER, None, "case.resumed", S.AWAITING_REPORTER, S.IN_PROGRESS),
    Step("draft-answer", S.IN_PROGRESS, ANSWER, "case.answer_drafted", S.AWAITING_APPROVAL, S.RECEIVED),
    Step("approve", S.AWAITING_APPROVAL, None, "case.resolved", S.RESOLVED, S.IN_PROGRESS),
    Step("reject-draft", S.AWAITING_APPROVAL, COMMENT, "case.draft_rejected", S.IN_PROGRESS, S.RECEIVED),
    Step("resolve", S.IN_PROGRESS, ANSWER, "case.resolved", S.RESOLVED, S.CLOSED),
    Step("reopen", S.CLOSED, COMMENT, "case.reopened", S.ASSIGNED, S.IN_PROGRESS),
    Step("merge", S.RECEIVED, {"into": "{other}"}, "case.merged", S.RESOLVED, S.CLOSED),
    Step("unmerge", S.RESOLVED, None, "case.unmerged", S.ASSIGNED, S.RECEIVED, slug="not-merged"),
    Step("note", S.CLOSED, {"text": "Đã gọi hai lần."}, "case.noted", S.CLOSED, None),
    Step("publish", S.RECEIVED, {"public_text": "Đèn hỏng."}, "case.published", S.RECEIVED, None),
    Step("withhold", S.IN_PROGRESS, COMMENT, "case.withheld", S.IN_PROGRESS, None),
    Step("redact", S.CLOSED, {"mask": ["đèn đường"]}, "case.redacted", S.CLOSED, None),
    Step("decide-photos", S.CLOSED, {"withhold_rest": True}, "case.photos_decided", S.CLOSED, None),
    Step("withdraw", S.IN_PROGRESS, COMMENT, "case.withdrawn", S.CLOSED, S.CLOSED),
    Step("close", S.RESOLVED, None, "case.closed", S.CLOSED, S.IN_PROGRESS),
]
every_verb = pytest.mark.parametrize("step", STEPS, ids=lambda step: step.verb)


async def prepared(process: Process, step: Step, state: CaseState | None = None) -> tuple[Filed, Step]:
    """A case to which the verb may be done (or one in `state`), and the step with a body that fits."""
    colleague = await an_officer(process)
    other = await a_case(process)
    filed = await a_case(process, state or (S.RECEIVED if step.verb == "unmerge" else step.start))
    if step.verb == "unmerge" and state is None:
        officer = someone(process)
        merged = await acting(process, cases.merge_case, officer, code=filed.code, seen=filed.version, into=other.code)
        filed = standing(process, filed, merged)
    body = None
    if step.body is not None:
        names = {"{colleague}": colleague.username, "{other}": other.code}
        body = {key: names.get(str(value), value) for key, value in step.body.items()}
    return filed, replace(step, body=body)


async def post(client: httpx.AsyncClient, filed: Filed, step: Step, headers: dict[str, str]) -> httpx.Response:
    return await client.post(f"/api/v1/staff/cases/{filed.code}/{step.verb}", json=step.body, headers=headers)


async def rows(db: Database) -> list[object]:
    """How many rows there are of whatever a verb could write, and every case's version."""
    counts = [await db.lane.fetchval(f"SELECT count(*) FROM {table}") for table in COUNTED]
    return [*counts, await db.lane.fetchval("SELECT array_agg((code, version, state) ORDER BY code)::text FROM cases")]


@every_verb
async def test_whoever_may_not_act_is_told_so_and_nothing_is_written(
    client: httpx.AsyncClient, process: Process, db: Database, step: Step
) -> None:
    filed, step = await prepared(process, step)
    stranger = await an_officer(process, *EVERY_HAND, unit=BINH_HAN)
    auditor = await an_officer(process, Role.AUDITOR)
    before = await rows(db)
    for headers, status, slug in (
        ({}, 401, "sign-in-needed"),
        (stranger.headers, 404, "case-not-found"),
        (auditor.headers, 403, "forbidden"),
    ):
        answer = await post(client, filed, step, {**headers, **filed.seen})
        assert (answer.status_code, answer.json()["type"]) == (status, f"/problems/{slug}")
    assert await rows(db) == before


@every_verb
async def test_a_change_names_the_version_it_was_made_from(
    client: httpx.AsyncClient, process: Process, db: Database, step: Step
) -> None:
    filed, step = await prepared(process, step)
    officer = await an_officer(process, *EVERY_HAND)
    before = await rows(db)
    for given, status, slug in (
        ({}, 428, "version-needed"),
        ({"If-Match": "three"}, 400, "unreadable-if-match"),
        ({"If-Match": "*"}, 400, "unreadable-if-match"),
        ({"If-Match": f'"{filed.version - 1}"'}, 412, "stale-version"),
        ({"If-Match": f'"{filed.version + 1}"'}, 412, "stale-version"),
    ):
        answer = await post(client, filed, step, {**officer.headers, **given})
        assert (answer.status_code, answer.json()["type"]) == (status, f"/problems/{slug}"), given
        if status == 412:
            assert answer.json()["current_version"] == filed.version
    assert await rows(db) == before


async def test_who_clicks_twice_is_told_that_it_was_himself(client: httpx.AsyncClient, process: Process) -> None:
    filed = await a_case(process)
    officer, other = await an_officer(process), await an_officer(process)
    address, seen = f"/api/v1/staff/cases/{filed.code}/accept", {"If-Match": f'"{filed.version}"'}
    assert (await client.post(address, headers={**officer.headers, **seen})).status_code == 200
    again = await client.post(address, headers={**officer.headers, **seen})
    late = await client.post(address, headers={**other.headers, **seen})
    assert again.status_code == late.status_code == 412
    assert again.json()["detail"].startswith("Chính bạn vừa cập nhật")
    assert "người khác" in late.json()["detail"]


@pytest.mark.parametrize("step", [step for step in STEPS if step.never_from], ids=lambda step: step.verb)
async def test_a_verb_in_the_wrong_state_says_what_is_possible(
    client: httpx.AsyncClient, process: Process, db: Database, step: Step
) -> None:
    filed, step = await prepared(process, step, step.never_from)
    officer = await an_officer(process, *EVERY_HAND)
    before = await rows(db)
    vi = await post(client, filed, step, {**officer.headers, **filed.seen})
    en = await post(client, filed, step, {**officer.headers, **filed.seen, "Accept-Language": "en"})
    assert (vi.status_code, en.status_code) == (409, 409)
    assert vi.json()["type"] == en.json()["type"] == f"/problems/{step.slug}"
    assert (vi.headers["content-language"], en.headers["content-language"]) == ("vi", "en")
    assert vi.json()["title"] != en.json()["title"]
    if step.slug == "illegal-transition":
        assert step.verb not in vi.json()["possible"]
    assert await rows(db) == before


@every_verb
async def test_a_success_leaves_a_version_a_line_of_history_and_an_event(
    client: httpx.AsyncClient, process: Process, db: Database, step: Step
) -> None:
    filed, step = await prepared(process, step)
    officer = await an_officer(process, *EVERY_HAND)
    view = await client.get(f"/api/v1/staff/cases/{filed.code}", headers=officer.headers)
    assert step.verb in view.json()["verbs"]
    answer = await post(client, filed, step, {**officer.headers, "If-Match": view.headers["etag"]})
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert (body["code"], body["version"], body["state"]) == (filed.code, filed.version + 1, step.end)
    assert answer.headers["etag"] == f'"{body["version"]}"'
    case = await db.lane.fetchrow("SELECT * FROM cases WHERE code = $1", filed.code)
    assert case is not None
    assert (case["state"], case["version"]) == (step.end, body["version"])
    entries = await db.lane.fetch(
        "SELECT * FROM timeline_entries WHERE case_id = $1 AND case_version = $2 ORDER BY id",
        case["id"],
        case["version"],
    )
    assert entries[0]["type"] == step.event
    assert {entry["type"] for entry in entries[1:]} <= {"case.comment"}
    assert (entries[0]["actor_kind"], entries[0]["actor_id"]) == ("staff", officer.actor.id)
    (message,) = await db.lane.fetch(
        "SELECT * FROM outbox_messages WHERE subject_id = $1 AND subject_version = $2", case["id"], case["version"]
    )
    payload = orjson.loads(message["payload"])
    assert (message["type"], payload["code"], payload["state"]) == (step.event, filed.code, step.end)
    assert message["position"] is None  # numbered after the commit, by the relay
    again = await post(client, filed, step, {**officer.headers, "If-Match": view.headers["etag"]})
    assert again.status_code in {404, 412}  # the same click twice: the second one is late, or the case has left


async def test_an_answer_takes_two_persons(client: httpx.AsyncClient, process: Process, db: Database) -> None:
    filed = await a_case(process, S.IN_PROGRESS)
    url = f"/api/v1/staff/cases/{filed.code}"
    author = await an_officer(process, Role.OFFICER, Role.APPROVER)
    drafted = await client.post(f"{url}/draft-answer", json=ANSWER, headers={**author.headers, **filed.seen})
    seen = {"If-Match": drafted.headers["etag"]}
    alone = await client.post(f"{url}/approve", headers={**author.headers, **seen})
    assert (alone.status_code, alone.json()["type"]) == (403, "/problems/second-person-needed")
    plain = await an_officer(process, Role.OFFICER)
    assert (await client.post(f"{url}/approve", headers={**plain.headers, **seen})).status_code == 403
    chief = await an_officer(process, Role.APPROVER, unit=CITY)
    approved = await client.post(f"{url}/approve", headers={**chief.headers, **seen})
    assert (approved.status_code, approved.json()["resolution"]) == (200, "fixed")
    case = await db.lane.fetchrow("SELECT answer, draft_answer, drafted_by FROM cases WHERE code = $1", filed.code)
    assert case is not None
    assert dict(case) == {"answer": ANSWER["answer"], "draft_answer": None, "drafted_by": None}


async def test_a_case_can_only_be_assigned_to_a_member_of_its_unit(client: httpx.AsyncClient, process: Process) -> None:
    filed = await a_case(process)
    chief = await an_officer(process, Role.DISPATCHER, unit=CITY)
    outsider = await an_officer(process, unit=BINH_HAN)
    for name in (outsider.username, "khong.co.ai"):
        answer = await client.post(
            f"/api/v1/staff/cases/{filed.code}/assign", json={"officer": name}, headers={**chief.headers, **filed.seen}
        )
        assert (answer.status_code, answer.json()["type"]) == (422, "/problems/no-such-officer")


@pytest.mark.parametrize(
    ("verb", "body", "status", "slug"),
    [
        ("refer", {"unit": "H23.99.99", "reason": "wrong_place"}, 404, "unknown-unit"),
        ("refer", {"unit": CAM_THUONG, "reason": "wrong_place"}, 422, "same-unit"),
        ("refer", {"unit": BINH_HAN, "reason": "because"}, 422, "invalid"),
        ("triage", {"category": "roads.potholes"}, 422, "unknown-category"),
        ("triage", {"area_code": "00001"}, 422, "area-outside-tenant"),
        ("triage", {"location": {"lat": 106.3, "lon": 20.9}}, 422, "point-swapped"),
        ("merge", {"into": "H23-261120-9999"}, 404, "case-not-found"),
        ("merge", {"into": "{self}"}, 409, "cannot-merge"),
        ("note", {"text": ""}, 422, "invalid"),
        ("note", {"text": "x" * 4001}, 422, "invalid"),
        ("note", {"text": "a\u0007b"}, 422, "invalid"),
        ("note", {"txt": "a"}, 422, "invalid"),
        ("resolve", {"answer": "Xong.", "resolution": "duplicate"}, 422, "invalid"),
    ],
)
async def test_a_verb_with_a_body_that_makes_no_sense_writes_nothing(
    client: httpx.AsyncClient, process: Process, db: Database, verb: str, body: dict[str, Any], status: int, slug: str
) -> None:
    filed = await a_case(process)
    officer = await an_officer(process, *EVERY_HAND, unit=PROVINCE)
    body = {key: filed.code if value == "{self}" else value for key, value in body.items()}
    before = await rows(db)
    url = f"/api/v1/staff/cases/{filed.code}/{verb}"
    answers = [
        await client.post(url, json=body, headers={**officer.headers, **filed.seen, "Accept-Language": lang})
        for lang in ("vi", "en")
    ]
    for answer in answers:
        assert (answer.status_code, answer.json()["type"]) == (status, f"/problems/{slug}"), answer.text
    assert answers[0].json()["title"] != answers[1].json()["title"]
    assert await rows(db) == before


async def test_a_new_place_routes_the_case_to_the_unit_there(client: httpx.AsyncClient, process: Process) -> None:
    filed = await a_case(process, S.IN_PROGRESS)
    officer = await an_officer(process)
    answer = await client.post(
        f"/api/v1/staff/cases/{filed.code}/triage",
        json={"area_code": "10510", "comment": "Đèn nằm bên Bình Hàn."},
        headers={**officer.headers, **filed.seen},
    )
    assert answer.json()["responsible_unit"]["code"] == BINH_HAN
    assert answer.json()["state"] == "assigned"
    gone = await client.get(f"/api/v1/staff/cases/{filed.code}", headers=officer.headers)
    assert gone.status_code == 404  # it is another unit's now


async def test_sorting_again_leaves_the_deadline_of_a_reopened_case_alone(
    client: httpx.AsyncClient, process: Process, db: Database
) -> None:
    filed = await a_case(process, S.CLOSED)
    await db.lane.fetchval("UPDATE cases SET opened_at = opened_at - interval '60 days' WHERE code = $1", filed.code)
    officer = await an_officer(process, *EVERY_HAND)
    url = f"/api/v1/staff/cases/{filed.code}"
    reopened = await client.post(f"{url}/reopen", json=COMMENT, headers={**officer.headers, **filed.seen})
    headers = {**officer.headers, "If-Match": reopened.headers["etag"]}
    triaged = await client.post(f"{url}/triage", json={"comment": "Vẫn là đèn đường."}, headers=headers)
    assert triaged.json()["due_at"] == reopened.json()["due_at"]


async def test_a_complaint_found_in_triage_is_diverted_hidden_and_over(
    client: httpx.AsyncClient, process: Process, db: Database
) -> None:
    filed = await a_case(process, S.IN_PROGRESS)
    officer = await an_officer(process, *EVERY_HAND)
    url = f"/api/v1/staff/cases/{filed.code}"
    answer = await client.post(f"{url}/triage", json={"kind": "complaint"}, headers={**officer.headers, **filed.seen})
    body = answer.json()
    assert (body["state"], body["resolution"], body["publication"]) == ("closed", "diverted", "withheld")
    assert body["responsible_unit"]["code"] == "H23.12"  # the inspectorate guides, whoever it may be about is out
    assert (await client.get(url, headers=officer.headers)).status_code == 404
    guide = await an_officer(process, *EVERY_HAND, unit="H23.12")
    view = (await client.get(url, headers=guide.headers)).json()
    assert view["answer"]
    assert not {"reopen", "publish"} & set(view["verbs"])
    shown = await client.post(f"{url}/publish", json={}, headers={**guide.headers, "If-Match": answer.headers["etag"]})
    assert (shown.status_code, shown.json()["type"]) == (409, "/problems/never-published")


async def test_a_note_for_the_unit_is_read_by_its_members_only(client: httpx.AsyncClient, process: Process) -> None:
    filed = await a_case(process, S.IN_PROGRESS)
    member, chief = await an_officer(process), await an_officer(process, Role.DISPATCHER, unit=CITY)
    url = f"/api/v1/staff/cases/{filed.code}"
    body = {"text": "Nhà thầu cũ còn nợ việc.", "for_unit_only": True}
    await client.post(f"{url}/note", json=body, headers={**member.headers, **filed.seen})
    texts = [
        [entry["text"] for entry in (await client.get(url, headers=who.headers)).json()["timeline"]]
        for who in (member, chief)
    ]
    assert body["text"] in texts[0]
    assert body["text"] not in texts[1]


async def test_merging_and_parting_keep_the_number_of_reports_along_a_whole_chain(
    client: httpx.AsyncClient, process: Process, db: Database
) -> None:
    one, two, three = [await a_case(process) for _ in range(3)]
    officer = await an_officer(process, *EVERY_HAND)

    async def step(filed: Filed, verb: str, body: dict[str, Any] | None = None) -> None:
        view = await client.get(f"/api/v1/staff/cases/{filed.code}", headers=officer.headers)
        headers = {**officer.headers, "If-Match": view.headers["etag"]}
        answer = await client.post(f"/api/v1/staff/cases/{filed.code}/{verb}", json=body, headers=headers)
        assert answer.status_code == 200, answer.text

    async def counts() -> list[int]:
        found = await db.lane.fetch("SELECT code, report_count FROM cases")
        by_code = {row["code"]: row["report_count"] for row in found}
        return [by_code[filed.code] for filed in (one, two, three)]

    await step(one, "merge", {"into": two.code})
    await step(two, "merge", {"into": three.code})
    assert await counts() == [1, 2, 3]
    await step(one, "unmerge")
    assert await counts() == [1, 1, 2]
    await step(two, "unmerge")
    assert await counts() == [1, 1, 1]


async def test_a_moved_pin_is_routed_by_what_the_sender_answered(client: httpx.AsyncClient, process: Process) -> None:
    answers = {"road_class": "provincial", "danger": True}
    filed = await a_case(process, category="roads.pothole", answers=answers)
    assert filed.unit == "H23.02"  # the province's department keeps provincial roads
    officer = await an_officer(process, Role.DISPATCHER, unit=PROVINCE)
    body = {"location": {"lat": 20.7889, "lon": 106.2310}, "priority": "normal"}
    url = f"/api/v1/staff/cases/{filed.code}"
    moved = await client.post(f"{url}/triage", json=body, headers={**officer.headers, **filed.seen})
    assert moved.json()["responsible_unit"]["code"] == "H23.02"
    view = (await client.get(url, headers=officer.headers)).json()
    assert (view["priority"], view["area"]["commune"]) == ("normal", "11239")
    headers = {**officer.headers, "If-Match": moved.headers["etag"]}
    sorted_anew = await client.post(f"{url}/triage", json={"category": "roads.sidewalk"}, headers=headers)
    assert sorted_anew.json()["responsible_unit"]["code"] != "H23.02"
