"""Administrators, auditors and officers of accounts before a real browser, wide and narrow, in both languages."""

from __future__ import annotations

import httpx
import pytest
from playwright.async_api import Page, expect

from app.audit import service as audit
from app.db.engine import Database
from app.db.work import Work, in_work
from app.identity.terms import Role
from app.kit.clock import FixedClock
from app.process import Process, keyring_of
from tests.browser.conftest import Open
from tests.browser.test_officers import sign_in
from tests.browser.test_people import fits, tab_to
from tests.browser.test_service_requests import look
from tests.builders import HAIDUONG, PROVINCE, Officer, a_case, an_officer
from tests.treasury import Treasury, a_payment, a_subject, set_up

BOTH = pytest.mark.parametrize("phone", [False, True], ids=["desk", "phone"])


async def seal(process: Process) -> None:
    key = keyring_of(process.settings).audit

    async def one(work: Work) -> int:
        return await audit.seal(work, HAIDUONG, key)

    while await in_work(process.db, process.clock, HAIDUONG, one):
        pass


@pytest.fixture
async def admin(process: Process) -> Officer:
    return await an_officer(process, Role.TENANT_ADMIN, unit=PROVINCE)


async def looked_at(page: Page, name: str) -> None:
    """The page in Vietnamese and in English."""
    await look(page, name)
    here = page.url
    await page.get_by_role("link", name="English").click()
    await expect(page.locator("html")).to_have_attribute("lang", "en")
    await look(page, f"{name}-en")
    await page.get_by_role("link", name="Tiếng Việt").click()
    await expect(page.locator("html")).to_have_attribute("lang", "vi")
    await page.goto(here)


async def opened(page: Page) -> None:
    """Everything that can be unfolded is."""
    closed = page.locator("main details:not([open]) > summary")
    while await closed.count():
        await closed.first.click()


@BOTH
async def test_the_trail_is_found_by_what_was_done_and_an_entry_is_read(
    open_page: Open, process: Process, client: httpx.AsyncClient, admin: Officer, phone: bool
) -> None:
    of = "phone" if phone else "wide"
    filed, officer = await a_case(process), await an_officer(process)
    await client.post(f"/api/v1/staff/cases/{filed.code}/accept", headers={**officer.headers, **filed.seen})
    await client.get("/api/v1/staff/audit", headers=officer.headers)
    await seal(process)
    page = await open_page("/console", phone=phone)
    await sign_in(page, admin.username)
    more = page.locator("summary", has_text="Mục khác")
    if phone:
        await expect(page.get_by_role("link", name="Quản trị")).to_be_hidden()
        await more.press("Enter")
        await look(page, "administration-0-menu-phone")
    else:
        await expect(more).to_be_hidden()
    await page.get_by_role("link", name="Quản trị").click()
    await expect(page.get_by_role("heading", name="Quản trị", level=1)).to_be_visible()
    await looked_at(page, f"administration-0-hub-{of}")
    await page.get_by_role("link", name="Nhật ký kiểm tra").click()
    await expect(page.get_by_text("Chuỗi đã niêm phong đến dòng")).to_be_visible()
    await looked_at(page, f"administration-1-trail-{of}")
    await page.get_by_label("Việc", exact=True).select_option("Nhận xử lý")
    await page.get_by_label("Tên đăng nhập").fill(officer.username)
    await page.get_by_label("Cơ quan giữ việc đó").select_option("H23.21.01")
    await page.get_by_role("button", name="Tìm").click()
    assert f"person={officer.username}" in page.url
    await expect(page.get_by_role("listitem").filter(has_text=filed.code)).to_have_count(1)
    async with page.expect_download() as loading:
        await page.get_by_role("link", name="Tải về (JSON lines)").click()
    taken = (await (await loading.value).path()).read_text(encoding="utf-8")
    assert (taken.count("\n"), filed.code in taken) == (1, True)
    await page.get_by_role("link", name="Nhận xử lý").click()
    await expect(page.get_by_text("case.accepted")).to_be_visible()
    await looked_at(page, f"administration-2-entry-{of}")
    await page.goto("/console/audit?person=khong.co.ai&first=2026-11-20&last=2026-11-01")
    await look(page, f"administration-3-wrong-{of}")


