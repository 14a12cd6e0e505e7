"""A hot address answers what the same endpoint answers behind FastAPI's own machinery, refusals included."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable

import httpx
import pytest
from fastapi import FastAPI

from app.cases.terms import CaseState
from app.identity.terms import Role
from app.main import create_app, install
from app.process import Process
from app.web.budgets import ReadBudget
from app.web.hot import HotPaths
from app.web.middleware import RequestEdge
from app.web.versions import AppVersions
from tests.builders import a_case, an_officer
from tests.officers import PASSWORD

VARIES = {"x-request-id", "date"}
REPORT = '{"category": "roads.pothole", "description": "Ổ gà.", "location": {"lat": 20.9413, "lon": 106.317}}'
JSON = {"content-type": "application/json"}
ASKED: list[tuple[str, str, str, dict[str, str]]] = [
    *(
        ("GET", address, "", {})
        for address in (
            "/api/v1/public/cases",
            "/api/v1/public/cases?limit=1",
            "/api/v1/public/cases?limit=1&limit=2",
            "/api/v1/public/cases?limit=0",
            "/api/v1/public/cases?limit=",
            "/api/v1/public/cases?limit=x&overdue=perhaps&state=gone",
            "/api/v1/public/cases?state=resolved&state=closed&unknown=1",
            "/api/v1/public/cases?area=288&q=%C4%91%C3%A8n",
            "/api/v1/public/cases?updated_since=2026-11-01",
            "/api/v1/public/cases?updated_since=1700000000",
            "/api/v1/public/cases?cursor=%00",
            "/api/v1/public/cases?bbox=1,2,3",
            "/api/v1/public/cases/",
            "/api/v1/public/cases.geojson?limit=5000",
            "/api/v1/public/cases.geojson?limit=5001",
            "/api/v1/reports/{code}",
            "/api/v1/reports/{lower}",
            "/api/v1/reports/H23-1",
            "/api/v1/reports/%20",
            "/api/v1/reports/a%2Fb",
            "/api/v1/reports/",
            "/api/v1/reports",
            "/api/v1/staff/queue",
            "/api/v1/staff/cases?state=gone",
        )
    ),
    ("GET", "/api/v1/reports/{code}", "", {"tracking-secret": "no such secret", "accept-language": "en"}),
    ("GET", "/api/v1/reports/{code}", "", {"if-none-match": "*"}),
    ("HEAD", "/api/v1/public/cases", "", {}),
    ("PUT", "/api/v1/reports", REPORT, JSON),
    ("POST", "/api/v1/reports", "", JSON),
    ("POST", "/api/v1/reports", "{", JSON),
    ("POST", "/api/v1/reports", "null", JSON),
    ("POST", "/api/v1/reports", "[]", JSON),
    ("POST", "/api/v1/reports", "{}", JSON),
    ("POST", "/api/v1/reports", REPORT, {"content-type": "text/plain"}),
    ("POST", "/api/v1/reports", REPORT, {}),
    ("POST", "/api/v1/reports", REPORT, {**JSON, "idempotency-key": "short"}),
    ("POST", "/api/v1/reports", REPORT.replace("20.9413", "NaN"), JSON),
    ("POST", "/api/v1/reports", REPORT.replace("20.9413", '"20.9413"'), JSON),
    ("POST", "/api/v1/reports", REPORT.replace("Ổ gà.", "\\ud800"), JSON),
    ("POST", "/api/v1/reports", REPORT.replace("Ổ gà.", ""), {**JSON, "accept-language": "en"}),
    ("POST", "/api/v1/reports", REPORT[:-1] + ', "state": "closed"}', JSON),
    ("POST", "/api/v1/reports", REPORT.replace("roads.pothole", "no.such"), JSON),
]


@pytest.fixture
async def plain(process: Process) -> AsyncIterator[httpx.AsyncClient]:
    """The same application without its hot paths."""
    app: FastAPI = create_app(process.settings, process.clock)
    app.user_middleware = [one for one in app.user_middleware if getattr(one.cls, "__name__", "") != HotPaths.__name__]
    left = {getattr(one.cls, "__name__", "") for one in app.user_middleware}
    assert left == {RequestEdge.__name__, ReadBudget.__name__, AppVersions.__name__}
    install(app, process)
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://haiduong.localhost") as client:
        yield client


async def test_a_hot_address_answers_as_fastapi_would(
    process: Process,
    client: httpx.AsyncClient,
    plain: httpx.AsyncClient,
    drain: Callable[[], Awaitable[int]],
) -> None:
    case = await a_case(process, CaseState.RESOLVED)
    await drain()
    for method, address, body, headers in ASKED:
        filled = address.format(code=case.code, lower=case.code.lower())
        answers = [
            await one.request(method, filled, content=body.encode() or None, headers={"host": "a.test", **headers})
            for one in (client, plain)
        ]
        hot, usual = ((one.status_code, _told(one), one.text) for one in answers)
        assert hot == usual, (method, filled, body)


async def test_a_report_is_taken_in_the_same_both_ways(client: httpx.AsyncClient, plain: httpx.AsyncClient) -> None:
    hot, usual = [await one.post("/api/v1/reports", content=REPORT.encode(), headers=JSON) for one in (client, plain)]
    assert (hot.status_code, usual.status_code) == (201, 201)
    own = {"code", "tracking_secret", "links"}
    assert {**hot.json(), **dict.fromkeys(own)} == {**usual.json(), **dict.fromkeys(own)}
    again = [
        await one.post("/api/v1/reports", content=REPORT.encode(), headers={**JSON, "idempotency-key": "the same one"})
        for one in (client, plain)
    ]
    assert again[0].json() == again[1].json()


async def test_an_officers_lists_are_the_same_both_ways(
    process: Process, client: httpx.AsyncClient, plain: httpx.AsyncClient
) -> None:
    await a_case(process)
    officer = await an_officer(process, Role.OFFICER)
    signed = await client.post("/api/v1/auth/token", json={"username": officer.username, "password": PASSWORD})
    headers = {"Authorization": f"Bearer {signed.json()['access_token']}"}
    for address in (
        "/api/v1/staff/queue",
        "/api/v1/staff/queue?view=overdue&category=roads",
        "/api/v1/staff/queue?view=none&limit=101",
        "/api/v1/staff/cases?state=received&area=288",
        "/api/v1/staff/cases?opened_since=yesterday",
    ):
        hot, usual = [await one.get(address, headers=headers) for one in (client, plain)]
        assert (hot.status_code, hot.text) == (usual.status_code, usual.text), address


def _told(answer: httpx.Response) -> dict[str, str]:
    return {name: value for name, value in answer.headers.items() if name not in VARIES}
