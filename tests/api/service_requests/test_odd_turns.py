"""Turns that lives of service requests take seldom: sent back, paid at another moment, complained about too soon."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import date, timedelta

import httpx
import pytest
from fastapi import FastAPI

from app.db.engine import Database
from app.kit.clock import FixedClock
from app.media import service as media
from app.media.store import FolderStore
from app.process import Process
from app.worker import sweeps
from app.worker.payments import Payments
from tests.api.payments.test_desk import add_account
from tests.api.service_requests.conftest import Upload
from tests.api.service_requests.test_fees import waiting_for_its_fee
from tests.api.service_requests.test_land import documents
from tests.applicants import MARITAL, MARRIED, SALE, Life, Offices, an_applicant
from tests.treasury import set_up, treasury

Drain = Callable[[], Awaitable[int]]


async def to_decide(life: Life, at_work: Offices, upload: Upload) -> None:
    """The land request waits for the department's decision."""
    await life.file(documents=await documents(upload))
    assert (await life.do(at_work.commune, "accept")).status_code == 200
    for officer, step in (
        (at_work.commune, "receive"),
        (at_work.commune, "verify_origin"),
        (at_work.environment, "map_extract"),
        (at_work.city, "obligations"),
    ):
        answer = await life.do(officer, "complete", step=step)
        assert answer.status_code == 200, answer.text


async def payments(life: Life) -> list[str]:
    """States of what was asked for, oldest first."""
    path = f"/api/v1/service-requests/{life.code}/payment"
    return [one["state"] for one in (await life.client.get(path, headers=life.mine)).json()["items"]]


async def test_a_decision_that_was_sent_back_leaves_no_file_behind_and_the_step_has_its_time_anew(
    life: Life, at_work: Offices, upload: Upload, store: FolderStore, db: Database, clock: FixedClock, process: Process
) -> None:
    await to_decide(life, at_work, upload)
    draft = [{"upload": await upload(), "name": "Bản nháp sai"}]
    assert (await life.do(at_work.department, "decide", outcome="granted", results=draft)).status_code == 200
    clock.at += timedelta(days=14)
    back = await life.do(at_work.department, "send-back", step="decide", to="map_extract", reason="Sai thửa.")
    assert back.status_code == 200, back.text
    assert (await life.seen_by(at_work.department)).status_code == 200, "who sent it back still sees it"
    (due,) = await db.lane.fetch("SELECT due_at FROM service_request_steps WHERE code = 'map_extract'")
    assert due["due_at"] > clock.now()
    await sweeps.sweep_requests(process)
    late = await db.lane.fetchval("SELECT count(*) FROM timeline_entries WHERE type = 'service_request.step_overdue'")
    assert late == 0
    assert (await life.do(at_work.environment, "complete", step="map_extract")).status_code == 200
    denial = [{"upload": await upload(), "name": "Văn bản từ chối"}]
    decided = await life.do(at_work.department, "decide", outcome="denied", text="Không đủ điều kiện.", results=denial)
    assert decided.status_code == 200, decided.text
    await media.clear(db, clock, store)
    assert (await life.do(at_work.director, "sign")).status_code == 200
    own = await life.own()
    assert [one["name"] for one in own["files"] if one["role"] == "result"] == ["Văn bản từ chối"]


async def test_a_draft_is_nobodys_decision_when_the_request_is_withdrawn(
    life: Life, at_work: Offices, upload: Upload, db: Database
) -> None:
    await to_decide(life, at_work, upload)
    draft = [{"upload": await upload(), "name": "Chưa ký"}]
    noted = await life.do(at_work.department, "decide", outcome="denied", text="Nội bộ: nghi giả mạo.", results=draft)
    assert noted.status_code == 200, noted.text
    assert (await life.ask("withdrawal")).status_code == 200
    agreed = await life.do(at_work.director, "agree-withdrawal")
    assert agreed.status_code == 200, agreed.text
    own = await life.own()
    assert (own["outcome"], own["decision_text"]) == ("withdrawn", None)
    assert await db.lane.fetchval("SELECT count(*) FROM service_request_files WHERE role = 'result'") == 0


