"""Administrators connect other systems on pages: installations, partners, webhooks; secrets once, what failed again."""

from __future__ import annotations

import re

import httpx

from app.db.engine import Database
from app.identity.terms import Role
from tests.api.console.conftest import Desks
from tests.api.partners.conftest import POWER
from tests.builders import PROVINCE
from tests.pages import Page, go, post

SECRET = re.compile(r"whsec_[A-Za-z0-9+/=]+")
ROOMS = ("neighbours", "partners", "subscriptions")


def of(page: Page, end: str) -> str:
    """The address on the page that ends so."""
    return next(form.action for form in page.forms if form.action.endswith(end))


async def made(desk: httpx.AsyncClient, room: str, **typed: str) -> httpx.Response:
    form = Page(await desk.get(f"/console/{room}/new")).form(f"/console/{room}")
    return await go(desk, form, **typed)


async def test_only_the_provinces_administrators_connect_systems(desk_of: Desks) -> None:
    desk, admin = await desk_of(Role.UNIT_ADMIN, Role.AUDITOR), await desk_of(Role.TENANT_ADMIN, unit=PROVINCE)
    menu = set(Page(await admin.get("/console/administration")).links)
    assert not {f"/console/{room}" for room in ROOMS} - menu
    assert not {f"/console/{room}" for room in ROOMS} & set(Page(await desk.get("/console/administration")).links)
    csrf = Page(await desk.get("/console")).form("/console/sign-out").values["csrf"]
    for room in ROOMS:
        for path in ("", "/new", "/01931f00-0000-7000-8000-000000000000"):
            assert (await desk.get(f"/console/{room}{path}")).status_code == 403, path
        for path in ("", "/01931f00-0000-7000-8000-000000000000"):
            assert (await desk.post(f"/console/{room}{path}", data={"csrf": csrf})).status_code == 403, path
            assert (await admin.post(f"/console/{room}{path}", data={"csrf": csrf})).status_code == 403, "foreign form"
        unknown = await admin.get(f"/console/{room}/01931f00-0000-7000-8000-000000000000")
        assert unknown.status_code == 404


async def test_a_neighbour_is_made_with_a_secret_shown_once_changed_and_ended(desk_of: Desks, db: Database) -> None:
    admin, other = await desk_of(Role.TENANT_ADMIN, unit=PROVINCE), await desk_of(Role.TENANT_ADMIN, unit=PROVINCE)
    empty = await made(admin, "neighbours", url="http://10.0.0.1")
    assert empty.status_code == 422
    for said in ("Hãy nhập tên hệ thống bên kia.", "Hãy chọn đơn vị"):
        assert said in empty.text
    given = {"name": "Phường Cẩm Thượng", "unit": POWER, "url": "https://camthuong.example.vn"}
    assert "36 ký tự" in (await made(admin, "neighbours", **given, id="khong-phai")).text
    private = await made(admin, "neighbours", **{**given, "url": "https://10.0.0.1"})
    assert (private.status_code, "địa chỉ nội bộ" in private.text) == (422, True)
    answer = await made(admin, "neighbours", **given)
    assert SECRET.search(answer.text), answer.text
    assert answer.headers["cache-control"] == "no-store"
    twice = await made(admin, "neighbours", **given)
    assert (twice.status_code, "chỉ chuyển sang một hệ thống" in twice.text) == (409, True), Page(twice).text
    (at,) = {link for link in Page(answer).links if re.fullmatch(r"/console/neighbours/[0-9a-f-]{36}", link)}
    page, old = Page(await admin.get(at)), Page(await other.get(at))
    assert not SECRET.search(page.text)
    changed = await go(admin, page.form(at), name="UBND phường Cẩm Thượng")
    assert "Đã đổi" in changed.text
    stale = await post(other, old.form(at), name="khác")
    assert (stale.status_code, "vừa được người khác đổi" in stale.text) == (412, True)
    assert Page(stale).form(at).values["name"] == "khác", "what was typed is still there"
    await db.lane.fetch("UPDATE neighbours SET written = 1, failures = 3, retry_at = now(), last_error = 'http-503'")
    page = Page(await admin.get(at))
    assert "hệ thống bên kia đang lỗi ( http-503 )" in page.text
    assert "Đang gửi ngay" in (await go(admin, page.form(f"{at}/again"))).text
    row = await db.lane.fetchrow("SELECT failures, retry_at FROM neighbours")
    assert row is not None
    assert tuple(row) == (0, None)
    ended = await go(admin, Page(await admin.get(at)).form(f"{at}/end"))
    assert "Đã kết thúc" in ended.text
    assert not [form for form in Page(ended).forms if form.action.startswith(at) and form.method == "post"]
    second = {**given, "id": "01931f00-0000-7000-8000-000000000000", "secret": "whsec_" + "QUFB" * 10}
    assert "Đã kết nối" in (await made(admin, "neighbours", **second)).text, "theirs is not shown again"


