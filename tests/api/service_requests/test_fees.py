"""Fees: by the rules, paid through a provider that signs what it says, in cash at the desk, or never."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import date

from app.db.engine import Database
from app.kit.clock import FixedClock
from app.process import Process
from tests.api.payments.test_desk import add_account
from tests.api.service_requests.conftest import Upload
from tests.api.service_requests.test_land import documents
from tests.applicants import Life, Offices
from tests.pages import Page
from tests.treasury import set_up, treasury

Drain = Callable[[], Awaitable[int]]


async def waiting_for_its_fee(life: Life, at_work: Offices, upload: Upload) -> str:
    """The reference of what has to be paid."""
    await life.file(documents=await documents(upload))
    await life.do(at_work.commune, "accept")
    asked = await life.do(at_work.commune, "ask-payment")
    assert (asked.status_code, asked.json()["national_code"]) == (200, 6), asked.text
    answer = await life.client.get(f"/api/v1/service-requests/{life.code}/payment", headers=life.mine)
    (one,) = answer.json()["items"]
    assert (one["amount"], one["state"], one["subject_code"]) == ("128000", "requested", life.code)
    assert [line["amount"] for line in one["lines"]] == ["28000", "100000"], "line by line, each with its basis"
    return str(one["reference"])


async def test_a_provider_s_word_lets_the_request_go_on_once(
    life: Life, at_work: Offices, upload: Upload, process: Process, clock: FixedClock, drain: Drain, db: Database
) -> None:
    async with treasury(clock) as provider:
        await set_up(process, provider.url)
        await add_account(process, "001101", None, date(2026, 1, 1))
        reference = await waiting_for_its_fee(life, at_work, upload)
        way = (await life.client.get(f"/api/v1/service-requests/{life.code}/payment", headers=life.mine)).json()
        assert way["way"]["reference"] == reference
        assert reference in way["way"]["vietqr"]
        life.client.cookies.set("account", life.mine["Authorization"].removeprefix("Bearer "))
        page = await life.client.get(f"/service-requests/{life.code}")
        assert "<svg" in page.text
        assert "128.000 ₫" in Page(page).text
        assert "đang chờ bạn nộp phí; thời hạn tạm dừng" in Page(page).text
        assert "đang giải quyết" not in Page(page).text, "nobody is at work, and no day is promised, until it is paid"
        stands = await life.own()
        assert stands["paused_at"], "code 6 stops the clock"
        too_little = provider.pay(reference, "100000")
        assert (await provider.tell(life.client, too_little)).status_code == 200
        await drain()
        assert (await life.own())["state"] == "payment_requested"
        rest = provider.pay(reference, "28000")
        for _ in range(2):
            assert (await provider.tell(life.client, rest)).status_code == 200
        await drain()
        paid = await life.own()
        assert (paid["state"], paid["paused_at"]) == ("accepted", None)
        told = [entry for entry in paid["timeline"] if entry["type"] == "service_request.paid"]
        assert len(told) == 1


async def test_cash_is_taken_with_a_receipt_and_an_ended_request_asks_for_nothing(
    life: Life, at_work: Offices, upload: Upload, process: Process
) -> None:
    await waiting_for_its_fee(life, at_work, upload)
    assert (await life.do(at_work.commune, "record-payment")).json()["type"].endswith("receipt-needed")
    taken = await life.do(at_work.commune, "record-payment", receipt="BL-001")
    assert (taken.status_code, taken.json()["state"]) == (200, "accepted"), taken.text
    fees = f"/api/v1/service-requests/{life.code}/payment"
    (one,) = (await life.client.get(fees, headers=life.mine)).json()["items"]
    assert one["state"] == "paid"
    again = await life.do(at_work.commune, "ask-payment", amount="50000", reason="Phí trích lục, NQ 12/2025")
    assert again.status_code == 200, again.text
    assert (await life.ask("withdrawal")).json()["national_code"] == 7
    assert (await life.do(at_work.commune_head, "agree-withdrawal")).json()["national_code"] == 8
    items = (await life.client.get(fees, headers=life.mine)).json()["items"]
    assert [item["state"] for item in items] == ["paid", "cancelled"]


async def test_another_amount_than_the_fee_has_a_basis_that_the_applicant_reads(
    life: Life, at_work: Offices, upload: Upload
) -> None:
    await life.file(documents=await documents(upload))
    await life.do(at_work.commune, "accept")
    refused = await life.do(at_work.commune, "ask-payment", amount="999000")
    assert (refused.status_code, refused.json()["computed"]) == (422, "128000"), refused.text
    assert refused.json()["type"].endswith("fee-reason-needed")
    assert "128.000 ₫" in refused.json()["detail"]
    same = await life.do(at_work.commune, "ask-payment", amount="128000")
    assert same.status_code == 200, "what the rules come to needs no other basis"
    back = await life.do(at_work.commune, "take-back-payment", reason="Hộ nghèo được miễn.")
    assert (back.status_code, back.json()["state"]) == (200, "accepted"), back.text
    basis = "Nghị quyết 12/2025/NQ-HĐND, Điều 5: thêm bản trích lục"
    asked = await life.do(at_work.commune, "ask-payment", amount="150000", reason=basis)
    assert asked.status_code == 200, asked.text
    items = (await life.client.get(f"/api/v1/service-requests/{life.code}/payment", headers=life.mine)).json()["items"]
    assert [(one["amount"], one["state"]) for one in items] == [("128000", "cancelled"), ("150000", "requested")]
    assert items[-1]["lines"][0]["legal_basis"] == basis
    entry = (await life.own())["timeline"][-1]
    assert (entry["text"], "150.000 ₫" in entry["sentence"]) == (basis, True)


async def test_a_demand_can_be_taken_back_until_it_is_paid(
    life: Life, at_work: Offices, upload: Upload, process: Process, clock: FixedClock, drain: Drain
) -> None:
    async with treasury(clock) as provider:
        await set_up(process, provider.url)
        reference = await waiting_for_its_fee(life, at_work, upload)
        assert (await life.do(at_work.commune, "take-back-payment")).status_code == 422, "without the reason"
        part = provider.pay(reference, "100000")
        assert (await provider.tell(life.client, part)).status_code == 200
        back = await life.do(at_work.commune, "take-back-payment", reason="Nhầm hồ sơ.")
        assert (back.status_code, back.json()["state"]) == (200, "accepted"), back.text
        own = await life.own()
        assert (own["paused_at"], own["fee"]) == (None, "128000")
        last = own["timeline"][-1]
        assert (last["type"], last["text"]) == ("service_request.payment_taken_back", "Nhầm hồ sơ.")
        assert "không phải nộp" in last["sentence"]
        life.client.cookies.set("account", life.mine["Authorization"].removeprefix("Bearer "))
        assert "Nhầm hồ sơ." in Page(await life.client.get(f"/service-requests/{life.code}")).text
        items = (await life.client.get(f"/api/v1/service-requests/{life.code}/payment", headers=life.mine)).json()[
            "items"
        ]
        assert [(one["state"], one["refund_due"]) for one in items] == [("refund_due", "100000")], "of what had come"

        await life.do(at_work.commune, "ask-payment")
        items = (await life.client.get(f"/api/v1/service-requests/{life.code}/payment", headers=life.mine)).json()[
            "items"
        ]
        paid = provider.pay(items[-1]["reference"], "128000")
        assert (await provider.tell(life.client, paid)).status_code == 200
        too_late = await life.do(at_work.commune, "take-back-payment", reason="Nhầm.")
        assert (too_late.status_code, too_late.json()["type"].endswith("paid-already")) == (409, True), too_late.text
        await drain()
        assert (await life.own())["state"] == "accepted"
