"""The application on a phone without a network, in a real browser: nothing is lost, nothing is sent twice."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from axe_playwright_python.async_playwright import Axe
from fastapi import FastAPI
from playwright.async_api import FilePayload, Page, expect

from app.db.engine import Database
from app.settings import Settings
from tests.applicants import an_applicant
from tests.browser.conftest import Open
from tests.browser.test_officers import RULES
from tests.browser.test_people import WORDS, come_to, fits, go_on, reports, write as write_by_steps
from tests.pictures import photo
from tests.postoffice import Browser

DROPPED_ON_ITS_WAY = """async () => {
  for (const { key } of await queue.list()) await queue.drop(key);
  const real = self.fetch;
  const begun = new Promise((go) => { self.fetch = () => new Promise((_, failed) => { go(failed); }); });
  const key = queue.newKey();
  await queue.put([["key", key], ["description", "..."]]);
  const sending = queue.send(true), end = await begun;
  await queue.drop(key);
  end(new TypeError("no network"));
  await sending;
  self.fetch = real;
  return (await queue.list()).length;
}"""


# No push service is reached from here: the browser says that it has a subscription, a moment after it was asked.
SUBSCRIBED = """async (fields) => {
  const held = { endpoint: fields.endpoint, unsubscribe: async () => true };
  PushManager.prototype.getSubscription = () => new Promise((done) => { setTimeout(() => done(held), 300); });
  return (await fetch("/account/push/on", { method: "POST", body: new URLSearchParams(fields) })).status;
}"""


@dataclass
class Line:
    """A telephone line to the application: it can be dead, or lose answers on their way back."""

    url: str
    dead: bool = False
    loses_answers: bool = False
    lost: int = 0
    taken: list[asyncio.StreamWriter] = field(default_factory=list)

    def cut(self) -> None:
        self.dead = True
        for writer in self.taken:
            writer.transport.abort()


@pytest.fixture
async def line(live_url: str) -> AsyncIterator[Line]:
    """The line, between the browser and the application."""
    far = urlsplit(live_url)
    made = Line("")

    async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, back: bool) -> None:
        while chunk := await reader.read(65_536):
            if back and made.loses_answers:
                made.lost += 1
                writer.transport.abort()
                return
            writer.write(chunk)
            await writer.drain()
        writer.close()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if made.dead:
            writer.transport.abort()
            return
        there, to = await asyncio.open_connection(far.hostname, far.port)
        made.taken += [writer, to]
        ways = (carry(reader, to, back=False), carry(there, writer, back=True))
        await asyncio.gather(*ways, return_exceptions=True)
        writer.transport.abort()
        to.transport.abort()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    made.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    yield made
    server.close()
    made.cut()
    await server.wait_closed()


async def until(page: Page, holds: str) -> None:
    """Wait until the expression is true. Asked again from here: the page's own policy lets nothing be evaluated."""
    async with asyncio.timeout(20):
        while not await page.evaluate(holds):
            await asyncio.sleep(0.05)


async def installed(open_page: Open, line: Line, address: str = "/", *, phone: bool = True) -> Page:
    page = await open_page(line.url + address, phone=phone, workers=True)
    await page.evaluate("async () => { await navigator.serviceWorker.ready; }")
    await until(page, "navigator.serviceWorker.controller !== null")
    return page


async def arrived(db: Database) -> None:
    """Wait until the application has the report, whether anybody was told or not."""
    async with asyncio.timeout(10):
        while not await reports(db):
            await asyncio.sleep(0.02)


async def write(page: Page) -> None:
    await page.fill("#description", WORDS)
    await page.select_option("#category", "roads.pothole")
    await page.select_option("#area_code", "10507")


@pytest.mark.parametrize("phone", [True, False])
async def test_a_report_written_without_a_network_arrives_once(
    open_page: Open, line: Line, db: Database, tmp_path: Path, phone: bool
) -> None:
    page = await installed(open_page, line, phone=phone)
    line.cut()
    await page.goto(f"{line.url}/report")
    await expect(page.get_by_role("heading", name="Không có mạng")).to_be_visible()
    await write(page)
    await page.reload()  # the draft is still there
    assert await page.input_value("#description") == WORDS
    picture: FilePayload = {"name": "anh.jpg", "mimeType": "image/jpeg", "buffer": photo(width=640, height=480)}
    await page.get_by_label("Chọn ảnh").set_input_files(picture)
    await page.get_by_role("button", name="Giữ và gửi khi có mạng").click()
    await expect(page.get_by_text("Đã giữ phản ánh trên máy này")).to_be_visible()
    await expect(page.get_by_text("Chờ gửi")).to_be_visible()
    await fits(page)
    found = await Axe().run(page, options=RULES)
    assert found.violations_count == 0, found.generate_report()
    await page.screenshot(path=tmp_path / f"offline-{'phone' if phone else 'desk'}.png", full_page=True)
    assert await reports(db) == 0

    line.dead, line.loses_answers = False, True  # it arrives, and nobody is told so
    await page.get_by_role("button", name="Gửi ngay").click()
    await arrived(db)
    line.loses_answers = False
    other = await page.context.new_page()  # and both tabs and the worker send at once
    await other.goto(f"{line.url}/offline")
    await asyncio.gather(*(tab.evaluate("() => queue.send(true)") for tab in (page, other)))
    await expect(page.get_by_text("Đã gửi", exact=True)).to_be_visible()
    await page.screenshot(path=tmp_path / f"sent-{'phone' if phone else 'desk'}.png", full_page=True)
    assert line.lost
    assert await reports(db) == 1
    assert await db.lane.fetchval("SELECT count(*) FROM report_files") == 1
    assert await db.lane.fetchval("SELECT captured_at IS NOT NULL FROM reports")
    await page.locator("a.code").click()
    await expect(page.get_by_text("giữ việc này đến hết")).to_be_visible()