async def test_a_partner_is_made_changed_and_ended_and_what_it_refused_is_tried_again(
    desk_of: Desks, db: Database
) -> None:
    admin = await desk_of(Role.TENANT_ADMIN, unit=PROVINCE)
    given = {"name": "PC Hải Dương", "unit": POWER, "url": "https://pc.example.vn/open311/v2", "api_key": "bi-mat"}
    wrong = await made(admin, "partners", **given, services="lighting street-light")
    assert (wrong.status_code, "Dòng “lighting street-light”" in wrong.text) == (422, True)
    unknown = await made(admin, "partners", **given, services="khong.co = x")
    assert (unknown.status_code, Page(unknown).form("/console/partners").values["services"]) == (422, "khong.co = x")
    assert 'id="services-error"' in unknown.text
    assert "/api/v1" not in Page(unknown).text
    twice = await made(admin, "partners", **given, services="lighting = den\nlighting = khac")
    assert (twice.status_code, "có ở hai dòng" in twice.text) == (422, True)
    answer = await made(admin, "partners", **given, services="electricity = dien\nlighting = den")
    assert "Đã tạo" in answer.text, Page(answer).text
    assert "bi-mat" not in answer.text
    at = of(Page(answer), "/end").removesuffix("/end")
    assert Page(answer).form(at).values["services"] == "electricity = dien\nlighting = den"
    held = await db.lane.fetchval("SELECT sealed_key FROM partners")
    changed = await go(admin, Page(answer).form(at), default_service="khac", has_updates="1")
    assert "Đã đổi" in changed.text
    row = await db.lane.fetchrow("SELECT default_service, has_updates, sealed_key FROM partners")
    assert row is not None
    assert tuple(row) == ("khac", True, held)
    await go(admin, Page(changed).form(at), no_key="1")
    assert await db.lane.fetchval("SELECT sealed_key FROM partners") is None
    stale = await post(admin, Page(changed).form(at), name="khác")
    assert (stale.status_code, "vừa được người khác đổi" in stale.text) == (412, True)
    assert "Đang gửi lại" in (await go(admin, Page(await admin.get(at)).form(f"{at}/again"))).text
    ended = await go(admin, Page(await admin.get(at)).form(f"{at}/end"))
    assert "không theo dõi nữa" in ended.text
    assert "Đã kết thúc" in Page(await admin.get("/console/partners")).text
    assert not [form for form in Page(ended).forms if form.action.startswith(at) and form.method == "post"]


async def test_a_webhook_is_made_tried_paused_and_what_was_given_up_is_sent_again(desk_of: Desks, db: Database) -> None:
    admin, other = await desk_of(Role.TENANT_ADMIN, unit=PROVINCE), await desk_of(Role.TENANT_ADMIN, unit=PROVINCE)
    empty = await made(admin, "subscriptions")
    assert "Hãy nhập địa chỉ nhận sự kiện." in empty.text
    answer = await made(admin, "subscriptions", name="Kho dữ liệu", url="https://kho.example.vn/su-kien", area="10507")
    assert SECRET.search(answer.text), Page(answer).text
    twice = await made(admin, "subscriptions", name="Kho dữ liệu", url="https://kho.example.vn/su-kien")
    assert twice.status_code in {409, 422}, "sent twice: one, and no second secret"
    (at,) = {link for link in Page(answer).links if re.fullmatch(r"/console/subscriptions/[0-9a-f-]{36}", link)}
    page, old = Page(await admin.get(at)), Page(await other.get(at))
    assert not SECRET.search(page.text)
    assert "Phường Cẩm Thượng" in page.text
    assert "Đã xếp một lần gửi thử" in (await go(admin, page.form(f"{at}/trial"))).text
    await db.lane.fetch(
        "UPDATE deliveries SET state = 'dead', attempts = 9, last_outcome = 'refused', last_status = 500, "
        "last_excerpt = '<b>hỏng</b>', settled_at = created_at, next_at = NULL"
    )
    shown = await admin.get(f"{at}?state=dead")
    assert "nơi nhận từ chối (500)" in Page(shown).text
    assert "&lt;b&gt;hỏng" in shown.text
    assert "Chưa có gì." in Page(await admin.get(f"{at}?state=waiting")).text
    assert (await admin.get(f"{at}?state=")).status_code == 200, "any state, as the page's own filter asks"
    again = next(form for form in Page(shown).forms if "/deliveries/" in form.action)
    assert "Đã xếp để gửi lại" in (await go(admin, again)).text
    assert await db.lane.fetchval("SELECT state FROM deliveries") == "waiting"
    assert "Đã tạm dừng" in (await go(admin, page.form(f"{at}/pause"))).text
    assert "quản trị viên tạm dừng" in Page(await admin.get("/console/subscriptions")).text
    stale = await post(other, old.form(at), name="khác")
    assert (stale.status_code, Page(stale).form(at).values["name"]) == (412, "khác")
    resumed = Page(await go(admin, Page(await admin.get(at)).form(f"{at}/resume")))
    changed = await go(admin, resumed.form(at), name="Kho dữ liệu mở", category="lighting")
    assert "Đã đổi" in changed.text
    key = await post(admin, Page(changed).form(f"{at}/secret"), overlap_hours="168")
    assert SECRET.search(key.text)
    early = await post(admin, Page(await admin.get(at)).form(f"{at}/secret"), overlap_hours="24")
    assert early.status_code == 409, "the one before was promised a week"
    assert "overlap_hours:" not in Page(early).text
    gone = await go(admin, Page(await admin.get(at)).form(f"{at}/deletion"))
    assert "Đã xoá" in gone.text
    assert await db.lane.fetchval("SELECT count(*) FROM subscriptions") == 0
