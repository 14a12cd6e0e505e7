"""The API's documents before a real browser."""

from __future__ import annotations

from playwright.async_api import expect

from tests.browser.conftest import Open


async def test_the_documents_show_every_group_and_open_an_operation(open_page: Open) -> None:
    page = await open_page("/docs")
    await expect(page.locator(".opblock-tag").first).to_be_visible(timeout=60_000)  # the document is made first
    await page.locator(".opblock-tag").first.click()
    operation = page.locator(".opblock-summary").first
    await operation.click(timeout=60_000)  # the browser lays out a document of hundreds of operations
    await expect(page.locator(".opblock-description").first).to_be_visible()
