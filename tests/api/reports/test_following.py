"""What a sender may read and do afterwards, known by the tracking secret or by the app's token; nobody else may."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from app.cases import service as cases
from app.cases.terms import CaseState, Resolution
from app.db.engine import Database
from app.process import Process
from tests.builders import CAM_THUONG, Filed, a_case, a_report, acting, an_officer, someone

S = CaseState
URL = "/api/v1/reports"
LAMP: dict[str, Any] = {"category": "lighting.street_lamp", "description": "Đèn không sáng.", "area_code": "10507"}
DOINGS: dict[str, tuple[CaseState, dict[str, Any], CaseState]] = {
    "replies": (S.AWAITING_REPORTER, {"text": "Cột số 5."}, S.IN_PROGRESS),
    "rating": (S.RESOLVED, {"stars": 4, "comment": "Nhanh."}, S.RESOLVED),
    "reopening": (S.CLOSED, {"reason": "Tối lại rồi."}, S.ASSIGNED),
    "withdrawal": (S.RECEIVED, {"reason": "Đã tự sáng."}, S.CLOSED),
}
every_doing = pytest.mark.parametrize("doing", DOINGS)


async def do(client: httpx.AsyncClient, filed: Filed, doing: str, headers: dict[str, str]) -> httpx.Response:
    return await client.post(f"{URL}/{filed.code}/{doing}", json=DOINGS[doing][1], headers=headers)


async def version(db: Database, code: str) -> int:
    found: int = await db.lane.fetchval("SELECT version FROM cases WHERE code = $1", code)
    return found


@pytest.mark.parametrize(
    "typed",
    [
        lambda secret: secret,
        lambda secret: secret.lower(),
        lambda secret: secret.replace("-", ""),
        lambda secret: f"  {secret.replace('-', ' ')} ",
    ],
    ids=["as given", "in small letters", "without dashes", "with spaces"],
)
async def test_a_secret_is_known_however_it_is_typed(client: httpx.AsyncClient, typed: Any) -> None:
    sent = (await client.post(URL, json=LAMP)).json()
    answer = await client.get(sent["links"]["self"], headers={"Tracking-Secret": typed(sent["tracking_secret"])})
    assert answer.status_code == 200
    own = answer.json()
    assert (own["code"], own["description"], own["state"]) == (sent["code"], LAMP["description"], "received")
    assert own["responsible_unit"]["code"] == CAM_THUONG
    assert answer.headers["cache-control"] == "private, no-cache"


async def test_every_page_of_an_unpublished_report_is_its_senders_alone(
    client: httpx.AsyncClient, process: Process
) -> None:
    filed, other = await a_report(process), await a_report(process)
    for page in ("", "/timeline", "/deadline", "/routing"):
        url = f"{URL}/{filed.code}{page}"
        assert (await client.get(url, headers=filed.owner)).status_code == 200
        for headers in ({}, other.owner, {"Tracking-Secret": "AAAA-BBBB"}, {"Tracking-Secret": ""}):
            answer = await client.get(url, headers=headers)
            assert (answer.status_code, answer.json()["type"]) == (404, "/problems/report-not-found"), page


async def test_an_app_knows_its_own_reports_by_its_token(client: httpx.AsyncClient) -> None:
    mine, others = [
        {"Authorization": f"Bearer {(await client.post('/api/v1/auth/devices')).json()['access_token']}"}
        for _ in range(2)
    ]
    sent = (await client.post(URL, json=LAMP, headers=mine)).json()
    assert sent["tracking_secret"] is None if "tracking_secret" in sent else True
    assert (await client.get(sent["links"]["self"], headers=mine)).json()["description"] == LAMP["description"]
    for headers in (others, dict[str, str](), {"Tracking-Secret": "AAAA"}):
        assert (await client.get(sent["links"]["self"], headers=headers)).status_code == 404
    gone = await client.get(sent["links"]["self"], headers={"Authorization": "Bearer ltc_nobody"})
    assert gone.status_code == 401


@every_doing
async def test_a_sender_may_do_it_and_nobody_else(
    client: httpx.AsyncClient, process: Process, db: Database, doing: str
) -> None:
    start, _, end = DOINGS[doing]
    filed, other = await a_case(process, start), await a_report(process)
    officer = await an_officer(process)
    for headers in ({}, other.owner, {"Tracking-Secret": "wrong"}, officer.headers):
        answer = await do(client, filed, doing, headers)
        assert (answer.status_code, answer.json()["type"]) == (404, "/problems/report-not-found")
    assert await version(db, filed.code) == filed.version
    answer = await do(client, filed, doing, filed.owner)
    assert (answer.status_code, answer.json()["state"]) == (200, end), answer.text
    assert await version(db, filed.code) == filed.version + 1
    messages = await db.lane.fetchval(
        "SELECT count(*) FROM outbox_messages m JOIN cases c ON c.id = m.subject_id"
        " WHERE c.code = $1 AND subject_version = $2",
        filed.code,
        filed.version + 1,
    )
    assert messages == 1


@every_doing
async def test_what_does_not_go_with_the_state_is_refused_in_both_languages(
    client: httpx.AsyncClient, process: Process, db: Database, doing: str
) -> None:
    wrong = {"replies": S.CLOSED, "rating": S.IN_PROGRESS, "reopening": S.IN_PROGRESS, "withdrawal": S.RESOLVED}
    filed = await a_case(process, wrong[doing])
    titles = set()
    for lang in ("vi", "en"):
        answer = await do(client, filed, doing, {**filed.owner, "Accept-Language": lang})
        assert (answer.status_code, answer.json()["type"]) == (409, "/problems/illegal-transition")
        titles.add(answer.json()["title"])
    assert len(titles) == 2
    assert await version(db, filed.code) == filed.version


@pytest.mark.parametrize(
    ("doing", "body"),
    [
        ("replies", {}),
        ("replies", {"text": " "}),
        ("replies", {"text": "x" * 4001}),
        ("replies", {"text": "a\u0000"}),
        ("rating", {"stars": 0}),
        ("rating", {"stars": 6}),
        ("rating", {"stars": "five"}),
        ("reopening", {}),
        ("withdrawal", {"reason": ""}),
        ("withdrawal", {"because": "x"}),
    ],
)
async def test_words_that_make_no_sense_change_nothing(
    client: httpx.AsyncClient, process: Process, db: Database, doing: str, body: dict[str, Any]
) -> None:
    filed = await a_case(process, DOINGS[doing][0])
    answer = await client.post(f"{URL}/{filed.code}/{doing}", json=body, headers=filed.owner)
    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/invalid")
    assert await version(db, filed.code) == filed.version


async def test_a_later_rating_replaces_an_earlier_one(
    client: httpx.AsyncClient, process: Process, db: Database
) -> None:
    filed = await a_case(process, S.CLOSED)
    for stars in (1, 5):
        await client.post(f"{URL}/{filed.code}/rating", json={"stars": stars}, headers=filed.owner)
    assert await db.lane.fetchval("SELECT stars FROM reports WHERE code = $1", filed.code) == 5
    assert (await client.get(f"{URL}/{filed.code}", headers=filed.owner)).json()["stars"] == 5


async def test_a_sender_reopens_three_times_and_not_once_more(
    client: httpx.AsyncClient, process: Process, db: Database
) -> None:
    filed = await a_case(process, S.RESOLVED)
    at_work = someone(process)
    first_due = await db.lane.fetchval("SELECT original_due_at FROM cases WHERE code = $1", filed.code)
    for time in range(4):
        answer = await do(client, filed, "reopening", filed.owner)
        if time == 3:
            break
        assert answer.status_code == 200
        seen = await version(db, filed.code)
        given = {"answer": "Đã thay lại.", "resolution": Resolution.FIXED}
        await acting(process, cases.resolve_case, at_work, code=filed.code, seen=seen, **given)
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/too-many-reopenings")
    row = await db.lane.fetchrow("SELECT reopen_count, original_due_at FROM cases WHERE code = $1", filed.code)
    assert row is not None
    assert (row["reopen_count"], row["original_due_at"]) == (3, first_due)


async def test_senders_of_one_matter_share_its_course_and_not_each_others_words(
    client: httpx.AsyncClient, process: Process, db: Database
) -> None:
    one, other = await a_report(process), await a_report(process, description="Đèn cột 12 tối om.")
    at_work = someone(process)
    await acting(process, cases.merge_case, at_work, code=one.code, seen=one.version, into=other.code)
    # Both go on with their own codes; what they do happens to the case that lives on.
    replied = await client.post(f"{URL}/{one.code}/replies", json={"text": "Nhà tôi số 5."}, headers=one.owner)
    assert (replied.status_code, replied.json()["code"]) == (200, other.code)
    shared = await client.post(f"{URL}/{other.code}/withdrawal", json={}, headers=other.owner)
    assert (shared.status_code, shared.json()["type"]) == (409, "/problems/shared-case")
    seen = await version(db, other.code)
    given = {"answer": "Đã thay cả hai bóng.", "resolution": Resolution.FIXED}
    await acting(process, cases.resolve_case, at_work, code=other.code, seen=seen, **given)
    reopened = await client.post(f"{URL}/{one.code}/reopening", json={"reason": "Bóng thứ hai tối."}, headers=one.owner)
    assert reopened.json()["state"] == "assigned"
    views = {
        filed.code: (await client.get(f"{URL}/{filed.code}", headers=filed.owner)).json() for filed in (one, other)
    }
    assert views[one.code]["merged_into"] == other.code
    assert views[other.code]["merged_into"] is None
    assert views[one.code]["description"] != views[other.code]["description"]
    for code, private in ((one.code, True), (other.code, False)):
        types = [entry["type"] for entry in views[code]["timeline"]]
        texts = [entry["text"] for entry in views[code]["timeline"]]
        assert {"case.opened", "case.resolved", "case.reopened"} <= set(types)
        assert ("Nhà tôi số 5." in texts) is private
        assert ("Bóng thứ hai tối." in texts) is private
    stars = await client.post(f"{URL}/{one.code}/rating", json={"stars": 3}, headers=one.owner)
    assert stars.status_code == 409  # it is open again


async def test_a_sender_never_reads_what_is_for_staff(client: httpx.AsyncClient, process: Process) -> None:
    filed = await a_case(process, S.AWAITING_APPROVAL)
    at_work = someone(process)
    noted = await acting(
        process, cases.add_note, at_work, code=filed.code, seen=filed.version, text="Mật.", for_unit_only=False
    )
    await acting(process, cases.reject_draft, at_work, code=filed.code, seen=noted.version, comment="Viết lại cho rõ.")
    own = await client.get(f"{URL}/{filed.code}", headers=filed.owner)
    assert {entry["audience"] for entry in own.json()["timeline"]} <= {"public", "reporter"}
    for secret in ("Mật.", "Viết lại", "Đã thay bóng đèn mới."):
        assert secret not in own.text


async def test_the_deadline_and_the_routing_are_explained(client: httpx.AsyncClient, process: Process) -> None:
    filed = await a_report(process)
    deadline = (await client.get(f"{URL}/{filed.code}/deadline", headers=filed.owner)).json()
    assert [(one["day"][-2:], one["verdict"]) for one in deadline["days"]] == [
        ("20", "skipped"),
        ("21", "skipped"),
        ("22", "skipped"),
        ("23", "counted"),
        ("24", "skipped"),
        ("25", "counted"),
        ("26", "counted"),
    ]
    assert deadline["days"][4]["legal_basis"] == "Nghị quyết 80-NQ/TW"
    assert (deadline["amount"], deadline["unit"], deadline["calendar"]) == (
        3,
        "working_day",
        {"code": "default", "version": 1},
    )
    assert (deadline["target"]["code"], deadline["target"]["version"]) == ("urban", 1)
    assert deadline["due_at"] == deadline["original_due_at"] == "2026-11-26T16:59:59Z"
    named = {one["kind"]: one for one in deadline["milestones"]}
    assert named["acceptance"]["due_at"] == "2026-11-23T03:00:00Z"  # eight hours of opening time
    assert named["first_response"]["met_at"] is None
    routing = (await client.get(f"{URL}/{filed.code}/routing", headers=filed.owner)).json()
    assert routing["responsible_unit"]["code"] == CAM_THUONG
    assert routing["area_code"] == "10507"
    assert routing["reason"]["vi"] != routing["reason"]["en"]


@pytest.mark.parametrize("code", ["H23-261120-9999", "X", "KH1-1", "h23"])
async def test_an_unknown_code_is_not_found(client: httpx.AsyncClient, code: str) -> None:
    for headers in ({}, {"Tracking-Secret": "AAAA"}):
        answer = await client.get(f"{URL}/{code}", headers=headers)
        assert (answer.status_code, answer.json()["type"]) == (404, "/problems/report-not-found")