async def test_nothing_is_late_that_was_decided_in_time_or_waits_for_its_applicant(
    life: Life, at_work: Offices, upload: Upload, store: FolderStore, db: Database, clock: FixedClock
) -> None:
    await to_decide(life, at_work, upload)
    result = [{"upload": await upload(), "name": "Kết quả"}]
    await life.do(at_work.department, "decide", outcome="granted", results=result)
    await media.clear(db, clock, store)
    assert (await life.do(at_work.director, "sign")).status_code == 200
    other = Life(life.client, life.mine)
    await other.file(documents=await documents(upload), answers={**SALE, "certificate_number": "AB 777777"})
    await other.do(at_work.commune, "accept")
    await other.do(at_work.commune, "ask-supplement", missing=[{"about": "contract", "reason": "Mờ"}])
    clock.at += timedelta(days=60)
    for one in (life, other):
        answer = await one.ask("complaint", text="Trễ")
        assert (answer.status_code, answer.json()["type"]) == (409, "/problems/not-overdue"), answer.text


async def test_an_appointment_that_there_is_not_yet_cannot_be_moved(
    life: Life, at_work: Offices, upload: Upload
) -> None:
    await life.file(documents=await documents(upload))
    await life.do(at_work.commune, "ask-supplement", missing=[{"about": "contract", "reason": "Mờ"}])
    moved = await life.do(at_work.commune_head, "extend", due_on="2026-12-31", reason="Thử")
    assert moved.status_code == 409, moved.text


async def test_no_date_is_promised_while_the_clock_stands(
    life: Life, at_work: Offices, upload: Upload, clock: FixedClock
) -> None:
    await life.file(documents=await documents(upload))
    assert (await life.do(at_work.commune, "accept")).status_code == 200
    await life.do(at_work.commune, "ask-supplement", missing=[{"about": "contract", "reason": "Mờ"}])
    shown = (await life.seen_by(at_work.commune_head)).json()
    assert "extend" not in shown["verbs"]
    moved = await life.do(at_work.commune_head, "extend", due_on="2027-01-15", reason="Thử")
    assert (moved.status_code, moved.json()["type"]) == (409, "/problems/clock-paused"), moved.text
    assert "bổ sung" in moved.json()["detail"]
    clock.at += timedelta(days=14)
    assert (await life.ask("supplement", text="Đã rõ.")).status_code == 200
    moved = await life.do(at_work.commune_head, "extend", due_on="2027-01-15", reason="Cần đối chiếu.")
    assert (moved.status_code, moved.json()["due_at"][:10]) == (200, "2027-01-15"), moved.text


async def test_what_expires_unpaid_is_asked_for_anew_and_no_cash_is_taken_beside_the_books(
    life: Life, at_work: Offices, upload: Upload, process: Process, clock: FixedClock, drain: Drain
) -> None:
    async with treasury(clock) as provider:
        await set_up(process, provider.url)
        await add_account(process, "001101", None, date(2026, 1, 1))
        await waiting_for_its_fee(life, at_work, upload)
        clock.at += timedelta(days=31)
        async with Payments(process) as worker:
            await worker.expire()
        refused = await life.do(at_work.commune, "record-payment")
        assert (refused.status_code, refused.json()["type"]) == (422, "/problems/receipt-needed"), refused.text
        await drain()
        assert await payments(life) == ["expired", "requested"]
        taken = await life.do(at_work.commune, "record-payment", receipt="BL-777")
        assert taken.status_code == 200, taken.text
        assert await payments(life) == ["expired", "paid"]
        assert (await life.own())["state"] == "accepted"