async def test_a_report_on_its_way_when_the_network_ends_is_kept_and_arrives_once(
    open_page: Open, line: Line, db: Database
) -> None:
    page = await installed(open_page, line, "/report")
    await write_by_steps(page)
    await come_to(page, 4)
    await page.get_by_label("Số điện thoại").fill("0912345678")
    line.loses_answers = True
    await page.get_by_role("button", name="Gửi phản ánh").click()
    await expect(page.get_by_text("Đã giữ phản ánh trên máy này")).to_be_visible()
    await arrived(db)
    line.loses_answers = False
    await page.evaluate("() => queue.send(true)")  # not by the button: the queue may be sending by itself by now
    await expect(page.get_by_text("Đã gửi", exact=True)).to_be_visible()
    assert await reports(db) == 1


async def test_a_photo_on_its_way_to_the_next_step_when_the_network_ends_is_not_lost(
    open_page: Open, line: Line, db: Database
) -> None:
    page = await installed(open_page, line, "/report")
    await write_by_steps(page)
    await come_to(page, 3)
    picture: FilePayload = {"name": "anh.jpg", "mimeType": "image/jpeg", "buffer": photo(width=640, height=480)}
    await page.get_by_label("Chọn ảnh").set_input_files(picture)
    line.cut()
    await go_on(page)
    await expect(page.get_by_role("heading", name="Không có mạng")).to_be_visible()
    assert await page.input_value("#description") == WORDS
    await until(page, "document.querySelector('#files').files.length === 1")
    line.dead = False
    await page.get_by_role("button", name="Giữ và gửi khi có mạng").click()
    await expect(page.get_by_text("Đã gửi", exact=True)).to_be_visible()
    assert await reports(db) == 1
    assert await db.lane.fetchval("SELECT count(*) FROM report_files") == 1


async def test_what_is_refused_is_changed_on_the_form_and_nothing_is_lost(
    open_page: Open, line: Line, db: Database
) -> None:
    page = await installed(open_page, line, "/offline")
    await write(page)
    await page.locator("summary", has_text="Nhập toạ độ").click()
    await page.get_by_label("Vĩ độ").fill("0")
    await page.get_by_label("Kinh độ").fill("0")
    await page.get_by_role("button", name="Giữ và gửi khi có mạng").click()
    await expect(page.get_by_text("chưa định vị được")).to_be_visible()
    await page.goto(f"{line.url}/cases")
    await expect(page.get_by_text("cần bạn xem lại")).to_be_visible()
    await page.get_by_role("link", name="Xem", exact=True).click()
    await page.get_by_role("button", name="Sửa và gửi lại").click()
    await expect(page.get_by_role("heading", name="Gửi phản ánh")).to_be_visible()
    assert await page.input_value("#description") == WORDS
    assert await reports(db) == 0
    left = await page.evaluate(DROPPED_ON_ITS_WAY)
    assert left == 0, "what is taken off the device on its way, and is not heard of, does not come back"


async def test_whoever_signs_out_is_told_no_more_in_this_browser(
    open_page: Open, live_url: str, application: FastAPI, settings: Settings, client: httpx.AsyncClient, db: Database
) -> None:
    given = {"push_contact": "mailto:ioc@haiduong.example", "webhook_private_addresses": True}
    application.state.settings = settings.model_copy(update=given)
    token = (await an_applicant(client))["Authorization"].removeprefix("Bearer ")
    page = await open_page(live_url, workers=True)
    await page.context.add_cookies([{"name": "account", "value": token, "url": live_url}])
    await page.goto(f"{live_url}/account")
    await page.evaluate("async () => { await navigator.serviceWorker.ready; }")
    held = Browser().subscription(9, "mine")
    assert await page.evaluate(SUBSCRIBED, {"endpoint": held["endpoint"], **held["keys"]}) == 204
    await page.get_by_role("button", name="Đăng xuất", exact=True).click()
    await page.wait_for_url("**/account?done=signed-out")
    application.state.settings = settings
    assert await db.lane.fetchval("SELECT count(*) FROM citizen_push_subscriptions") == 0


async def test_a_newer_worker_waits_until_it_is_wanted(open_page: Open, line: Line) -> None:
    page = await installed(open_page, line)
    await expect(page.locator("#newer")).to_be_hidden()
    await page.evaluate(
        "async () => { const held = await caches.keys(); await caches.open('shell-older'); return held.length; }"
    )
    await page.evaluate("() => navigator.serviceWorker.register('/service-worker.js?next', {scope: '/'})")
    await expect(page.locator("#newer")).to_be_visible()
    async with page.expect_navigation():
        await page.get_by_role("button", name="Dùng bản mới").click()
    await until(page, "async () => !(await caches.keys()).includes('shell-older')")
