"""What narrows the queue stands in its address, and is kept under a name; verbs over many, each with its outcome."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest

from app.cases.terms import CaseState
from app.db.engine import Database
from app.identity.terms import Role
from app.process import Process
from tests.api.console.conftest import Desks
from tests.api.console.test_queue import listed
from tests.builders import BINH_HAN, CAM_THUONG, CITY, EVERY_HAND, a_case, an_officer
from tests.pages import Page, go, post

S = CaseState


async def test_filters_are_of_the_address_and_of_every_way_on(desk_of: Desks, process: Process) -> None:
    lamp = await a_case(process, category="lighting.street_lamp")
    taken = await a_case(process, S.IN_PROGRESS, category="lighting.street_lamp")
    await a_case(process, category="roads.pothole")
    desk = await desk_of(unit=CITY)
    assert listed(Page(await desk.get("/console?category=lighting"))) == [lamp.code, taken.code]
    assert listed(Page(await desk.get("/console?state=in_progress"))) == [taken.code]
    assert len(listed(Page(await desk.get(f"/console?unit={CAM_THUONG}")))) == 2
    assert listed(Page(await desk.get(f"/console?unit={BINH_HAN}"))) == []
    assert len(listed(Page(await desk.get("/console?officer=none")))) == 2
    assert listed(Page(await desk.get("/console?officer=khong.co.ai"))) == []
    answer = await desk.get("/console?category=lighting&state=received")
    page = Page(answer)
    assert listed(page) == [lamp.code]
    assert "/console?view=overdue&category=lighting&state=received" in page.links
    assert page.options["category"].count("lighting.street_lamp") == 1
    assert '<option value="lighting" selected>Cả nhóm' in answer.text
    (link,) = (link for link in page.links if link.startswith(f"/console/cases/{lamp.code}"))
    case = Page(await desk.get(link))
    assert "/console?view=inbox&category=lighting&state=received" in case.links
    assert all(parse_qs(urlsplit(link).query).get("state") for link in page.links if link.startswith("/console?view=o"))


@pytest.mark.parametrize("wrong", ["state=odd", "category=%20%20%C3%A9", "officer=%3Cb%3E"])
async def test_a_filter_that_does_not_exist_is_said(desk_of: Desks, process: Process, wrong: str) -> None:
    filed = await a_case(process)
    answer = await (await desk_of()).get(f"/console?view=inbox&{wrong}")
    assert answer.status_code == 422
    assert "bộ lọc không có" in answer.text
    assert listed(Page(answer)) == [filed.code]


async def test_a_view_is_kept_under_a_name_and_found_again(desk_of: Desks, process: Process, db: Database) -> None:
    await a_case(process)
    chief, member = await desk_of(Role.APPROVER), await desk_of()
    there = "/console?view=triage&category=lighting"
    form = Page(await chief.get(there)).form("/console/views")
    nameless = await post(chief, form, name="")
    assert (nameless.status_code, "name-error" in Page(nameless).ids) == (422, True)
    kept = await go(chief, form, name="Đèn của phường", unit=CAM_THUONG)
    assert "Đã lưu danh sách." in kept.text
    assert there in Page(kept).links
    again = Page(await member.get("/console"))
    assert "Đèn của phường" in again.text
    assert there in again.links
    assert not any("/drop" in each.action for each in again.forms), "its arrangers drop it"
    drop = next(each for each in Page(kept).forms if each.action.endswith("/drop"))
    assert "Đã bỏ danh sách." in (await go(chief, drop)).text
    assert await db.lane.fetchval("SELECT count(*) FROM saved_views") == 0


async def test_many_are_assigned_and_noted_each_with_its_outcome_and_its_line_in_the_trail(
    desk_of: Desks, process: Process, db: Database
) -> None:
    filed = [await a_case(process, S.IN_PROGRESS) for _ in range(2)]
    colleague = await an_officer(process)
    desk = await desk_of(*EVERY_HAND)
    form = Page(await desk.get("/console?state=in_progress")).form("/console/bulk")
    stale = f"{filed[1].code}@{filed[1].version - 1}"
    ticked = [f"{filed[0].code}@{filed[0].version}", stale]
    sent = {**form.values, "case": ticked, "do": "assign"}
    refused = Page(await desk.post("/console/bulk", data=sent))
    assert "officer-error" in refused.ids
    done = Page(await desk.post("/console/bulk", data={**sent, "officer": colleague.username}))
    assert "Phân công cán bộ: 1/2" in done.text
    assert f"{filed[1].code}: chưa làm được" in done.text
    assert "/console?view=overdue&state=in_progress" in done.links, "still where the officer was"
    boxes = [value for name, value in done.form("/console/bulk").boxes if name == "case"]
    noted = Page(await desk.post("/console/bulk", data={**sent, "case": boxes, "do": "note", "text": "Đã gọi."}))
    assert "Ghi chú nội bộ: 2/2" in noted.text
    trail = await db.lane.fetch("SELECT action FROM audit_entries WHERE action IN ('case.assigned', 'case.noted')")
    assert sorted(row["action"] for row in trail) == ["case.assigned", "case.noted", "case.noted"]
    many = [f"{filed[0].code}@{number}" for number in range(101)]
    refused = Page(await desk.post("/console/bulk", data={**sent, "case": many, "do": "note", "text": "Nữa."}))
    assert "nhiều nhất 100 vụ việc" in refused.text
    assert await db.lane.fetchval("SELECT count(*) FROM audit_entries WHERE action = 'case.noted'") == 2
