"""The hot paths: what is asked of ours, what the limit is asked, and which share of it must be reached."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from .drive import Line, Requests
from .people import reports, senders, signed_in
from .servers import fetch
from .targets import AT_LEAST, AT_MOST, Target

TOWN = "288"  # Thành phố Hải Dương
BOX = "106.28,20.90,106.36,20.97"  # its middle
MAIN = "intake"


@dataclass(frozen=True, slots=True)
class HotPath:
    """One row of the table. `share` is the target for our rate as a share of the limit's, where there is one."""

    name: str
    ours: Requests
    limit: Requests
    limit_name: str
    connections: int = 8
    share: Target | None = None
    p50: Target | None = None
    p99: Target | None = None
    status: int = 200
    main_size_only: bool = False


def _share(must: float, aim: float) -> Target:
    return Target(must, aim, AT_LEAST, "")


def _ms(must: float, aim: float) -> Target:
    return Target(must, aim, AT_MOST, " ms")


async def hot_paths(url: str, folder: Path) -> list[HotPath]:
    """The rows, with requests that fit the rows of this database. Targets are those of docs/performance.md."""
    directory, officer, dispatcher = await signed_in(url, TOWN)
    bodies = list(reports(directory, random.Random(7), 2000))
    places = [json.loads(body)["location"] for body in bodies]
    own = await senders(url, bodies[:200])
    some = await fetch(url, "SELECT code, etag FROM publications WHERE published ORDER BY hashtext(code) LIMIT 2000")
    cases = await fetch(url, "SELECT code FROM cases WHERE tenant_id = 1 ORDER BY hashtext(code) LIMIT 2000")
    since = await _middle(url)

    def file(*lines: Line) -> Requests:
        return Requests.of(folder, lines)

    def get(path: str, headers: str = "") -> Line:
        return ("GET", path, headers, "")

    def codes(path: str) -> Requests:
        return file(*(get(f"{path}/{row['code']}") for row in some))

    intake = file(*(("POST", "/api/v1/reports", "", body) for body in bodies))
    bare_intake = file(*(("POST", "/reports", "", body) for body in bodies))
    known = file(*(get(f"/api/v1/reports/{row['code']}", f"If-None-Match: {row['etag']}") for row in some))
    secrets = file(*(get(f"/api/v1/reports/{code}", f"Tracking-Secret: {secret}") for code, secret in own))
    located = file(*(get(f"/api/v1/areas/locate?lat={place['lat']}&lon={place['lon']}") for place in places))
    handled = file(*(get(f"/api/v1/staff/cases/{row['code']}", dispatcher) for row in cases))
    notes = Requests.renewed(folder, lambda: asyncio.run(_notes(url, dispatcher)))
    bare_key, bare_page, bare_box = codes("/cases"), file(get("/cases")), file(get(f"/features?bbox={BOX}"))
    public, staff = "/api/v1/public/cases", "/api/v1/staff"
    insert, key, page = (
        (bare_intake, "bare POST, one CTE"),
        (bare_key, "bare GET by key"),
        (bare_page, "stored JSON page"),
    )
    a_list, a_queue = _share(0.60, 0.85), _share(0.35, 0.60)
    return [
        HotPath("intake, 1 at a time", intake, *insert, 1, p50=_ms(4, 2), status=201, main_size_only=True),
        HotPath(MAIN, intake, *insert, share=_share(0.30, 0.55), p99=_ms(40, 20), status=201),
        HotPath("intake, 32 at a time", intake, *insert, 32, p99=_ms(150, 60), status=201, main_size_only=True),
        HotPath("public case", codes("/api/v1/reports"), *key, share=_share(0.70, 0.90)),
        HotPath("public case, unchanged", known, *key, share=_share(0.80, 1.00), status=304),
        HotPath("sender's own report", secrets, *key),
        HotPath("public list of 50", file(get(public)), *page, share=a_list),
        HotPath("  of a town and a group", file(get(f"{public}?area={TOWN}&category=roads")), *page, share=a_list),
        HotPath("  with common words", file(get(f"{public}?q=xe%20may")), *page, share=a_list),
        HotPath("  with rare words", file(get(f"{public}?q=cay%20do,mac%20thi%20buoi")), *page, share=a_list),
        HotPath(
            "  updated since", file(get(f"{public}?updated_since={since:%Y-%m-%dT%H:%M:%SZ}")), *page, share=a_list
        ),
        HotPath("queue of a town's officer", file(get(f"{staff}/queue", officer)), *page, share=a_queue),
        HotPath("queue of the province", file(get(f"{staff}/queue", dispatcher)), *page, share=a_queue),
        HotPath("closed cases of the province", file(get(f"{staff}/cases?state=closed", dispatcher)), *page),
        HotPath("one case, as an officer", handled, *key),
        HotPath("a note on a case", notes, *insert),
        HotPath(
            "GeoJSON of a town",
            file(get(f"{public}.geojson?bbox={BOX}")),
            bare_box,
            "JSON built in SQL",
            share=_share(0.80, 2.0),
        ),
        HotPath("locate over HTTP", located, file(get("/nothing")), "empty answer"),
    ]


def named(paths: list[HotPath], wanted: str) -> list[HotPath]:
    """Those with `wanted` in their name, or the one that has exactly this name."""
    exact = [path for path in paths if path.name.strip() == wanted]
    return exact or [path for path in paths if wanted in path.name]


async def _middle(url: str) -> datetime:
    """An instant since which half of the published cases have changed."""
    rows = await fetch(url, "SELECT updated_at FROM publications WHERE published ORDER BY updated_at")
    middle: datetime = rows[len(rows) // 2]["updated_at"]
    return middle


async def _notes(url: str, officer: str) -> Iterator[Line]:
    """A note on each of many open cases, at the version it has now.

    Of all verbs this one may be done again and again: accepting takes a fresh case each time, thousands in a run.
    """
    rows = await fetch(
        url,
        "SELECT code, version FROM cases WHERE tenant_id = 1 AND state <> 'closed' ORDER BY hashtext(code) LIMIT 2000",
    )
    body = json.dumps({"text": "Đã gọi điện cho tổ trưởng tổ dân phố, hẹn kiểm tra sáng mai."}, ensure_ascii=False)
    return (
        ("POST", f"/api/v1/staff/cases/{row['code']}/note", f'{officer}; If-Match: "{row["version"]}"', body)
        for row in rows
    )
