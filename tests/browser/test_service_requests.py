"""The land procedure before a real browser: a phone, then commune, district and province at their desks, and back.

Once with a supplement, of a paper and of an answer, and a lateness; a result that a leader has signed, and a cover
sheet that anyone can check. What a machine can see of accessibility on every page of the way.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from axe_playwright_python.async_playwright import Axe
from fastapi import FastAPI
from playwright.async_api import FilePayload, Page, expect

from app.db.engine import Database
from app.kit.clock import FixedClock
from app.media import service as media
from app.media.store import FolderStore
from app.papers import service as papers_service
from app.papers.domain import short_code
from app.papers.service import SignatureReader
from app.papers.terms import Trust
from app.process import Process
from app.worker import sweeps
from tests.applicants import offices
from tests.authorities import Holder, an_authority, an_officer_of, signed
from tests.browser.conftest import Open
from tests.browser.test_officers import RULES, sign_in
from tests.builders import Officer
from tests.papers import a_paper
from tests.pictures import PDF

SEEN = os.environ.get("LIENTHONG_SCREENSHOTS")  # noqa: TID251 - for whoever wants to look at the pages


def paper(name: str, more: bytes = b"") -> FilePayload:
    return {"name": name, "mimeType": "application/pdf", "buffer": PDF + more}


async def look(page: Page, name: str) -> None:
    """Nothing that a machine can see keeps anybody from the page, and nothing is wider than its screen.

    Who looks at both screens, or both languages, has the rules asked of the small screen in Vietnamese and of the wide
    one in English: asking takes longer than showing the page.
    """
    if not name.endswith(("-wide", "-phone-en")):
        found = await Axe().run(page, options=RULES)
        assert not found.response["violations"], (name, found.generate_report())
    wide = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0, f"{name} is {wide} px too wide"
    if SEEN:
        await page.screenshot(path=Path(SEEN) / f"{name}.png", full_page=True)


@pytest.fixture
def store(application: FastAPI, tmp_path: Path) -> FolderStore:
    application.state.file_store = FolderStore(tmp_path)
    found: FolderStore = application.state.file_store
    return found


@pytest.fixture
def leader(application: FastAPI) -> Iterator[Holder]:
    """Who signs results, by a certificate of an authority that this installation trusts."""
    root = an_authority()
    reader = SignatureReader(Trust((root.der,)))
    before, application.state.signature_reader = application.state.signature_reader, reader
    yield an_officer_of(root)
    application.state.signature_reader = before


async def at_desk(open_page: Open, officer: Officer, code: str) -> Page:
    """The officer's page of the request, reached from the queue."""
    page = await open_page("/console/requests")
    await sign_in(page, officer.username)
    await page.get_by_role("link", name="Đăng ký biến động").first.click()
    await expect(page.get_by_role("heading", name="Việc có thể làm")).to_be_visible()
    await expect(page.get_by_text(code).first).to_be_visible()
    return page


async def complete(page: Page) -> None:
    await page.locator("summary", has_text="Xong bước này").click()
    await page.get_by_role("button", name="Xong bước này, chuyển tiếp").click()
    await expect(page.get_by_role("status")).to_contain_text("Đã xong")


