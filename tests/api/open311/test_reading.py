from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit
from xml.etree import ElementTree as ET

import httpx

from app.cases.terms import CaseState
from app.kit.clock import FixedClock
from app.process import Process
from tests.builders import a_case
from tests.conftest import NOW
from tests.statements import Statements

Drain = Callable[[], Awaitable[int]]
V2 = "/open311/v2"
LISTS = {"services", "attributes", "values", "service_requests", "endpoints", "formats", "notes", "errors"}


async def ask(client: httpx.AsyncClient, path: str, **query: str) -> Any:
    answer = await client.get(f"{V2}/{path}.json", params=query)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/json; charset=utf-8"
    return answer.json()


def spark(element: ET.Element) -> Any:
    """What the Spark convention makes of XML: a list where all children are alike, a text where there are none."""
    children = list(element)
    if not children:
        return element.text
    if element.tag in LISTS:
        return [spark(child) for child in children]
    return {child.tag: spark(child) for child in children}


def texts(value: Any) -> Any:
    """JSON with all values as XML would have them."""
    match value:
        case dict():
            return {key: texts(inner) for key, inner in value.items()}
        case list():
            return [texts(inner) for inner in value] or None
        case bool():
            return "true" if value else "false"
        case None | "":
            return None
        case _:
            return str(value)


async def test_services_and_their_questions_are_told_alike_in_both_formats(
    client: httpx.AsyncClient, statements: Statements
) -> None:
    services = await ask(client, "services")
    pothole = next(one for one in services if one["service_code"] == "roads.pothole")
    assert pothole["metadata"] is True
    assert pothole["type"] == "realtime"
    assert not [one for one in services if one["service_code"].startswith(("complaint", "denunciation"))]
    definition = await ask(client, "services/roads.pothole")
    assert {each["code"]: each["datatype"] for each in definition["attributes"]}["road_class"] == "singlevaluelist"
    for path, told in (("services", services), ("services/roads.pothole", definition)):
        answer = await client.get(f"{V2}/{path}.xml")
        assert answer.headers["content-type"] == "text/xml; charset=utf-8"
        assert answer.text.startswith('<?xml version="1.0" encoding="utf-8"?>\n<')
        assert spark(ET.fromstring(answer.content)) == texts(told)
        held = {"If-None-Match": answer.headers["etag"]}
        assert (await client.get(f"{V2}/{path}.xml", headers=held)).status_code == 304
    assert len(statements) == 0
    english = await client.get(f"{V2}/services.json", headers={"Accept-Language": "en"})
    assert english.json() != services


async def test_public_cases_are_read_as_requests(
    client: httpx.AsyncClient, process: Process, drain: Drain, clock: FixedClock, statements: Statements
) -> None:
    first = await a_case(process, CaseState.IN_PROGRESS, description="Đèn <hỏng> & tối.")
    clock.at = NOW + timedelta(hours=1)
    second = await a_case(
        process, CaseState.IN_PROGRESS, category="roads.pothole", description="Ổ gà.", answers={"road_class": "commune"}
    )
    await drain()
    statements.clear()
    listed = await ask(client, "requests")
    assert len(statements) == 1
    assert [one["service_request_id"] for one in listed] == [second.code, first.code]
    assert listed[1] == {
        "service_request_id": first.code,
        "status": "open",
        "status_notes": "Đang xử lý",
        "service_name": "Đèn đường không sáng",
        "service_code": "lighting.street_lamp",
        "description": "Đèn <hỏng> & tối.",
        "agency_responsible": listed[1]["agency_responsible"],
        "service_notice": None,
        "requested_datetime": "2026-11-20T10:00:00+07:00",
        "updated_datetime": listed[1]["updated_datetime"],
        "expected_datetime": listed[1]["expected_datetime"],
        "address": "Phường Cẩm Thượng, Thành phố Hải Dương, Tỉnh Hải Dương",
        "address_id": "10507",
        "zipcode": None,
        "lat": 20.9467,
        "long": 106.3134,
        "media_url": None,
    }
    xml = await client.get(f"{V2}/requests.xml")
    assert b"&lt;h\xe1\xbb\x8fng&gt; &amp; " in xml.content
    assert spark(ET.fromstring(xml.content)) == texts(listed)
    one = await ask(client, f"requests/{first.code}", extensions="true")
    assert one[0]["extended_attributes"]["state"] == "in_progress"
    assert {"case.opened", "case.accepted"} <= {note["type"] for note in one[0]["notes"]}
    assert await ask(client, f"tokens/{first.code}") == [{"service_request_id": first.code, "token": first.code}]
    found = await ask(client, "requests", service_request_id=f"{first.code},{second.code}", status="closed")
    assert len(found) == 2  # overrides all else


