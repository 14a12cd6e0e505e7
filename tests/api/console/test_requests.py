"""Service requests on the officers' pages: the queue, one request, its verbs as forms, and what is refused."""

from __future__ import annotations

import httpx

from app.identity.terms import Role
from tests.api.console.conftest import Desks
from tests.applicants import MARITAL, MARRIED, Life, an_applicant
from tests.builders import CAM_THUONG
from tests.pages import Page, go, post


async def test_a_request_goes_from_the_queue_to_its_result_by_forms(client: httpx.AsyncClient, desk_of: Desks) -> None:
    life = Life(client, await an_applicant(client))
    assert (await life.file(procedure=MARITAL, answers=MARRIED)).status_code == 201
    clerk, chief = await desk_of(Role.OFFICER), await desk_of(Role.APPROVER)
    page, path = f"/console/requests/{life.code}", f"/console/requests/{life.code}"
    assert page in Page(await clerk.get("/console/requests?view=receive")).links
    assert page in Page(await clerk.get("/console/work")).links
    seen = Page(await clerk.get(page))
    for words in ("Nguyễn Thị Hoa", "030123456789", "Chưa đăng ký kết hôn với ai", CAM_THUONG[-2:]):
        assert words in seen.text, words
    stale = seen.form(f"{path}/accept")
    accepted = Page(await go(clerk, stale))
    assert "Đã xong: Tiếp nhận" in accepted.text
    again = await post(clerk, stale)
    assert (again.status_code, "Hồ sơ đã thay đổi" in again.text) == (412, True)
    empty = await post(clerk, accepted.form(f"{path}/ask-supplement"))
    assert (empty.status_code, "ít nhất một mục" in empty.text) == (422, True)
    step = Page(await go(clerk, accepted.form(f"{path}/complete"), opinion="Đã tra cứu sổ hộ tịch."))
    assert "Đã tra cứu sổ hộ tịch." in step.text
    for _ in range(3):
        if f"{path}/complete" in [form.action for form in step.forms]:
            step = Page(await go(clerk, step.form(f"{path}/complete")))
    drafted = Page(await go(clerk, step.form(f"{path}/decide"), outcome="granted", text="Đủ điều kiện."))
    assert "Chờ ký duyệt" in drafted.text
    assert f"{path}/sign" not in [form.action for form in drafted.forms]
    signed = Page(await go(chief, Page(await chief.get(page)).form(f"{path}/sign")))
    assert "Đã xong: Ký duyệt" in signed.text
    done = Page(await go(clerk, Page(await clerk.get(page)).form(f"{path}/hand-over")))
    assert "Đã trả kết quả" in done.text or "Result returned" in done.text
    papers = [link for link in done.links if "/papers/" in link]
    assert len(papers) == 2
    assert (await clerk.get(papers[0])).headers["content-type"] == "application/pdf"
    stranger = await desk_of(Role.OFFICER, unit="H23.21.02")
    assert (await stranger.get(page)).status_code == 404
