"""Administrators set portals up on a page, officers have their calendar there."""

from __future__ import annotations

import re

import httpx

from app.identity.terms import Role
from tests.builders import CITY

from .conftest import Desks


def csrf(page: httpx.Response) -> str:
    found = re.search(r'name="csrf" value="([^"]+)"', page.text)
    assert found
    return found.group(1)


async def test_an_administrator_sets_the_portal_up(desk_of: Desks, client: httpx.AsyncClient) -> None:
    desk = await desk_of(Role.UNIT_ADMIN, unit=CITY)
    listed = await desk.get("/console/portals")
    assert 'href="/console/portals/H23.21"' in listed.text
    assert 'href="/console/portals/H23.32"' not in listed.text
    page = await desk.get("/console/portals/H23.21")
    fields = {
        "csrf": csrf(page),
        "version": "0",
        "name.vi": "Thành phố lắng nghe",
        "name.en": "The city listens",
        "intro.vi": "Mọi việc của thành phố.",
        "intro.en": "All of its matters.",
        "brand": "#ffcc00",
        "link": "#8a1c1c",
        "frame_ancestors": "https://a.example.vn\r\nhttps://b.example.vn",
    }
    refused = await desk.post("/console/portals/H23.21", data=fields)
    assert refused.status_code == 422
    assert "4.5:1 (WCAG AA). Gần nhất đạt" in refused.text
    assert 'value="#ffcc00"' in refused.text
    saved = await desk.post("/console/portals/H23.21", data={**fields, "brand": "#7a1f2b"}, follow_redirects=True)
    assert "Đã lưu" in saved.text
    assert "Thành phố lắng nghe" in (await client.get("/portal/H23.21")).text
    stale = await desk.post("/console/portals/H23.21", data={**fields, "brand": "#7a1f2b"})
    assert stale.status_code == 412
    empty = await desk.post("/console/portals/H23.21", data={"csrf": fields["csrf"], "version": "1"})
    assert "Hãy đặt tên cổng bằng tiếng Việt" in empty.text


async def test_the_key_is_shown_once_and_ended(desk_of: Desks, client: httpx.AsyncClient) -> None:
    desk = await desk_of(Role.UNIT_ADMIN, unit=CITY)
    token = {"csrf": csrf(await desk.get("/console/portals/H23.21"))}
    made = await desk.post("/console/portals/H23.21/key", data=token)
    found = re.search(r"lt_[a-z]+_1k[\w-]+", made.text)
    assert found
    report = {"category": "lighting.street_lamp", "description": "Đèn tắt.", "area_code": "10507"}
    key = {"Authorization": f"Bearer {found.group()}", "Idempotency-Key": "cua-cong-1"}
    assert (await client.post("/api/v1/reports", json=report, headers=key)).status_code == 201
    ended = await desk.post("/console/portals/H23.21/key-end", data=token, follow_redirects=True)
    assert "Khoá đã hết hiệu lực" in ended.text
    assert (await client.post("/api/v1/reports", json=report, headers=key)).status_code == 401
    again = await desk.post("/console/portals/H23.21/key-end", data=token)
    assert (again.status_code, "Khoá kênh vào" in again.text, "Vụ việc này" in again.text) == (404, True, False)


async def test_others_are_kept_out(desk_of: Desks) -> None:
    desk = await desk_of(Role.OFFICER)
    assert (await desk.get("/console/portals/H23.21.01")).status_code == 403
    assert "Bạn không quản trị cổng nào" in (await desk.get("/console/portals")).text
    assert (await desk.post("/console/portals/H23.21.01", data={"csrf": "x"})).status_code == 403


async def test_an_officer_makes_and_ends_the_own_calendar(desk_of: Desks, client: httpx.AsyncClient) -> None:
    desk = await desk_of(Role.OFFICER)
    token = {"csrf": csrf(await desk.get("/console/due-dates"))}
    made = await desk.post("/console/due-dates", data=token)
    found = re.search(r"/calendars/\S+\.ics", made.text)
    assert found
    assert (await client.get(found.group())).status_code == 200
    assert found.group() not in (await desk.get("/console/due-dates")).text
    await desk.post("/console/due-dates", data={**token, "step": "end"})
    assert (await client.get(found.group())).status_code == 404
