"""The API's documents before a real browser."""

from __future__ import annotations

from playwright.async_api import expect

from tests.browser.conftest import Open


async def test_the_documents_show_every_group_and_open_an_operation(open_page: Open) -> None:
    page = await open_page("/docs")
    page.set_default_timeout(60_000)  # it reads a long document, on a processor that others use as well
    await expect(page.locator(".opblock-tag").first).to_be_visible(timeout=60_000)  # the document is made first
    await page.locator(".opblock-tag").first.click()
    operation = page.locator(".opblock-summary").first
    await operation.click()
    await expect(page.locator(".opblock-description").first).to_be_visible(timeout=60_000)
