"""Two clients of others against the running program, and every answer against the specification."""

from __future__ import annotations

import asyncio
import importlib
import io
import itertools
import warnings
from collections.abc import Awaitable, Callable
from pathlib import Path
from types import ModuleType
from typing import Any
from xml.etree import ElementTree as ET

import httpx
import jsonschema_rs
import orjson
import pytest

from app.cases.terms import CaseState
from app.db.engine import Database
from app.process import Process
from tests.builders import a_case
from tests.keyholders import a_keyholder
from tests.pictures import photo

from .test_reading import spark, texts

Drain = Callable[[], Awaitable[int]]
SCHEMAS: dict[str, Any] = orjson.loads((Path(__file__).parent / "schemas.json").read_bytes())
# How the specification calls the elements of each list in XML.
ELEMENTS = {
    "services": "service",
    "attributes": "attribute",
    "values": "value",
    "service_requests": "request",
    "endpoints": "endpoint",
    "formats": "format",
    "errors": "error",
}


@pytest.fixture
def three(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """Code for America's client of 2013, which only wants a function that Python 3 calls otherwise."""
    monkeypatch.setattr(itertools, "ifilter", filter, raising=False)
    with warnings.catch_warnings(action="ignore"):  # of its patterns
        return importlib.import_module("three")


@pytest.mark.parametrize("form", ["json", "xml"])
async def test_georeport_reads_services_and_requests(live_url: str, process: Process, drain: Drain, form: str) -> None:
    cases = [await a_case(process, CaseState.IN_PROGRESS) for _ in range(2)]
    await drain()
    georeport = importlib.import_module("georeport")
    city = georeport.GeoReport(f"{live_url}/open311/v2", jurisdiction="haiduong", output_format=form)
    services = await asyncio.to_thread(city.get_service_list)
    assert "roads.pothole" in {service["service_code"] for service in services}
    asked = await asyncio.to_thread(city.get_service_definition, "roads.pothole")
    assert asked["service_code"] == "roads.pothole"
    listed = await asyncio.to_thread(city.get_service_requests, status="open", service_code="lighting.street_lamp")
    assert [one["service_request_id"] for one in listed] == [filed.code for filed in reversed(cases)]
    one = await asyncio.to_thread(city.get_service_request, cases[0].code)
    assert one == listed[1]


async def test_three_discovers_posts_a_photo_and_reads_back(
    live_url: str, client: httpx.AsyncClient, process: Process, db: Database, three: ModuleType, drain: Drain
) -> None:
    system = await a_keyholder(client, process, ["reports:create"], channel="open311")
    city = three.Three(f"{live_url}/open311/v2", api_key=system.key, jurisdiction="haiduong")
    found = await asyncio.to_thread(city.discovery)
    assert found["endpoints"][0]["formats"] == ["text/xml", "application/json"]
    service = await asyncio.to_thread(city.services, "lighting.street_lamp")
    assert service["service_code"] == "lighting.street_lamp"
    media = io.BytesIO(photo())
    media.name = "đèn.jpg"
    report = {"lat": "20.9467", "long": "106.3134", "name": "An Nguyễn", "phone": "0912345678", "media": media}
    sent = await asyncio.to_thread(city.post, "lighting.street_lamp", description="Đèn tối.", **report)
    code = sent[0]["service_request_id"]
    assert await db.lane.fetchval("SELECT count(*) FROM report_files") == 1
    refused = await asyncio.to_thread(city.post, "lighting.street_lamp", api_key="wrong", **report | {"media": None})
    assert refused[0]["code"] == 403
    filed = await a_case(process, CaseState.RESOLVED)
    await drain()
    listed = await asyncio.to_thread(city.requests, status="closed", count=5, between=["11-01-26", "11-30-26"])
    assert [one["service_request_id"] for one in listed] == [filed.code]
    assert (await asyncio.to_thread(city.request, filed.code))[0]["status"] == "closed"
    assert (await asyncio.to_thread(city.token, filed.code))[0]["service_request_id"] == filed.code
    assert (await asyncio.to_thread(city.request, code))[0]["code"] == 404  # nobody has taken it up yet


async def test_answers_fit_the_specification_in_both_formats(
    client: httpx.AsyncClient, process: Process, drain: Drain
) -> None:
    for state in (CaseState.IN_PROGRESS, CaseState.CLOSED):
        await a_case(process, state)
    held = await a_case(process, CaseState.IN_PROGRESS, point=None, area="10507", category="roads.pothole")
    await drain()

    async def fits(path: str, name: str, root: str) -> Any:
        json, xml = [await client.get(f"/open311/v2/{path}.{form}") for form in ("json", "xml")]
        schema = jsonschema_rs.validator_for({**SCHEMAS, "$ref": f"#/$defs/{name}"})
        assert [str(error) for error in schema.iter_errors(json.json())] == [], path
        told = ET.fromstring(xml.content)
        assert told.tag == root
        for element in told.iter():
            assert {child.tag for child in element} <= {ELEMENTS.get(element.tag, child.tag) for child in element}
        assert spark(told) == texts(json.json())
        return json.json()

    services = await fits("services", "services", "services")
    asked = [one["service_code"] for one in services if one["metadata"]]
    assert len(asked) > 3
    for code in asked:
        await fits(f"services/{code}", "service_definition", "service_definition")
    assert len(await fits("requests", "service_requests", "service_requests")) == 3
    await fits(f"requests/{held.code}", "service_requests", "service_requests")
    await fits(f"tokens/{held.code}", "tokens", "service_requests")
    await fits("discovery", "discovery", "discovery")
    await fits("requests/H23-261120-9999", "errors", "errors")
    system = await a_keyholder(client, process, ["reports:create"], channel="open311")
    lamp = {"api_key": system.key, "service_code": "lighting.street_lamp", "lat": "20.9467", "long": "106.3134"}
    receipts = jsonschema_rs.validator_for({**SCHEMAS, "$ref": "#/$defs/receipts"})
    assert receipts.is_valid((await client.post("/open311/v2/requests.json", data=lamp)).json())
