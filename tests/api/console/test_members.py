"""Members on the pages: invited, given a role for a time, ended; and the page where a link leads."""

from __future__ import annotations

import re

import httpx

from app.identity.terms import Role
from tests.api.console.conftest import Desks
from tests.builders import BINH_HAN, CAM_THUONG
from tests.officers import PASSWORD as OLD
from tests.pages import Page, go, post

PASSWORD = "bảy con mèo đen ngủ"


async def test_an_administrator_invites_somebody_who_sets_a_password(desk_of: Desks, client: httpx.AsyncClient) -> None:
    admin = await desk_of(Role.UNIT_ADMIN)
    page = Page(await admin.get("/console/members"))
    form = page.form("/console/members")
    assert (CAM_THUONG in page.options["membership.unit"], BINH_HAN in page.options["membership.unit"]) == (True, False)
    assert "tenant_admin" not in page.options["membership.role"]
    refused = await post(admin, form, name="Trần Văn Bình", username="có dấu")
    assert (refused.status_code, "không dấu" in refused.text) == (422, True)
    made = await post(admin, form, name="Trần Văn Bình", username="tran.van.binh", membership__valid_to="2027-01-31")
    found = re.search(r'value="http://haiduong\.localhost(/console/invitation/[^"]+)"', made.text)
    assert found
    assert "content-encoding" not in made.headers
    entering = await client.get(found[1])
    assert (entering.headers["referrer-policy"], entering.headers["cache-control"]) == ("no-referrer", "no-store")
    setting = Page(entering).form(found[1])
    assert "giống nhau" in (await post(client, setting, password=PASSWORD, again="khác")).text
    assert (await post(client, setting, password="ngắn", again="ngắn")).status_code == 422
    signing_in = Page(await go(client, setting, password=PASSWORD, again=PASSWORD))
    assert "Đã đặt mật khẩu" in signing_in.text
    entered = await post(client, signing_in.form("/console/sign-in"), username="tran.van.binh", password=PASSWORD)
    assert entered.status_code == 303
    assert (await client.get("/console")).status_code == 200
    assert (await client.get("/console/members")).status_code == 403
    used = await client.get(found[1])
    assert (used.status_code, "không còn dùng được" in used.text) == (410, True)


async def test_roles_are_given_and_ended_on_the_pages(desk_of: Desks, client: httpx.AsyncClient) -> None:
    admin, _ = await desk_of(Role.UNIT_ADMIN), await desk_of(Role.OFFICER)
    links = [one for one in Page(await admin.get("/console/members")).links if re.search("members/[0-9a-f]{8}", one)]
    pages = {one: Page(await admin.get(one)) for one in links}
    offered = [one for one, page in pages.items() if f"{one}/memberships" in {form.action for form in page.forms}]
    assert len(links) == 2
    (own,) = offered  # nobody gives to himself
    page = pages[own]
    given = await go(admin, page.form(f"{own}/memberships"), unit=CAM_THUONG, role="approver", valid_to="2026-12-31")
    assert "Đã giao vai trò." in given.text
    for_ever = {"unit": CAM_THUONG, "role": "auditor", "valid_to": "9999-12-31"}
    assert (await go(admin, page.form(f"{own}/memberships"), **for_ever)).status_code == 422
    again = await go(admin, page.form(f"{own}/memberships"), unit=CAM_THUONG, role="approver")
    assert (again.status_code, "đã giữ vai trò đó" in again.text) == (409, True)
    dated = next(form for form in Page(given).forms if form.values.get("valid_to") == "2026-12-31")
    assert "Đã đổi thời hạn." in (await go(admin, dated, valid_to="2026-11-30")).text
    ending = next(form for form in Page(given).forms if form.action == f"{dated.action}/end")
    assert (await post(admin, ending)).status_code == 303
    assert "lãnh đạo duyệt" not in Page(await admin.get(own)).text.partition("Giao thêm")[0]
    foreign = await admin.post(f"{own}/memberships", data={"unit": CAM_THUONG, "role": "approver", "csrf": "00"})
    assert foreign.status_code == 403


async def test_passwords_are_reset_and_changed_on_the_pages(desk_of: Desks, client: httpx.AsyncClient) -> None:
    admin, officer = await desk_of(Role.UNIT_ADMIN), await desk_of(Role.OFFICER)
    form = Page(await officer.get("/console/account")).form("/console/account/password")
    assert (await post(officer, form, current=OLD, password=PASSWORD, again="khác")).status_code == 422
    wrong = await post(officer, form, current="nhầm", password=PASSWORD, again=PASSWORD)
    assert (wrong.status_code, "Nếu quên" in wrong.text) == (422, True)
    done = Page(await go(officer, form, current=OLD, password=PASSWORD, again=PASSWORD))
    assert "Đã đổi mật khẩu." in done.text
    for link in Page(await admin.get("/console/members")).links:
        if (
            re.search("members/[0-9a-f]{8}", link)
            and "cán bộ xử lý" in (await admin.get(link)).text.partition("Giao")[0]
        ):
            made = await post(admin, Page(await admin.get(link)).form(f"{link}/reset"), by="hand")
            assert "/console/invitation/lti_" in made.text
    assert (await officer.get("/console/account")).status_code == 303, "asked to sign in"


async def test_somebody_is_named_to_stand_in_on_the_pages(desk_of: Desks) -> None:
    absent, deputy = await desk_of(Role.APPROVER), await desk_of(Role.OFFICER)
    page = Page(await absent.get("/console/account/deputies"))
    form, (login,) = page.form("/console/account/deputies"), page.options["deputy"]
    empty = await post(absent, form, deputy=login)
    assert (empty.status_code, "Hãy chọn ngày." in empty.text) == (422, True)
    for_ever = await post(absent, form, deputy=login, valid_to="9999-12-31")
    assert for_ever.status_code == 422, "no day comes after it"
    named = await go(absent, form, deputy=login, valid_to="2026-11-30")
    assert "Đã cử." in named.text
    again = await post(absent, form, deputy=login, valid_to="2026-11-30")
    assert (again.status_code, "Đã có người làm thay" in again.text or "làm thay bạn" in again.text) == (409, True)
    assert "làm thay" in (await deputy.get("/console/account/deputies")).text
    (ending,) = [one for one in Page(named).forms if one.action.endswith("/end")]
    assert "Đã kết thúc." in (await go(absent, ending)).text
