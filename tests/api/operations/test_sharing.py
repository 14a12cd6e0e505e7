"""Pages of other sites may read in a browser what is the same for everybody, and nothing else."""

from __future__ import annotations

import httpx
import pytest

ELSEWHERE = {"Origin": "https://bao.example.vn"}


@pytest.mark.parametrize(
    "address",
    [
        "/api/v1/public/cases",
        "/api/v1/public/cases.geojson?bbox=106,20,107,21",
        "/api/v1/public/density?zoom=9",
        "/api/v1/public/tiles/9/407/226.mvt",
        "/api/v1/public/portals/H23/changes",
        "/api/v1/areas",
        "/api/v1/categories",
        "/open311/v2/services.json",
        "/openapi.json",
        "/portal/H23/feed.json",
    ],
)
async def test_what_is_the_same_for_everybody_is_read_from_anywhere(client: httpx.AsyncClient, address: str) -> None:
    answer = await client.get(address, headers=ELSEWHERE)
    assert answer.headers.get_list("access-control-allow-origin") == ["*"], answer.text
    assert "access-control-allow-credentials" not in answer.headers
    head = await client.head(address, headers=ELSEWHERE)
    assert head.headers["access-control-allow-origin"] == "*"


@pytest.mark.parametrize(
    ("address", "methods"), [("/api/v1/areas", "GET, HEAD"), ("/open311/v2/requests.json", "GET, HEAD, POST")]
)
async def test_a_browser_that_asks_first_is_told(client: httpx.AsyncClient, address: str, methods: str) -> None:
    asked = {**ELSEWHERE, "Access-Control-Request-Method": "GET", "Access-Control-Request-Headers": "if-none-match"}
    answer = await client.options(address, headers=asked)
    assert (answer.status_code, answer.content) == (204, b"")
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["access-control-allow-methods"] == methods
    assert "If-None-Match" in answer.headers["access-control-allow-headers"]
    assert "authorization" not in answer.headers["access-control-allow-headers"].lower()


async def test_a_refusal_of_a_post_from_elsewhere_can_be_read(client: httpx.AsyncClient) -> None:
    answer = await client.post("/open311/v2/requests.json", data={"service_code": "x"}, headers=ELSEWHERE)
    assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (403, "*")
    assert "Tracking-Secret" in answer.headers["access-control-expose-headers"]


@pytest.mark.parametrize(
    "address", ["/api/v1/me", "/api/v1/staff/cases", "/api/v1/reports/H23-261122-0001", "/console", "/", "/report"]
)
async def test_nothing_of_people_or_officers_is_shared(client: httpx.AsyncClient, address: str) -> None:
    asked = {**ELSEWHERE, "Access-Control-Request-Method": "GET"}
    for answer in (await client.get(address, headers=ELSEWHERE), await client.options(address, headers=asked)):
        assert not [name for name in answer.headers if name.startswith("access-control")]
