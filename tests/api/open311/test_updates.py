from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any
from xml.etree import ElementTree as ET

import httpx

from app.cases import service as cases
from app.cases.terms import CaseState, Resolution
from app.db.engine import Database
from app.kit.clock import FixedClock
from app.process import Process
from tests.builders import acting, someone
from tests.conftest import NOW
from tests.keyholders import a_keyholder
from tests.statements import Statements

Drain = Callable[[], Awaitable[int]]
UPDATES = "/open311/v2/servicerequestupdates"


async def test_a_system_follows_its_report_and_adds_to_it(
    client: httpx.AsyncClient,
    process: Process,
    db: Database,
    drain: Drain,
    clock: FixedClock,
    statements: Statements,
) -> None:
    system = await a_keyholder(client, process, ["reports:create"], channel="open311")
    sent = {"api_key": system.key, "service_code": "lighting.street_lamp", "description": "Đèn tối.", "lat": "20.9467"}
    answer = await client.post("/open311/v2/requests.json", data={**sent, "long": "106.3134"})
    code = answer.json()[0]["service_request_id"]
    row = await db.lane.fetchrow("SELECT version, unit_id FROM cases WHERE code = $1", code)
    assert row is not None
    unit = next(one.code for one in process.books.directory.units(system.admin.actor.tenant_id) if one.id == row[1])
    clock.at = NOW + timedelta(hours=1)
    case = await acting(process, cases.accept_case, someone(process, unit), code=code, seen=row[0])

    async def add(expected: int = 200, **given: str) -> Any:
        fields = {"api_key": system.key, "service_request_id": code, "description": "Cột số 7.", **given}
        answer = await client.post(f"{UPDATES}.json", data=fields)
        assert answer.status_code == expected, answer.text
        return answer.json()

    added = await add(update_id="41", status="OPEN")
    assert added == [{"update_id": "41"}] == await add(update_id="41", status="OPEN")
    assert await db.lane.fetchval("SELECT count(*) FROM timeline_entries WHERE type = 'case.reporter_replied'") == 1
    await add(400, update_id="41", description="Khác.")
    await add(400, description="")
    await add(404, service_request_id="H23-261120-9999")
    await add(403, api_key="")
    other = await a_keyholder(client, process, ["reports:create"])
    await add(404, api_key=other.key)

    clock.at = NOW + timedelta(hours=2)
    done = {"answer": "Đã thay bóng.", "resolution": Resolution.FIXED}
    await acting(process, cases.resolve_case, someone(process, unit), code=code, seen=case.version + 1, **done)
    await drain()
    clock.at = NOW + timedelta(hours=3)
    statements.clear()
    listed = (await client.get(f"{UPDATES}.json")).json()
    assert len(statements) == 1
    assert {one["service_request_id"] for one in listed} == {code}
    assert len({one["update_id"] for one in listed}) == len(listed) > 2
    assert (listed[0]["status"], listed[-1]["status"]) == ("OPEN", "CLOSED")
    assert "Đã thay bóng." in listed[-1]["description"]
    assert datetime.fromisoformat(listed[-1]["updated_datetime"]) == NOW + timedelta(hours=2)
    assert "Cột số 7." not in str(listed)  # between the sender and the officers
    later = {"start_date": "2026-11-20T12:00:00+07:00", "end_date": "2026-11-20T12:00:00+07:00"}
    xml = ET.fromstring((await client.get(f"{UPDATES}.xml", params=later)).content)
    assert (xml.tag, {child.tag for child in xml}) == ("service_request_updates", {"request_update"})
    assert xml.findtext("request_update/update_id") in {one["update_id"] for one in listed}
    ids = {"service_request_id": f"{code},H23-261120-9999"}
    assert (await client.get(f"{UPDATES}.json", params=ids)).json() == listed
    assert (await client.get(f"{UPDATES}.json", params={"end_date": "2026-11-19T00:00:00Z"})).json() == []
    assert (await client.get(f"{UPDATES}.json", params={"start_date": "x"})).status_code == 400

    await add(400, status="CLOSED", description="Cảm ơn.")  # it has ended, and nobody asks for more
    await add(status="OPEN", description="Đèn lại tắt.")
    assert await db.lane.fetchval("SELECT state FROM cases WHERE code = $1", code) == CaseState.ASSIGNED
    await drain()
    closed = (await client.get("/open311/v2/requests.json", params={"status": "closed"})).json()
    assert closed == []
