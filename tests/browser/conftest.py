"""A real Chromium of the system before the running application.

Without one these tests are not collected, and the gate says so; `.ci/run` installs it. `LIENTHONG_CHROMIUM` names
another one.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any, Final

import pytest
from playwright.async_api import Browser, ConsoleMessage, Page, async_playwright

# The first is the same engine without windows of its own, which take a third of a processor more.
BROWSERS: Final = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
CHROMIUM: Final = os.environ.get("LIENTHONG_CHROMIUM") or next(  # noqa: TID251 - the tests' environment is ours
    filter(None, map(shutil.which, BROWSERS)), None
)
collect_ignore_glob = [] if CHROMIUM else ["test_*.py"]
PHONE, DESK = {"width": 360, "height": 740}, {"width": 1280, "height": 900}
_QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

Open = Callable[..., Awaitable[Page]]


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    """One Chromium for all tests."""
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path=CHROMIUM, args=_QUIET)
        yield chromium
        await chromium.close()


@pytest.fixture
async def open_page(browser: Browser, live_url: str) -> AsyncIterator[Open]:
    """Opens a tab of a person of its own; what the policy blocks or a script throws fails the test.

    `workers`: with the service worker, which would keep what tests do to the network from the pages.
    """
    complaints: list[str] = []

    def listen(message: ConsoleMessage) -> None:
        if message.type == "error" and "Failed to load resource" not in message.text:
            complaints.append(message.text)

    async with AsyncExitStack() as stack:

        async def opened(
            address: str, *, phone: bool = False, scripts: bool = True, workers: bool = False, **context: Any
        ) -> Page:
            visitor = await browser.new_context(
                base_url=live_url,
                viewport=PHONE if phone else DESK,  # type: ignore[arg-type]
                java_script_enabled=scripts,
                locale="vi-VN",
                service_workers="allow" if workers else "block",
                **context,
            )
            stack.push_async_callback(visitor.close)
            page = await visitor.new_page()
            page.set_default_timeout(10_000)
            page.on("console", listen)
            page.on("pageerror", lambda error: complaints.append(str(error)))
            await page.goto(address)
            return page

        yield opened
    assert not complaints
