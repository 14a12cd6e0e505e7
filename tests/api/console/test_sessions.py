"""Signing in and out in a browser, and the token that forms carry."""

from __future__ import annotations

import httpx
import pytest

from app.identity.terms import Role
from app.process import Process
from tests.api.console.conftest import Desks
from tests.builders import PROVINCE, a_case, an_officer
from tests.officers import PASSWORD
from tests.pages import Page, post


async def test_signing_in_leads_to_the_page_that_was_wanted(client: httpx.AsyncClient, process: Process) -> None:
    officer = await an_officer(process)
    filed = await a_case(process)
    wanted = f"/console/cases/{filed.code}"
    asked = await client.get(wanted)
    assert (asked.status_code, asked.headers["location"]) == (
        303,
        f"/console/sign-in?next={wanted.replace('/', '%2F')}",
    )
    form = Page(await client.get(asked.headers["location"])).form("/console/sign-in")
    entered = await post(client, form, username=officer.username, password=PASSWORD)
    assert (entered.status_code, entered.headers["location"]) == (303, wanted)
    cookie = entered.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Path=/console" in cookie
    assert (await client.get(wanted)).status_code == 200


@pytest.mark.parametrize(
    "wanted", ["https://evil.example/", "//evil.example", "/\\evil", "/console\\@evil", "/report", ""]
)
async def test_signing_in_never_leads_elsewhere(client: httpx.AsyncClient, process: Process, wanted: str) -> None:
    officer = await an_officer(process)
    form = Page(await client.get("/console/sign-in")).form("/console/sign-in")
    entered = await post(client, form, username=officer.username, password=PASSWORD, next=wanted)
    assert entered.headers["location"] == "/console"


async def test_a_wrong_password_is_refused_in_words_and_keeps_the_name(
    client: httpx.AsyncClient, process: Process
) -> None:
    officer = await an_officer(process)
    form = Page(await client.get("/console/sign-in")).form("/console/sign-in")
    refused = await post(client, form, username=officer.username, password="not-this-one")
    assert refused.status_code == 401
    assert "Tên đăng nhập hoặc mật khẩu không đúng" in refused.text
    assert Page(refused).form("/console/sign-in").values["username"] == officer.username
    assert "not-this-one" not in refused.text
    assert "staff" not in refused.cookies


async def test_signing_out_ends_the_session_everywhere(desk_of: Desks) -> None:
    desk = await desk_of()
    token = desk.cookies["staff"]
    form = Page(await desk.get("/console")).form("/console/sign-out")
    assert (await post(desk, form)).headers["location"] == "/console/sign-in"
    desk.cookies.set("staff", token)
    assert (await desk.get("/console")).status_code == 303


async def test_a_form_without_the_sessions_token_does_nothing(desk_of: Desks, process: Process) -> None:
    filed = await a_case(process)
    desk, other = await desk_of(), await desk_of()
    stolen = Page(await other.get(f"/console/cases/{filed.code}")).form(f"/console/cases/{filed.code}/accept").values
    for csrf in ("", "wrong", stolen["csrf"]):
        answer = await desk.post(f"/console/cases/{filed.code}/accept", data={"version": "1", "csrf": csrf})
        assert answer.status_code == 403
    assert "Đã tiếp nhận" in Page(await desk.get(f"/console/cases/{filed.code}")).text


async def test_a_form_sent_after_the_session_has_ended_is_not_led_away(desk_of: Desks, process: Process) -> None:
    filed = await a_case(process)
    desk = await desk_of()
    form = Page(await desk.get(f"/console/cases/{filed.code}")).form(f"/console/cases/{filed.code}/note")
    desk.cookies.clear()
    answer = await post(desk, form, text="Đã gọi điện cho đội sửa chữa.")
    assert answer.status_code == 401
    assert "Chưa có gì được ghi." in answer.text
    assert "Đã gọi điện cho đội sửa chữa." in Page(answer).text
    other = await desk.post(form.action, content=b"{}", headers={"Content-Type": "application/json"})
    assert (other.status_code, other.headers["content-type"]) == (401, "text/html; charset=utf-8")


async def test_a_citizens_or_a_broken_token_opens_no_desk(client: httpx.AsyncClient) -> None:
    for token in ("", "x", "lts_1_" + "A" * 43, "ltc_" + "0" * 32 + "_" + "A" * 43):
        answer = await client.get("/console", headers={"Cookie": f"staff={token}"})
        assert answer.status_code == 303


async def test_every_role_gets_its_desk(desk_of: Desks) -> None:
    for role in Role:
        assert (await (await desk_of(role)).get("/console")).status_code == 200


async def test_the_token_of_forms_reads_otherwise_on_every_page(desk_of: Desks, process: Process) -> None:
    filed = await a_case(process)
    desk = await desk_of()
    address = f"/console/cases/{filed.code}"
    one, two = [Page(await desk.get(address)).form(f"{address}/accept") for _ in range(2)]
    assert one.values["csrf"] != two.values["csrf"]
    assert (await post(desk, one)).status_code == 303


async def test_nothing_of_an_officers_page_is_kept_by_the_browser(desk_of: Desks) -> None:
    page = await (await desk_of()).get("/console")
    assert (page.headers["cache-control"], page.headers["content-encoding"]) == ("no-store", "gzip")
    assert "etag" not in page.headers


async def test_everybody_reads_the_calendar_of_a_year_and_administrators_its_edits(desk_of: Desks) -> None:
    desk = await desk_of(Role.OFFICER)
    assert 'href="/console/calendar"' in (await desk.get("/console")).text
    answer = await desk.get("/console/calendar?year=2027")
    assert answer.status_code == 200
    assert answer.text.count('<table class="days">') == 12
    assert all(told in Page(answer).text for told in ("Tết", "Tháng 2/2027", "Bộ luật Lao động"))
    assert "Những lần sửa lịch" not in answer.text
    assert (await desk.get("/console/calendar?unit=default&year=1999")).status_code == 200
    assert (await desk.get("/console/calendar?unit=H99.99")).status_code == 404
    admin = await desk_of(Role.TENANT_ADMIN, unit=PROVINCE)
    assert "Những lần sửa lịch" in (await admin.get("/console/calendar")).text