@BOTH
async def test_limits_and_retention_are_changed_after_their_preview(
    open_page: Open, admin: Officer, db: Database, phone: bool
) -> None:
    of = "phone" if phone else "wide"
    page = await open_page("/console/limits", phone=phone)
    await sign_in(page, admin.username)
    await look(page, f"administration-4-limits-{of}")
    await page.locator('a[href="/console/limits/reports/address"]').click()
    await page.get_by_label("Nhiều nhất bao nhiêu lần").fill("40")
    await page.get_by_role("button", name="Xem hệ quả").click()
    await expect(page.get_by_role("heading", name="Nếu đổi")).to_be_visible()
    await look(page, f"administration-5-limit-{of}")
    await page.get_by_role("button", name="Đổi giới hạn").click()
    await expect(page.get_by_role("status")).to_contain_text("Đã đổi giới hạn")
    assert await db.lane.fetchval("SELECT most FROM limit_policies") == 40

    await page.goto("/console/retention")
    await look(page, f"administration-6-retention-{of}")
    await page.get_by_role("link", name="Bản nháp hồ sơ chưa nộp").click()
    await page.get_by_label("Giữ bao nhiêu ngày").fill("30")
    await page.get_by_label("Căn cứ pháp lý (tiếng Việt)").fill("Quyết định 5/QĐ-UBND")
    await page.get_by_role("button", name="Xem hệ quả").click()
    await expect(page.get_by_role("heading", name="Nếu ban hành")).to_be_visible()
    await look(page, f"administration-7-rule-{of}")
    await page.get_by_role("button", name="Ban hành").click()
    await expect(page.get_by_role("status")).to_contain_text("Đã ban hành")
    await page.goto("/console/retention/drafts")
    await expect(page.get_by_text("đang áp dụng", exact=True)).to_be_visible()
    await looked_at(page, f"administration-8-versions-{of}")


async def test_all_of_it_works_on_a_small_phone_without_scripts(open_page: Open, admin: Officer, db: Database) -> None:
    page = await open_page("/console/limits/codes/person", phone=True, scripts=False)
    await sign_in(page, admin.username)
    await page.get_by_label("Nhiều nhất bao nhiêu lần").fill("8")
    await page.get_by_role("button", name="Xem hệ quả").click()
    await fits(page)
    await page.get_by_role("button", name="Đổi giới hạn").click()
    await expect(page.get_by_role("status")).to_contain_text("Đã đổi giới hạn")
    assert await db.lane.fetchval("SELECT most FROM limit_policies") == 8
    await page.goto("/console/second-step")
    await page.locator("main summary").first.click()
    await page.get_by_label("Bắt buộc", exact=True).first.check()
    await page.get_by_role("button", name="Đổi quy định").first.click()
    await expect(page.get_by_role("status")).to_contain_text("Đã đổi quy định cho cán bộ xử lý")
    await page.goto("/console/audit")
    await page.get_by_label("Kết quả").select_option("Bị từ chối")
    await page.get_by_role("button", name="Tìm").click()
    assert "outcome=refused" in page.url
    await fits(page)


