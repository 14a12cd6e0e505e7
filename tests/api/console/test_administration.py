"""Rules and keys on the pages: limits, other systems, retention, the second step; who is led where."""

from __future__ import annotations

import re

import httpx
import pytest
from fastapi import FastAPI

from app.db.engine import Database
from app.identity.terms import Role
from app.kit.clock import FixedClock
from app.process import Process
from tests.api.console.conftest import Desks
from tests.builders import CITY, PROVINCE
from tests.keyholders import a_keyholder
from tests.pages import Page, PageForm, go, post

ROOMS = ("audit", "unmatched-money", "clients", "limits", "retention", "second-step")
CLIENT = {"name": "Cổng Dịch vụ công Hải Dương", "contact": "van-hanh@example.vn", "expires_at": "2027-11-20"}

DRAFTS = """
    INSERT INTO service_request_drafts (
        tenant_id, id, citizen_id, procedure_code, procedure_version, sealed, version, created_at, updated_at
    )
    SELECT 1, ('01900000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid, gen_random_uuid(), 'x', 1, '', 1,
        $1::timestamptz - n * interval '1 day', $1::timestamptz - n * interval '1 day'
    FROM generate_series(10, 100, 10) n
"""


def which(page: Page, action: str, button: str) -> PageForm:
    """The form to that address which has the button."""
    return next(form for form in page.forms if form.action == action and ("step", button) in form.buttons)


async def test_everybody_is_led_to_what_is_theirs_and_to_nothing_else(desk_of: Desks) -> None:
    both = {"retention", "second-step"}
    for roles, unit, rooms in (
        ((Role.OFFICER,), CITY, None),
        ((Role.APPROVER,), CITY, None),
        ((Role.APPROVER,), PROVINCE, both | {"unmatched-money"}),
        ((Role.AUDITOR,), PROVINCE, both | {"audit"}),
        ((Role.TENANT_ADMIN,), PROVINCE, set(ROOMS)),
    ):
        desk = await desk_of(*roles, unit=unit)
        led = "/console/administration" in Page(await desk.get("/console")).links
        assert led is (rooms is not None), roles
        shown = {link.removeprefix("/console/") for link in Page(await desk.get("/console/administration")).links}
        assert shown & {*ROOMS} == (rooms or both), roles
        for room in ROOMS:
            answer = await desk.get(f"/console/{room}")
            assert answer.status_code == (200 if room in (rooms or both) else 403), (roles, room)


async def test_a_limit_is_changed_after_what_it_means_was_seen(desk_of: Desks, db: Database) -> None:
    admin, other = await desk_of(Role.TENANT_ADMIN, unit=PROVINCE), await desk_of(Role.TENANT_ADMIN, unit=PROVINCE)
    at = "/console/limits/reports/address"
    assert at in Page(await admin.get("/console/limits")).links
    form = which(Page(await admin.get(at)), at, "look")
    assert (form.values["most"], form.values["window"], form.values["unit"]) == ("2000", "1", "3600")
    wrong = await post(admin, form, most="nhiều", step="look")
    assert (wrong.status_code, "số nguyên" in wrong.text) == (422, True)
    empty = await post(admin, form, most="", window="", step="look")
    assert "Hãy nhập số lần nhiều nhất." in empty.text
    assert "Hãy nhập khoảng thời gian." in empty.text
    seen = Page(await post(admin, form, most="30", window="2", step="look"))
    assert "30 trong 2 giờ (hiện là 2.000 / 1 giờ)" in seen.text
    assert "hàng nghìn người" in seen.text
    assert "mỗi người không chặt hơn của mỗi địa chỉ mạng" in seen.text
    assert "Việc khẩn cấp luôn được nhận" in seen.text
    assert await db.lane.fetchval("SELECT count(*) FROM limit_policies") == 0, "looking changes nothing"
    own = which(Page(await other.get(at)), at, "look")
    mine, theirs = which(seen, at, "do"), which(Page(await post(other, own, most="40", step="look")), at, "do")
    assert "Đã đổi giới hạn" in (await go(admin, mine, step="do")).text
    stale = await post(other, theirs, step="do")
    assert (stale.status_code, "vừa được người khác đổi" in stale.text) == (412, True)
    assert "hiện là 30 / 2 giờ" in Page(stale).text
    assert "Đã đổi giới hạn" in (await go(other, which(Page(stale), at, "do"), step="do")).text
    row = await db.lane.fetchrow("SELECT most, window_s, version FROM limit_policies")
    assert tuple(row or ()) == (40, 3600, 2)
    listed = Page(await admin.get("/console/limits")).text
    assert "Tỉnh đã đổi" in listed
    assert (await admin.get("/console/limits/links/tenant")).status_code == 404
    foreign = await admin.post(at, data={"most": "1", "window": "1", "csrf": "00", "step": "do"})
    assert foreign.status_code == 403


