"""Setting a portal up, the key others send to it with, its pages and widget, and officers' calendars."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import icalendar
import pytest

from app.db.engine import Database
from app.identity.terms import Role
from app.kit.clock import FixedClock
from app.process import Process
from tests.applicants import MARITAL, MARRIED, Life, an_applicant, offices
from tests.builders import CITY, PROVINCE, THANH_MIEN, a_case, an_officer
from tests.statements import Statements

from .conftest import Publish

SETUP = "/api/v1/staff/portals/H23.21"
LOOK: dict[str, Any] = {
    "name": {"vi": "Thành phố lắng nghe", "en": "The city listens"},
    "intro": {"vi": "Mọi việc của thành phố.", "en": "All of the city's matters."},
    "brand": "#7A1F2B",
    "link": "#8a1c1c",
    "frame_ancestors": ["https://tphaiduong.example.vn"],
}
HERE = ZoneInfo("Asia/Ho_Chi_Minh")
REPORT = {"category": "lighting.street_lamp", "description": "Đèn tắt.", "location": {"lat": 20.9467, "lon": 106.3134}}


async def an_admin(process: Process, unit: str = CITY) -> dict[str, str]:
    return (await an_officer(process, Role.UNIT_ADMIN, unit=unit)).headers


async def test_a_unit_shows_itself_until_it_is_set_up(client: httpx.AsyncClient, process: Process) -> None:
    admin = await an_admin(process)
    before = await client.get(SETUP, headers=admin)
    assert (before.json()["version"], before.headers["etag"], before.json()["brand"]) == (0, '"0"', "#0b4f6c")
    after = await client.put(SETUP, json=LOOK, headers={**admin, "If-Match": '"0"'})
    assert (after.status_code, after.json()["version"], after.json()["brand"]) == (200, 1, "#7a1f2b")
    page = await client.get("/portal/H23.21")
    assert "Thành phố lắng nghe" in page.text
    assert 'href="/portal/H23.21/theme.css?v=1"' in page.text
    theme = await client.get("/portal/H23.21/theme.css?v=1")
    assert "--brand:#7a1f2b" in theme.text
    assert "immutable" in theme.headers["cache-control"]
    assert (await client.get("/portal/H23.21/theme.css?v=0")).headers["cache-control"] == "no-cache"
    assert "The city listens" in (await client.get("/portal/H23.21?lang=en")).text
    stale = await client.put(SETUP, json=LOOK, headers={**admin, "If-Match": '"0"'})
    assert stale.status_code == 412
    await client.put(SETUP, json=LOOK, headers={**admin, "If-Match": '"1"'})


async def test_colours_that_cannot_be_read_are_refused_with_the_nearest(
    client: httpx.AsyncClient, process: Process
) -> None:
    admin = {**await an_admin(process), "If-Match": '"0"'}
    refused = await client.put(SETUP, json={**LOOK, "brand": "#ffcc00", "frame_ancestors": ["*"]}, headers=admin)
    assert refused.status_code == 422
    errors = refused.json()["errors"]
    assert [one["pointer"] for one in errors] == ["/brand", "/frame_ancestors/0"]
    near = errors[0]["detail"].rpartition("#")[2].rstrip(".")
    assert (await client.put(SETUP, json={**LOOK, "brand": f"#{near}"}, headers=admin)).status_code == 200


@pytest.mark.parametrize(
    ("role", "unit", "status"),
    [
        (Role.UNIT_ADMIN, PROVINCE, 200),
        (Role.UNIT_ADMIN, THANH_MIEN, 403),
        (Role.UNIT_ADMIN, "H23.21.01", 403),
        (Role.OFFICER, CITY, 403),
        (Role.TENANT_ADMIN, PROVINCE, 200),
    ],
)
async def test_a_portal_is_its_own_administrators_and_of_those_above(
    client: httpx.AsyncClient, process: Process, role: Role, unit: str, status: int
) -> None:
    headers = (await an_officer(process, role, unit=unit)).headers
    assert (await client.get(SETUP, headers=headers)).status_code == status
    assert (await client.put(SETUP, json=LOOK, headers={**headers, "If-Match": '"0"'})).status_code == status
    assert (await client.post(f"{SETUP}/key", headers=headers)).status_code == (201 if status == 200 else status)


async def test_reports_that_come_with_the_key_are_marked_with_the_portal(
    client: httpx.AsyncClient, process: Process, db: Database
) -> None:
    admin = await an_admin(process)
    made = await client.post(f"{SETUP}/key", headers=admin)
    assert (made.status_code, made.headers["cache-control"]) == (201, "no-store")
    key = {"Authorization": f"Bearer {made.json()['key']}", "Idempotency-Key": "cong-thanh-pho-1"}
    sent = await client.post("/api/v1/reports", json=REPORT, headers=key)
    assert sent.status_code == 201, sent.text
    reports = await client.get(f"/api/v1/staff/cases/{sent.json()['code']}/reports", headers=admin)
    assert [(one["portal"], one["channel"]) for one in reports.json()] == [("H23.21", "web")]
    assert (await client.get("/api/v1/client/cases", headers=key)).status_code == 403  # it reads nothing
    again = await client.post(f"{SETUP}/key", headers=admin)  # the old one is good for a day more
    assert (
        await client.post("/api/v1/reports", json=REPORT, headers={**key, "Idempotency-Key": "hai-hai-2"})
    ).is_success
    assert (await client.post(f"{SETUP}/key/revocation", headers=admin)).status_code == 204
    for name, held in (("ba-ba-ba-3", made), ("bon-bon-4", again)):
        ended = {"Authorization": f"Bearer {held.json()['key']}", "Idempotency-Key": name}
        assert (await client.post("/api/v1/reports", json=REPORT, headers=ended)).status_code == 401
    assert (await client.post(f"{SETUP}/key/revocation", headers=admin)).status_code == 404
    assert await db.lane.fetchval("SELECT count(*) FROM api_clients WHERE portal_unit_id IS NOT NULL") == 1
    plain = await client.post("/api/v1/reports", json=REPORT, headers={"Idempotency-Key": "khong-cong"})
    marked = await db.lane.fetchval("SELECT portal_unit_id FROM reports WHERE code = $1", plain.json()["code"])
    assert marked is None


async def test_a_report_written_on_the_portals_page_is_marked_too(client: httpx.AsyncClient, db: Database) -> None:
    page = await client.get("/portal/H23.21")
    assert 'href="/report?portal=H23.21"' in page.text
    form = await client.get("/report?portal=H23.21")
    assert '<input type="hidden" name="portal" value="H23.21">' in form.text
    fields = {
        "key": "mot-khoa-cua-trang-cong",
        "portal": "H23.21",
        "category": "lighting.street_lamp",
        "description": "Đèn đường tắt ba hôm nay.",
        "area_code": "10507",
    }
    checking = await client.post("/report", data={**fields, "step": "check"}, follow_redirects=True)
    assert '<input type="hidden" name="portal" value="H23.21">' in checking.text
    sent = await client.post("/report", data={**fields, "step": "send"}, follow_redirects=True)
    assert sent.status_code == 200
    units = await db.lane.fetch("SELECT u.code FROM reports r JOIN units u ON u.id = r.portal_unit_id")
    assert [row["code"] for row in units] == ["H23.21"]


async def test_the_widget_may_be_framed_by_whom_the_unit_names(
    client: httpx.AsyncClient, process: Process, publish: Publish
) -> None:
    case = await publish()
    plain = await client.get("/portal/H23.21/widget")
    assert plain.headers["content-security-policy"].endswith("frame-ancestors 'self'")
    assert "x-frame-options" not in plain.headers
    assert "<script" not in plain.text
    assert case.code in plain.text
    admin = {**await an_admin(process), "If-Match": '"0"'}
    await client.put(SETUP, json=LOOK, headers=admin)
    framed = await client.get(f"/portal/H23.21/widget?code={case.code}")
    assert framed.headers["content-security-policy"].endswith("'self' https://tphaiduong.example.vn")
    assert case.code in framed.text
    assert "prefers-color-scheme: dark" in framed.text
    english = await client.get(f"/portal/H23.21/widget?code={case.code}&lang=en")
    assert "Ward" in english.text, "the unit's name is in the frame's language"
    assert "set-cookie" not in english.headers, (
        "nobody's pages change their language because another site shows a frame"
    )
    assert "default-src 'none'" in framed.headers["content-security-policy"]
    assert "script-src" not in framed.headers["content-security-policy"]
    nobody = await client.get("/portal/H23.32/widget?code=" + case.code)
    assert "Không có vụ việc công khai" in nobody.text
    page = await client.get("/portal/H23.21")
    assert (page.headers["x-frame-options"], "frame-ancestors 'none'" in page.headers["content-security-policy"]) == (
        "DENY",
        True,
    )


async def test_the_element_is_for_other_sites(client: httpx.AsyncClient) -> None:
    answer = await client.get("/portal/element.js")
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
    assert len(answer.content) < 2000
    held = await client.get("/portal/element.js", headers={"If-None-Match": answer.headers["etag"]})
    assert held.status_code == 304


async def test_the_way_to_all_portals_begins_at_the_top(client: httpx.AsyncClient) -> None:
    answer = await client.get("/portal")
    assert (answer.status_code, answer.headers["location"]) == (303, "/portal/H23")
    page = (await client.get("/portal/H23")).text
    assert 'href="/portal/H23.21"' in page
    assert 'href="/portal/H23.21.01"' in (await client.get("/portal/H23.21")).text


async def test_a_case_on_the_portal_wears_its_name(client: httpx.AsyncClient, publish: Publish) -> None:
    case = await publish(written="Nắp cống vỡ")
    page = await client.get(f"/portal/H23.21/cases/{case.code}")
    assert "Nắp cống vỡ" in page.text
    assert 'href="/portal/H23.21/theme.css?v=0"' in page.text
    assert (await client.get(f"/portal/H23.32/cases/{case.code}")).status_code == 404


async def test_pages_go_on_where_the_one_before_ended(
    client: httpx.AsyncClient, publish: Publish, clock: FixedClock
) -> None:
    for _ in range(21):
        clock.at += timedelta(seconds=1)
        await publish()
    first = (await client.get("/portal/H23.21")).text
    assert first.count('class="title"') == 20
    following = first.partition('rel="next"')[0].rpartition('href="')[2].partition('"')[0]
    second = (await client.get(f"/portal/H23.21{following}")).text
    assert second.count('class="title"') == 1


Drain = Callable[[], Awaitable[int]]


async def test_an_officer_subscribes_to_due_dates(client: httpx.AsyncClient, process: Process) -> None:
    officer = await an_officer(process)
    mine = await a_case(process)
    assert (await client.get("/api/v1/staff/me/calendar-address", headers=officer.headers)).status_code == 404
    made = await client.post("/api/v1/staff/me/calendar-address", headers=officer.headers)
    assert made.status_code == 201
    path = made.json()["path"]
    answer = await client.get(path)
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    assert all(len(line) <= 75 for line in answer.content.split(b"\r\n"))
    calendar = icalendar.Calendar.from_ical(answer.content)
    assert not calendar.errors
    (event,) = [event for event in calendar.walk("VEVENT") if mine.code in str(event["UID"])]
    due = await client.get(f"/api/v1/staff/cases/{mine.code}", headers=officer.headers)
    assert event.decoded("DTSTART") == date.fromisoformat(due.json()["due_at"][:10])
    assert mine.code in str(event["SUMMARY"])
    held = await client.get(path, headers={"If-None-Match": answer.headers["etag"]})
    assert held.status_code == 304
    assert "secret" not in (await client.get("/api/v1/staff/me/calendar-address", headers=officer.headers)).text


async def test_steps_of_service_requests_are_in_the_calendar_of_their_unit(
    client: httpx.AsyncClient, process: Process, statements: Statements
) -> None:
    life, at_work = Life(client, await an_applicant(client)), await offices(process)
    filed = (await life.file(procedure=MARITAL, answers=MARRIED)).json()
    address = "/api/v1/staff/me/calendar-address"
    paths = [
        (await client.post(address, headers=officer.headers)).json()["path"]
        for officer in (at_work.commune, at_work.city)
    ]
    statements.clear()
    own, other = [icalendar.Calendar.from_ical((await client.get(path)).content) for path in paths]
    assert len(statements) <= 2 * 6
    assert not own.errors
    (event,) = [event for event in own.walk("VEVENT") if filed["code"] in str(event["UID"])]
    queue = await client.get("/api/v1/staff/service-requests?view=inbox", headers=at_work.commune.headers)
    (line,) = [line for line in queue.json()["items"] if line["code"] == filed["code"]]
    assert event.decoded("DTSTART") == datetime.fromisoformat(line["due_at"]).astimezone(HERE).date()
    assert line["procedure"]["name"]["vi"] in str(event["SUMMARY"])
    assert line["step_name"]["vi"] in str(event["SUMMARY"])
    assert str(event["URL"]).endswith(f"/console/requests/{filed['code']}")
    assert filed["code"] not in other.to_ical().decode(), "it waits elsewhere"


async def test_a_calendar_ends_when_it_is_taken_back_or_made_anew(client: httpx.AsyncClient, process: Process) -> None:
    officer = await an_officer(process)
    address = "/api/v1/staff/me/calendar-address"
    first = (await client.post(address, headers=officer.headers)).json()["path"]
    second = (await client.post(address, headers=officer.headers)).json()["path"]
    assert (await client.get(first)).status_code == 404
    assert (await client.get(second)).status_code == 200
    assert (await client.get(second.replace(".ics", "x.ics"))).status_code == 404
    assert (await client.delete(address, headers=officer.headers)).status_code == 204
    assert (await client.get(second)).status_code == 404
    assert (await client.delete(address, headers=officer.headers)).status_code == 404


async def test_a_calendar_ends_with_the_officers_roles(
    client: httpx.AsyncClient, process: Process, db: Database
) -> None:
    officer = await an_officer(process)
    path = (await client.post("/api/v1/staff/me/calendar-address", headers=officer.headers)).json()["path"]
    await db.lane.fetch("UPDATE staff_accounts SET active = false WHERE username = $1", officer.username)
    assert (await client.get(path)).status_code == 404


@pytest.mark.parametrize("secret", ["x", "1.zz_y", "1." + "0" * 32 + "_x", "9999999999." + "0" * 32 + "_x", "."])
async def test_a_secret_that_is_none_opens_nothing(client: httpx.AsyncClient, secret: str) -> None:
    assert (await client.get(f"/calendars/{secret}.ics")).status_code == 404