@BOTH
async def test_another_system_gets_a_key_that_is_shown_once(open_page: Open, admin: Officer, phone: bool) -> None:
    of = "phone" if phone else "wide"
    page = await open_page("/console/clients", phone=phone)
    await sign_in(page, admin.username)
    await look(page, f"administration-9-none-{of}")
    await page.get_by_role("link", name="Cấp khoá cho hệ thống mới").click()
    await page.get_by_role("button", name="Cấp khoá").click()
    await expect(page.get_by_role("alert")).to_contain_text("Hãy chọn ít nhất một quyền.")
    await look(page, f"administration-10-empty-{of}")
    await page.get_by_label("Tên hệ thống").fill("Cổng Dịch vụ công Hải Dương")
    await page.get_by_label("Người phụ trách").fill("Tổ vận hành cổng, van-hanh@example.vn")
    await page.get_by_label("Xem tình trạng vụ việc").check()
    await page.get_by_label("Đến hết ngày").fill("2027-11-20")
    await page.get_by_role("button", name="Cấp khoá").click()
    await expect(page.locator("code.secret")).to_contain_text("lt_live_1k")
    await look(page, f"administration-11-key-{of}")
    await page.get_by_role("link", name="Tôi đã cất khoá").click()
    await expect(page.locator("code.secret")).to_have_count(0)
    await opened(page)
    await look(page, f"administration-12-client-{of}")
    await page.get_by_role("button", name="Thu hồi ngay").click()
    await expect(page.get_by_role("status")).to_contain_text("Đã thu hồi")
    await page.goto("/console/clients")
    await looked_at(page, f"administration-13-clients-{of}")


@BOTH
async def test_the_second_step_of_a_role_is_demanded_by_keyboard(
    open_page: Open, process: Process, admin: Officer, db: Database, phone: bool
) -> None:
    await an_officer(process)
    page = await open_page("/console/second-step", phone=phone)
    await sign_in(page, admin.username)
    await looked_at(page, f"administration-14-second-step-{'phone' if phone else 'wide'}")
    await tab_to(page, "main summary")
    await page.keyboard.press("Enter")
    await tab_to(page, "main [name=demanded]")
    await page.keyboard.press("ArrowUp")
    await expect(page.get_by_label("Bắt buộc: ").first).to_be_checked()
    await look(page, f"administration-15-second-step-{'phone' if phone else 'wide'}")
    await tab_to(page, "main details[open] .btn")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("status")).to_contain_text("Đã đổi quy định cho cán bộ xử lý")
    assert await db.lane.fetchval("SELECT demanded FROM factor_rules WHERE role = 'officer'") is True


@BOTH
async def test_money_is_matched_and_given_back_by_two(
    open_page: Open, process: Process, client: httpx.AsyncClient, clock: FixedClock, admin: Officer, phone: bool
) -> None:
    of = "phone" if phone else "wide"
    await set_up(process, "http://127.0.0.1:1")
    provider, asked = Treasury(clock), await a_payment(process, a_subject(process))
    for told in (provider.pay("", "150000"), provider.pay("Nguyen Thi Hoa nop le phi cap giay phep xay dung", "7000")):
        assert (await provider.tell(client, told)).status_code == 200
    other = await an_officer(process, Role.APPROVER, unit=PROVINCE)
    page = await open_page("/console/unmatched-money", phone=phone)
    await sign_in(page, admin.username)
    await opened(page)
    await look(page, f"administration-16-money-{of}")
    first, second = page.locator("main .list > li").nth(0), page.locator("main .list > li").nth(1)
    await first.get_by_label("Mã nộp phí").fill(asked.reference)
    await first.get_by_role("button", name="Xem yêu cầu đó").click()
    await expect(page.get_by_role("heading", name="Ghép với yêu cầu này?")).to_be_visible()
    await look(page, f"administration-17-match-{of}")
    await second.get_by_text("Hoàn lại người chuyển").click()
    await second.get_by_label("Lý do").fill("Chuyển nhầm.")
    await second.get_by_role("button", name="Ghi là phải hoàn").click()
    await expect(page.get_by_text("cần người khác ghi đã hoàn")).to_be_visible()
    await looked_at(page, f"administration-18-own-{of}")
    desk = await open_page("/console/unmatched-money", phone=phone)
    await sign_in(desk, other.username)
    await desk.locator("summary", has_text="Ghi đã hoàn").click()
    await desk.get_by_label("Số lệnh chuyển").fill("UNC 9")
    await look(desk, f"administration-19-refund-{of}")
    await desk.get_by_role("button", name="Ghi đã hoàn").click()
    await expect(desk.get_by_role("status")).to_contain_text("Đã ghi là hoàn xong")


