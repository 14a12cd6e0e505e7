"""Rules on the pages: categories, routing, targets, support; what each change means is seen before it holds."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from app.cases.terms import CaseState
from app.db.engine import Database
from app.identity.terms import Role
from app.process import Process
from tests.api.console.conftest import Desks
from tests.api.console.test_administration import which
from tests.builders import CAM_THUONG, PROVINCE, a_case
from tests.pages import Page, go, post

pytestmark = pytest.mark.usefixtures("packaged_rules_again")

BASIS = {"legal_basis__vi": "Quyết định 7/QĐ-UBND", "legal_basis__en": "Decision 7/QD-UBND"}
Drain = Callable[[], Awaitable[int]]


@pytest.mark.parametrize(
    ("lists", "one"),
    [
        ("/console/categories", "/console/categories/lighting.street_lamp"),
        ("/console/rulebook", "/console/rulebook/rules/electricity"),
        ("/console/targets", "/console/targets/urban"),
        ("/console/support-rules", "/console/support-rules/rule?priority=high&category="),
    ],
)
async def test_every_officer_reads_a_rule_and_administrators_alone_change_it(
    desk_of: Desks, lists: str, one: str
) -> None:
    officer, admin = await desk_of(), await desk_of(Role.TENANT_ADMIN, unit=PROVINCE)
    at = one.partition("?")[0]
    assert one in Page(await officer.get(lists)).links
    page = Page(await officer.get(one))
    assert not [form for form in page.forms if form.action == at]
    assert lists in Page(await officer.get("/console/administration")).links
    form = which(Page(await admin.get(one)), at, "look")
    assert (await officer.post(at, data={**form.values, "step": "do"})).status_code == 403
    assert (await admin.post(at, data={**form.values, "csrf": "00"})).status_code == 403
    empty = await post(admin, form, note="", legal_basis__vi="", step="look", at_least="", never="")
    assert empty.status_code == 422, empty.text


async def test_a_target_shows_what_it_moves_before_it_is_published_and_two_do_not_cross(
    desk_of: Desks, process: Process, db: Database
) -> None:
    filed = await a_case(process)
    admin, other = await desk_of(Role.TENANT_ADMIN, unit=PROVINCE), await desk_of(Role.TENANT_ADMIN, unit=PROVINCE)
    at = "/console/targets/urban"
    form, theirs = [which(Page(await desk.get(at)), at, "look") for desk in (admin, other)]
    form.values["categories"] = "lighting"
    seen = Page(await post(admin, form, amount="5", note="Thử", apply_to_running="on", step="look", **BASIS))
    assert "Đã xem 1 vụ việc đang xử lý: đổi hạn 1 (sớm hơn 0, muộn hơn 1)" in seen.text
    assert filed.code in seen.text
    assert await db.lane.fetchval("SELECT max(version) FROM targets WHERE code = 'urban'") == 1, (
        "looking changes nothing"
    )
    theirs.values["categories"] = "lighting"
    looked = Page(await post(other, theirs, amount="9", note="Khác", step="look", **BASIS))
    assert "Vụ việc đang xử lý giữ hạn cũ" in looked.text
    assert "Đã ban hành" in (await go(admin, which(seen, at, "do"), step="do")).text
    stale = await post(other, which(looked, at, "do"), step="do")
    assert (stale.status_code, "Đã có người ban hành bản mới hơn" in stale.text) == (412, True)
    again = which(Page(stale), at, "do")
    assert (again.values["based_on"], again.values["amount"]) == ("2", "9")
    assert "Đã ban hành" in (await go(other, again, step="do")).text
    row = await db.lane.fetchrow("SELECT version, amount, note FROM targets WHERE code = 'urban' ORDER BY version DESC")
    assert tuple(row or ()) == (3, 9, "Khác")


async def test_a_new_target_needs_a_code_of_its_own_and_may_begin_later(desk_of: Desks) -> None:
    admin = await desk_of(Role.TENANT_ADMIN, unit=PROVINCE)
    at = "/console/targets/new"
    form = which(Page(await admin.get(at)), at, "look")
    wrong = await post(admin, form, code="Mã Mới", amount="x", step="look")
    assert wrong.status_code == 422
    typed = {"kind": "first_response", "amount": "4", "unit": "working_hour", "source": "QĐ 7", "note": "Mới", **BASIS}
    taken = await post(admin, form, code="urban", step="do", **typed)
    assert (taken.status_code, "bản mới hơn" in taken.text) == (412, True), "a code that is there is not taken over"
    seen = Page(await post(admin, form, code="first-call", valid_from="2027-03-01", step="look", **typed))
    assert "Hạn trả lời của vụ việc không đổi" in seen.text
    listed = await go(admin, which(seen, at, "do"), step="do")
    assert "first-call" in listed.text
    assert "Chưa áp dụng" in listed.text


async def test_a_rule_shows_what_it_reroutes_is_moved_and_left_out(desk_of: Desks, process: Process) -> None:
    filed = await a_case(process)
    admin, other = await desk_of(Role.TENANT_ADMIN, unit=PROVINCE), await desk_of(Role.TENANT_ADMIN, unit=PROVINCE)
    at = "/console/rulebook/new"
    page = Page(await admin.get(at))
    form = which(page, at, "look")
    empty = Page(await post(admin, form, step="look"))
    assert {"code-error", "to_unit-error", "reason.vi-error", "note-error"} <= empty.ids
    assert "Hãy chọn một đơn vị, hoặc cả loại và cấp." in empty.text
    words = {"reason__vi": "Đèn do {unit} lo", "reason__en": "{unit} looks after lamps", "note": "Quyết định 7"}
    wrong = await post(admin, form, code="lamps", to_unit="H23.99", answers="lạ: 1..x", step="look", **words)
    assert wrong.status_code == 422
    lamps = {"code": "lamps", "after": "", "to_unit": "H23.91", "categories": "lighting", "step": "look", **words}
    bad = Page(await post(admin, form, **{**lamps, "reason__vi": "Do {ai}"}))
    assert "Chỉ được dùng {unit}, {category} và {area}" in bad.text
    seen = Page(await post(admin, form, **lamps))
    assert "Thử với 1 vụ việc đang xử lý" in seen.text
    assert "1 vụ việc sẽ đến đơn vị khác" in seen.text
    assert filed.code in seen.text
    late = which(Page(await post(other, which(Page(await other.get(at)), at, "look"), **lamps)), at, "do")
    assert "Đã ban hành" in (await go(admin, which(seen, at, "do"), step="do")).text
    stale = await post(other, late, step="do")
    assert (stale.status_code, "Mã quy tắc “lamps” đã dùng ở trên" in stale.text) == (412, True)
    one = "/console/rulebook/rules/lamps"
    moved = which(Page(await admin.get(one)), one, "look")
    assert (moved.values["to_unit"], moved.values["after"]) == ("H23.91", "")
    seen = Page(await post(admin, moved, after="electricity", note="Xuống dưới", valid_from="2027-01-01", step="look"))
    listed = await go(admin, which(seen, one, "do"), step="do")
    assert "có hiệu lực từ" in listed.text
    gone = which(Page(await admin.get(one)), one, "look")
    assert gone.values["valid_from"] == "2027-01-01", "on from the version that is to come"
    seen = Page(await post(admin, gone, remove="on", note="Bỏ", step="look"))
    assert "Quy tắc này bị bỏ" in seen.text
    assert (await go(admin, which(seen, one, "do"), step="do")).status_code == 200
    assert (await admin.get(one)).status_code == 404


async def test_a_category_says_what_it_takes_from_people_before_it_ends(
    desk_of: Desks, process: Process, db: Database
) -> None:
    filed = await a_case(process)
    admin = await desk_of(Role.TENANT_ADMIN, unit=PROVINCE)
    at = "/console/categories/lighting"
    form = which(Page(await admin.get(at)), at, "look")
    past = await post(admin, form, valid_to="2020-01-01", note="Thử", step="look")
    assert (past.status_code, "sớm nhất là hôm nay" in past.text) == (422, True)
    seen = Page(await post(admin, form, name__vi="Chiếu sáng", valid_to="2026-12-31", note="Đổi tên", step="look"))
    for said in (
        "không còn chọn được: Chiếu sáng , Đèn đường không sáng",
        "1 vụ việc đang xử lý",
        filed.code,
        "Tên, giải thích đổi ngay",
    ):
        assert said in seen.text, said
    assert await db.lane.fetchval("SELECT count(*) FROM category_versions") == 0
    listed = await go(admin, which(seen, at, "do"), step="do")
    assert "Sắp thôi nhận" in listed.text
    stale = await post(admin, which(seen, at, "do"), step="do")
    assert (stale.status_code, "bản mới hơn" in stale.text) == (412, True)


NEW_QUESTION = {
    "text.vi": "Đèn ở đâu?",
    "text.en": "Where is it?",
    "type": "choice",
    "choices": "Quảng trường | Square\n2 bên đường | 2 sides",
    "required": "on",
}


async def test_a_new_category_is_like_its_group_and_shows_who_would_get_its_reports(
    desk_of: Desks, process: Process, db: Database
) -> None:
    officer, admin = await desk_of(), await desk_of(Role.TENANT_ADMIN, unit=PROVINCE)
    at = "/console/categories/new"
    assert (await officer.get(at)).status_code == 403
    assert at not in Page(await officer.get("/console/categories")).links
    assert f"{at}?group=lighting" in Page(await admin.get("/console/categories/lighting")).links
    form = which(Page(await admin.get(f"{at}?group=lighting")), at, "look")
    empty = Page(await post(admin, form, step="look"))
    assert "Hãy đặt mã, hoặc đặt tên tiếng Anh." in empty.text
    assert {"own-error", "name.vi-error", "legal_basis.vi-error", "note-error"} <= empty.ids, "each at its field"
    bad = Page(await post(admin, form, own="Đèn", name__en="Lamp", step="look"))
    assert "Mã gồm chữ thường không dấu" in bad.text
    assert which(bad, at, "look").values["name.en"] == "Lamp", "what was typed stays"
    typed = {"name__vi": "Đèn trang trí", "name__en": "Festive lights", "note": "Tết", "keywords": "đèn màu, đèn hoa"}
    asks = {f"own_questions.0.{name}": value for name, value in NEW_QUESTION.items()}
    half = Page(
        await post(admin, form, step="look", **{**typed, **asks, "own_questions.0.choices": "Nhà thờ"}, **BASIS)
    )
    assert "own_questions.0.choices-error" in half.ids
    one_sided = Page(await post(admin, form, step="look", **{**typed, **asks, "own_questions.0.text.vi": ""}, **BASIS))
    assert "Hãy viết câu hỏi bằng tiếng Việt." in one_sided.text
    seen = Page(await post(admin, form, step="look", **typed, **asks, **BASIS))
    for said in ("lighting.festive_lights", "lamp-urban", "chọn được ngay", "trong nhóm Chiếu sáng công cộng"):
        assert said in seen.text, said
    assert "Đèn ở đâu? phải trả lời ( where_is_it : Quảng trường; 2 bên đường)" in seen.text, "none of it changes later"
    assert await db.lane.fetchval("SELECT count(*) FROM category_versions") == 0
    listed = await go(admin, which(seen, at, "do"), step="do")
    assert "Đã thêm lĩnh vực." in listed.text
    await process.refresh()
    assert "Đèn trang trí" in (await admin.get("/console/categories/lighting.festive_lights")).text
    twice = await post(admin, which(seen, at, "do"), step="do")
    assert (twice.status_code, "Mã này là của" in twice.text) == (422, True)
    kept = "SELECT keywords, questions FROM categories WHERE code = 'lighting.festive_lights'"
    keywords, questions = await db.lane.fetchrow(kept)  # type: ignore[misc]
    assert "đèn hoa" in keywords
    assert '"where_is_it"' in questions
    assert '["square", "Quảng trường", "Square"]' in questions
    assert '["n2_sides", "2 bên đường", "2 sides"]' in questions, "a code begins with a letter"


async def test_a_rule_of_support_shows_what_it_raises(
    desk_of: Desks, process: Process, drain: Drain, db: Database
) -> None:
    filed = await a_case(process, CaseState.IN_PROGRESS)
    await drain()
    give = (
        "INSERT INTO supports (tenant_id, id, case_id, citizen_id, proven, lang, given_at)"
        " SELECT 1, gen_random_uuid(), c.id, gen_random_uuid(), n > 1, 'vi', c.opened_at"
        " FROM cases c, generate_series(1, 4) n"
    )
    await db.lane.fetch(give)
    await db.lane.fetch("UPDATE cases SET support_count = 4")
    officer, admin = await desk_of(unit=CAM_THUONG), await desk_of(Role.TENANT_ADMIN, unit=PROVINCE)
    assert "4 người báo “Tôi cũng gặp”" in Page(await officer.get(f"/console/cases/{filed.code}")).text
    at = "/console/support-rules/rule"
    form = which(Page(await admin.get(f"{at}?priority=urgent&category=")), at, "look")
    typed = {"category": "lighting", "whose": "proven", **BASIS}
    seen = Page(await post(admin, form, at_least="3", step="look", **typed))
    assert "đủ số người báo: 1 vụ việc; quy tắc này sẽ nâng 1 ," in seen.text
    assert "3 người cũng gặp" in seen.text, "as many as the rule counts"
    more = Page(await post(admin, form, at_least="4", step="look", **typed))
    assert "1 vụ việc; quy tắc này sẽ nâng 0 ," in more.text, "one of the four is proven by nothing"
    assert "Chiếu sáng" in (await go(admin, which(seen, at, "do"), step="do")).text
    stale = await post(admin, which(seen, at, "do"), step="do")
    assert (stale.status_code, "bản mới hơn" in stale.text) == (412, True)
    never = Page(await post(admin, which(Page(stale), at, "look"), never="on", step="look"))
    assert "không nâng lên mức khẩn cấp" in never.text


async def test_a_day_of_the_calendar_shows_which_due_dates_it_moves(
    desk_of: Desks, process: Process, db: Database
) -> None:
    filed = await a_case(process)
    officer, admin = await desk_of(), await desk_of(Role.TENANT_ADMIN, unit=PROVINCE)
    at = "/console/calendar/days"
    assert (await officer.get(at)).status_code == 403
    assert f"{at}?calendar=default" in Page(await admin.get("/console/calendar?unit=default")).links
    assert (await admin.get(f"{at}?calendar=no-such")).status_code == 404
    form = which(Page(await admin.get(at)), at, "look")
    wrong = Page(await post(admin, form, day_kind="opening", hours="7 giờ", step="look"))
    for said in ("Hãy chọn ngày.", "Giờ viết như 07:30-11:30", "Hãy ghi vì sao ngày này khác"):
        assert said in wrong.text, said
    past = await post(admin, form, day="2035-01-01", name__vi="Bão", name__en="Storm", note="CĐ 1", step="look")
    assert past.status_code == 422
    typed = {"day": "2026-11-25", "day_kind": "closure", "name__vi": "Bão số 3", "name__en": "Storm", "note": "CĐ 1"}
    seen = Page(await post(admin, form, step="look", **typed))
    assert "đổi hạn 1 (sớm hơn 0, muộn hơn 1)" in seen.text
    assert filed.code in seen.text
    assert await db.lane.fetchval("SELECT count(*) FROM calendar_edits WHERE created_by IS NOT NULL") == 0
    shown = await go(admin, which(seen, at, "do"), step="do")
    assert "Đã ban hành" in shown.text
    await process.refresh()
    stale = await post(admin, which(seen, at, "do"), step="do")
    assert (stale.status_code, "bản mới hơn" in stale.text) == (412, True)