async def test_land_goes_from_a_phone_through_three_tiers_to_a_result(
    open_page: Open,
    process: Process,
    db: Database,
    clock: FixedClock,
    store: FolderStore,
    live_url: str,
    leader: Holder,
) -> None:
    people = await offices(process)
    phone = await open_page("/", phone=True)
    entered = await phone.request.post("/api/v1/auth/devices")
    token = (await entered.json())["access_token"]
    await phone.context.add_cookies([{"name": "account", "value": token, "url": live_url, "httpOnly": True}])

    await phone.goto("/procedures?q=sang+ten+dat")
    await phone.get_by_role("link", name="Đăng ký biến động").first.click()
    await look(phone, "1-procedure")
    await phone.get_by_role("link", name="Nộp hồ sơ").click()
    await phone.get_by_label("Họ, chữ đệm và tên").fill("Nguyễn Thị Hoa")
    await phone.get_by_label("Số định danh cá nhân").first.fill("030123456789")
    await phone.get_by_label("Số điện thoại").first.fill("0912 345 678")
    await phone.get_by_label("Nơi cư trú").first.fill("12 Cẩm Thượng")
    await phone.locator("#applicant_area").select_option("10507")
    await phone.get_by_label("Chuyển nhượng").check()
    await look(phone, "2-form")
    await phone.get_by_role("button", name="Lưu nháp").click()
    await expect(phone.get_by_role("status").first).to_contain_text("Đã lưu bản nháp")
    await phone.locator('[name="answers.other_parties.0.full_name"]').fill("Trần Văn Ba")
    await phone.locator('[name="answers.other_parties.0.identity_number"]').fill("030987654321")
    await phone.get_by_label("Số phát hành Giấy chứng nhận").fill("AB 123456")
    await phone.get_by_label("Tờ bản đồ số").fill("7")
    await phone.get_by_label("Thửa số").fill("12")
    await phone.get_by_label("Số thửa đất").fill("1")
    await phone.locator('[name="answers.new_certificate"][value="yes"]').check()
    await phone.get_by_role("button", name="Tiếp tục: giấy tờ").click()
    await phone.locator("#file-certificate").set_input_files(paper("gcn.pdf"))
    await phone.locator("#file-contract").set_input_files(paper("hop-dong.pdf", b"%2"))
    await look(phone, "3-papers")
    await phone.get_by_role("button", name="Tiếp tục: xem lại").click()
    await expect(phone.get_by_text("20 ngày làm việc").first).to_be_visible()
    await look(phone, "4-review")
    await phone.get_by_role("button", name="Nộp hồ sơ").click()
    await expect(phone.get_by_role("status")).to_contain_text("Đã nộp")
    await expect(phone.get_by_role("status")).to_be_focused()  # and so it is read out
    await look(phone, "5-sent")
    address = phone.url.partition("?")[0]
    code = address.rpartition("/")[2]

    commune = await at_desk(open_page, people.commune, code)
    await look(commune, "6-desk")
    await commune.locator("summary", has_text="Yêu cầu bổ sung").click()
    await commune.locator("#about-0").select_option("contract")
    await commune.locator("#why-0").fill("Trang 2 mờ, không đọc được số thửa.")
    await commune.locator("#about-1").select_option("/certificate_number")
    await commune.locator("#why-1").fill("Số này không có trong sổ.")
    await commune.get_by_role("button", name="Yêu cầu bổ sung hồ sơ").click()
    await expect(commune.get_by_role("status")).to_contain_text("Đã xong")
    await phone.goto(address)
    await expect(phone.get_by_text("Trang 2 mờ").first).to_be_visible()
    await look(phone, "7-supplement")
    await phone.locator("#m1").set_input_files(paper("trang-2.pdf", b"%3"))
    number = phone.get_by_label("Số phát hành Giấy chứng nhận")
    await expect(number).to_have_value("AB 123456")
    await number.fill("AB 123457")
    await phone.get_by_role("button", name="Gửi bổ sung").click()
    await expect(phone.get_by_role("status")).to_contain_text("Đã bổ sung")

    await commune.goto(f"/console/requests/{code}")
    await expect(commune.get_by_text("Trước lần bổ sung 1")).to_be_visible()
    await expect(commune.get_by_text("AB 123457", exact=True)).to_be_visible()
    await commune.get_by_role("button", name="Tiếp nhận, hẹn trả kết quả").click()
    await expect(commune.get_by_role("status")).to_contain_text("Đã xong")
    await complete(commune)
    await complete(commune)
    await complete(await at_desk(open_page, people.environment, code))
    await complete(await at_desk(open_page, people.city, code))
    clock.at += timedelta(days=40)
    assert await sweeps.sweep_requests(process)
    await phone.goto(address)
    await expect(phone.get_by_text("Quá hạn").first).to_be_visible()
    await phone.locator("summary", has_text="Hồ sơ trễ hẹn").click()
    await phone.get_by_role("button", name="Gửi", exact=True).click()
    await expect(phone.get_by_role("status")).to_contain_text("Đã báo cơ quan cấp trên")

    department = await at_desk(open_page, people.department, code)
    await department.locator("summary", has_text="Trình kết quả").click()
    await department.get_by_label("Đồng ý giải quyết").check()
    certificate = await signed(await papers_service.pdf_of(a_paper()), leader)
    await department.locator("#results").set_input_files(
        {"name": "giay-chung-nhan.pdf", "mimeType": "application/pdf", "buffer": certificate}
    )
    await look(department, "8-decide")
    await department.get_by_role("button", name="Trình kết quả").click()
    await expect(department.get_by_role("status")).to_contain_text("Đã xong")
    await media.clear(db, clock, store)
    director = await at_desk(open_page, people.director, code)
    await director.get_by_role("button", name="Ký duyệt kết quả").click()
    await expect(director.get_by_role("status")).to_contain_text("Đã xong")
    await director.goto("/console/figures?first=2026-11-01&last=2026-12-31")
    await expect(director.get_by_text("0 % · 0/1")).to_be_visible()
    await look(director, "11-figures")
    await director.set_viewport_size({"width": 360, "height": 740})
    await look(director, "12-figures-phone")
    commune = await at_desk(open_page, people.commune, code)  # forty days later one signs in anew
    await commune.goto("/console/work")
    await expect(commune.get_by_role("link", name="Đăng ký biến động")).to_be_visible()
    await look(commune, "9-work")
    await commune.goto(f"/console/requests/{code}")
    await commune.locator("summary", has_text="Trả kết quả").click()
    await commune.get_by_role("button", name="Trả kết quả").click()
    await expect(commune.get_by_role("status")).to_contain_text("Đã xong")

    await phone.goto(address)
    result = phone.get_by_role("link", name="Tải kết quả")
    await expect(result).to_be_visible()
    fetched = await phone.request.get(await result.get_attribute("href") or "")
    assert (fetched.status, (await fetched.body())[:5]) == (200, b"%PDF-")
    await look(phone, "10-result")
    await phone.get_by_role("link", name="Xem chữ ký số").click()
    await expect(phone.get_by_text("Nguyễn Văn Lãnh")).to_be_visible()
    await expect(phone.get_by_text("Chữ ký đúng, được tin cậy")).to_be_visible()
    await look(phone, "13-signatures")
    cover = await db.lane.fetchval("SELECT checksum FROM papers WHERE kind = 'result_cover'")
    await phone.goto("/verify")
    await look(phone, "14-verify")
    await phone.get_by_label("Mã kiểm tra").fill(short_code(cover))
    await phone.get_by_role("button", name="Kiểm tra").click()
    await expect(phone.get_by_role("heading", name="Giấy có thật")).to_be_visible()
    await expect(phone.get_by_text("Phiếu trả kết quả")).to_be_visible()
    await look(phone, "15-genuine")
