"""People before a real browser: by keyboard alone, on a small phone without scripts, on a weak network."""

from __future__ import annotations

import re
from collections.abc import Awaitable
from pathlib import Path

import httpx
import pytest
from playwright.async_api import Page, Response, Route, expect

from app.db.engine import Database
from tests.browser.conftest import Open
from tests.pictures import photo

WORDS = "Ổ gà sâu trước cổng trường, xe máy hay ngã."


async def reports(db: Database) -> int:
    found: int = await db.lane.fetchval("SELECT count(*) FROM reports")
    return found


async def answered(moving: Awaitable[Response | None]) -> Response:
    """The answer a move of the browser got; a page that only asks to send the form again has none."""
    response = await moving
    assert response is not None
    return response


async def reloaded(page: Page) -> Response:
    """The answer to Reload, pressed in the page itself: right after Back the driver may still hold the one before."""
    async with page.expect_navigation() as moving:
        await page.evaluate("() => location.reload()")
    return await answered(moving.value)


async def tab_to(page: Page, target: str) -> None:
    """Press Tab until the element `target` has the focus, and see that it shows."""
    for _ in range(60):
        await page.keyboard.press("Tab")
        found = await page.evaluate("t => document.activeElement.matches(t)", target)
        if found:
            outline = await page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
            assert outline != "none", target
            return
    message = f"Tab never reaches {target}"
    raise AssertionError(message)


async def fits(page: Page) -> None:
    """Nothing sticks out to the right."""
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), page.url


async def go_on(page: Page) -> None:
    """Press the button that leads to the next step."""
    await page.get_by_role("button", name="Tiếp tục", exact=True).click()


async def write(page: Page, *, scripts: bool = True) -> None:
    """What and where, as far as the button to the third step; with scripts one step at a time."""
    await page.fill("#description", WORDS)
    await page.select_option("#category", "roads.pothole")
    if scripts:
        await go_on(page)
        await expect(page.locator("#description")).to_be_hidden()
    await page.select_option("#area_code", "10507")


async def come_to(page: Page, step: int) -> None:
    """From the first steps to the third or the last."""
    for number in range(3, step + 1):
        await go_on(page)
        await expect(page.locator(".steps [aria-current]")).to_contain_text(f"{number}.")


async def test_a_report_is_sent_by_keyboard_alone(open_page: Open, db: Database) -> None:
    page = await open_page("/report")
    await page.keyboard.press("Tab")
    assert await page.evaluate("document.activeElement.className") == "skip"
    await tab_to(page, "#description")
    await page.keyboard.type(WORDS)
    await tab_to(page, "input[type=search]")
    await page.keyboard.type("o ga")
    await tab_to(page, "[data-to=where]")
    await page.keyboard.press("Enter")
    await expect(page.locator("#where legend")).to_be_focused()  # and so it is read: step 2 of 4
    await expect(page).to_have_title(re.compile("^Bước 2 trên 4: Ở đâu"))
    search = page.locator("#where input[type=search]")
    await search.press_sequentially("thanh an")  # the commune of that name, before those that only have its letters
    await expect(page.locator("#area_code option:checked")).to_have_text("Xã Thanh An")
    await search.fill("")
    await tab_to(page, "#area_code")
    await page.keyboard.type("Phường Cẩm Th")
    await tab_to(page, "[name=step]")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="Ảnh và chi tiết")).to_be_visible()
    await tab_to(page, "[name='answers.road_class']")
    await page.keyboard.press("ArrowDown")
    await tab_to(page, "[name=step]")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="Kiểm tra và gửi")).to_be_visible()
    await expect(page.get_by_text("Phường Cẩm Thượng").first).to_be_visible()
    await tab_to(page, "[name='reporter.phone']")
    await page.keyboard.press("Enter")  # in a field: sends, never goes back
    await expect(page.get_by_role("heading", name="Đã nhận phản ánh của bạn")).to_be_visible()
    row = await db.lane.fetchrow("SELECT category_code, area_code, answers FROM reports")
    assert row is not None
    assert (row["category_code"], row["area_code"]) == ("roads.pothole", "10507")
    assert "road_class" in row["answers"]