async def test_a_limit_that_would_never_flood_is_said(desk_of: Desks) -> None:
    admin = await desk_of(Role.TENANT_ADMIN, unit=PROVINCE)
    at = "/console/limits/flood/person"
    form = which(Page(await admin.get(at)), at, "look")
    assert "bị từ chối chứ không đến tay cán bộ" in (await post(admin, form, most="60", step="look")).text
    assert "bị từ chối chứ không đến tay cán bộ" not in (await post(admin, form, most="59", step="look")).text


async def test_another_system_is_let_in_and_its_key_shown_once(
    desk_of: Desks, client: httpx.AsyncClient, db: Database
) -> None:
    admin = await desk_of(Role.TENANT_ADMIN, unit=PROVINCE)
    form = Page(await admin.get("/console/clients/new")).form("/console/clients")
    empty = await post(admin, form)
    assert empty.status_code == 422
    for said in ("Hãy nhập tên hệ thống.", "Hãy chọn ít nhất một quyền.", "Hãy chọn ngày hết hạn."):
        assert said in empty.text
    far = await post(admin, form, **{**CLIENT, "expires_at": "2031-01-01"}, scopes="cases:read")
    assert (far.status_code, "nhiều nhất hai năm" in far.text) == (422, True)
    data = {**form.values, **CLIENT, "scopes": ["cases:read", "events:read"], "unit": CITY, "area": "10507"}
    made = await admin.post("/console/clients", data=data)
    found = re.search(r"lt_live_1k[0-9a-z]+_[A-Za-z0-9_-]+", made.text)
    assert found, made.text
    assert "content-encoding" not in made.headers, "sizes of packed answers tell of what stands beside a secret"
    assert made.headers["cache-control"] == "no-store"
    own = (await client.get("/api/v1/client", headers={"Authorization": f"Bearer {found[0]}"})).json()
    assert (own["unit"], own["area"], own["scopes"]) == (CITY, "10507", ["cases:read", "events:read"])
    taken = await admin.post("/console/clients", data=data)
    assert taken.status_code == 422, "sent twice: one system, and no second key"
    (at,) = [link for link in Page(made).links if re.fullmatch(r"/console/clients/[0-9a-f-]{36}", link)][:1]
    page = await admin.get(at)
    assert found[0] not in page.text
    assert "Hải Dương" in page.text
    assert await db.lane.fetchval("SELECT count(*) FROM api_clients") == 1


async def test_a_system_is_changed_its_key_rotated_and_all_of_it_ended(
    desk_of: Desks, client: httpx.AsyncClient, process: Process, clock: FixedClock
) -> None:
    holder = await a_keyholder(client, process)
    admin, other = await desk_of(Role.TENANT_ADMIN, unit=PROVINCE), await desk_of(Role.TENANT_ADMIN, unit=PROVINCE)
    at = f"/console/clients/{holder.id}"
    assert at in Page(await admin.get("/console/clients")).links
    page, old = Page(await admin.get(at)), Page(await other.get(at))
    changing = page.form(at)
    data = {**changing.values, "scopes": ["cases:read"], "contact": "Tổ trực, 0912345678"}
    changed = await admin.post(at, data=data)
    assert changed.headers["location"] == f"{at}?done=changed"
    stale = await post(other, old.form(at), contact="khác")
    assert (stale.status_code, "vừa được người khác đổi" in stale.text) == (412, True)
    assert "Tổ trực, 0912345678" in Page(stale).text
    assert Page(stale).form(at).values["contact"] == "khác", "what was typed is still there"
    late = await post(other, old.form(f"{at}/key"))
    assert late.status_code == 412
    rotated = await post(admin, Page(await admin.get(at)).form(f"{at}/key"), overlap_hours="0")
    found = re.search(r"lt_live_1k[0-9a-z]+_[A-Za-z0-9_-]+", rotated.text)
    assert found
    assert (await client.get("/api/v1/client", headers=holder.headers)).status_code == 401
    new = {"Authorization": f"Bearer {found[0]}"}
    assert (await client.get("/api/v1/client", headers=new)).json()["scopes"] == ["cases:read"]
    ended = await go(admin, Page(await admin.get(at)).form(f"{at}/revocation"))
    assert "mọi khoá hết hiệu lực" in ended.text
    assert (await client.get("/api/v1/client", headers=new)).status_code == 401
    assert not [form for form in Page(ended).forms if form.action.startswith(at)]
    assert "Đã thu hồi" in (await admin.get("/console/clients")).text


