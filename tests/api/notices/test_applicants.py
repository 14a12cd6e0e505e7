"""Applicants are told of their service requests, and units of the steps that are theirs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path

import httpx
import pytest

from app.db.engine import Database
from app.kit.clock import FixedClock
from app.media.store import FolderStore
from app.process import Process
from app.settings import Settings
from app.worker import sweeps
from tests.api.notices.conftest import PAGES, Post, rows
from tests.applicants import HOA, LAND, MARITAL, MARRIED, SALE, Life, Offices, an_applicant, an_upload, offices
from tests.builders import CAM_THUONG, HAIDUONG
from tests.postoffice import Browser


@pytest.fixture
def store(tmp_path: Path) -> FolderStore:
    return FolderStore(tmp_path)


@pytest.fixture
async def at_work(process: Process) -> Offices:
    return await offices(process)


@pytest.fixture
async def life(client: httpx.AsyncClient, process: Process, store: FolderStore, settings: Settings) -> Life:
    one = Life(client, await an_applicant(client))
    papers = [
        {"document": name, "upload": await an_upload(process, store, settings), "name": name}
        for name in ("certificate", "contract")
    ]
    filed = await one.file(documents=papers, applicant={**HOA, "email": "hoa@example.org"})
    assert filed.status_code == 201, filed.text
    return one


@contextmanager
def mailbox_of(process: Process, code: str, address: str) -> Iterator[None]:
    unit = process.books.directory.unit_by_code(HAIDUONG, code)
    before = unit.contact.get("email")
    unit.contact["email"] = address  # type: ignore[index]
    try:
        yield
    finally:
        if before is None:
            del unit.contact["email"]  # type: ignore[attr-defined]
        else:
            unit.contact["email"] = before  # type: ignore[index]


def text_of(letter: EmailMessage) -> str:
    body = letter.get_body(("plain",))
    assert body is not None
    found: str = body.get_content()
    return found


async def test_an_applicant_is_told_each_step_once_in_order_and_nothing_of_the_matter(
    life: Life, at_work: Offices, post: Post, process: Process, db: Database, clock: FixedClock
) -> None:
    missing = [{"about": "contract", "reason": "Trang 2 mờ."}]
    await life.do(at_work.commune, "ask-supplement", missing=missing, text="Xin chụp lại.")
    await life.ask("supplement", text="Đây ạ.")
    assert (await life.do(at_work.commune, "accept")).status_code == 200
    await life.do(at_work.commune, "complete", step="receive")
    assert (await life.do(at_work.commune, "ask-payment")).status_code == 200
    assert (await life.do(at_work.commune, "record-payment", receipt="BL7")).status_code == 200
    await life.ask("withdrawal", reason="Xin rút.")
    assert (await life.do(at_work.commune_head, "decline-withdrawal", reason="Đã trình.")).status_code == 200
    clock.at += timedelta(days=40)
    await sweeps.sweep_requests(process)
    life.version = (await life.own())["version"]
    late = await life.do(at_work.commune_head, "extend", due_on="2027-01-08", reason="Cần đo lại.")
    assert late.status_code == 200, late.text
    assert (await life.do(at_work.commune_head, "stop", reason="Có tranh chấp.")).status_code == 200
    assert (await life.do(at_work.commune_head, "end", reason="Toà thụ lý.")).status_code == 200
    await post.all()
    await db.lane.fetch("UPDATE consumer_cursors SET position = 0")
    await post.all()
    assert [occasion for occasion, _, _ in await rows(db)] == [
        "request_submitted", "supplement_asked", "request_accepted", "payment_asked", "withdrawal_declined",
        "request_overdue", "request_extended", "request_stopped", "request_ended",
    ]  # fmt: skip
    letters = post.mailbox.letters
    assert [letter["To"] for letter in letters] == ["hoa@example.org"] * 9
    assert letters[2]["Subject"].startswith(f"Hồ sơ {life.code} được tiếp nhận, hẹn trả ngày 2")
    texts = [text_of(letter) for letter in letters]
    assert all(f"{PAGES}/service-requests/{life.code}" in text for text in texts)
    asked = texts[1]
    assert "Trang 2 mờ." in asked
    assert "Xin chụp lại." in asked
    assert "trước ngày 20/12/2026" in asked
    assert "128.000 ₫" in texts[3]
    assert "08/01/2027" in texts[6]
    name = process.procedures.current.versions(HAIDUONG, LAND)[0].name.vi
    private = ("Nguyễn", "030123456789", "tranh chấp", SALE["certificate_number"], name)
    assert not any(word in text for text in texts for word in private), "no more than anyone may read"
    readings = await db.lane.fetch("SELECT DISTINCT actor_kind, purpose FROM identity_readings")
    assert [tuple(row) for row in readings] == [("system", "notice")]
    assert await db.lane.fetchval("SELECT count(*) FROM notices WHERE sealed_to IS NOT NULL") == 0


async def test_who_acts_for_an_applicant_is_told_and_may_switch_off_what_law_does_not_ask_for(
    client: httpx.AsyncClient, at_work: Offices, post: Post, process: Process, store: FolderStore, settings: Settings
) -> None:
    life = Life(client, await an_applicant(client))
    filer = {"name": "Trần Văn Ba", "identity_number": "030987654321", "email": "ba@example.org"}
    mandate = await an_upload(process, store, settings)
    filed = await life.file(
        procedure=MARITAL, answers=MARRIED, applicant={**HOA, "email": "hoa@example.org"}, filer=filer, mandate=mandate
    )
    assert filed.status_code == 201, filed.text
    await post.all()
    (letter,) = post.mailbox.letters
    assert letter["To"] == "ba@example.org"
    link = letter["List-Unsubscribe"].strip("<>").removeprefix(PAGES)
    assert (await client.post(link, content="List-Unsubscribe=One-Click")).status_code == 200
    own = await client.get(f"/api/v1/service-requests/{life.code}/notices", headers=life.mine)
    assert own.json()["wanted"] is False
    await life.ask("withdrawal")
    assert (await life.do(at_work.commune_head, "decline-withdrawal", reason="Đã trình.")).status_code == 200
    assert (await life.do(at_work.commune, "refuse", reason="Thiếu.")).status_code == 200
    await post.all()
    assert [one["Subject"] for one in post.mailbox.letters[1:]] == [f"Hồ sơ {life.code} không được tiếp nhận"]
    assert post.mailbox.letters[1]["List-Unsubscribe"] is None


async def test_an_applicant_chooses_how_to_be_told_but_law_is_told(
    client: httpx.AsyncClient, life: Life, at_work: Offices, post: Post, process: Process, db: Database
) -> None:
    url, browser = f"/api/v1/service-requests/{life.code}/notices", Browser()
    process.settings.__dict__["webhook_private_addresses"] = True
    try:
        device = browser.subscription(post.push.port, "abc")
        assert (await client.post("/api/v1/me/push-subscriptions", json=device, headers=life.mine)).status_code == 204
    finally:
        process.settings.__dict__["webhook_private_addresses"] = False
    wanted = {"language": "en", "channels": ["sms", "push"], "wanted": False}
    stranger = await an_applicant(client)
    assert (await client.put(url, json=wanted, headers=stranger)).status_code == 404
    assert (await client.put(url, json=wanted, headers=life.mine)).status_code == 204
    await life.do(at_work.commune, "accept")
    await post.all()
    told = [("request_accepted", "push"), ("request_accepted", "sms")]
    assert sorted((occasion, channel) for occasion, channel, _ in await rows(db)) == told, "the rest was not wanted"
    ((_, sms),), ((_, pushed),) = post.sms.requests, post.push.requests
    said = httpx.Response(200, content=sms).json()
    assert said["phone"] == "+84912345678"
    assert said["content"][0].startswith(f"{life.code}: accepted, result due 21 December 2026")
    assert browser.read(pushed)["title"].startswith(f"Service request {life.code} was accepted")
    own = (await client.get(url, headers=life.mine)).json()
    assert (own["language"], own["channels"], {one["occasion"] for one in own["told"]}) == (
        "en", ["push", "sms"], {"request_accepted"}
    )  # fmt: skip
    seen = await client.get(f"{life.staff}/notices", headers=at_work.commune.headers)
    assert [one["state"] for one in seen.json()["items"]] == ["sent", "sent"]
    assert "+84" not in seen.text
    assert (await client.get(f"{life.staff}/notices", headers=at_work.neighbour.headers)).status_code == 404


async def test_units_get_one_letter_of_steps_that_opened_are_due_and_are_late(
    life: Life, at_work: Offices, post: Post, process: Process, db: Database, clock: FixedClock
) -> None:
    await life.do(at_work.commune, "accept")
    await life.do(at_work.commune, "complete", step="receive")
    with mailbox_of(process, CAM_THUONG, "phuong@haiduong.example"):
        await post.handle()
        assert await sweeps.sweep_requests(process) == 0, "nothing is due on the next working day"
        due_at = await db.lane.fetchval("SELECT due_at FROM service_request_steps WHERE state = 'open'")
        clock.at = due_at - timedelta(hours=20)
        assert await sweeps.sweep_requests(process) == 1
        clock.at = due_at + timedelta(hours=9)
        assert await sweeps.sweep_requests(process) == 1
        assert await sweeps.sweep_requests(process) == 0, "each once"
        await post.handle()
        clock.at += timedelta(minutes=10)
        await post.deliver()
    letters = [letter for letter in post.mailbox.letters if letter["To"] == "phuong@haiduong.example"]
    (text,) = [text_of(letter) for letter in letters]
    lines = [line for line in text.splitlines() if line.startswith(life.code)]
    assert len(lines) == 4, text
    assert "hồ sơ mới chờ tiếp nhận" in lines[0]
    assert "đến lượt bước" in lines[1]
    assert "sắp đến hạn" in lines[2]
    assert "đã quá hạn" in lines[3]
    assert "Hoa" not in text
