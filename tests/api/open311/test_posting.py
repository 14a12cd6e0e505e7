from __future__ import annotations

from typing import Any
from xml.etree import ElementTree as ET

import httpx
import pytest
from fastapi import FastAPI

from app.db.engine import Database
from app.identity.terms import Role
from app.process import Process
from tests.builders import LAMP, PROVINCE, an_officer
from tests.keyholders import Keyholder, a_keyholder
from tests.pictures import photo as a_photo
from tests.statements import Statements

REQUESTS = "/open311/v2/requests"


@pytest.fixture
async def system(client: httpx.AsyncClient, process: Process) -> Keyholder:
    """Another system that may hand reports in."""
    return await a_keyholder(client, process, ["reports:create"], channel="open311")


def lamp(key: str | None, **given: str) -> dict[str, str]:
    """The form of a report."""
    named = {"api_key": key} if key else {}
    where = {"lat": str(LAMP.lat), "long": str(LAMP.lon)}
    return {**named, "service_code": "lighting.street_lamp", "description": "Đèn <tối> & hỏng.", **where, **given}


async def kept(db: Database, code: str) -> Any:
    return await db.lane.fetchrow("SELECT * FROM reports WHERE code = $1", code)


async def test_a_report_is_taken_in_as_by_our_own_api(
    client: httpx.AsyncClient, system: Keyholder, db: Database, statements: Statements
) -> None:
    statements.clear()
    answer = await client.post(f"{REQUESTS}.json", data=lamp(system.key, first_name="An", last_name="Nguyễn Văn"))
    sent = [text for text in statements.texts if "code_counters" not in text]  # a block of numbers, now and then
    assert len(sent) == 3, [text[:90] for text in sent]  # whose key it is, how many reports came by it, the report
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert list(told[0]) == ["service_request_id", "service_notice", "account_id"]
    assert "Hạn trả lời" in told[0]["service_notice"]
    row = await kept(db, told[0]["service_request_id"])
    assert (row["description"], row["channel"], str(row["client_id"])) == ("Đèn <tối> & hỏng.", "open311", system.id)
    assert answer.headers["tracking-secret"]
    own = await client.get(
        f"/api/v1/reports/{row['code']}", headers={"Tracking-Secret": answer.headers["tracking-secret"]}
    )
    assert own.status_code == 200

    hole = lamp(system.key, service_code="roads.pothole", **{"attribute[road_class]": "commune"})
    xml = await client.post(f"{REQUESTS}.xml", data=hole, headers={"Authorization": system.headers["Authorization"]})
    root = ET.fromstring(xml.content)
    assert (root.tag, root[0].tag) == ("service_requests", "request")
    found = await kept(db, root.findtext("request/service_request_id") or "")
    assert found["answers"] == '{"road_class": "commune"}'


async def test_the_same_report_is_taken_in_once(client: httpx.AsyncClient, system: Keyholder) -> None:
    once = lamp(system.key, service_request_id_ext="fms-17")
    first, again = [(await client.post(f"{REQUESTS}.json", data=once)).json() for _ in range(2)]
    assert first == again
    other = await client.post(f"{REQUESTS}.json", data={**once, "description": "Khác."})
    assert other.status_code == 400
    key = {"Idempotency-Key": "một lần".encode().hex()}
    two = [await client.post(f"{REQUESTS}.json", data=lamp(system.key), headers=key) for _ in range(2)]
    assert two[0].json() == two[1].json() != first


async def test_photos_come_along_or_by_their_address(
    client: httpx.AsyncClient, system: Keyholder, db: Database
) -> None:
    photo = a_photo()
    files = {"media": ("đèn.jpg", photo, "image/jpeg")}
    answer = await client.post(f"{REQUESTS}.json", data=lamp(system.key), files=files)
    assert answer.status_code == 200, answer.text
    again = await client.post(f"{REQUESTS}.json", data=lamp(system.key), files=files)
    assert again.status_code == 200, again.text
    assert await db.lane.fetchval("SELECT count(*) FROM report_files") == 2
    elsewhere = lamp(system.key, media_url="https://photos.example/1.jpg")
    code = (await client.post(f"{REQUESTS}.json", data=elsewhere)).json()[0]["service_request_id"]
    assert (await kept(db, code))["description"].endswith("Ảnh hoặc tệp kèm theo: https://photos.example/1.jpg")
    wrong = await client.post(f"{REQUESTS}.json", data=lamp(system.key), files={"media": ("a.exe", b"MZ" * 99)})
    assert wrong.status_code == 400


async def test_nobody_posts_without_a_good_key(
    client: httpx.AsyncClient, application: FastAPI, process: Process, system: Keyholder
) -> None:
    reader = await a_keyholder(client, process, ["cases:read"])
    last = system.key[:-1] + ("a" if system.key[-1] != "a" else "b")
    for key in (None, "nonsense", last, reader.key, reader.admin.headers["Authorization"].removeprefix("Bearer ")):
        answer = await client.post(f"{REQUESTS}.xml", data=lamp(key))
        assert answer.status_code == 403, key
        assert ET.fromstring(answer.content).findtext("error/code") == "403"
    application.state.settings = process.settings.model_copy(update={"open311_anonymous": "elsewhere haiduong"})
    try:
        anybody = await client.post(f"{REQUESTS}.json", data=lamp(None))
    finally:
        application.state.settings = process.settings
    assert anybody.status_code == 200


