"""Rules before a real browser: looked at before they are published, by keyboard, narrow and in the dark; and me too."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import httpx
import pytest
from playwright.async_api import expect

from app.cases.terms import CaseState
from app.db.engine import Database
from app.identity.terms import Role
from app.process import Process
from tests.browser.conftest import Open
from tests.browser.test_officers import sign_in
from tests.browser.test_people import tab_to
from tests.browser.test_service_requests import look
from tests.builders import PROVINCE, Officer, a_case, an_officer

pytestmark = pytest.mark.usefixtures("packaged_rules_again")

Drain = Callable[[], Awaitable[int]]


@pytest.fixture
async def admin(process: Process) -> Officer:
    return await an_officer(process, Role.TENANT_ADMIN, unit=PROVINCE)


async def test_rules_are_looked_at_on_a_phone_before_they_are_published(
    open_page: Open, process: Process, client: httpx.AsyncClient, admin: Officer, db: Database
) -> None:
    await a_case(process)
    body = {"name": "Hải Phòng", "unit": "H23.91", "url": "https://haiphong.invalid"}
    made = await client.post("/api/v1/staff/neighbours", json=body, headers=admin.headers)
    page = await open_page("/console/categories", phone=True)
    await sign_in(page, admin.username)
    await look(page, "rules-0-categories")
    await page.get_by_role("link", name="Chiếu sáng công cộng").click()
    await page.get_by_label("Đến hết ngày").fill("2027-01-31")
    await page.get_by_label("Thay đổi gì, vì sao").fill("Gộp vào lĩnh vực khác.")
    await page.get_by_role("button", name="Xem hệ quả").click()
    await expect(page.get_by_role("heading", name="Nếu ban hành")).to_be_visible()
    await look(page, "rules-1-category")
    await page.goto("/console/categories/new?group=lighting")
    await page.get_by_role("button", name="Xem hệ quả").click()
    await expect(page.get_by_role("alert")).to_contain_text("Hãy đặt tên")
    await page.get_by_label("Tên (tiếng Việt)").fill("Đèn trang trí")
    await page.get_by_label("Tên (tiếng Anh)").fill("Festive lights")
    await page.locator("summary", has_text="Câu hỏi mới").click()
    await page.get_by_label("Câu hỏi (tiếng Việt)").first.fill("Đèn có nhấp nháy không?")
    await page.get_by_label("Câu hỏi (tiếng Anh)").first.fill("Does it flicker?")
    await page.get_by_label("Trả lời bằng").first.select_option("Có hay không")
    await look(page, "rules-1-new-question")
    await page.get_by_label("Căn cứ pháp lý (tiếng Việt)").fill("Quyết định 7/QĐ-UBND")
    await page.get_by_label("Căn cứ pháp lý (tiếng Anh)").fill("Decision 7/QD-UBND")
    await page.get_by_label("Thêm vì sao").fill("Tết")
    await page.get_by_role("button", name="Xem hệ quả").click()
    await expect(page.get_by_role("heading", name="Phản ánh sẽ đến đâu")).to_be_visible()
    await look(page, "rules-1-new-category")
    await page.goto("/console/calendar/days")
    await page.get_by_label("Ngày", exact=True).fill("2026-11-25")
    await page.get_by_label("Vì sao (tiếng Việt)").fill("Bão số 3")
    await page.get_by_label("Vì sao (tiếng Anh)").fill("Storm")
    await page.get_by_label("Thay đổi gì, vì sao").fill("Công điện 1")
    await page.get_by_role("button", name="Xem hệ quả").click()
    await expect(page.get_by_text("đổi hạn 1")).to_be_visible()
    await look(page, "rules-1-day")
    await page.goto("/console/rulebook")
    await look(page, "rules-2-rulebook")
    await page.goto("/console/rulebook/rules/electricity")
    await page.get_by_label("Một đơn vị").select_option("H23.13")
    await page.locator("summary", has_text="Lĩnh vực: 1").click()
    await page.get_by_label("Chiếu sáng công cộng (cả nhóm)").check()
    await page.get_by_label("Thay đổi gì, theo văn bản nào").fill("Quyết định 7/QĐ-UBND")
    await page.get_by_label("Có hiệu lực từ ngày").fill("2027-01-01")
    await page.get_by_role("button", name="Xem hệ quả").click()
    await expect(page.get_by_text("vụ việc sẽ đến đơn vị khác")).to_be_visible()
    await look(page, "rules-3-rule")
    await page.get_by_role("button", name="Ban hành").click()
    await expect(page.get_by_role("status")).to_contain_text("Đã ban hành")
    await expect(page.get_by_text("đã ban hành, có hiệu lực từ")).to_be_visible()
    await page.goto("/console/targets")
    await look(page, "rules-4-targets")
    await page.goto("/console/neighbours")
    await look(page, "rules-5-neighbours")
    await page.goto(f"/console/neighbours/{made.json()['id']}")
    await look(page, "rules-6-neighbour")
    await page.get_by_role("button", name="Đối chiếu").click()
    await expect(page.get_by_role("alert")).to_contain_text("không trả lời")
    await look(page, "rules-7-reconciliation")
    assert await db.lane.fetchval("SELECT max(version) FROM rulebooks WHERE tenant_id = 1") == 2


async def test_a_target_and_a_rule_of_support_are_published_by_keyboard_in_the_dark(
    open_page: Open, process: Process, admin: Officer, db: Database
) -> None:
    filed = await a_case(process)
    page = await open_page("/console/targets/urban", color_scheme="dark", scripts=True)
    await sign_in(page, admin.username)
    await tab_to(page, "#amount")
    await page.keyboard.press("ControlOrMeta+a")
    await page.keyboard.type("5")
    await tab_to(page, "#note")
    await page.keyboard.type("Thử")
    await tab_to(page, "#apply_to_running")
    await page.keyboard.press("Space")
    await tab_to(page, "[value=look]")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="Nếu ban hành")).to_be_visible()
    await page.get_by_text("Một số vụ việc").click()
    await expect(page.get_by_role("link", name=filed.code)).to_be_visible()
    await look(page, "rules-8-target-dark")
    await tab_to(page, "[value=do]")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("status")).to_contain_text("Đã ban hành")
    await page.goto("/console/support-rules?lang=en")
    await look(page, "rules-9-support-rules-dark")
    await page.get_by_role("link", name="A rule for another category").click()
    await tab_to(page, "#at_least")
    await page.keyboard.type("25")
    for name in ("vi", "en"):
        await tab_to(page, f"[name='legal_basis.{name}']")
        await page.keyboard.type("Quyết định 8/QĐ-UBND")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="If it is published")).to_be_visible()
    await look(page, "rules-10-support-rule-dark")
    await tab_to(page, "[value=do]")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("status")).to_contain_text("Published")
    assert await db.lane.fetchval("SELECT at_least FROM support_rules WHERE priority = 'urgent'") == 25


async def test_a_citizen_says_me_too_by_keyboard_and_takes_it_back(
    open_page: Open, process: Process, drain: Drain, db: Database
) -> None:
    filed = await a_case(process, CaseState.IN_PROGRESS)
    officer = await an_officer(process)
    await drain()
    page = await open_page(f"/cases/{filed.code}", phone=True)
    await look(page, "me-too-0")
    await page.get_by_role("button", name="Tôi cũng gặp").press("Enter")
    await expect(page.get_by_role("status").filter(has_text="Bạn đã báo “Tôi cũng gặp”")).to_be_visible()
    await look(page, "me-too-1-given")
    assert await drain()
    await page.reload()
    await expect(page.get_by_text("Số người cũng gặp")).to_be_visible()
    desk = await open_page(f"/console/cases/{filed.code}", phone=True)
    await sign_in(desk, officer.username)
    await expect(desk.get_by_text("1 người báo “Tôi cũng gặp”")).to_be_visible()
    await page.get_by_role("button", name="Rút lại").press("Enter")
    await expect(page.get_by_role("button", name="Tôi cũng gặp")).to_be_visible()
    await drain()
    assert await db.lane.fetchval("SELECT count(*) FROM supports") == 0
