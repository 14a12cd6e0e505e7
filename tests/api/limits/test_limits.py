"""Too much from one place: said with headers, held for a look, blocked for a while; what is urgent goes through."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from app.db.engine import Database
from app.identity.errors import SignInBusy
from app.identity.service import Passwords
from app.identity.terms import Role
from app.kit.clock import FixedClock
from app.main import create_app, install
from app.process import Process
from app.web.logs import CURRENT
from app.worker import loop
from tests.builders import BINH_HAN, EVERY_HAND, PROVINCE, Officer, an_officer
from tests.officers import PASSWORD
from tests.pages import Page, go
from tests.statements import Statements

REPORTS, LIMITS, BLOCKS = "/api/v1/reports", "/api/v1/staff/limits", "/api/v1/staff/blocks"
LAMP: dict[str, Any] = {
    "category": "lighting.street_lamp",
    "description": "Đèn đường không sáng ba hôm nay.",
    "location": {"lat": 20.9467, "lon": 106.3134},
}
URGENT = {**LAMP, "category": "drainage.manhole_cover"}
LINE, NEIGHBOUR = "203.113.5.9", "203.113.5.10"


def slug(answer: httpx.Response) -> str:
    return str(answer.json()["type"]).removeprefix("/problems/")


@asynccontextmanager
async def calling(application: FastAPI, address: str = LINE) -> AsyncIterator[httpx.AsyncClient]:
    """A client on the open internet."""
    transport = httpx.ASGITransport(application, client=(address, 40000))
    async with httpx.AsyncClient(transport=transport, base_url="http://haiduong.localhost") as session:
        yield session


@pytest.fixture
async def admin(process: Process, db: Database) -> Officer:
    return await an_officer(process, Role.TENANT_ADMIN, unit=PROVINCE)


async def limited(client: httpx.AsyncClient, admin: Officer, what: str, per: str, most: int) -> None:
    """The province has decided on so many within an hour."""
    headers = {**admin.headers, "If-Match": '"0"'}
    answer = await client.put(f"{LIMITS}/{what}/{per}", json={"most": most, "window_s": 3600}, headers=headers)
    assert answer.status_code == 200, answer.text


async def test_too_many_reports_are_refused_with_headers_and_what_is_urgent_is_not(
    client: httpx.AsyncClient, application: FastAPI, admin: Officer, db: Database, clock: FixedClock
) -> None:
    await limited(client, admin, "reports", "address", 2)
    async with calling(application) as caller:
        first = await caller.post(REPORTS, json=LAMP)
        assert first.headers["ratelimit"] == '"reports-address";r=1;t=1800'
        assert first.headers["ratelimit-policy"].startswith('"reports-address";q=2;w=3600, "reports-network";q=')
        named = {"Idempotency-Key": "phản-ánh-2".encode().hex()}
        second = await caller.post(REPORTS, json=LAMP, headers=named)
        refused = await caller.post(REPORTS, json=LAMP)
        assert (refused.status_code, slug(refused)) == (429, "limit-reached")
        assert refused.headers["retry-after"] == "1800"
        assert refused.headers["ratelimit"] == '"reports-address";r=0;t=1800'
        assert await db.lane.fetchval("SELECT count(*) FROM reports") == 2, "refused, and said so"
        again = await caller.post(REPORTS, json=LAMP, headers=named)
        assert again.json() == second.json(), "a lost answer is given again, however many there were"
        for _ in range(5):
            urgent = await caller.post(REPORTS, json=URGENT)
            assert urgent.status_code == 201, urgent.text
        clock.at += timedelta(minutes=30)
        assert (await caller.post(REPORTS, json=LAMP)).status_code == 201
    async with calling(application, NEIGHBOUR) as other:
        assert (await other.post(REPORTS, json=LAMP)).status_code == 201


async def test_a_limited_report_costs_one_statement_more_and_an_urgent_one_none(
    application: FastAPI, db: Database, statements: Statements
) -> None:
    async with calling(application) as caller:
        for report, cost in ((LAMP, 2), (URGENT, 1)):
            statements.clear()
            await caller.post(REPORTS, json=report)
            own = [text for text in statements.texts if "code_counters" not in text]  # now and then a block of codes
            assert len(own) == cost, own


async def test_a_proxy_that_tells_nobody_apart_is_nobody(
    client: httpx.AsyncClient, application: FastAPI, admin: Officer
) -> None:
    await limited(client, admin, "reports", "address", 1)
    async with calling(application, "10.0.0.7") as caller:
        assert [(await caller.post(REPORTS, json=LAMP)).status_code for _ in range(3)] == [201] * 3


async def test_devices_and_uploads_are_limited_by_address(
    client: httpx.AsyncClient, application: FastAPI, admin: Officer
) -> None:
    await limited(client, admin, "devices", "address", 1)
    await limited(client, admin, "uploads", "address", 1)
    tus = {"Tus-Resumable": "1.0.0", "Upload-Length": "5"}
    async with calling(application) as caller:
        assert (await caller.post("/api/v1/auth/devices")).status_code == 201
        assert (await caller.post("/api/v1/auth/devices")).status_code == 429
        assert (await caller.post("/api/v1/uploads", headers=tus)).status_code == 201
        refused = await caller.post("/api/v1/uploads", headers=tus)
        assert (refused.status_code, slug(refused)) == (429, "limit-reached")


async def test_limits_are_the_provinces_to_decide_and_name_the_version_seen(
    client: httpx.AsyncClient, admin: Officer
) -> None:
    listed = (await client.get(LIMITS, headers=admin.headers)).json()["items"]
    assert all(one["version"] == 0 for one in listed)
    await limited(client, admin, "reports", "person", 5)
    stale = await client.put(
        f"{LIMITS}/reports/person", json={"most": 6, "window_s": 60}, headers={**admin.headers, "If-Match": '"0"'}
    )
    assert (stale.status_code, stale.json()["current_version"]) == (412, 1)
    unknown = await client.put(
        f"{LIMITS}/devices/tenant", json={"most": 6, "window_s": 60}, headers={**admin.headers, "If-Match": '"0"'}
    )
    assert (unknown.status_code, slug(unknown)) == (404, "unknown-limit")
    now = {(one["what"], one["per"]): one for one in (await client.get(LIMITS, headers=admin.headers)).json()["items"]}
    assert (now["reports", "person"]["most"], now["reports", "person"]["version"]) == (5, 1)


async def test_a_flood_is_taken_grouped_and_held_until_an_officer_has_looked(
    client: httpx.AsyncClient,
    application: FastAPI,
    admin: Officer,
    process: Process,
    drain: Callable[[], Awaitable[int]],
    db: Database,
) -> None:
    await limited(client, admin, "flood", "address", 2)
    async with calling(application) as caller:
        answers = [await caller.post(REPORTS, json=LAMP) for _ in range(5)]
        assert [one.status_code for one in answers] == [201] * 5
        assert {one.json()["due_at"] for one in answers} == {answers[0].json()["due_at"]}, "the clock runs from receipt"
        assert len({frozenset(one.json()) for one in answers}) == 1, "the sender is answered as always"
        urgent = (await caller.post(REPORTS, json=URGENT)).json()["code"]
        follow = {"Tracking-Secret": answers[4].json()["tracking_secret"]}
        assert (await caller.get(f"{REPORTS}/{answers[4].json()['code']}", headers=follow)).status_code == 200
    await drain()
    codes = [one.json()["code"] for one in answers]
    officer = await an_officer(process, Role.OFFICER, Role.DISPATCHER)
    reader = await an_officer(process, Role.AUDITOR)
    queue = (await client.get("/api/v1/staff/queue?view=triage", headers=officer.headers)).json()["items"]
    assert {one["code"] for one in queue} >= set(codes[:2])
    assert not {one["code"] for one in queue} & set(codes[2:])
    listed = (await client.get("/api/v1/staff/cases", headers=officer.headers)).json()["items"]
    assert {one["code"] for one in listed} >= set(codes), "nothing is lost"
    view = (await client.get("/api/v1/staff/queue?view=held", headers=officer.headers)).json()["items"]
    assert {one["code"] for one in view} == set(codes[2:])
    held = (await client.get("/api/v1/staff/held", headers=officer.headers)).json()["items"]
    assert [(one["by"], one["count"]) for one in held] == [("address", 3)]
    assert [one["code"] for one in held[0]["cases"]] == codes[2:]
    assert urgent not in str(held)
    assert LINE not in str(held)
    next_door = await an_officer(process, Role.DISPATCHER, unit=BINH_HAN)
    assert (await client.get("/api/v1/staff/held", headers=next_door.headers)).json()["items"] == []
    address = f"/api/v1/staff/held/{codes[2]}/release"
    seen = {"If-Match": '"1"'}
    assert (await client.post(address, headers={**next_door.headers, **seen})).status_code == 404
    assert (await client.post(address, headers={**reader.headers, **seen})).status_code == 403
    assert (await client.post(address, headers={**officer.headers, "If-Match": '"9"'})).status_code == 412
    released = await client.post(address, headers={**officer.headers, **seen})
    assert (released.status_code, released.headers["etag"]) == (200, '"2"'), released.text
    again = await client.post(address, headers={**officer.headers, "If-Match": '"2"'})
    assert (again.status_code, slug(again)) == (409, "already-done")
    taken = await client.post(f"/api/v1/staff/cases/{codes[3]}/accept", headers={**officer.headers, **seen})
    assert taken.status_code == 200, taken.text
    approver = await an_officer(process, Role.APPROVER)
    closing = {"answer": "Nội dung trùng lặp, không có thông tin để xử lý.", "resolution": "no_action"}
    closed = await client.post(
        f"/api/v1/staff/cases/{codes[4]}/resolve", json=closing, headers={**approver.headers, **seen}
    )
    assert closed.status_code == 200, closed.text
    assert await db.lane.fetchval("SELECT count(*) FROM held_cases") == 2
    await loop.prune(process)
    assert await db.lane.fetchval("SELECT count(*) FROM held_cases") == 0
    inbox = (await client.get("/api/v1/staff/queue", headers=officer.headers)).json()["items"]
    assert {codes[2], codes[3]} <= {one["code"] for one in inbox}
    assert (await client.get("/api/v1/staff/held", headers=officer.headers)).json()["items"] == []


async def test_a_held_case_is_refused_with_words_for_its_sender(
    client: httpx.AsyncClient, application: FastAPI, admin: Officer, process: Process
) -> None:
    await limited(client, admin, "flood", "address", 1)
    async with calling(application) as caller:
        held = [(await caller.post(REPORTS, json=LAMP)).json() for _ in range(2)][1]
        officer = await an_officer(process, *EVERY_HAND)
        address = f"/api/v1/staff/held/{held['code']}/refusal"
        headers = {**officer.headers, "If-Match": '"1"'}
        assert (await client.post(address, json={"answer": " "}, headers=headers)).status_code == 422
        answer = "Nội dung trùng với phản ánh đã nhận trước đó."
        refused = await client.post(address, json={"answer": answer}, headers=headers)
        assert (refused.status_code, refused.headers["etag"]) == (200, '"2"'), refused.text
        own = await caller.get(f"{REPORTS}/{held['code']}", headers={"Tracking-Secret": held["tracking_secret"]})
        assert (own.json()["state"], own.json()["answer"]) == ("resolved", answer)


async def test_what_is_held_and_overdue_is_seen_all_the_same(
    client: httpx.AsyncClient, application: FastAPI, admin: Officer, process: Process, clock: FixedClock
) -> None:
    await limited(client, admin, "flood", "address", 1)
    async with calling(application) as caller:
        codes = [(await caller.post(REPORTS, json=LAMP)).json()["code"] for _ in range(2)]
    officer = await an_officer(process)
    clock.at += timedelta(days=40)
    overdue = (await client.get("/api/v1/staff/queue?view=overdue", headers=officer.headers)).json()["items"]
    assert {one["code"] for one in overdue} == set(codes)


async def test_a_blocked_sender_is_told_why_until_when_and_how_to_object_and_may_send_what_is_urgent(
    client: httpx.AsyncClient, application: FastAPI, admin: Officer, clock: FixedClock, db: Database
) -> None:
    async with calling(application) as caller, calling(application, NEIGHBOUR) as other:
        token = (await caller.post("/api/v1/auth/devices")).json()["access_token"]
        own = {"Authorization": f"Bearer {token}"}
        code = (await caller.post(REPORTS, json=LAMP, headers=own)).json()["code"]
        body = {"report": code, "reason": "Gửi nhiều lần nội dung xúc phạm.", "until": "2026-11-27T00:00:00+07:00"}
        made = await client.post(BLOCKS, json={**body, "what": "account"}, headers=admin.headers)
        assert made.status_code == 201, made.text
        refused = await other.post(REPORTS, json=LAMP, headers=own)
        assert (refused.status_code, slug(refused)) == (403, "sender-blocked"), "an account, wherever it is"
        for said in ("27/11/2026", "Gửi nhiều lần nội dung xúc phạm.", "Luật Khiếu nại"):
            assert said in refused.json()["detail"]
        assert (await caller.post(REPORTS, json=URGENT, headers=own)).status_code == 201
        assert (await caller.post(REPORTS, json=LAMP)).status_code == 201, "the line is not blocked"
        await client.post(BLOCKS, json={**body, "what": "address"}, headers=admin.headers)
        assert slug(await caller.post(REPORTS, json=LAMP)) == "sender-blocked"
        assert (await other.post(REPORTS, json=LAMP)).status_code == 201
        listed = (await client.get(BLOCKS, headers=admin.headers)).json()["items"]
        assert [one["what"] for one in listed] == ["address", "account"]
        assert LINE not in str(listed)
        lifted = await client.post(f"{BLOCKS}/{listed[0]['id']}/lifting", headers=admin.headers)
        assert lifted.json()["lifted_at"] is not None
        assert (await caller.post(REPORTS, json=LAMP)).status_code == 201
        clock.at += timedelta(days=8)
        again = (await client.post("/api/v1/auth/devices")).status_code
        assert again == 201
        assert (await caller.post(REPORTS, json=LAMP, headers=own)).status_code == 201, "it ends by itself"
    kept = await db.lane.fetchval("SELECT string_agg(t::text, ' ') FROM report_origins t")
    assert LINE not in kept
    actions = await db.lane.fetch("SELECT action FROM audit_entries WHERE subject = $1 ORDER BY id", code)
    assert [row["action"] for row in actions] == ["sender.blocked", "sender.blocked", "sender.block_lifted"]


async def test_a_page_tells_the_person_and_keeps_what_they_wrote(
    client: httpx.AsyncClient, application: FastAPI, admin: Officer
) -> None:
    await limited(client, admin, "reports", "address", 1)
    async with calling(application) as caller:
        given = {
            "description": LAMP["description"],
            "category": LAMP["category"],
            "area_code": "10507",
            "step": "check",
        }
        statuses = []
        for _ in range(2):
            checking = Page(await go(caller, Page(await caller.get("/report")).form("/report"), **given))
            answer = await go(caller, checking.form("/report"), step="send")
            statuses.append(answer.status_code)
        page = Page(answer)
        assert statuses == [200, 422]  # the page is shown again, at an address of its own
        assert "Hãy gửi lại sau 60 phút" in page.text
        assert LAMP["description"] in page.text
        assert page.form("/report").values["key"]


@pytest.mark.parametrize(
    ("given", "status", "problem"),
    [
        ({"what": "address"}, 409, "origin-unknown"),
        ({"what": "account"}, 409, "origin-unknown"),
        ({"until": "2026-11-19T00:00:00+07:00"}, 422, "invalid"),
        ({"until": "2027-11-19T00:00:00+07:00"}, 422, "invalid"),
        ({"report": "H23-261120-9999"}, 404, "report-not-found"),
    ],
)
async def test_a_block_that_cannot_be_is_refused(
    client: httpx.AsyncClient, admin: Officer, given: dict[str, str], status: int, problem: str
) -> None:
    code = (await client.post(REPORTS, json=LAMP)).json()["code"]  # from the machine itself, by nobody known
    body = {"report": code, "what": "address", "reason": "Thử", "until": "2026-11-27T00:00:00+07:00", **given}
    answer = await client.post(BLOCKS, json=body, headers=admin.headers)
    assert (answer.status_code, slug(answer)) == (status, problem)


async def test_anonymous_reads_have_a_budget_in_each_process_that_costs_no_statement(
    process: Process, db: Database, statements: Statements, admin: Officer
) -> None:
    settings = process.settings.model_copy(update={"reads_per_address_minute": 3})
    app = create_app(settings, process.clock, shared=process)
    install(app, process)
    async with calling(app) as reader, calling(app, NEIGHBOUR) as other, calling(app, "127.0.0.1") as proxy:
        assert [(await reader.get("/api/v1/public/cases")).status_code for _ in range(3)] == [200] * 3
        statements.clear()
        refused = await reader.get("/api/v1/public/cases")
        assert (refused.status_code, slug(refused)) == (429, "read-too-much")
        assert refused.headers["ratelimit-policy"] == '"reads-address";q=3;w=60'
        assert 1 <= int(refused.headers["retry-after"]) <= 20
        assert len(statements) == 0
        assert (await other.get("/api/v1/public/cases")).status_code == 200
        assert (await reader.post(REPORTS, json=LAMP)).status_code == 201, "sending is no reading"
        assert (await reader.get("/api/v1/staff/queue", headers=admin.headers)).status_code == 200
        public = await reader.get("/api/v1/public/cases", headers=admin.headers)
        assert slug(public) == "read-too-much", "there everybody reads the same, whatever is sent along"
        forged = {"Authorization": "Bearer lts_1_AAAA"}
        areas = [(await other.get("/api/v1/auth/session", headers=forged)).status_code for _ in range(3)]
        assert areas == [401] * 3
        assert slug(await other.get("/api/v1/public/cases")) == "read-too-much", "what proves nothing is counted"
        assert [(await proxy.get("/api/v1/public/cases")).status_code for _ in range(6)] == [200] * 6
        # Who asks for a paper is not asked: a token of anybody's changes nothing, and the page counts like the API.
        statements.clear()
        checked = await reader.get("/api/v1/verify/0", headers={"Authorization": "Bearer x"})
        assert (checked.status_code, slug(checked)) == (429, "read-too-much")
        assert checked.headers["ratelimit"].startswith('"reads-address";r=0')
        for refused in (await reader.get("/verify/0"), await reader.post("/verify", data={"code": "0"})):
            assert refused.status_code == 429
            assert "Quá nhiều lượt trong một phút" in Page(refused).text
        feeds = [(await reader.get(f"/portal/H23/{name}")).status_code for name in ("feed.atom", "cases.csv")]
        assert feeds == [429] * 2, "what is made anew for whoever asks is counted too"
        statements.clear()
        for page in ("/cases?q=den+duong", "/map", "/portal/H23"):
            assert (await reader.get(page)).status_code == 429, page
        step = {"description": "Ổ gà sâu trước cổng trường.", "category": "roads.pothole", "area_code": "10507"}
        for page, typed in (
            ("/follow", {"code": "x"}),
            ("/apply/1.004227", {"step": "papers"}),
            ("/report", {**step, "step": "check"}),
            ("/report", {"step": "send"}),
        ):
            refused = await reader.post(page, data=typed)
            assert (refused.status_code, "retry-after" in refused.headers) == (429, True), page
            assert "những gì đã điền vẫn còn" in Page(refused).text
        kept = await reader.post("/report/kept", data={"key": ""})
        assert (kept.status_code, kept.json()["outcome"]) == (429, "later")
        assert len(statements) == 0, "no search is made for it"
        sent = await reader.post("/report", data={**step, "step": "send"})
        assert sent.status_code == 200, sent.text
        assert await db.lane.fetchval("SELECT count(*) FROM reports") == 2, "reporting is kept from nobody"
        assert (await proxy.get("/api/v1/verify/0")).status_code == 200
    async with calling(app, "203.113.5.11") as sender:
        paper = {"file": ("giay.pdf", b"%PDF-1.7", "application/pdf")}
        assert [(await sender.post("/verify", files=paper)).status_code for _ in range(2)] == [200, 429]
    await app.state.feeds.close()


async def test_nobody_keeps_officers_out_by_trying_passwords(
    client: httpx.AsyncClient, application: FastAPI, admin: Officer, db: Database, clock: FixedClock
) -> None:
    await limited(client, admin, "sign_ins", "address", 3)
    body = {"username": "ai.do", "password": "sai mật khẩu"}
    async with calling(application) as guesser, calling(application, NEIGHBOUR) as officer:
        tried = [slug(await guesser.post("/api/v1/auth/token", json={**body, "username": f"ai.{n}"})) for n in range(4)]
        assert tried == ["wrong-credentials"] * 3 + ["limit-reached"]
        codes = await guesser.post("/api/v1/auth/otp/verification", json={"phone": "0912345678", "code": "000000"})
        assert slug(codes) == "limit-reached", "passwords and codes are one count"
        handle = {"handle": "x" * 40, "code": "000000"}
        assert slug(await guesser.post("/api/v1/auth/token/second-factor", json=handle)) == "limit-reached"
        assert (await guesser.post("/console/sign-in", data=body)).status_code == 429
        right = {"username": admin.username, "password": PASSWORD}
        assert (await officer.post("/api/v1/auth/token", json=right)).status_code == 200


async def test_a_queue_for_passwords_has_room_for_others_than_one_address(application: FastAPI) -> None:
    gate = threading.Event()
    passwords = Passwords(at_once=1, waiting=8, of_one=3)
    passwords._verify = lambda *_: gate.wait(5)  # type: ignore[method-assign]  # as long as it takes

    async def one(address: str) -> bool | str:
        CURRENT.set({"type": "http", "client": (address, 1), "headers": [], "state": {}})
        try:
            return await passwords.check(None, "x")
        except SignInBusy:
            return "busy"

    held = [asyncio.create_task(one(LINE)) for _ in range(5)]
    other = asyncio.create_task(one(NEIGHBOUR))
    await asyncio.sleep(0.02)
    gate.set()
    assert [await task for task in held] == [False, False, False, "busy", "busy"]
    assert await other is False, "there was room for somebody else"