async def test_a_photo_goes_along_and_one_too_large_is_not_sent_over_a_slow_network_first(
    open_page: Open, db: Database, tmp_path: Path
) -> None:
    film = tmp_path / "phim.mp4"
    with film.open("wb") as file:
        file.truncate(60_000_000)
    page = await open_page("/report", phone=True)
    await write(page)
    await come_to(page, 3)
    choose, told = page.get_by_label("Chọn ảnh"), page.get_by_text("quá lớn hoặc quá nhiều")
    await expect(told).to_be_hidden()
    await choose.set_input_files(film)
    await expect(told).to_be_visible()
    assert await choose.input_value() == ""
    await choose.set_input_files({"name": "anh.jpg", "mimeType": "image/jpeg", "buffer": photo(width=160, height=80)})
    await expect(told).to_be_hidden()
    await fits(page)
    await go_on(page)
    await expect(page.get_by_text("Đã đính kèm 1 tệp")).to_be_visible()
    await page.get_by_role("button", name="Gửi phản ánh").click()
    await expect(page.get_by_role("heading", name="Đã nhận phản ánh của bạn")).to_be_visible()
    assert await db.lane.fetchval("SELECT count(*) FROM report_files") == 1


async def test_a_report_is_sent_and_followed_on_a_small_phone_without_scripts(open_page: Open, db: Database) -> None:
    page = await open_page("/", phone=True, scripts=False)
    await page.get_by_role("main").get_by_role("link", name="Gửi phản ánh").click()
    await page.get_by_role("button", name="Tiếp tục").click()
    await expect(page.get_by_role("alert")).to_contain_text("Hãy mô tả sự việc.")
    await page.get_by_label("Mô tả sự việc").fill(WORDS)
    await page.get_by_label("Lĩnh vực").select_option("roads.pothole")
    await page.get_by_label("Xã, phường, thị trấn").select_option("10507")
    await come_to(page, 3)
    await fits(page)
    await go_on(page)
    await expect(page.get_by_role("heading", name="Kiểm tra và gửi")).to_be_visible()
    await fits(page)
    await page.get_by_role("button", name="Gửi phản ánh").click()
    await expect(page.locator("code.secret")).to_be_visible()
    await fits(page)
    code, secret = await page.locator(".big").inner_text(), await page.locator("code.secret").inner_text()
    await page.get_by_role("link", name="Theo dõi phản ánh này").click()
    await expect(page.get_by_text("giữ việc này đến hết")).to_be_visible()
    await fits(page)
    await page.get_by_role("link", name="Hạn này được tính thế nào").click()
    await expect(page.get_by_text("Ngày tiếp nhận, không tính").first).to_be_visible()
    await fits(page)

    elsewhere = await open_page("/follow", phone=True, scripts=False)
    await elsewhere.get_by_label("Mã phản ánh").fill(code)
    await elsewhere.get_by_label("Mã theo dõi").fill(secret.lower().replace("-", " "))
    await elsewhere.get_by_role("button", name="Xem phản ánh").click()
    await elsewhere.get_by_text("Rút phản ánh").first.click()
    await elsewhere.get_by_role("button", name="Rút phản ánh").click()
    await expect(elsewhere.get_by_role("status")).to_have_text("Đã rút phản ánh.")
    assert await db.lane.fetchval("SELECT state FROM cases WHERE code = $1", code) == "closed"


async def test_an_unsent_report_survives_the_tab_and_an_impatient_finger(open_page: Open, db: Database) -> None:
    page = await open_page("/report", phone=True)
    await write(page)
    key = await page.input_value("[name=key]")
    again = await page.context.new_page()
    await page.close()
    await again.goto("/report")
    await expect(again.locator("#draft")).to_be_visible()
    assert await again.input_value("#description") == WORDS
    assert await again.input_value("[name=key]") == key
    await go_on(again)
    await expect(again.locator("#area_code")).to_have_value("10507")
    await come_to(again, 4)
    await again.get_by_role("button", name="Gửi phản ánh").dblclick()
    await expect(again.locator("code.secret")).to_be_visible()
    assert await reports(db) == 1
    await again.goto("/report")
    assert await again.input_value("#description") == ""
    assert await again.input_value("[name=key]") != key


