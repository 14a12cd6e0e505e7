"""People's pages on a weak network: `python -m benchmarks.weak_network [--keep FOLDER] [--cases N] [--rounds N]`.

A phone's Chromium before `lienthong serve`, its network held down by the browser itself
(Network.emulateNetworkConditions) and its processor made slower. Each page is opened cold (nothing kept) and again
(what the browser kept). Printed: bytes on the wire with their heads, requests, the first thing that is seen, and when
the page obeys. Nothing is judged here.
"""

from __future__ import annotations

import argparse
import asyncio
import shutil
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any, Final

from playwright.async_api import Browser, BrowserContext, CDPSession, Page, async_playwright

from .databases import filled, folder_for
from .servers import cpu_of, postgres, postmaster, served
from .tiles import count

DELAY_MS, BYTES_S, SLOWER = 400, 400_000 // 8, 4
PHONE: Final = {"width": 360, "height": 740}
# Before anything of the page runs: what keeps it busy for so long that a finger would notice.
_WATCH: Final = """
self.busyUntil = 0;
new PerformanceObserver((list) => {
  for (const one of list.getEntries()) self.busyUntil = Math.max(self.busyUntil, one.startTime + one.duration);
}).observe({ type: "longtask", buffered: true });
"""
_TOLD: Final = """() => {
  const [way] = performance.getEntriesByType("navigation");
  const [seen] = performance.getEntriesByName("first-contentful-paint");
  return [seen ? seen.startTime : 0, way.domContentLoadedEventEnd, self.busyUntil];
}"""
Visit = Callable[[Page, str], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Figures:
    """One opening of one page; milliseconds since it was asked for."""

    bytes: int
    requests: int
    seen: float
    obeys: float


class Wire:
    """What comes over the network of one page, counted by the browser: packed, with heads."""

    def __init__(self, session: CDPSession) -> None:
        self.bytes = self.requests = 0
        session.on("Network.loadingFinished", self._finished)

    def _finished(self, event: dict[str, Any]) -> None:
        self.bytes += int(event["encodedDataLength"])
        self.requests += event["encodedDataLength"] > 0

    def begin(self) -> None:
        """Count from here."""
        self.bytes = self.requests = 0


async def held_down(context: BrowserContext, page: Page) -> Wire:
    """The page's wire, its network and processor as weak as they are meant to be."""
    session = await context.new_cdp_session(page)
    await session.send("Network.enable")
    weak = {"offline": False, "latency": DELAY_MS, "downloadThroughput": BYTES_S, "uploadThroughput": BYTES_S}
    await session.send("Network.emulateNetworkConditions", weak)
    await session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    return Wire(session)


async def figures(page: Page, wire: Wire) -> Figures:
    """Of what was opened last, once nothing more comes."""
    await page.wait_for_load_state("networkidle")
    seen, ready, busy = await page.evaluate(_TOLD)
    return Figures(wire.bytes, wire.requests, seen, max(seen, ready, busy))


async def opened(page: Page, address: str) -> None:
    """The page as a link leads to it."""
    await page.goto(address)


async def with_map(page: Page, address: str) -> None:
    """The page with its map drawn."""
    await page.goto(address)
    await page.wait_for_selector(".map .dot")


async def third_step(page: Page, address: str) -> None:
    """From the empty form to photos and what is similar."""
    await page.goto(address)
    await page.fill("#description", "Ổ gà sâu trước cổng trường, xe máy hay ngã.")
    await page.select_option("#category", "roads.pothole")
    await page.click("[data-to=where]")
    await page.select_option("#area_code", "10507")
    await page.click("#end [name=step]")
    await page.wait_for_url("**/details")


PAGES: Final[tuple[tuple[str, str, Visit], ...]] = (
    ("first page", "/", opened),
    ("form, steps 1 and 2", "/report", opened),
    ("form, to step 3", "/report", third_step),
    ("public cases", "/cases", opened),
    ("map with its dots", "/map", with_map),
    ("follow", "/follow", opened),
    ("due dates", "/deadlines", opened),
)


async def visited(browser: Browser, base: str, address: str, visit: Visit) -> tuple[Figures, Figures]:
    """The page cold, and again. Without the service worker: what it fetches beside is nobody's waiting."""
    context = await browser.new_context(
        base_url=base, viewport=PHONE, locale="vi-VN", service_workers="block",  # type: ignore[arg-type]
    )  # fmt: skip
    await context.add_init_script(_WATCH)
    page = await context.new_page()
    page.set_default_timeout(120_000)
    wire = await held_down(context, page)
    found = []
    for _ in range(2):
        wire.begin()
        await visit(page, address)
        found.append(await figures(page, wire))
        await page.goto("about:blank")
    await context.close()
    return found[0], found[1]


def _row(name: str, runs: list[Figures]) -> str:
    middle = [median([getattr(run, part) for run in runs]) for part in ("seen", "obeys")]
    times = " | ".join(f"{value / 1000:.1f}" for value in middle)
    return f"| {name} | {median(run.bytes for run in runs) / 1000:.1f} | {runs[0].requests} | {times} |"


async def measure(base: str, chromium: str, rounds: int) -> None:
    """The table."""
    kbit = BYTES_S * 8 // 1000
    print(f"\n{DELAY_MS} ms there and back, {kbit} kbit/s, processor {SLOWER} times slower; {rounds} rounds")
    print("| page | kB on the wire | requests | seen, s | obeys, s |\n|---|---|---|---|---|")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        for name, address, visit in PAGES:
            cold, again = zip(*[await visited(browser, base, address, visit) for _ in range(rounds)], strict=True)
            print(_row(name, list(cold)))
            print(_row(f"{name}, again", list(again)), flush=True)
        await browser.close()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--keep", type=Path, help="folder in which the database stays for the next run")
    parser.add_argument("--cases", type=int, default=5_000)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        sys.exit("chromium is missing: apt install chromium")
    with folder_for(given.keep) as folder, postgres(Path(folder) / "pg") as url:
        full = filled(url, given.cases, [])
        server = postmaster(Path(folder) / "pg")
        asyncio.run(count(full, lambda: cpu_of([server, *server.children(recursive=True)])))
        with served(full, folder) as web:
            asyncio.run(measure(web.base, chromium, given.rounds))


if __name__ == "__main__":
    main()
