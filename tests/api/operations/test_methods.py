"""An address asked with a method it does not take says which it takes (RFC 9110 section 15.5.6)."""

from __future__ import annotations

import httpx
import pytest


@pytest.mark.parametrize(
    ("method", "address", "allowed"),
    [
        ("PUT", "/api/v1/reports", ["POST"]),
        ("DELETE", "/api/v1/reports/H23-261122-0001", ["GET", "HEAD"]),
        ("POST", "/api/v1/public/cases", ["GET", "HEAD"]),
        ("GET", "/api/v1/auth/token", ["POST"]),
        ("GET", "/api/v1/staff/cases/H23-261122-0001/refer", ["POST"]),
    ],
)
async def test_a_method_that_is_not_taken_names_those_that_are(
    client: httpx.AsyncClient, method: str, address: str, allowed: list[str]
) -> None:
    answer = await client.request(method, address)
    assert answer.status_code == 405
    assert answer.headers["allow"] == ", ".join(allowed)
    assert answer.json()["allowed"] == allowed


@pytest.mark.parametrize(
    "address",
    ["/api/v1/areas", "/api/v1/public/cases", "/api/v1/reports/H23-261122-0001", "/", "/open311/v2/services.xml"],
)
async def test_a_head_is_a_get_without_its_body(client: httpx.AsyncClient, live_url: str, address: str) -> None:
    whole, bare = await client.get(address), await client.head(address)
    assert (bare.status_code, bare.content) == (whole.status_code, b"")
    assert bare.headers["content-length"] == whole.headers["content-length"]
    told = [{**one.headers, "x-request-id": ""} for one in (whole, bare)]
    assert told[0].keys() == told[1].keys()
    async with httpx.AsyncClient(base_url=live_url) as wire:
        for _ in range(2):  # the connection is still good for the next
            assert (await wire.head(address, headers={"Accept-Encoding": "gzip"})).content == b""


async def test_a_stream_has_no_head(client: httpx.AsyncClient) -> None:
    answer = await client.head("/api/v1/public/stream")
    assert answer.status_code == 405


async def test_a_packed_body_is_told_that_it_may_not_be(client: httpx.AsyncClient) -> None:
    answer = await client.post("/api/v1/reports", content=b"x", headers={"Content-Encoding": "gzip"})
    assert (answer.status_code, answer.json()["type"]) == (415, "/problems/coding-not-taken")
    assert answer.headers["accept-encoding"] == "identity"