async def test_money_that_comes_while_it_stands_still_counts_when_it_goes_on_and_is_not_asked_for_twice(
    life: Life, at_work: Offices, upload: Upload, process: Process, clock: FixedClock, drain: Drain
) -> None:
    async with treasury(clock) as provider:
        await set_up(process, provider.url)
        await add_account(process, "001101", None, date(2026, 1, 1))
        reference = await waiting_for_its_fee(life, at_work, upload)
        assert (await life.ask("withdrawal")).status_code == 200
        told = await provider.tell(life.client, provider.pay(reference, "128000"))
        assert told.json()["outcome"] == "paid"
        await drain()
        declined = await life.do(at_work.commune_head, "decline-withdrawal", reason="Đã nộp phí.")
        assert declined.status_code == 200, declined.text
        own = await life.own()
        assert (own["state"], own["paused_at"]) == ("accepted", None)
        again = await life.do(at_work.commune, "ask-payment")
        assert (again.status_code, again.json()["type"]) == (409, "/problems/nothing-owed"), again.text
        more = await life.do(at_work.commune, "ask-payment", amount="50000", reason="Trích lục thêm, NQ 12/2025")
        assert more.status_code == 200, "something else may be owed"


async def test_a_supplement_takes_earlier_files_and_is_not_used_up_by_nothing(
    life: Life, at_work: Offices, upload: Upload, client: httpx.AsyncClient
) -> None:
    await life.file(documents=await documents(upload))
    files = (await client.get("/api/v1/me/service-request-files", headers=life.mine)).json()["items"]
    other = Life(client, life.mine)
    await other.file(documents=await documents(upload), answers={**SALE, "certificate_number": "AB 999999"})
    await other.do(at_work.commune, "ask-supplement", missing=[{"about": "contract", "reason": "Mờ"}])
    nothing = await other.ask("supplement")
    assert (nothing.status_code, nothing.json()["type"]) == (422, "/problems/nothing-supplied")
    supplied = await other.ask("supplement", documents=[{"document": "contract", "file": files[0]["id"]}])
    assert supplied.status_code == 200, supplied.text
    own = await other.own()
    assert ("supplement", "contract") in {(one["role"], one["document"]) for one in own["files"]}


@pytest.mark.parametrize("verb", ["post", "put"])
async def test_more_people_save_drafts_at_once_than_there_are_connections(
    client: httpx.AsyncClient, application: FastAPI, verb: str
) -> None:
    body = {"procedure": MARITAL, "answers": MARRIED}
    many = [await an_applicant(client) for _ in range(20)]
    path = "/api/v1/me/service-request-drafts"
    begun = await asyncio.gather(*(client.post(path, json=body, headers=one) for one in many))
    assert {one.status_code for one in begun} == {201}, [one.text for one in begun if one.status_code != 201][:1]
    if verb == "put":
        saved = await asyncio.gather(
            *(
                client.put(f"{path}/{draft.json()['id']}", json=body, headers={**one, "If-Match": '"1"'})
                for one, draft in zip(many, begun, strict=True)
            )
        )
        assert {one.status_code for one in saved} == {200}


async def test_whatever_an_applicant_does_may_be_sent_again_under_its_key(
    life: Life, at_work: Offices, upload: Upload
) -> None:
    await life.file(documents=await documents(upload))
    assert (await life.do(at_work.commune, "accept")).status_code == 200, "from now on there is a due date"
    asked = await life.do(at_work.commune, "ask-supplement", missing=[{"about": "contract", "reason": "Mờ"}])
    assert asked.status_code == 200, asked.text
    for verb, body in (("supplement", {"text": "Bản chính ở nhà."}), ("withdrawal", {"reason": "Đổi ý."})):
        headers = {**life.mine, "Idempotency-Key": f"{verb}-once-only"}
        path = f"/api/v1/service-requests/{life.code}/{verb}"
        first, again = [await life.client.post(path, json=body, headers=headers) for _ in range(2)]
        assert (first.status_code, again.status_code) == (200, 200), (first.text, again.text)
        assert first.json() == again.json()
        assert first.json()["due_at"]


async def test_a_denial_says_why(life: Life, at_work: Offices, upload: Upload) -> None:
    await to_decide(life, at_work, upload)
    empty = await life.do(at_work.department, "decide", outcome="granted")
    assert (empty.status_code, empty.json()["type"].endswith("result-needed")) == (422, True), empty.text
    silent = await life.do(at_work.department, "decide", outcome="denied")
    assert (silent.status_code, silent.json()["errors"][0]["pointer"]) == (422, "/text"), silent.text