async def test_other_systems_are_connected_on_a_phone_and_looked_after_wide_in_the_dark(
    open_page: Open, admin: Officer, db: Database
) -> None:
    page = await open_page("/console/neighbours/new", phone=True)
    await sign_in(page, admin.username)
    await page.get_by_role("button", name="Kết nối").click()
    await expect(page.get_by_role("alert")).to_contain_text("Hãy nhập tên hệ thống bên kia.")
    await fits(page)
    await page.get_by_label("Tên hệ thống bên kia").fill("Phường Cẩm Thượng")
    await page.get_by_label("Đơn vị đại diện").select_option("H23.21.01")
    await page.get_by_label("Địa chỉ").fill("https://camthuong.example.vn")
    await page.get_by_role("button", name="Kết nối").click()
    await expect(page.locator("code.secret").first).to_contain_text("whsec_")
    await fits(page)
    await page.get_by_role("link", name="Tôi đã cất khoá và mã").click()
    neighbour = page.url
    await page.goto("/console/partners/new")
    await page.get_by_label("Tên đối tác").fill("PC Hải Dương")
    await page.get_by_label("Đơn vị có vụ việc").select_option("H23.91")
    await page.get_by_label("Địa chỉ GeoReport").fill("https://pc.example.vn/open311/v2")
    await page.get_by_label("Mã dịch vụ của họ").fill("electricity dien")
    await page.get_by_text("Mã các lĩnh vực của tỉnh").click()
    await page.get_by_role("button", name="Tạo đối tác").click()
    await expect(page.get_by_role("alert")).to_contain_text("dấu bằng")
    await opened(page)
    await look(page, "outside-2-partner-new-phone")
    await page.get_by_label("Mã dịch vụ của họ").fill("electricity = dien")
    await page.get_by_role("button", name="Tạo đối tác").click()
    await expect(page.get_by_role("status")).to_contain_text("Đã tạo")
    partner = page.url.partition("?")[0]
    await page.goto("/console/subscriptions/new")
    await page.get_by_label("Tên nơi nhận").fill("Kho dữ liệu mở")
    await page.get_by_label("Địa chỉ nhận").fill("https://kho.example.vn/su-kien")
    await fits(page)
    await page.get_by_role("button", name="Đăng ký").click()
    await page.get_by_role("link", name="Tôi đã cất bí mật").click()
    subscription = page.url
    await page.get_by_role("button", name="Gửi thử").click()
    await expect(page.get_by_role("status")).to_contain_text("Đã xếp một lần gửi thử")
    await db.lane.fetch(
        "UPDATE deliveries SET state = 'dead', attempts = 3, last_outcome = 'refused', last_status = 500, "
        "next_at = NULL, last_excerpt = 'Internal Server Error'"
    )
    await db.lane.fetch("UPDATE neighbours SET written = 3, failures = 2, last_error = 'timeout', retry_at = now()")
    await page.goto(partner)
    await fits(page)
    for name, address in (("neighbour", neighbour), ("subscription", subscription)):
        await page.goto(address)
        await opened(page)
        await look(page, f"outside-4-{name}-phone")
    await page.set_viewport_size({"width": 1280, "height": 900})
    await page.emulate_media(color_scheme="dark")
    for room, address in (("neighbours", neighbour), ("partners", partner), ("subscriptions", subscription)):
        await page.goto(f"/console/{room}?lang=en")
        await look(page, f"outside-5-{room}-dark-wide")
        await page.goto(address)
        await look(page, f"outside-6-{room}-one-{'wide' if room != 'subscriptions' else 'dark'}")
    await page.get_by_role("button", name="Send again").focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("status")).to_contain_text("It is sent again")
    assert await db.lane.fetchval("SELECT state FROM deliveries") == "waiting"
