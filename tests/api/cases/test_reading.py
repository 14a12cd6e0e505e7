"""What officers see: their own units' cases and those below, in queues and lists that walk to their end."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import httpx
import pytest

from app.cases import service as cases
from app.cases.terms import CaseState, QueueView
from app.db.engine import Database
from app.identity.terms import Role
from app.kit.clock import FixedClock
from app.process import Process
from tests.builders import (
    BINH_HAN,
    CAM_THUONG,
    CITY,
    PROVINCE,
    THANH_MIEN,
    Filed,
    Officer,
    a_case,
    a_report,
    acting,
    an_officer,
    someone,
)
from tests.statements import Statements

S = CaseState
QUEUE, CASES = "/api/v1/staff/queue", "/api/v1/staff/cases"


async def codes(client: httpx.AsyncClient, url: str, officer: Officer, **asked: object) -> list[str]:
    """Codes of all pages, in their order; every page holds as many as were asked for, but the last."""
    found: list[str] = []
    params: dict[str, Any] = {name: value for name, value in asked.items() if value is not None}
    for _ in range(100):
        answer = await client.get(url, params=params, headers=officer.headers)
        assert answer.status_code == 200, answer.text
        page = answer.json()
        found += [item["code"] for item in page["items"]]
        if page["next_cursor"] is None:
            return found
        assert len(page["items"]) == params.get("limit", 50)
        params["cursor"] = page["next_cursor"]
    raise AssertionError


async def spread(process: Process) -> dict[str, Filed]:
    """One case in Cẩm Thượng, one in Bình Hàn beside it, one in another district, one of a utility of the province."""
    return {
        CAM_THUONG: await a_case(process),
        BINH_HAN: await a_case(process, area="10510"),
        THANH_MIEN: await a_case(process, category="roads.pothole", answers={"road_class": "district"}, area="11245"),
        "utility": await a_case(process, category="electricity.power_cut"),
    }


async def test_an_officer_sees_exactly_the_cases_of_his_units_and_those_below(
    client: httpx.AsyncClient, process: Process
) -> None:
    filed = await spread(process)
    by_unit = {name: case.code for name, case in filed.items()}
    expected = {
        CAM_THUONG: {by_unit[CAM_THUONG]},
        BINH_HAN: {by_unit[BINH_HAN]},
        CITY: {by_unit[CAM_THUONG], by_unit[BINH_HAN]},
        THANH_MIEN: {by_unit[THANH_MIEN]},
        filed["utility"].unit: {by_unit["utility"]},
        PROVINCE: set(by_unit.values()),
        "H23.21.03": set(),
    }
    for unit, seen in expected.items():
        officer = await an_officer(process, Role.AUDITOR, unit=unit)
        assert set(await codes(client, QUEUE, officer)) == seen, unit
        assert set(await codes(client, CASES, officer)) == seen, unit
        for code in by_unit.values():
            answer = await client.get(f"{CASES}/{code}", headers=officer.headers)
            assert answer.status_code == (200 if code in seen else 404), (unit, code)


async def test_another_provinces_officer_sees_nothing(client: httpx.AsyncClient, process: Process) -> None:
    filed = await a_case(process)
    officer = await an_officer(process, unit=PROVINCE)
    elsewhere = {**officer.headers, "Host": "khanhhoa.localhost"}
    for url in (QUEUE, f"{CASES}/{filed.code}"):
        assert (await client.get(url, headers=elsewhere)).status_code == 401


async def test_queues_and_lists_are_for_staff(client: httpx.AsyncClient, process: Process) -> None:
    filed = await a_case(process)
    device = (await client.post("/api/v1/auth/devices")).json()
    citizen = {"Authorization": f"Bearer {device['access_token']}"}
    for url in (QUEUE, CASES, f"{CASES}/{filed.code}"):
        for headers, lang in ((dict[str, str](), "vi"), (citizen, "en")):
            answer = await client.get(url, headers={**headers, "Accept-Language": lang})
            assert (answer.status_code, answer.headers["content-language"]) == (401, lang)


async def test_each_view_shows_its_part_of_the_work(
    client: httpx.AsyncClient, process: Process, db: Database, clock: FixedClock
) -> None:
    old = await a_case(process, S.IN_PROGRESS)
    due_at = await db.lane.fetchval("SELECT due_at FROM cases")
    clock.at = due_at - timedelta(hours=12)
    hoa = await an_officer(process, Role.OFFICER, Role.APPROVER)
    by_state = {state: await a_case(process, state) for state in S}
    received = by_state[S.RECEIVED]
    taken = await a_case(process)
    await client.post(f"{CASES}/{taken.code}/accept", headers={**hoa.headers, **taken.seen})

    def of(*states: CaseState) -> set[str]:
        return {by_state[state].code for state in states}

    still_open = of(S.RECEIVED, S.ASSIGNED, S.IN_PROGRESS, S.AWAITING_REPORTER)
    expected = {
        QueueView.TRIAGE: {received.code},
        QueueView.INBOX: still_open | {old.code, taken.code},
        QueueView.MINE: {taken.code},
        QueueView.OVERDUE: set(),
        QueueView.DUE_SOON: {old.code},
        QueueView.APPROVAL: of(S.AWAITING_APPROVAL),
    }
    for view, seen in expected.items():
        assert set(await codes(client, QUEUE, hoa, view=view)) == seen, view
    clock.at = due_at + timedelta(hours=12)
    assert set(await codes(client, QUEUE, hoa, view="overdue")) == {old.code}
    page = (await client.get(QUEUE, params={"view": "overdue"}, headers=hoa.headers)).json()
    assert page["items"][0]["overdue"] is True


@pytest.mark.parametrize("unit", [CAM_THUONG, CITY, PROVINCE])
async def test_a_walk_over_pages_meets_every_case_once_in_order(
    client: httpx.AsyncClient, process: Process, clock: FixedClock, unit: str
) -> None:
    filed = []
    for number in range(7):  # some with one instant and one deadline: the id decides
        clock.at += timedelta(minutes=number % 3)
        filed.append((await a_report(process, area="10507" if number % 2 or unit == CAM_THUONG else "10510")).code)
    officer = await an_officer(process, unit=unit)
    for limit in (1, 2, 3, 7, 100):
        queue = await codes(client, QUEUE, officer, limit=limit)
        assert queue == filed, f"due first, limit {limit}"
        assert await codes(client, CASES, officer, limit=limit) == filed[::-1], f"newest first, limit {limit}"


async def test_lists_are_narrowed_by_state_category_area_code_and_day(
    client: httpx.AsyncClient, process: Process, clock: FixedClock
) -> None:
    filed = await spread(process)
    clock.at += timedelta(days=1)
    late = await a_case(process, S.CLOSED)
    boss = await an_officer(process, unit=PROVINCE)

    async def found(**asked: object) -> set[str]:
        return set(await codes(client, CASES, boss, **asked))

    in_city = {filed[CAM_THUONG].code, filed[BINH_HAN].code, filed["utility"].code, late.code}
    assert await found(state="closed") == {late.code}
    assert await found(category="lighting") == in_city - {filed["utility"].code}
    assert await found(category="electricity.power_cut") == {filed["utility"].code}
    assert await found(area="288") == in_city
    assert await found(area="10510") == {filed[BINH_HAN].code}
    assert await found(area="30") == in_city | {filed[THANH_MIEN].code}
    assert await found(code=late.code) == {late.code}
    assert await found(opened_since=clock.now().isoformat()) == {late.code}
    assert set(await codes(client, QUEUE, boss, category="roads")) == {filed[THANH_MIEN].code}


@pytest.mark.parametrize(
    ("url", "params", "status", "slug"),
    [
        (QUEUE, {"view": "everything"}, 422, "invalid"),
        (QUEUE, {"category": "roads.potholes"}, 422, "unknown-category"),
        (QUEUE, {"limit": "0"}, 422, "invalid"),
        (QUEUE, {"limit": "101"}, 422, "invalid"),
        (QUEUE, {"limit": "ten"}, 422, "invalid"),
        (QUEUE, {"cursor": "rubbish"}, 400, "unreadable-cursor"),
        (QUEUE, {"cursor": "x" * 513}, 422, "invalid"),
        (CASES, {"cursor": "W10"}, 400, "unreadable-cursor"),
        (CASES, {"state": "done"}, 422, "invalid"),
        (CASES, {"area": "00001"}, 422, "area-outside-tenant"),
        (CASES, {"area": "99999"}, 422, "area-outside-tenant"),
        (CASES, {"opened_since": "2026-11-20T10:00:00"}, 422, "invalid"),
        (CASES, {"limit": "-1"}, 422, "invalid"),
        (f"{CASES}/H23-261120-9999", {}, 404, "case-not-found"),
        (f"{CASES}/..%2f..", {}, 404, "not-found"),
    ],
)
async def test_a_question_that_makes_no_sense_is_answered_in_both_languages(
    client: httpx.AsyncClient, process: Process, url: str, params: Mapping[str, str], status: int, slug: str
) -> None:
    officer = await an_officer(process)
    said = []
    for lang in ("vi", "en"):
        answer = await client.get(url, params=params, headers={**officer.headers, "Accept-Language": lang})
        assert (answer.status_code, answer.json()["type"]) == (status, f"/problems/{slug}"), answer.text
        said.append(answer.json()["title"])
    assert said[0] != said[1]


async def test_a_cursor_goes_only_with_the_question_and_the_officer_that_got_it(
    client: httpx.AsyncClient, process: Process
) -> None:
    for _ in range(3):
        await a_report(process)
    hoa, lan = await an_officer(process), await an_officer(process)
    for url, others in ((QUEUE, {"view": "triage"}), (CASES, {"state": "received"})):
        page = (await client.get(url, params={"limit": 1}, headers=hoa.headers)).json()
        cursor = page["next_cursor"]
        assert (await client.get(url, params={"cursor": cursor}, headers=hoa.headers)).status_code == 200
        for params, who in (({"cursor": cursor, **others}, hoa), ({"cursor": cursor}, lan)):
            answer = await client.get(url, params=params, headers=who.headers)
            assert (answer.status_code, answer.json()["type"]) == (400, "/problems/foreign-cursor")


async def test_a_case_is_shown_with_its_history_and_what_the_officer_may_do(
    client: httpx.AsyncClient, process: Process
) -> None:
    filed = await a_case(process, S.AWAITING_APPROVAL)
    approver, plain = await an_officer(process, Role.APPROVER), await an_officer(process, Role.AUDITOR)
    shown = (await client.get(f"{CASES}/{filed.code}", headers=approver.headers)).json()
    assert {"approve", "reject-draft", "resolve", "note"} <= set(shown["verbs"])
    assert (await client.get(f"{CASES}/{filed.code}", headers=plain.headers)).json()["verbs"] == []
    types = [entry["type"] for entry in shown["timeline"]]
    assert types == ["case.opened", "case.accepted", "case.answer_drafted"]
    assert shown["draft_answer"]
    assert shown["assignee_id"]
    assert shown["routing"]["rule"]
    assert "Cẩm Thượng" in shown["area"]["name"]
    in_english = await client.get(
        f"{CASES}/{filed.code}", headers={**approver.headers, "Accept-Language": "en-GB, vi;q=0.5"}
    )
    assert in_english.json()["timeline"][0]["sentence"] != shown["timeline"][0]["sentence"]


async def test_a_case_is_always_sent_whole_for_who_asks(client: httpx.AsyncClient, process: Process) -> None:
    filed = await a_case(process)
    officer = await an_officer(process)
    first = await client.get(f"{CASES}/{filed.code}", headers=officer.headers)
    headers = {**officer.headers, "If-None-Match": first.headers["etag"], "Accept-Language": "en"}
    again = await client.get(f"{CASES}/{filed.code}", headers=headers)
    assert (again.status_code, again.headers["cache-control"]) == (200, "private, no-store")
    assert again.json()["timeline"] != first.json()["timeline"], "another language is another answer"


async def test_who_reported_is_nowhere_in_what_staff_read(
    client: httpx.AsyncClient, process: Process, db: Database
) -> None:
    sent = await client.post(
        "/api/v1/reports",
        json={
            "category": "lighting.street_lamp",
            "description": "Đèn hỏng.",
            "area_code": "10507",
            "reporter": {"name": "Nguyễn Thị Bí Mật", "phone": "0912345678", "email": "bimat@example.vn"},
        },
    )
    code = sent.json()["code"]
    boss = await an_officer(process, Role.OFFICER, Role.TENANT_ADMIN, unit=PROVINCE)
    read = [(await client.get(url, headers=boss.headers)).text for url in (QUEUE, CASES, f"{CASES}/{code}")]
    messages = await db.lane.fetchval("SELECT string_agg(payload::text, '') FROM outbox_messages")
    for text in (*read, messages):
        assert code in text
        for secret in ("Bí Mật", "912345678", "bimat", sent.json()["tracking_secret"]):
            assert secret not in text


async def test_a_merged_case_names_the_one_it_lives_on_in(client: httpx.AsyncClient, process: Process) -> None:
    one, other = await a_case(process), await a_case(process)
    officer = await an_officer(process)
    at_work = someone(process)
    await acting(process, cases.merge_case, at_work, code=one.code, seen=one.version, into=other.code)
    shown = (await client.get(f"{CASES}/{one.code}", headers=officer.headers)).json()
    assert (shown["merged_into"], shown["resolution"]) == (other.code, "duplicate")
    assert set(shown["verbs"]) <= {"unmerge", "note", "withhold", "redact", "decide-photos"}


async def test_the_queue_is_narrowed_as_the_console_narrows_it(
    client: httpx.AsyncClient, process: Process, statements: Statements
) -> None:
    filed = await spread(process)
    taken = await a_case(process, S.IN_PROGRESS)
    leader, city = await an_officer(process, unit=PROVINCE), await an_officer(process, unit=CITY)
    mine, own = await an_officer(process), filed[CAM_THUONG].code
    await acting(process, cases.assign_case, someone(process), code=own, seen=None, officer=mine.username)

    async def queued(who: Officer, query: str) -> set[str]:
        page = (await client.get(f"{QUEUE}?{query}", headers=who.headers)).json()
        return {item["code"] for item in page["items"]}

    for query, expected in (
        (f"unit={CITY}", {own, filed[BINH_HAN].code, taken.code}),
        (f"unit={CAM_THUONG.lower()}&state=in_progress", {taken.code}),
        ("state=assigned", {own}),
        (f"officer=none&unit={CITY}", {filed[BINH_HAN].code}),
        ("officer=khong.co.ai", set()),
    ):
        assert await queued(leader, query) == expected, query
    assert set(await codes(client, QUEUE, leader, unit=CITY, limit=1)) == {own, filed[BINH_HAN].code, taken.code}
    assert await queued(mine, f"officer={mine.username}") == {own}
    statements.clear()
    assert await queued(mine, "officer=none&state=assigned") == set()
    assert len(statements) == 2, "signed in, and the page"
    assert await queued(city, f"unit={THANH_MIEN}") == set(), "what is not one's own stays out of sight"
    for wrong, status in (("unit=H99", 404), ("state=odd", 422), ("officer=%3Cb%3E", 422)):
        assert (await client.get(f"{QUEUE}?{wrong}", headers=mine.headers)).status_code == status, wrong