async def test_what_is_wrong_is_said_by_its_field(client: httpx.AsyncClient, system: Keyholder) -> None:
    for given, status, named in (
        ({"service_code": ""}, 400, "service_code"),
        ({"service_code": "nothing"}, 404, ""),
        ({"lat": "abc"}, 400, "lat"),
        ({"long": ""}, 400, "lat, long"),
        ({"lat": "", "long": ""}, 400, "Hãy gửi lat và long, hoặc address_string"),
        ({"lat": "48.8", "long": "2.3"}, 400, ""),
        ({"description": "x" * 4001}, 400, "description"),
        ({"email": "không phải"}, 400, "email"),
        ({"jurisdiction_id": "elsewhere"}, 404, ""),
    ):
        answer = await client.post(f"{REQUESTS}.json", data=lamp(system.key, **given))
        assert answer.status_code == status, (given, answer.text)
        assert answer.json()[0]["code"] == status
        assert answer.json()[0]["description"].startswith(named), answer.text
    long = lamp(system.key, description="x" * 3990, media_url="https://photos.example/1.jpg")
    unknown = lamp(system.key, **{"attribute[no_such]": "1"})
    for taken in (long, unknown):
        assert (await client.post(f"{REQUESTS}.json", data=taken)).status_code == 200
    abroad = lamp(system.key, jurisdiction_id="khanhhoa")
    told = await client.post(f"{REQUESTS}.json", data=abroad, headers={"Host": "nobody.example"})
    assert (told.status_code, "của tỉnh khác" in told.text) == (403, True), told.text
    nobodys = await client.post(f"{REQUESTS}.json", data=lamp(system.key), headers={"Host": "nobody.example"})
    assert nobodys.status_code == 200  # the key says whose it is
    announced = {"Content-Length": str(60 * 1024 * 1024)}
    huge = await client.post(f"{REQUESTS}.xml", files={"media": ("a.jpg", b"a")}, headers=announced)
    assert (huge.status_code, ET.fromstring(huge.content).findtext("error/code")) == (413, "413")
    body = await client.post(f"{REQUESTS}.json", json={"api_key": system.key})
    assert body.status_code == 400
    ward = lamp(system.key, lat="", long="", address_id="10507", jurisdiction_id="haiduong")
    assert (await client.post(f"{REQUESTS}.json", data=ward)).status_code == 200
    stated = lamp(system.key, lat="", long="", address_string="12 phố Cẩm Thượng, phường Cẩm Thượng")
    assert (await client.post(f"{REQUESTS}.json", data=stated)).status_code == 200


async def test_a_key_reaches_no_further_than_its_limits(client: httpx.AsyncClient, process: Process) -> None:
    other = await a_keyholder(client, process, ["reports:create"], unit="H23.32", channel="open311")
    refused = await client.post(f"{REQUESTS}.json", data=lamp(other.key))
    assert refused.status_code == 403
    assert PROVINCE not in refused.text


async def test_a_system_reads_its_own_reports_of_what_is_never_public_and_nobody_elses(
    client: httpx.AsyncClient, process: Process, system: Keyholder, statements: Statements
) -> None:
    told = lamp(system.key, service_code="security.social_evils", description="Sới bạc, gọi tôi số 0912345678.")
    posted = await client.post(f"{REQUESTS}.json", data=told)
    assert posted.status_code == 200, posted.text
    code = posted.json()[0]["service_request_id"]
    holder = "SELECT u.code FROM units u JOIN cases c ON c.unit_id = u.id WHERE c.code = $1"
    unit = await process.db.lane.fetchval(holder, code)
    officer = await an_officer(process, Role.OFFICER, Role.APPROVER, unit=unit)
    path = f"/api/v1/staff/cases/{code}"
    seen = await client.get(path, headers=officer.headers)
    assert seen.status_code == 200, seen.text
    version = seen.json()["version"]
    done = await client.post(
        f"{path}/resolve",
        json={"answer": "Đã xử phạt.", "resolution": "fixed"},
        headers={**officer.headers, "If-Match": f'"{version}"'},
    )
    assert done.status_code == 200, done.text
    province = {"jurisdiction_id": "haiduong", "service_request_id": f"{code},H23-261120-9999"}
    statements.clear()
    own = await client.get(f"{REQUESTS}.json", params={**province, "api_key": system.key})
    assert len(statements) == 6, statements.texts  # public, key, a transaction of the province's own, cases, history
    (one,) = own.json()
    assert (one["service_request_id"], one["status"]) == (code, "closed")
    assert "Đã xử phạt." in one["status_notes"]
    assert "0912345678" not in one["description"]
    assert (one["lat"], one["media_url"]) == (round(LAMP.lat, 3), None)
    assert own.headers["cache-control"] == "private, no-cache"
    assert (await client.get(f"{REQUESTS}/{code}.json", headers=system.headers)).json() == [one]
    other = await a_keyholder(client, process, ["reports:create"], channel="open311")
    for stranger in ({}, other.headers):
        assert (await client.get(f"{REQUESTS}/{code}.json", headers=stranger)).status_code == 404
        assert (await client.get(f"{REQUESTS}.json", params=province, headers=stranger)).json() == []