async def test_a_rule_of_retention_is_published_after_what_goes_by_it_was_seen(
    desk_of: Desks, db: Database, process: Process
) -> None:
    admin, other = await desk_of(Role.TENANT_ADMIN, unit=PROVINCE), await desk_of(Role.TENANT_ADMIN, unit=PROVINCE)
    officer = await desk_of(Role.OFFICER)
    await db.lane.fetch(DRAFTS, process.clock.now())
    at = "/console/retention/drafts"
    read = Page(await officer.get(at))
    assert ("90 ngày" in read.text, read.forms[1:]) == (True, [])
    page = Page(await admin.get(at))
    assert "Đang quá hạn 1 mục" in page.text
    form = which(page, at, "look")
    wrong = await post(admin, form, days="", legal_basis__en="", step="look")
    assert wrong.status_code == 422
    assert "Hãy nhập số ngày." in wrong.text
    assert "bằng cả hai thứ tiếng" in wrong.text
    past = await post(admin, form, days="30", valid_from="2026-01-01", step="do")
    assert (past.status_code, "không thể ở trước hôm nay" in past.text) == (422, True)
    seen = Page(await post(admin, form, days="35", legal_basis__vi="Quyết định 5", step="look"))
    assert "7 mục bị xoá trong một ngày (theo quy định hiện hành: 1 )" in seen.text
    assert "không lấy lại được" in seen.text
    assert await db.lane.fetchval("SELECT count(*) FROM retention_rules") == 0
    own = which(Page(await other.get(at)), at, "look")
    mine, theirs = which(seen, at, "do"), which(Page(await post(other, own, days="40", step="look")), at, "do")
    assert "Đã ban hành." in (await go(admin, mine, step="do")).text
    stale = await post(other, theirs, step="do")
    assert (stale.status_code, "quy định mới hơn" in stale.text) == (412, True)
    assert "35 ngày" in Page(stale).text
    later = await go(other, which(Page(stale), at, "do"), step="do", valid_from="2026-12-31")
    assert "Sắp đổi" in later.text
    rows = await db.lane.fetch("SELECT version, days, valid_from FROM retention_rules ORDER BY version")
    assert [(row["version"], row["days"]) for row in rows] == [(1, 35), (2, 40)]
    assert f"{rows[1]['valid_from']:%Y-%m-%dT%H:%M}" == "2026-12-30T17:00", "the day begins where the province is"
    assert "35 ngày" in Page(await officer.get("/console/retention")).text, "what has not begun holds nothing"
    refused = await officer.post(at, data={"csrf": "00"})
    assert refused.status_code == 403


async def test_figures_are_taken_away_by_the_session_of_the_pages(desk_of: Desks) -> None:
    desk = await desk_of(Role.APPROVER)
    (link,) = [one for one in Page(await desk.get("/console/figures")).links if ".csv" in one]
    answer = await desk.get(link)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/csv; charset=utf-8")
    assert "attachment" in answer.headers["content-disposition"]


@pytest.mark.parametrize("demanded", ["yes", "no"])
async def test_a_role_needs_a_second_step_from_now_on(
    desk_of: Desks, application: FastAPI, db: Database, demanded: str
) -> None:
    _ = application
    admin, other = await desk_of(Role.TENANT_ADMIN, unit=PROVINCE), await desk_of(Role.TENANT_ADMIN, unit=PROVINCE)
    officer = await desk_of(Role.OFFICER)
    at = "/console/second-step/officer"
    assert not Page(await officer.get("/console/second-step")).forms[1:]
    page, old = Page(await admin.get("/console/second-step")), Page(await other.get("/console/second-step"))
    assert re.search(r"[1-9][0-9]* người giữ vai trò này, 0 người đã bật", page.text)
    done = Page(await go(admin, page.form(at), demanded=demanded, provider="level_2"))
    assert "Đã đổi quy định cho cán bộ xử lý." in done.text
    stale = await post(other, old.form(at), demanded="yes", provider="level_1")
    assert (stale.status_code, "vừa được người khác đổi" in stale.text) == (412, True)
    assert Page(stale).form(at).values["provider"] == "level_1"
    assert Page(stale).form(at).values["version"] == "1"
    row = await db.lane.fetchrow("SELECT demanded, provider, version FROM factor_rules WHERE role = 'officer'")
    assert tuple(row or ()) == (demanded == "yes", "level_2", 1)
    entered = await officer.get("/console")
    assert entered.status_code == (303 if demanded == "yes" else 200)
    nonsense = await post(admin, Page(await admin.get("/console/second-step")).form(at), provider="level_9")
    assert nonsense.status_code == 422
    assert (await officer.post(at, data={"csrf": "00"})).status_code == 403
