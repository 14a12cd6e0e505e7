"""Portals of units in a real browser: readable by everyone, on phone and desk, framed only by whom they name."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, expect

from app.cases.terms import CaseState
from app.db.engine import Database
from app.db.work import Work, in_work
from app.identity.terms import Role
from app.kit.clock import FixedClock
from app.kit.ids import TenantId
from app.kit.text import Text
from app.portals import service as portals
from app.portals.terms import Wanted
from app.process import Process
from tests.browser.conftest import Open
from tests.browser.test_officers import RULES
from tests.builders import CITY, a_case, someone

_NAME = Text("Thành phố Hải Dương lắng nghe", "Hải Dương City listens")
_INTRO = Text("Mọi việc của thành phố và các phường.", "All matters of the city and its wards.")


@pytest.fixture
async def other_site() -> AsyncIterator[str]:
    """A site of somebody else, which shows the widget in a frame and by the element; its origin."""
    pages: dict[str, bytes] = {}

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        body = pages["/"].replace(b"ORIGIN", head.split(b" ")[1].removeprefix(b"/?").replace(b"%3A", b":"))
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nConnection: close\r\n")
        writer.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
        await writer.drain()
        writer.close()

    pages["/"] = (
        '<!doctype html><html lang="vi"><title>Trang khác</title><h1>Trang khác</h1>'
        '<script src="ORIGIN/portal/element.js"></script>'
        '<iframe src="ORIGIN/portal/H23.21/widget" title="Cổng" width="320" height="400"></iframe>'
        '<lien-thong-status unit="H23.21" lang="en" height="300"></lien-thong-status></html>'
    ).encode()
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    server.close()
    await server.wait_closed()


async def set_up(process: Process, clock: FixedClock, *framers: str) -> None:
    look = Wanted(_NAME, _INTRO, "#7a1f2b", "#8a1c1c", framers)
    directory = process.books.directory
    admin = someone(process, CITY, Role.UNIT_ADMIN)
    unit = directory.unit_by_code(TenantId(1), CITY)

    async def verb(work: Work) -> None:
        await portals.set_portal(work, admin, unit, look, seen=0, directory=directory)

    await in_work(process.db, clock, TenantId(1), verb)


@pytest.fixture
async def lively(process: Process, db: Database, clock: FixedClock, drain: Callable[[], Awaitable[int]]) -> str:
    """A city whose portal is set up, with a public case; its code."""
    filed = await a_case(process, CaseState.IN_PROGRESS)
    await drain()
    await set_up(process, clock)
    return filed.code


async def accessible(page: Page) -> None:
    found = await Axe().run(page, options=RULES)
    assert found.violations_count == 0, found.generate_report()
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), page.url


@pytest.mark.parametrize(("lang", "phone"), [("vi", True), ("en", False)])
async def test_a_portal_can_be_used_by_everyone(
    open_page: Open, lively: str, tmp_path: Path, phone: bool, lang: str
) -> None:
    for name in ("", f"/cases/{lively}", "/widget"):
        page = await open_page(f"/portal/H23.21{name}?lang={lang}", phone=phone)
        await accessible(page)
        shot = f"portal{name.replace('/', '-')}-{lang}-{'phone' if phone else 'desk'}.png"
        await page.screenshot(path=tmp_path / shot, full_page=True)
    page = await open_page(f"/portal/H23.21?lang={lang}", phone=phone, scripts=False)
    await page.get_by_role("link", name="Send a report" if lang == "en" else "Gửi phản ánh").last.click()
    assert "portal=H23.21" in page.url


async def test_only_sites_that_are_named_may_frame_the_widget(
    open_page: Open, process: Process, db: Database, clock: FixedClock, other_site: str, live_url: str
) -> None:
    await set_up(process, clock, other_site)
    page = await open_page(f"{other_site}/?{live_url}")
    for place in (0, 1):
        frame = page.frame_locator("iframe").nth(place)
        await expect(frame.get_by_role("heading")).to_contain_text(_NAME.en if place else _NAME.vi)
    await expect(page.locator("lien-thong-status iframe")).to_have_attribute("title", "Citizens’ reports: H23.21")
