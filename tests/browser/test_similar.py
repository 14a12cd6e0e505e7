"""What is similar, before a report is sent, in a real browser: on a small phone without scripts, and at a desk."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import expect

from app.cases.terms import CaseState
from app.process import Process
from tests.browser.conftest import Open
from tests.browser.test_officers import RULES
from tests.browser.test_people import go_on
from tests.builders import LAMP, a_case


@pytest.mark.parametrize("phone", [True, False])
async def test_a_similar_case_is_read_and_what_was_written_is_still_there(
    open_page: Open, process: Process, drain: Callable[[], Awaitable[int]], phone: bool, tmp_path: Path
) -> None:
    filed = await a_case(process, CaseState.IN_PROGRESS)
    await drain()
    page = await open_page("/report", phone=phone, scripts=not phone)
    await page.fill("#description", "den duong cam thuong ko sang")
    await page.select_option("#category", "lighting.street_lamp")
    if not phone:
        await go_on(page)
    await page.locator("summary", has_text="Nhập toạ độ").click()
    await page.get_by_label("Vĩ độ").fill(str(LAMP.lat))
    await page.get_by_label("Kinh độ").fill(str(LAMP.lon))
    offered = page.get_by_role("heading", name="Có phải đã có người báo việc này?")
    if not phone:  # the script asks as soon as the place is known, and says so
        await expect(page.locator("#near-told")).to_contain_text("Có 1 việc tương tự")
        await expect(offered).to_be_visible()
        found = await Axe().run(page, options=RULES)
        assert found.violations_count == 0, found.generate_report()
        await page.screenshot(path=tmp_path / "near-desk.png", full_page=True)
    await go_on(page)
    await expect(page.get_by_role("heading", name="Ảnh và chi tiết")).to_be_visible()
    await expect(offered).to_be_visible()
    if not phone:
        found = await Axe().run(page, options=RULES)
        assert found.violations_count == 0, found.generate_report()
    shot = tmp_path / f"similar-{'phone' if phone else 'desk'}.png"
    await page.screenshot(path=shot, full_page=True)
    assert shot.stat().st_size > 10_000
    await page.get_by_role("link", name="Đèn đường trước số 12").click()
    await expect(page.get_by_text(filed.code).first).to_be_visible()
    await page.go_back()
    await page.get_by_role("button", name="Việc khác, tiếp tục").click()
    await expect(page.get_by_text("den duong cam thuong ko sang")).to_be_visible()
    await page.get_by_role("button", name="Gửi phản ánh").click()
    await expect(page.get_by_role("heading", name="Đã nhận phản ánh của bạn")).to_be_visible()
