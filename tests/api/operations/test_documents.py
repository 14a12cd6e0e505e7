"""The API's documents need no other host."""

from __future__ import annotations

import re

import httpx


async def test_everything_the_documents_load_comes_from_here(client: httpx.AsyncClient) -> None:
    page = await client.get("/docs")
    assert page.status_code == 200
    loaded = re.findall(r'(?:src|href|data-document)="([^"]+)"', page.text)
    assert len(loaded) == 7
    assert all(address.startswith("/") and not address.startswith("//") for address in loaded)
    for address in loaded:
        assert (await client.get(address)).status_code == 200, address
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert (await client.get("/favicon.ico")).headers["content-type"].startswith("image/svg")
