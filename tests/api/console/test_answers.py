"""Templates of answers on officers' pages: written, looked at, filled into a case's answer. Two cases side by side."""

from __future__ import annotations

from datetime import timedelta

from app.cases.terms import CaseState
from app.db.engine import Database
from app.identity.terms import Role
from app.kit.clock import FixedClock
from app.process import Process
from tests.api.console.conftest import Desks
from tests.builders import BINH_HAN, CITY, EVERY_HAND, a_case
from tests.pages import Page, go, post
from tests.statements import Statements

S = CaseState
BASE = "/console/answer-templates"


async def test_a_template_is_seen_kept_changed_and_ended(desk_of: Desks, process: Process, db: Database) -> None:
    chief, member = await desk_of(Role.APPROVER), await desk_of()
    form = Page(await chief.get(BASE)).form(BASE)
    wrong = Page(await post(chief, form, name="Đèn", body="Gửi {người gửi}"))
    assert "{người gửi} không phải là chỗ điền" in wrong.text
    assert wrong.form(BASE).values["body"] == "Gửi {người gửi}"
    seen = Page(await post(chief, form, name="Đèn", body="Đã xử lý {mã} ở {cơ quan}.", step="preview"))
    assert "Đã xử lý H23-261120-0001 ở UBND phường Cẩm Thượng." in seen.text
    assert await db.lane.fetchval("SELECT count(*) FROM answer_templates") == 0
    kept = Page(await go(chief, form, name="Đèn", body="Đã xử lý {mã}.", resolution="fixed"))
    assert "Đã thêm mẫu." in kept.text
    (address,) = {link for link in kept.links if link.startswith(f"{BASE}/")}
    page = Page(await chief.get(address))
    changed = await go(chief, page.form(address), body="Xong {mã}.")
    assert "Đã lưu phiên bản mới." in changed.text
    stale = await post(chief, page.form(address), body="Khác {mã}.")
    assert (stale.status_code, "Khác {mã}." in stale.text) == (412, True)
    assert "bản 1" in Page(await chief.get(address)).text
    theirs = Page(await member.get(address))
    assert "bạn dùng được nhưng không sửa" in theirs.text
    assert (await (await desk_of(unit=BINH_HAN)).get(address)).status_code == 404
    assert "không còn được dùng" in (await go(chief, Page(await chief.get(address)).form(address), step="end")).text


async def test_a_template_is_filled_below_what_was_typed(desk_of: Desks, process: Process) -> None:
    filed = await a_case(process, S.IN_PROGRESS, description="Đèn trước nhà ông Trần Văn Ba, gọi 0987654321.")
    chief = await desk_of(*EVERY_HAND)
    address = f"/console/cases/{filed.code}"
    assert "Mẫu trả lời" not in Page(await chief.get(address)).form(f"{address}/resolve").values
    form = Page(await chief.get(BASE)).form(BASE)
    await post(chief, form, name="Đèn", body="Đã xử lý {mã}, {lĩnh vực}.", resolution="fixed")
    page = Page(await chief.get(address))
    answer = page.form(f"{address}/draft-answer")
    template = next(value for value in page.options["template"] if value)
    nothing = await post(chief, answer, answer="Kính gửi bạn.", step="template")
    assert (nothing.status_code, "Hãy chọn một mẫu." in nothing.text) == (422, True)
    done = Page(await post(chief, answer, answer="Kính gửi bạn.", template=template, step="template"))
    values = done.form(f"{address}/draft-answer").values
    assert values["answer"].startswith(f"Kính gửi bạn.\n\nĐã xử lý {filed.code}, ")
    assert values["resolution"] == "fixed"
    for secret in ("Trần Văn Ba", "0987654321"):
        assert secret not in values["answer"]
    assert "Đã xong" in (await go(chief, done.form(f"{address}/draft-answer"))).text


async def test_two_cases_are_compared_before_one_is_merged(desk_of: Desks, process: Process) -> None:
    one = await a_case(process, description="Đèn tắt ở cột số 5.")
    two = await a_case(process, S.IN_PROGRESS, description="Cột số 5 không sáng.")
    desk = await desk_of(*EVERY_HAND)
    address = f"/console/cases/{one.code}/merge"
    assert "Được xử lý tiếp" not in Page(await desk.get(address)).text
    for typed, told in ((one.code, "chính vụ việc này"), ("H23-260101-9999", "Không có vụ việc mã này")):
        wrong = await desk.get(address, params={"into": typed})
        assert (wrong.status_code, told in wrong.text) == (422, True)
    beside = await desk.get(address, params={"into": two.code.removeprefix("H23-")})
    page = Page(beside)
    assert "Đèn tắt ở cột số 5." in page.text
    assert "Cột số 5 không sáng." in page.text
    assert beside.text.count('class="differs"') == 4, "code and state, on both sides"
    assert f"/console/cases/{two.code}/merge?into={one.code}" in page.links
    form = next(each for each in page.forms if each.method == "post" and each.action == address)
    assert "Đã xong: Gộp" in (await go(desk, form)).text
    assert (await (await desk_of(unit=BINH_HAN)).get(address)).status_code == 404


async def test_the_wall_counts_what_is_open_and_overdue_by_unit(
    desk_of: Desks, process: Process, clock: FixedClock, statements: Statements
) -> None:
    for state in S:
        await a_case(process, state)
    clock.at += timedelta(days=20)
    await a_case(process)
    desk = await desk_of(unit=CITY)
    statements.clear()
    answer = await desk.get("/console/wall")
    assert len(statements) == 2, statements.texts  # who asks, the counts
    assert answer.headers["refresh"] == "60"
    page = Page(answer)
    for told in ("6 đang mở", "5 quá hạn", "2 chờ phân loại", "1 chờ duyệt", "UBND phường Cẩm Thượng 5"):
        assert told in page.text, told
    assert "refresh" not in (await desk.get("/console/wall?refresh=off")).headers
    assert "Không đơn vị nào" in (await (await desk_of(unit=BINH_HAN)).get("/console/wall")).text
