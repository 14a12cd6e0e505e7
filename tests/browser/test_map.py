"""The map in a real browser: choosing a spot by pointer, position and keyboard, looking at what is public."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, expect

from app.cases.terms import CaseState
from app.db.engine import Database
from app.process import Process
from tests.browser.conftest import Open
from tests.browser.test_officers import RULES, sign_in
from tests.browser.test_people import come_to, fits, tab_to, write
from tests.builders import LAMP, a_case, an_officer

# How many pairs of names and dots that are shown lie on each other.
OVERLAPS = """() => {
  const boxes = [...document.querySelectorAll(".map .place span, .map .dot")]
    .filter((text) => getComputedStyle(text).visibility === "visible").map((text) => text.getBoundingClientRect());
  if (boxes.length < 2) return -1;
  const over = (a, b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
  return boxes.reduce((sum, box, at) => sum + boxes.slice(at + 1).filter((other) => over(box, other)).length, 0);
}"""


async def accessible(page: Page) -> None:
    found = await Axe().run(page, options=RULES)
    assert found.violations_count == 0, found.generate_report()
    await fits(page)


async def test_a_spot_is_chosen_with_the_keyboard_alone(open_page: Open, db: Database, tmp_path: Path) -> None:
    page = await open_page("/report", phone=True)
    await write(page)
    await tab_to(page, "#map-open")
    await page.keyboard.press("Enter")
    await page.wait_for_selector(".map .square")
    await expect(page.locator(".map")).to_be_focused()
    where = "() => document.querySelector('.leaflet-map-pane').style.transform"
    places = [await page.evaluate(where)]
    await page.keyboard.press("ArrowRight")
    while len(places) < 3 or places[-1] == places[0] or places[-1] != places[-2]:  # it glides, and then it is there
        await asyncio.sleep(0.1)
        places.append(await page.evaluate(where))
    await tab_to(page, "#map-aim")
    await page.keyboard.press("Enter")
    await expect(page.locator("#map-told")).to_contain_text("Đã đặt ghim. Phường Bình Hàn")
    await expect(page.locator("#area_code option:checked")).to_have_text("Phường Bình Hàn")
    await accessible(page)
    await page.screenshot(path=tmp_path / "pick-phone.png", full_page=True)
    await come_to(page, 4)
    await page.get_by_role("button", name="Gửi phản ánh").click()
    await expect(page.locator("code.secret")).to_be_visible()
    assert await db.lane.fetchval("SELECT lat IS NOT NULL AND accuracy_m IS NULL FROM reports")


async def test_a_press_moves_the_pin_that_the_device_s_position_set(open_page: Open, tmp_path: Path) -> None:
    here = {"latitude": 20.9467, "longitude": 106.3134, "accuracy": 40}
    page = await open_page("/report#where", geolocation=here, permissions=["geolocation"])
    await page.get_by_role("button", name="Chọn trên bản đồ").click()
    await page.wait_for_selector(".map .square")
    await page.get_by_role("button", name="Dùng vị trí của tôi").click()
    await expect(page.locator("#map-told")).to_contain_text("Đã đặt ghim.")
    assert await page.input_value("[name='location.lat']") == "20.946700"
    await page.screenshot(path=tmp_path / "pick-desk.png", full_page=True)
    await page.locator(".map").click(position={"x": 300, "y": 100})
    assert await page.input_value("[name='location.lat']") != "20.946700"
    assert await page.input_value("[name='location.accuracy_m']") == ""


@pytest.mark.parametrize("phone", [True, False])
async def test_what_is_public_is_on_the_map_and_in_the_list_beside_it(
    open_page: Open, process: Process, drain: Callable[[], Awaitable[int]], tmp_path: Path, phone: bool
) -> None:
    filed = [await a_case(process, CaseState.IN_PROGRESS, point=LAMP) for _ in range(3)]
    await drain()
    page = await open_page("/map", phone=phone)
    await expect(page.locator("#map-told")).to_have_text("3 phản ánh trong khung bản đồ.")
    await expect(page.get_by_role("button", name="3 phản ánh")).to_be_visible()
    await accessible(page)
    assert await page.evaluate(OVERLAPS) == 0, "names of places lie on each other"
    await page.screenshot(path=tmp_path / f"map-{'phone' if phone else 'desk'}.png", full_page=True)
    if not phone:  # one comes as near as one can, and is told which cases lie there
        async with asyncio.timeout(30):
            while not await page.locator(".leaflet-popup").count():
                await page.get_by_role("button", name="3 phản ánh").click()
        for each in filed:
            await expect(page.locator(f".leaflet-popup-content a[href='/cases/{each.code}']")).to_be_visible()
    async with page.expect_response("**/*.mvt?state=closed"):
        await page.select_option("#state", "closed")
    await expect(page.locator("#map-told")).to_have_text("0 phản ánh trong khung bản đồ.")
    plain = await open_page("/map", phone=phone, scripts=False)
    await expect(plain.locator(f"a[href='/cases/{filed[0].code}']")).to_be_visible()
    await expect(plain.locator(".map")).to_be_hidden()


async def test_an_officer_sees_where_a_case_is_once_the_map_is_asked_for(
    open_page: Open, process: Process, tmp_path: Path
) -> None:
    case, officer = await a_case(process, point=LAMP), await an_officer(process)
    asked: list[str] = []
    page = await open_page(f"/console/cases/{case.code}", phone=True)
    page.on("request", lambda request: asked.append(request.url))
    await sign_in(page, officer.username)
    assert not [address for address in asked if "/map." in address or "places.geojson" in address]
    await tab_to(page, "#map-open")
    await page.keyboard.press("Enter")
    await expect(page.locator(".map .pin")).to_be_attached()
    await expect(page.locator(".map")).to_be_focused()
    assert [address for address in asked if address.endswith("/console/map/places.geojson")]
    await accessible(page)
    await page.screenshot(path=tmp_path / "case.png", full_page=True)
