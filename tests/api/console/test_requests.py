"""Service requests on the officers' pages: the queue, one request, its verbs as forms, and what is refused."""

from __future__ import annotations

import httpx

from app.identity.terms import Role
from app.media.store import FolderStore
from tests.api.console.conftest import Desks
from tests.api.service_requests.conftest import store
from tests.applicants import MARITAL, MARRIED, Life, an_applicant
from tests.builders import CAM_THUONG
from tests.pages import Page, go, post
from tests.pictures import PDF

__all__ = ["store"]


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


async def test_the_desk_records_what_people_bring_and_takes_a_demand_for_payment_back(
    client: httpx.AsyncClient, desk_of: Desks, store: FolderStore
) -> None:
    life = Life(client, await an_applicant(client))
    assert (await life.file(procedure=MARITAL, answers=MARRIED)).status_code == 201
    clerk, path = await desk_of(Role.OFFICER), f"/console/requests/{life.code}"
    found = await clerk.get("/console/find", params={"code": life.code.lower()})
    assert found.headers["location"] == path, "a service request is found by its code, as a case is"
    assert "/console/find" in [form.action for form in Page(await clerk.get("/console/requests")).forms]
    page = Page(await go(clerk, Page(await clerk.get(path)).form(f"{path}/accept")))
    asked = page.form(f"{path}/ask-payment")
    refused = await post(clerk, asked, amount="50000", reason="")
    assert (refused.status_code, "căn cứ pháp lý" in refused.text) == (422, True)
    page = Page(await go(clerk, Page(refused).form(f"{path}/ask-payment"), amount="50000", reason="NQ 12/2025, Điều 5"))
    page = Page(await go(clerk, page.form(f"{path}/take-back-payment"), reason="Nhầm hồ sơ."))
    assert "Nhầm hồ sơ." in page.text
    missing = {"about.0": "authority", "why.0": "Bản chụp mờ", "about.1": "/copies", "why.1": "Quá số bản được cấp"}
    page = Page(await go(clerk, page.form(f"{path}/ask-supplement"), **missing))
    form = page.form(f"{path}/supply")
    assert form.values["brought_by"] == "Nguyễn Thị Hoa", "most people come themselves"
    assert form.values["answers.copies"] == "2", "as it was answered"
    wrong = await post(clerk, form, **{"answers.copies": "rất nhiều"})
    assert (wrong.status_code, 'value="rất nhiều"' in wrong.text) == (422, True), "what was typed stays"
    unsaid = await post(clerk, form, brought_by="")
    assert (unsaid.status_code, "họ tên người mang đến" in unsaid.text) == (422, True)
    sent = await clerk.post(
        f"{path}/supply",
        data={**form.values, "brought_by": "Nguyễn Văn Nam, con trai", "channel": "post", "answers.copies": "1"},
        files={"file.authority": ("cccd.pdf", PDF, "application/pdf")},
    )
    assert sent.status_code == 303, sent.text
    page = Page(await clerk.get(path))
    for words in ("cccd.pdf", "Nguyễn Văn Nam, con trai bổ sung hồ sơ (Bưu chính công ích)", "Trước lần bổ sung 1"):
        assert words in page.text, words
    page = Page(await go(clerk, page.form(f"{path}/ask-withdrawal"), reason="Không cần nữa."))
    assert "Nguyễn Thị Hoa xin rút hồ sơ (Trực tiếp tại bộ phận một cửa)" in page.text
