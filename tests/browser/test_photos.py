"""Parts of a picture are marked with a mouse, or typed where no script runs; everyone is shown what was decided."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from playwright.async_api import Page, expect

from app.cases import service as cases
from app.media import service as media
from app.media.store import FolderStore
from app.process import Process
from app.publication.store import PhotoStore
from tests.api.media.test_uploads import sent
from tests.browser.conftest import DESK, PHONE, Open
from tests.browser.test_officers import clear, sign_in
from tests.builders import Filed, a_report, acting, an_officer, someone
from tests.pictures import photo


@pytest.fixture
def stores(application: FastAPI, tmp_path: Path) -> Iterator[FolderStore]:
    """Files of this test, in a folder of its own."""
    state = application.state
    before = state.file_store, state.photo_store
    state.file_store, state.photo_store = FolderStore(tmp_path), PhotoStore(FolderStore(tmp_path, "photos"))
    yield state.file_store
    state.file_store, state.photo_store = before


@pytest.fixture
async def filed(client: httpx.AsyncClient, process: Process, stores: FolderStore) -> Filed:
    """A public case with two pictures that were looked at."""
    names = [await sent(client, photo(width=800, height=600, turned=False)) for _ in range(2)]
    made = await a_report(process, media=tuple(names))
    while await media.clear(process.db, process.clock, stores):
        pass
    await acting(process, cases.publish_case, someone(process), code=made.code, seen=1, public_text=None)
    return made


async def drag(page: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    """From one place of the picture to another, in parts of its sides."""
    box = await page.locator(".marking").bounding_box()
    assert box is not None
    await page.mouse.move(box["x"] + start[0] * box["width"], box["y"] + start[1] * box["height"])
    await page.mouse.down()
    await page.mouse.move(box["x"] + end[0] * box["width"], box["y"] + end[1] * box["height"], steps=4)
    await page.mouse.up()


async def test_a_part_is_marked_with_the_mouse_blurred_and_seen_so_by_everyone(
    open_page: Open, process: Process, filed: Filed, drain: Callable[[], Awaitable[int]]
) -> None:
    officer = await an_officer(process)
    page = await open_page(f"/console/cases/{filed.code}")
    await sign_in(page, officer.username)
    await page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    await clear(page)
    await page.get_by_role("link", name="Xem và quyết định ảnh 1").click()
    await page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    await clear(page)
    await page.set_viewport_size(DESK)  # type: ignore[arg-type]
    await drag(page, (0.2, 0.1), (0.6, 0.4))
    await drag(page, (0.9, 0.9), (0.7, 0.8))
    await expect(page.locator(".mark")).to_have_count(2)
    first = [
        float(await page.locator(f"[id='patches.0.{side}']").input_value()) for side in ("x", "y", "width", "height")
    ]
    assert first == pytest.approx([20, 10, 40, 30], abs=0.5)
    await expect(page.get_by_label("Công khai sau khi làm mờ")).to_be_checked()
    await page.get_by_role("button", name="Bỏ vùng này").nth(1).click()
    await expect(page.locator(".mark")).to_have_count(1)
    await page.get_by_role("button", name="Xem trước").click()
    seen = page.get_by_alt_text("Ảnh sau khi làm mờ")
    await expect(seen).to_be_visible()
    assert await seen.evaluate("image => image.decode().then(() => image.naturalWidth)") == 800
    await page.get_by_role("button", name="Ghi quyết định").click()
    await expect(page.get_by_text("Đã xong: Quyết định về ảnh.")).to_be_visible()
    await drain()
    public = await open_page(f"/cases/{filed.code}", phone=True)
    shown = public.locator("#photos + .files img")
    assert (
        await shown.evaluate(
            "image => { image.scrollIntoView(); return image.decode().then(() => image.naturalWidth) }"
        )
        == 320
    )
    await clear(public)


async def test_without_scripts_the_keyboard_is_enough(open_page: Open, process: Process, filed: Filed) -> None:
    officer = await an_officer(process)
    page = await open_page(f"/console/cases/{filed.code}", phone=True, scripts=False)
    await sign_in(page, officer.username)
    await page.get_by_role("link", name="Xem và quyết định ảnh 2").press("Enter")
    await page.get_by_label("Công khai sau khi làm mờ").press("Space")
    for number in ("10", "20", "30", "40"):
        await page.keyboard.press("Tab")
        await page.keyboard.type(number)
    await page.keyboard.press("Enter")
    await expect(page.get_by_alt_text("Ảnh sau khi làm mờ")).to_be_visible()
    assert await page.locator("[id='patches.0.height']").input_value() == "40"
    await page.get_by_role("button", name="Ghi quyết định").press("Enter")
    await expect(page.get_by_text("Công khai, đã làm mờ")).to_be_visible()