@pytest.mark.parametrize("scripts", [True, False])
async def test_back_and_reload_do_what_they_always_do(open_page: Open, db: Database, scripts: bool) -> None:
    page = await open_page("/report", phone=True, scripts=scripts)
    await go_on(page)
    await expect(page.get_by_role("alert")).to_be_visible()
    await write(page, scripts=scripts)
    if scripts:
        await page.go_back()
        await expect(page.locator("#what legend")).to_be_focused()
        assert await page.input_value("#description") == WORDS
        await page.go_forward()
        await expect(page.locator("#where legend")).to_be_focused()
    await come_to(page, 3)
    await page.get_by_label("Đường huyện").check()
    await go_on(page)
    await expect(page.get_by_role("heading", name="Kiểm tra và gửi")).to_be_visible()
    for _ in range(2):
        assert (await reloaded(page)).request.method == "GET"
        await expect(page.get_by_text(WORDS)).to_be_visible()
        await expect(page.get_by_text("Đường huyện")).to_be_visible()
    await page.get_by_label("Số điện thoại").fill("123")
    await page.get_by_role("button", name="Gửi phản ánh").click()
    await expect(page.get_by_role("alert")).to_be_visible()
    assert (await reloaded(page)).request.method == "GET"
    assert await page.input_value("[name='reporter.phone']") == "123"
    await page.get_by_role("button", name="Sửa ảnh, chi tiết").click()
    await expect(page.get_by_label("Đường huyện")).to_be_checked()
    await page.get_by_role("button", name="Quay lại").click()
    await expect(page.locator("#area_code")).to_have_value("10507")
    assert (await reloaded(page)).request.method == "GET"
    assert await page.input_value("#description") == WORDS
    await come_to(page, 4)
    await page.get_by_label("Số điện thoại").fill("0912345678")
    await page.get_by_role("button", name="Gửi phản ánh").click()
    await expect(page.locator("code.secret")).to_be_visible()
    code = await page.locator(".big").inner_text()
    assert (await answered(page.go_back())).request.method == "GET"
    await expect(page.locator(".big")).to_have_text(code)
    assert (await reloaded(page)).request.method == "GET"
    await expect(page.locator(".big")).to_have_text(code)
    assert await reports(db) == 1


async def test_a_lost_answer_is_found_again(open_page: Open, db: Database) -> None:
    page = await open_page("/report", phone=True)
    await write(page)
    await come_to(page, 3)
    await page.get_by_label("Đường huyện").check()
    await go_on(page)
    await expect(page.get_by_role("heading", name="Kiểm tra và gửi")).to_be_visible()

    async def lose(route: Route) -> None:
        sent = route.request
        headers = {"Content-Type": sent.headers["content-type"]}
        async with httpx.AsyncClient() as network:  # what it answers, cookies too, never reaches the browser
            await network.post(sent.url, content=sent.post_data_buffer, headers=headers)
        await route.abort("connectionreset")

    await page.route("**/report", lose)
    await page.get_by_role("button", name="Gửi phản ánh").click()
    await page.wait_for_url("chrome-error://**")
    assert await reports(db) == 1
    await page.unroute("**/report")
    await page.go_back()
    await expect(page.get_by_role("heading", name="Kiểm tra và gửi")).to_be_visible()
    await expect(page.get_by_text("Đường huyện")).to_be_visible()
    await page.get_by_role("button", name="Gửi phản ánh").click()
    await expect(page.locator("code.secret")).to_be_visible()
    assert await reports(db) == 1


async def test_the_devices_position_places_the_report(open_page: Open, db: Database) -> None:
    here = {"latitude": 20.9467, "longitude": 106.3134, "accuracy": 12.3}
    page = await open_page("/report", phone=True, geolocation=here, permissions=["geolocation"])
    await page.fill("#description", WORDS)
    await page.select_option("#category", "roads.pothole")
    await go_on(page)
    await page.get_by_role("button", name="Dùng vị trí của tôi").click()
    await expect(page.locator("#located")).to_contain_text("13 mét")
    await come_to(page, 4)
    await page.get_by_role("button", name="Gửi phản ánh").click()
    await expect(page.locator("code.secret")).to_be_visible()
    row = await db.lane.fetchrow("SELECT lat, lon, accuracy_m FROM reports")
    assert row is not None
    assert tuple(row) == (20.9467, 106.3134, 13)