async def test_lists_keep_to_what_they_are_asked_for(
    client: httpx.AsyncClient, process: Process, drain: Drain, clock: FixedClock
) -> None:
    lamp = (await a_case(process, CaseState.IN_PROGRESS)).code
    clock.at = NOW + timedelta(days=100)
    hole = (
        await a_case(process, CaseState.IN_PROGRESS, category="roads.pothole", answers={"road_class": "commune"})
    ).code
    await drain()

    async def codes(**query: str) -> list[str]:
        return [one["service_request_id"] for one in await ask(client, "requests", **query)]

    assert await codes() == [hole]  # of the last 90 days
    assert await codes(start_date="2026-11-19T00:00:00Z") == [lamp]
    assert await codes(end_date="2026-11-20T10:00:01+07:00") == [lamp]
    assert await codes(end_date="2026-11-20T09:59:59 07:00") == []
    changes = {"updated_after": "2026-11-01T00:00:00Z"}
    assert await codes(**changes) == [lamp, hole]
    first = await client.get(f"{V2}/requests.json", params={**changes, "page_size": "1"})
    assert [one["service_request_id"] for one in first.json()] == [lamp]
    touch = "UPDATE publications SET updated_at = updated_at + interval '1 hour' WHERE code = $1 RETURNING 1"
    await process.db.lane.fetch(touch, lamp)
    second = await client.get(first.links["next"]["url"])
    assert [one["service_request_id"] for one in second.json()] == [hole], "what has moved on hides nothing"
    third = await client.get(second.links["next"]["url"])
    assert [one["service_request_id"] for one in third.json()] == [lamp], "and is told again as it is now"
    await process.db.lane.fetch(touch.replace("+", "-"), lamp)
    assert await codes(**changes, status="Open", extensions="v1") == [lamp, hole]
    assert await codes(**changes, status="closed") == []
    assert await codes(**changes, status="open,closed", service_code="roads.pothole,water.leak") == [hole]
    assert await codes(**changes, bbox="106.31,20.94,106.32,20.95") == [lamp, hole]
    assert await codes(**changes, bbox="106.4,20.94,106.5,20.95") == []
    assert await codes(**changes, lat="20.9470", long="106.3134", radius="40") == [lamp, hole]
    assert await codes(**changes, lat="20.9470", long="106.3134", radius="20") == []
    assert await codes(updated_before="2026-01-01T00:00:00Z", status="", service_code="") == []
    for wrong in (
        {"start_date": "2026-01-01"},
        {"start_date": "2026-01-01T00:00:00Z", "end_date": "2026-08-01T00:00:00Z"},
        {"start_date": "2026-08-01T00:00:00Z", "end_date": "2026-01-01T00:00:00Z"},
        {"status": "done"},
        {"page_size": "1001"},
        {"page": "200"},
        {"after": "cats", **changes},
        {"after": parse_qs(urlsplit(second.links["next"]["url"]).query)["after"][0], **changes},
        {"bbox": "1,2,3"},
        {"lat": "20.9"},
        {"service_request_id": ",".join(str(number) for number in range(201))},
    ):
        answer = await client.get(f"{V2}/requests.json", params=wrong)
        assert answer.status_code == 400, wrong
        assert answer.json()[0]["code"] == 400


async def test_what_is_not_there_is_told_as_errors(client: httpx.AsyncClient) -> None:
    for path in (
        "requests/H23-261120-9999.xml",
        "tokens/H23-261120-9999.xml",
        "services/nothing.xml",
        "services/nothing.xml?jurisdiction_id=haiduong",
        "services.xml?jurisdiction_id=elsewhere",
        "requests.html",
        "nothing.xml",
    ):
        answer = await client.get(f"{V2}/{path}")
        assert answer.status_code == 404, path
        assert answer.headers["content-type"] == "text/xml; charset=utf-8"
        error = ET.fromstring(answer.content)
        assert [part.tag for part in error[0]] == ["code", "description"]


async def test_discovery_leads_here(client: httpx.AsyncClient) -> None:
    found = await ask(client, "discovery")
    assert datetime.fromisoformat(found["changeset"]).tzinfo is not None
    assert found["endpoints"][0] | {"changeset": ""} == {
        "specification": "http://wiki.open311.org/GeoReport_v2",
        "url": "http://haiduong.localhost/open311/v2",
        "changeset": "",
        "type": "production",
        "formats": ["text/xml", "application/json"],
    }
    assert found["contact"].endswith("jurisdiction_id: haiduong")
    xml = await client.get("/open311/discovery.xml")
    assert spark(ET.fromstring(xml.content)) == texts(found)


async def test_the_province_is_the_hosts_or_the_one_named(
    client: httpx.AsyncClient, process: Process, drain: Drain
) -> None:
    nobodys = {"Host": "nobody.example"}
    filed = await a_case(process, CaseState.IN_PROGRESS)
    await drain()
    unnamed = await client.get(f"{V2}/services.json", headers=nobodys)
    assert unnamed.status_code == 400
    assert "haiduong, khanhhoa" in unnamed.json()[0]["description"]
    assert (await client.get(f"{V2}/discovery.json", headers=nobodys)).json()["contact"].endswith("haiduong | khanhhoa")
    other = (await client.get(f"{V2}/discovery.json?jurisdiction_id=khanhhoa", headers=nobodys)).json()
    assert other["endpoints"][0]["url"] == "http://khanhhoa.localhost/open311/v2"
    for name, there in (("haiduong", 1), ("haiduong.localhost", 1), ("khanhhoa", 0)):
        answer = await client.get(f"{V2}/requests.json?jurisdiction_id={name}", headers=nobodys)
        assert len(answer.json()) == there, name
        one = await client.get(f"{V2}/requests/{filed.code}.json?jurisdiction_id={name}", headers=nobodys)
        assert one.status_code == (200 if there else 404), name
    assert (await client.get(f"{V2}/requests/{filed.code}.json", headers=nobodys)).status_code == 200
    assert (
        await client.get(f"{V2}/services.json?jurisdiction_id=khanhhoa")
    ).status_code == 404  # the host is another's
