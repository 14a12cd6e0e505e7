"""Senders on the officers' pages: by pseudonym, opened for a reason, by two where somebody asked not to be named."""

from __future__ import annotations

from app.db.engine import Database
from app.identity.terms import ReporterIdentity, Role
from app.process import Process
from tests.api.console.conftest import Desks
from tests.builders import CITY, a_report
from tests.pages import Page, go, post

HOA = ReporterIdentity("Nguyễn Thị Hoa", "+84912345678")
WHY = "Cần gọi để hẹn giờ vào nhà kiểm tra."


async def test_an_approver_asks_with_a_reason_and_looks(desk_of: Desks, process: Process, db: Database) -> None:
    filed = await a_report(process, reporter=HOA)
    desk = await desk_of(Role.APPROVER)
    case = Page(await desk.get(f"/console/cases/{filed.code}"))
    senders = f"/console/cases/{filed.code}/senders"
    assert senders in case.links
    page = Page(await desk.get(senders))
    assert "Hoa" not in page.text
    form = page.form(f"{senders}/{filed.code}")
    refused = await post(desk, form, reason=" ")
    assert (refused.status_code, "Hãy viết lý do" in refused.text) == (422, True)
    asked = Page(await go(desk, form, reason=WHY))
    assert WHY in asked.text
    (looking,) = [one for one in asked.forms if one.action.endswith("/reading")]
    seen = await post(desk, looking)
    assert "Nguyễn Thị Hoa" in seen.text
    assert "0912 345 678" in seen.text
    assert seen.headers["cache-control"] == "no-store"
    assert await db.lane.fetchval("SELECT count(*) FROM identity_readings") == 1
    nobody = Page(await (await desk_of(Role.OFFICER)).get(senders))
    assert not [one for one in nobody.forms if "/senders/" in one.action or one.action.endswith("/reading")]


async def test_who_asked_not_to_be_named_is_opened_by_two_on_the_pages(desk_of: Desks, process: Process) -> None:
    filed = await a_report(process, reporter=HOA, anonymous=True)
    asker, second = await desk_of(Role.APPROVER), await desk_of(Role.APPROVER, unit=CITY)
    senders = f"/console/cases/{filed.code}/senders"
    waiting = Page(await go(asker, Page(await asker.get(senders)).form(f"{senders}/{filed.code}"), reason=WHY))
    assert "Chờ người thứ hai" in waiting.text
    assert not [one for one in waiting.forms if one.action.endswith(("/reading", "/decision"))]
    listed = Page(await second.get("/console/openings"))
    (decision,) = [one for one in listed.forms if one.action.endswith("/decision")]
    assert "Đã đồng ý." in Page(await go(second, decision, agree="yes")).text
    (looking,) = [one for one in Page(await asker.get(senders)).forms if one.action.endswith("/reading")]
    assert "Nguyễn Thị Hoa" in (await post(asker, looking)).text
    assert (await post(second, looking)).status_code in {403, 404}, "to whoever asked alone"
