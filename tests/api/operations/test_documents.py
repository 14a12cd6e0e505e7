"""The API's documents need no other host."""

from __future__ import annotations

import re

import httpx
import orjson

from app.web.openapi.parts import Audience


async def test_everything_the_documents_load_comes_from_here(client: httpx.AsyncClient) -> None:
    page = await client.get("/docs")
    assert page.status_code == 200
    loaded = re.findall(r'(?:src|href|data-document)="([^"]+)"', page.text)
    assert len(loaded) == 11
    assert all(address.startswith("/") and not address.startswith("//") for address in loaded)
    for address in loaded:
        assert (await client.get(address)).status_code == 200, address
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert (await client.get("/favicon.ico")).headers["content-type"].startswith("image/svg")


async def test_each_operation_is_in_one_part_and_a_part_leads_nowhere_else(client: httpx.AsyncClient) -> None:
    whole = (await client.get("/openapi.json")).json()
    parts = [(await client.get(f"/openapi.json?audience={one}")).json() for one in Audience]
    assert sorted(path for part in parts for path in part["paths"]) == sorted(whole["paths"])
    for part in parts:
        assert part["paths"]
        for kind, name in re.findall(r"#/components/(\w+)/([\w.-]+)", orjson.dumps(part).decode()):
            assert part["components"][kind][name] == whole["components"][kind][name]
        used = {tag for item in part["paths"].values() for operation in item.values() for tag in operation["tags"]}
        assert {tag["name"] for tag in part["tags"]} == used
    assert (await client.get("/openapi.json?audience=cats")).status_code == 422
