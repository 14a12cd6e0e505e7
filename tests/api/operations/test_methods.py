"""An address asked with a method it does not take says which it takes (RFC 9110 section 15.5.6)."""

from __future__ import annotations

import httpx
import pytest


@pytest.mark.parametrize(
    ("method", "address", "allowed"),
    [
        ("PUT", "/api/v1/reports", ["POST"]),
        ("DELETE", "/api/v1/reports/H23-261122-0001", ["GET"]),
        ("POST", "/api/v1/public/cases", ["GET"]),
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
