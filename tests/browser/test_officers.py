"""Officers before a real browser: a case from the queue to its answer, and what a machine can see of accessibility."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, expect

from app.cases.terms import CaseState
from app.identity.terms import Role
from app.process import Process
from tests.browser.conftest import Open
from tests.builders import a_case, an_officer
from tests.officers import PASSWORD

RULES = {
    "resultTypes": ["violations"],
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
}


async def sign_in(page: Page, username: str) -> None:
    await page.get_by_label("Tên đăng nhập").fill(username)
    await page.get_by_label("Mật khẩu").fill(PASSWORD)
    async with page.expect_navigation():  # with its scripts: keys pressed before would be nobody's
        await page.get_by_role("button", name="Đăng nhập").click()
    await expect(page.get_by_role("heading", level=1)).to_be_visible()


async def test_a_case_goes_from_the_queue_to_its_public_answer(
    open_page: Open, process: Process, drain: Callable[[], Awaitable[int]]
) -> None:
    filed = await a_case(process)
    officer, chief = await an_officer(process), await an_officer(process, Role.APPROVER)
    page = await open_page("/console", phone=True)
    await sign_in(page, officer.username)
    await page.get_by_role("link", name="Đèn đường trước số 12").click()
    await page.get_by_role("button", name="Nhận xử lý").click()
    await expect(page.get_by_text("Đã xong: Nhận xử lý.")).to_be_visible()
    await page.locator("summary", has_text="Trình dự thảo trả lời").click()
    await page.get_by_label("Câu trả lời").first.fill("Đã thay bóng đèn mới.")
    await page.locator("#draft-answer-resolution").select_option("Đã khắc phục")
    await page.get_by_role("button", name="Trình dự thảo trả lời").click()
    await expect(page.get_by_text("Chờ duyệt câu trả lời")).to_be_visible()

    desk = await open_page("/console?view=approval")
    await sign_in(desk, chief.username)
    await desk.get_by_role("link", name="Đèn đường trước số 12").click()
    await desk.get_by_role("button", name="Duyệt câu trả lời").click()
    await expect(desk.get_by_text("Đã trả lời").first).to_be_visible()
    await drain()
    public = await open_page(f"/cases/{filed.code}", phone=True)
    await expect(public.get_by_text("Đã thay bóng đèn mới.").first).to_be_visible()


async def test_the_morning_is_begun_from_the_queue_without_scripts_or_losing_the_place(
    open_page: Open, process: Process
) -> None:
    one, two = await a_case(process), await a_case(process)
    officer = await an_officer(process)
    page = await open_page("/console?view=triage", phone=True, scripts=False)
    await sign_in(page, officer.username)
    await expect(page.get_by_role("link", name="Chờ phân loại 2")).to_be_visible()
    await page.get_by_role("button", name=f"Nhận xử lý {one.code}").click()
    await expect(page.get_by_role("status")).to_contain_text(f"Đã xong: Nhận xử lý {one.code}")
    await expect(page.get_by_role("link", name="Chờ phân loại 1")).to_be_visible()
    await page.get_by_label("Mở theo mã vụ việc").fill(two.code.removeprefix("H23-").lower())
    await page.get_by_role("button", name="Mở", exact=True).click()
    await expect(page.get_by_role("heading", name="Việc có thể làm")).to_be_visible()
    await page.goto("/console?view=mine")
    await page.get_by_role("link", name="Đèn đường trước số 12").click()
    await page.get_by_role("link", name="Hàng đợi: Của tôi").click()
    await expect(page.get_by_role("heading", name="Của tôi", level=1)).to_be_visible()


async def test_what_is_ticked_can_be_acted_on_without_scrolling_to_the_end(open_page: Open, process: Process) -> None:
    for _ in range(12):
        await a_case(process)
    officer = await an_officer(process)
    page = await open_page("/console", phone=True)
    await sign_in(page, officer.username)
    together = page.get_by_role("group", name="Với các vụ việc đã chọn")
    await expect(together).not_to_be_in_viewport()
    await page.get_by_role("checkbox", name="Chọn H23").first.check()
    await expect(together).to_be_in_viewport()
    small = await page.evaluate(
        "[...document.querySelectorAll('main button, main summary, .tabs a, .pick')]"
        ".filter(e => e.offsetParent && e.getBoundingClientRect().height < 44).length"
    )
    assert small == 0


async def test_paper_shows_the_case_and_no_forms(open_page: Open, process: Process) -> None:
    filed = await a_case(process)
    officer = await an_officer(process)
    page = await open_page(f"/console/cases/{filed.code}")
    await sign_in(page, officer.username)
    await page.emulate_media(media="print")
    await expect(page.get_by_text("Đơn vị giữ")).to_be_visible()
    await expect(page.locator("dd .code").first).to_have_text(filed.code)
    for hidden in ("Việc có thể làm", "Hỏi thêm người gửi", "Đăng xuất"):
        await expect(page.get_by_text(hidden, exact=True).first).to_be_hidden()


async def test_no_page_has_a_barrier_that_a_machine_can_see(
    open_page: Open, process: Process, drain: Callable[[], Awaitable[int]]
) -> None:
    shown = await a_case(process, CaseState.RESOLVED)
    waiting = await a_case(process, CaseState.AWAITING_REPORTER)
    officer = await an_officer(process, Role.OFFICER, Role.APPROVER, Role.TENANT_ADMIN)
    await drain()
    page = await open_page("/", phone=True)
    await clear(page)
    await page.goto("/report")
    await page.get_by_role("button", name="Tiếp tục").click()
    await clear(page)
    await page.fill("#description", "Ổ gà sâu trước cổng trường.")
    await page.select_option("#category", "roads.pothole")
    for step in range(3):
        await page.get_by_role("button", name="Tiếp tục", exact=True).click()
        await expect(page.locator(".steps [aria-current]")).to_contain_text(f"{step + 2}.")
        await clear(page)
        if not step:
            await page.select_option("#area_code", "10507")
    await page.get_by_role("button", name="Gửi phản ánh").click()
    await clear(page)
    for filed in (shown, waiting):
        await page.goto(f"/follow?code={filed.code}")
        await page.get_by_label("Mã theo dõi").fill(filed.secret)
        await page.get_by_role("button", name="Xem phản ánh").click()
        await clear(page)
    for address in (
        "/follow",
        "/account",
        "/cases",
        f"/cases/{shown.code}",
        "/problems",
        "/cases/H23-1",
        "/cases?q=không+có",
        "/verify",
        "/verify/9A26-BD23-BBEB-3CBE-1D70",
        "/nothing/here",
    ):
        await page.goto(address)
        await clear(page)
    await page.goto("/console")
    await clear(page)
    await sign_in(page, officer.username)
    await clear(page)
    senders = f"/console/cases/{shown.code}/senders"
    others = ("/console/openings", "/console/account", "/console/held", "/console/blocks")
    for address in ("/console?view=nope", "/console/cases/H23-1", senders, *others):
        await page.goto(address)
        await clear(page)
    await page.goto(f"/console/cases/{waiting.code}")
    for summary in await page.locator("summary").all():
        await summary.click()
    await clear(page)


async def clear(page: Page) -> None:
    """axe finds nothing, and nothing sticks out of a phone's screen."""
    found = await Axe().run(page, options=RULES)
    assert found.response["passes"], "axe has looked at nothing"
    assert found.violations_count == 0, f"{page.url}\n{found.generate_report()}"
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), page.url
