"""The officer's console in a real browser: by keys, live, in conflict, and each of its pages for everyone."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from fastapi import FastAPI
from playwright.async_api import Page, expect

from app.cases import service as cases
from app.cases.terms import CaseState
from app.db.engine import Database
from app.kit.ids import TenantId
from app.outbox import service as outbox
from app.process import Process
from app.streams.service import PrivateFeeds
from tests.browser.conftest import Open
from tests.browser.test_officers import sign_in
from tests.browser.test_service_requests import look
from tests.builders import CAM_THUONG, EVERY_HAND, a_case, acting, an_officer, someone

BOTH = pytest.mark.parametrize("phone", [False, True], ids=["desk", "phone"])
_NOTE = {"seen": None, "for_unit_only": False}


@pytest.fixture
async def listening(application: FastAPI) -> AsyncIterator[None]:
    """The application tells of changes within a moment."""
    state = application.state
    before = state.tails, state.private_feeds
    state.tails = outbox.Tails(state.database, state.bus, 0.02)
    state.private_feeds = PrivateFeeds(
        state.database, state.clock, lambda: state.directory.current, state.tails, 0.05, ()
    )
    yield
    await state.private_feeds.close()
    await state.tails.close()
    state.tails, state.private_feeds = before


async def numbered(process: Process) -> None:
    while await outbox.relay(process.db, process.clock, TenantId(1)):
        pass


async def focused(page: Page) -> str:
    """The code of the line one stands on."""
    return str(await page.evaluate("document.activeElement.closest('[data-line]')?.dataset.line ?? ''"))


async def test_the_queue_is_gone_through_by_single_keys_until_they_are_switched_off(
    open_page: Open, process: Process
) -> None:
    codes = [(await a_case(process)).code for _ in range(3)]
    officer = await an_officer(process)
    page = await open_page("/console")
    await sign_in(page, officer.username)
    for key, code in (("j", 0), ("j", 1), ("j", 2), ("k", 1)):
        await page.keyboard.press(key)
        assert await focused(page) == codes[code]
    await page.keyboard.press("x")
    await expect(page.get_by_role("checkbox", name=f"Chọn {codes[1]}")).to_be_checked()
    await expect(page.locator("[data-ticked]")).to_have_text("(1)")
    await page.keyboard.press("?")
    keys = page.get_by_role("dialog", name="Phím tắt")
    await expect(keys).to_be_visible()
    await look(page, "console-0-keys")
    await keys.get_by_role("checkbox").uncheck()
    await page.keyboard.press("Escape")
    await page.reload()
    await page.keyboard.press("j")
    assert await focused(page) == "", "nothing happens by a single key any more"
    await page.get_by_role("button", name="Phím tắt").click()
    await page.get_by_role("checkbox", name="Dùng phím tắt").check()
    await page.get_by_role("button", name="Đóng").click()
    await page.get_by_label("Mở theo mã vụ việc").press_sequentially("jjj")
    assert await focused(page) == "", "what is typed is no command"
    await page.locator("h1").click()
    await page.keyboard.press("j")
    async with page.expect_navigation():  # with its scripts
        await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="Việc có thể làm")).to_be_visible()
    async with page.expect_navigation():
        await page.keyboard.press("n")
    assert f"/console/cases/{codes[1]}?" in page.url
    await page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await page.get_by_role("button", name="Chép liên kết").click()
    await expect(page.get_by_role("button", name="Đã chép liên kết")).to_be_visible()
    copied = await page.evaluate("navigator.clipboard.readText()")
    assert copied.endswith(f"/console/cases/{codes[1]}")
    await page.keyboard.press("u")
    await expect(page.get_by_role("heading", name="Cần xử lý", level=1)).to_be_visible()


@pytest.mark.usefixtures("listening")
async def test_queue_and_case_tell_what_changes_while_they_are_looked_at(open_page: Open, process: Process) -> None:
    filed = await a_case(process)
    await numbered(process)
    officer = await an_officer(process)
    page = await open_page(f"/console/cases/{filed.code}")
    async with page.expect_request("**/console/stream"):
        await sign_in(page, officer.username)
    queue = await page.context.new_page()
    async with queue.expect_request("**/console/stream"):
        await queue.goto("/console")
    await expect(queue.locator("[data-line]")).to_have_count(1)
    new = await a_case(process)
    await acting(process, cases.add_note, someone(process), code=filed.code, text="Đã gọi.", **_NOTE)

    async def told() -> None:
        await numbered(process)
        await expect(queue.locator(f"[data-line='{new.code}']")).to_be_visible()
        await expect(queue.get_by_role("link", name="Chờ phân loại 2")).to_be_visible()
        await page.bring_to_front()
        await expect(page.get_by_text("Vụ việc vừa có thay đổi.")).to_be_visible()

    await asyncio.wait_for(told(), 30)
    await page.get_by_role("link", name="Xem bản mới").click()
    await expect(page.get_by_text("Đã gọi.")).to_be_visible()


@BOTH
async def test_pages_of_the_console_are_fit_for_everyone(
    open_page: Open, process: Process, db: Database, phone: bool
) -> None:
    of = "phone" if phone else "wide"
    one, two = await a_case(process, CaseState.IN_PROGRESS), await a_case(process)
    chief = await an_officer(process, *EVERY_HAND)
    page = await open_page("/console?category=lighting&state=in_progress", phone=phone)
    await sign_in(page, chief.username)
    await page.locator("summary", has_text="Danh sách đã lưu").click()
    await page.get_by_label("Lưu danh sách đang xem với tên").fill("Đèn đang sửa")
    await page.get_by_role("button", name="Lưu", exact=True).click()
    await expect(page.get_by_role("status").filter(has_text="Đã lưu danh sách.")).to_be_visible()
    for summary in ("Danh sách đã lưu", "Phân công cán bộ", "Ghi chú nội bộ"):
        await page.locator("summary", has_text=summary).click()
    await look(page, f"console-1-queue-{of}")

    await page.goto("/console/answer-templates")
    await page.get_by_label("Tên mẫu").fill("Đã thay bóng")
    await page.get_by_label("Câu trả lời mẫu").fill("Vụ việc {mã} đã được {cơ quan} xử lý xong ngày {hôm nay}.")
    await page.get_by_role("button", name="Xem thử").click()
    await expect(page.get_by_text("H23-261120-0001 đã được")).to_be_visible()
    await look(page, f"console-2-templates-{of}")
    await page.get_by_role("button", name="Thêm mẫu").click()
    await page.get_by_role("link", name="Đã thay bóng").click()
    await look(page, f"console-3-template-{of}")

    await page.goto(f"/console/cases/{one.code}")
    await acting(process, cases.add_note, someone(process), code=one.code, text="Đã hẹn thợ chiều mai.", **_NOTE)
    await page.locator("#do-draft-answer summary").click()
    await page.locator("#draft-answer-template").select_option("Đã thay bóng")
    await page.locator("#do-draft-answer").get_by_role("button", name="Điền mẫu").click()
    await expect(page.locator("#answer")).to_have_value(
        f"Vụ việc {one.code} đã được UBND phường Cẩm Thượng xử lý xong ngày 20/11/2026."
    )
    await page.locator("#resolution").select_option("Đã khắc phục")
    await acting(process, cases.add_note, someone(process), code=one.code, text="Thợ đến sớm.", **_NOTE)
    await page.get_by_role("button", name="Trình dự thảo trả lời").click()
    await expect(page.get_by_role("alert")).to_contain_text("“Thợ đến sớm.”")
    await look(page, f"console-4-conflict-{of}")
    await page.get_by_role("button", name="Làm lại trên bản mới").click()
    await expect(page.get_by_text("Chờ duyệt câu trả lời").first).to_be_visible()

    await page.goto(f"/console/cases/{two.code}/merge?into={one.code}")
    await look(page, f"console-5-merge-{of}")
    await db.lane.fetch("UPDATE cases SET due_at = due_at - '9 days'::interval WHERE state = 'received' RETURNING 1")
    await page.goto("/console/wall")
    await expect(page.get_by_role("row", name="UBND phường Cẩm Thượng")).to_be_visible()
    await look(page, f"console-6-wall-{of}")
    await page.goto("/console/figures/cases?by=tier")
    await expect(page.get_by_role("rowheader", name="Cấp xã")).to_be_visible()
    await look(page, f"console-6-figures-{of}")
    for number, address in enumerate(("/console/portals", f"/console/portals/{CAM_THUONG}", "/console/due-dates"), 7):
        await page.goto(address)
        await look(page, f"console-{number}-{address.rpartition('/')[2]}-{of}")
    await page.get_by_role("button", name="Tạo địa chỉ").click()
    await expect(page.get_by_role("heading", name="Địa chỉ của bạn")).to_be_visible()
    await look(page, f"console-10-due-dates-made-{of}")
