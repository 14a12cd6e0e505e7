"""What pages weigh on the wire, as a phone asks for them: measured from real answers, and printed."""

from __future__ import annotations

import re

import httpx

MOST_BYTES = 100_000


async def weight(client: httpx.AsyncClient, path: str) -> int:
    """Bytes of the answer's body as it was sent."""
    async with client.stream("GET", path, headers={"Accept-Encoding": "gzip"}) as answer:
        assert answer.status_code == 200, path
        return sum([len(part) async for part in answer.aiter_raw()])


async def test_the_first_pages_are_light(client: httpx.AsyncClient) -> None:
    measured: dict[str, int] = {}
    for page in ("/", "/report", "/cases", "/follow", "/deadlines", "/offline", "/map"):
        text = (await client.get(page)).text
        files = set(re.findall(r'(?:href|src)="(/static/[^"]+|/[^"]*icon-180.png)"', text))
        measured[page] = sum([await weight(client, path) for path in (page, *sorted(files))])
        assert "/map.js" not in str(files), "the map comes when it is wanted"
    script = re.search(r'data-script="([^"]+)" data-style="([^"]+)"', (await client.get("/map")).text)
    assert script is not None
    measured["map.js + map.css"] = sum([await weight(client, path) for path in script.groups()])
    print("\n".join(f"{name}: {size:,} bytes" for name, size in measured.items()))  # noqa: T201 - the figures
    assert max(measured.values()) < MOST_BYTES
