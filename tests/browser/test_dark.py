"""Pages in the dark and on paper, in a real browser: colours can be read, and paper is white."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import expect

from app.cases.terms import CaseState
from app.process import Process
from tests.browser.conftest import Open
from tests.browser.test_officers import RULES
from tests.builders import a_case


async def test_pages_can_be_read_in_the_dark_and_are_printed_on_white(
    open_page: Open, process: Process, drain: Callable[[], Awaitable[int]], tmp_path: Path
) -> None:
    filed = await a_case(process, CaseState.IN_PROGRESS)
    await drain()
    page = await open_page("/", phone=True, color_scheme="dark")
    for address in (
        "/",
        "/report",
        f"/cases/{filed.code}",
        "/deadlines?from=2026-11-20&days=5",
        "/offline",
        "/map",
        "/privacy",
    ):
        await page.goto(address)
        if address == "/map":
            await expect(page.locator("#map-told")).to_contain_text("trong khung bản đồ")
        ground = await page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert ground == "rgb(18, 25, 29)", address
        found = await Axe().run(page, options=RULES)
        assert found.violations_count == 0, (address, found.generate_report())
        await page.screenshot(path=tmp_path / f"dark{address.split('?')[0].replace('/', '-')}.png", full_page=True)
    await page.goto(f"/cases/{filed.code}")
    await page.emulate_media(media="print")
    assert await page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    await expect(page.locator(".top nav")).to_be_hidden()
    await page.screenshot(path=tmp_path / "print.png", full_page=True)
