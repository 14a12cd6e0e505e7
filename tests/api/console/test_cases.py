"""The case and its verbs as forms: what is shown, what is asked, what a stale page keeps."""

from __future__ import annotations

import re

import httpx
import pytest

from app.cases import service as cases
from app.cases.terms import CaseState
from app.db.engine import Database
from app.identity.terms import ReporterIdentity, Role
from app.process import Process
from tests.api.console.conftest import Desks
from tests.builders import CAM_THUONG, CITY, EVERY_HAND, HAIDUONG, LAMP, THANH_MIEN, a_case, acting, someone
from tests.pages import Page, post
from tests.statements import Statements

S = CaseState

# One start and what is typed for each verb that has a form.
TYPED: dict[str, tuple[CaseState, dict[str, str], str]] = {
    "triage": (S.RECEIVED, {"priority": "high", "comment": "Gần trường học."}, "assigned"),
    "assign": (S.RECEIVED, {}, "assigned"),
    "accept": (S.RECEIVED, {}, "in_progress"),
    "return": (S.IN_PROGRESS, {"reason": "not_competent"}, "received"),
    "refer": (S.RECEIVED, {"unit": CITY, "reason": "needs_higher_tier"}, "assigned"),
    "escalate": (S.IN_PROGRESS, {"comment": "Sắp mưa bão."}, "in_progress"),
    "extend": (S.IN_PROGRESS, {"due_on": "2026-12-03", "reason": "Cần khảo sát; xin lỗi ông bà."}, "in_progress"),
    "pause": (S.IN_PROGRESS, {"cause": "force_majeure", "comment": "Bão số 9."}, "in_progress"),
    "resume": (S.AWAITING_REPORTER, {}, "awaiting_reporter"),
    "ask": (S.RECEIVED, {"question": "Cột đèn số mấy?"}, "awaiting_reporter"),
    "draft-answer": (S.IN_PROGRESS, {"answer": "Đã thay bóng.", "resolution": "fixed"}, "awaiting_approval"),
    "approve": (S.AWAITING_APPROVAL, {}, "resolved"),
    "reject-draft": (S.AWAITING_APPROVAL, {"comment": "Ghi rõ ngày thay."}, "in_progress"),
    "resolve": (S.IN_PROGRESS, {"answer": "Đã thay bóng.", "resolution": "fixed"}, "resolved"),
    "reopen": (S.CLOSED, {"comment": "Đèn lại tối."}, "assigned"),
    "note": (S.IN_PROGRESS, {"text": "Đã gọi đội điện.", "for_unit_only": "1"}, "in_progress"),
    "publish": (S.RECEIVED, {"public_text": "Đèn đường không sáng."}, "received"),
    "withhold": (S.IN_PROGRESS, {"comment": "Có tên người."}, "in_progress"),
    "redact": (S.RECEIVED, {"mask": "Đèn đường\n\n"}, "received"),
    "withdraw": (S.IN_PROGRESS, {"comment": "Người gửi gọi điện rút."}, "closed"),
    "close": (S.RESOLVED, {}, "closed"),
}


async def state(db: Database, code: str) -> str:
    found: str = await db.lane.fetchval("SELECT state FROM cases WHERE code = $1", code)
    return found


async def test_an_officer_reads_what_the_public_would_read(desk_of: Desks, process: Process) -> None:
    filed = await a_case(process, description="Quán của Trần Văn Ba mở karaoke, gọi 0912345678.")
    page = Page(await (await desk_of(*EVERY_HAND)).get(f"/console/cases/{filed.code}"))
    assert "Quán của Trần Văn Ba mở karaoke, gọi 0912345678." in page.text
    assert "Quán của [tên] mở karaoke, gọi [số điện thoại] ." in page.text


async def test_an_officer_corrects_what_is_masked_by_a_form_that_keeps_what_was_typed(
    desk_of: Desks, process: Process
) -> None:
    filed = await a_case(process, description="Quán của Trần Văn Ba mở karaoke, gọi 0912345678.")
    desk = await desk_of(*EVERY_HAND)
    address = f"/console/cases/{filed.code}"
    page = Page(await desk.get(address))
    assert "chưa cán bộ nào soát" in page.text
    wrong = await post(desk, page.form(f"{address}/redact"), show="Trần Văn Ba", mask="karaoke\nkhu phố")
    assert (wrong.status_code, "“khu phố”" in Page(wrong).text) == (422, True)
    assert Page(wrong).form(f"{address}/redact").values["mask"] == "karaoke\nkhu phố"
    form = Page(wrong).form(f"{address}/redact")
    assert form.values["show"] == "Trần Văn Ba"
    done = await post(desk, form, mask="karaoke")
    page = Page(await desk.get(done.headers["location"]))
    assert "Quán của Trần Văn Ba mở [đã che] , gọi [số điện thoại] ." in page.text
    assert "Cán bộ đã soát phần che lúc" in page.text
    assert "để đọc được 1 cụm từ, che thêm 1" in page.text
    assert page.form(f"{address}/redact").values["mask"] == "karaoke"


async def test_an_officer_reads_everything_but_who_it_was(desk_of: Desks, process: Process) -> None:
    who = ReporterIdentity("Nguyễn Văn An", "+84912345678", "an@example.vn")
    filed = await a_case(process, S.AWAITING_REPORTER, reporter=who, answers={"lamps_out": 3, "pole_number": "A12"})
    page = Page(await (await desk_of(*EVERY_HAND)).get(f"/console/cases/{filed.code}"))
    for shown in (
        "Đèn đường trước số 12",
        "Bao nhiêu bóng không sáng?",
        "A12",
        "Ứng dụng",
        "Cột đèn số mấy?",
        "Người gửi",
    ):
        assert shown in page.text, shown
    for hidden in ("Nguyễn Văn An", "912345678", "an@example.vn", filed.secret):
        assert hidden not in page.text
    assert any("openstreetmap.org" in link for link in page.links)


async def test_reports_merged_into_the_case_are_read_there_too(desk_of: Desks, process: Process) -> None:
    kept = await a_case(process, S.IN_PROGRESS)
    double = await a_case(process, description="Đèn số 12 phố Cẩm Thượng vẫn tối.")
    await acting(process, cases.merge_case, someone(process), code=double.code, seen=double.version, into=kept.code)
    desk = await desk_of()
    page = Page(await desk.get(f"/console/cases/{kept.code}"))
    assert "vẫn tối" in page.text
    assert double.code in page.text
    assert f"/console/cases/{kept.code}" in Page(await desk.get(f"/console/cases/{double.code}")).links


@pytest.mark.parametrize("verb", TYPED)
async def test_every_verb_is_a_form_that_works_without_scripts(
    desk_of: Desks, process: Process, db: Database, verb: str
) -> None:
    start, typed, ends = TYPED[verb]
    filed = await a_case(process, start)
    desk = await desk_of(*EVERY_HAND)
    page = Page(await desk.get(f"/console/cases/{filed.code}"))
    if verb == "assign":
        typed = {"officer": page.options["officer"][1]}
    answer = await post(desk, page.form(f"/console/cases/{filed.code}/{verb}"), **typed)
    assert answer.status_code == 303, Page(answer).text
    assert await state(db, filed.code) == ends
    after = await desk.get(answer.headers["location"])
    assert after.status_code == 200
    assert "Đã xong" in after.text or "đơn vị khác giữ" in after.text


async def test_two_cases_are_joined_and_parted_by_forms(desk_of: Desks, process: Process, db: Database) -> None:
    kept, double = await a_case(process, S.IN_PROGRESS), await a_case(process)
    desk = await desk_of(*EVERY_HAND)
    address = f"/console/cases/{double.code}"
    joined = await post(desk, Page(await desk.get(address)).form(f"{address}/merge"), into=kept.code)
    assert joined.status_code == 303
    parted = await post(desk, Page(await desk.get(address)).form(f"{address}/unmerge"))
    assert parted.status_code == 303
    assert await state(db, double.code) == "assigned"


async def test_a_stale_page_shows_what_is_new_and_keeps_what_was_typed(
    desk_of: Desks, process: Process, db: Database
) -> None:
    filed = await a_case(process, S.IN_PROGRESS)
    desk = await desk_of(*EVERY_HAND)
    address = f"/console/cases/{filed.code}"
    form = Page(await desk.get(address)).form(f"{address}/draft-answer")
    await acting(
        process,
        cases.add_note,
        someone(process),
        code=filed.code,
        seen=filed.version,
        text="Bóng mới chiều mai mới có.",
        for_unit_only=False,
    )
    answer = await post(desk, form, answer="Đã thay bóng sáng nay.", resolution="scheduled")
    page = Page(answer)
    assert answer.status_code == 412
    assert "Vụ việc đã thay đổi từ khi bạn mở trang" in page.text
    assert answer.text.count('class="new"') == 1
    assert "Bóng mới chiều mai mới có." in answer.text.split('class="new"')[1].split("</li>")[0]
    again = page.form(f"{address}/draft-answer")
    assert (again.values["answer"], again.values["resolution"]) == ("Đã thay bóng sáng nay.", "scheduled")
    assert page.open_details == ["do-draft-answer"]
    assert await state(db, filed.code) == "in_progress"
    assert (await post(desk, again)).status_code == 303
    assert await state(db, filed.code) == "awaiting_approval"


@pytest.mark.parametrize(
    ("verb", "typed", "field"),
    [
        ("ask", {"question": "   "}, "question"),
        ("draft-answer", {"answer": "", "resolution": "fixed"}, "answer"),
        ("draft-answer", {"answer": "Xong", "resolution": "duplicate"}, "resolution"),
        ("refer", {"unit": "", "reason": "other"}, "unit"),
        ("return", {"reason": "because"}, "reason"),
        ("assign", {"officer": ""}, "officer"),
        ("note", {"text": "x" * 4001}, "text"),
        ("triage", {"priority": "now"}, "priority"),
    ],
)
async def test_what_is_wrong_in_a_form_is_said_beside_its_field(
    desk_of: Desks, process: Process, db: Database, verb: str, typed: dict[str, str], field: str
) -> None:
    filed = await a_case(process, S.IN_PROGRESS)
    desk = await desk_of(*EVERY_HAND)
    form = Page(await desk.get(f"/console/cases/{filed.code}")).form(f"/console/cases/{filed.code}/{verb}")
    answer = await post(desk, form, **typed)
    page = Page(answer)
    assert answer.status_code == 422
    assert f"#{field}" in page.links
    assert {field, f"{field}-error"} <= page.ids
    assert page.open_details == [f"do-{verb}"]
    assert await state(db, filed.code) == "in_progress"


async def test_a_refusal_of_the_whole_verb_is_said_above_and_keeps_the_form(desk_of: Desks, process: Process) -> None:
    filed = await a_case(process, S.IN_PROGRESS)
    desk = await desk_of(*EVERY_HAND)
    form = Page(await desk.get(f"/console/cases/{filed.code}")).form(f"/console/cases/{filed.code}/refer")
    answer = await post(desk, form, unit=CAM_THUONG, reason="other", comment="Nhầm")
    assert answer.status_code == 422
    assert "Đơn vị bạn chọn đang giữ vụ việc này" in answer.text
    assert Page(answer).form(form.action).values["comment"] == "Nhầm"


async def test_a_verb_leads_back_to_where_the_queue_was_left(desk_of: Desks, process: Process) -> None:
    filed = await a_case(process)
    desk = await desk_of(*EVERY_HAND)
    opened = next(
        link for link in Page(await desk.get("/console?view=triage")).links if link.startswith("/console/cases/")
    )
    page = Page(await desk.get(opened))
    assert "Hàng đợi: Chờ phân loại" in page.text
    done = await post(desk, page.form(f"/console/cases/{filed.code}/accept"))
    after = Page(await desk.get(done.headers["location"]))
    assert after.links.count("/console?view=triage") == 2
    sent = await post(desk, after.form(f"/console/cases/{filed.code}/refer"), unit=THANH_MIEN, reason="wrong_place")
    assert sent.headers["location"] == f"/console?done=refer&code={filed.code}&view=triage"
    evil = Page(await desk.get(f"/console/cases/{filed.code}?back=//evil.example%26next%3Dx"))
    assert not [link for link in evil.links if "evil" in link and "lang=" not in link]


@pytest.mark.parametrize(
    ("verb", "asked"),
    [
        ("draft-answer", "Hãy chọn kết quả."),
        ("refer", "Hãy chọn lý do."),
        ("draft-answer", "Hãy viết câu trả lời."),
        ("ask", "Hãy viết câu hỏi."),
        ("extend", "Hãy chọn ngày hạn mới."),
        ("pause", "Hãy chọn lý do tạm dừng."),
        ("merge", "Hãy nhập mã vụ việc sẽ gộp vào."),
    ],
)
async def test_an_empty_form_is_told_what_to_write(desk_of: Desks, process: Process, verb: str, asked: str) -> None:
    filed = await a_case(process, S.IN_PROGRESS)
    desk = await desk_of(*EVERY_HAND)
    address = f"/console/cases/{filed.code}"
    refused = await post(desk, Page(await desk.get(address)).form(f"{address}/{verb}"))
    assert refused.status_code == 422
    assert Page(refused).text.count(asked) == 2  # in the summary, and by its field


async def test_a_case_is_shown_in_eight_statements(desk_of: Desks, process: Process, statements: Statements) -> None:
    filed = await a_case(process, S.IN_PROGRESS)
    desk = await desk_of(*EVERY_HAND)
    statements.clear()
    assert (await desk.get(f"/console/cases/{filed.code}")).status_code == 200
    # who asks, the case, its history, its reports, their files, its colleagues, templates of answers, duplicates
    assert len(statements) == 8, statements.texts


async def test_nobody_approves_what_he_drafted(desk_of: Desks, process: Process, db: Database) -> None:
    filed = await a_case(process, S.IN_PROGRESS)
    desk = await desk_of(*EVERY_HAND)
    address = f"/console/cases/{filed.code}"
    form = Page(await desk.get(address)).form(f"{address}/draft-answer")
    await post(desk, form, answer="Đã thay bóng.", resolution="fixed")
    refused = await post(desk, Page(await desk.get(address)).form(f"{address}/approve"))
    assert refused.status_code == 403
    assert "người khác có vai trò phê duyệt" in refused.text
    assert await state(db, filed.code) == "awaiting_approval"


async def test_another_units_case_is_not_there(desk_of: Desks, process: Process, db: Database) -> None:
    filed = await a_case(process)
    own = await desk_of(*EVERY_HAND)
    far = await desk_of(*EVERY_HAND, unit=THANH_MIEN)
    assert (await far.get(f"/console/cases/{filed.code}")).status_code == 404
    csrf = Page(await far.get("/console")).form("/console/sign-out").values["csrf"]
    answer = await far.post(f"/console/cases/{filed.code}/accept", data={"csrf": csrf, "version": "1"})
    assert answer.status_code == 404
    assert await state(db, filed.code) == "received"
    referred = await post(
        own,
        Page(await own.get(f"/console/cases/{filed.code}")).form(f"/console/cases/{filed.code}/refer"),
        unit=THANH_MIEN,
        reason="wrong_place",
    )
    assert referred.headers["location"] == f"/console?done=refer&code={filed.code}"
    assert "Vụ việc nay do đơn vị khác giữ" in (await own.get(referred.headers["location"])).text


async def test_an_auditor_may_only_look(desk_of: Desks, process: Process) -> None:
    filed = await a_case(process)
    page = Page(await (await desk_of(Role.AUDITOR)).get(f"/console/cases/{filed.code}"))
    assert "Bạn chỉ xem được vụ việc này" in page.text
    assert not [form for form in page.forms if filed.code in form.action]


async def test_unknown_verbs_and_versions_are_no_address(desk_of: Desks, process: Process) -> None:
    filed = await a_case(process)
    desk = await desk_of(*EVERY_HAND)
    csrf = Page(await desk.get("/console")).form("/console/sign-out").values["csrf"]
    tries: list[tuple[str, str]] = [("reply", "1"), ("rate", "1"), ("nothing", "1"), ("accept", ""), ("accept", "x")]
    for verb, version in tries:
        answer: httpx.Response = await desk.post(
            f"/console/cases/{filed.code}/{verb}", data={"csrf": csrf, "version": version}
        )
        assert answer.status_code == 404, verb


async def test_words_for_a_case_that_has_gone_to_another_unit_are_given_back(desk_of: Desks, process: Process) -> None:
    filed = await a_case(process, CaseState.IN_PROGRESS)
    desk = await desk_of(Role.OFFICER)
    page = Page(await desk.get(f"/console/cases/{filed.code}"))
    there = process.books.directory.unit_by_code(HAIDUONG, THANH_MIEN).id
    await process.db.lane.fetchval("UPDATE cases SET unit_id = $2 WHERE code = $1", filed.code, there)
    answer = await post(desk, page.form(f"/console/cases/{filed.code}/draft-answer"), answer="Tổ điện đã thay bóng.")
    assert answer.status_code == 404
    assert "vừa được chuyển đi" in answer.text
    assert "Tổ điện đã thay bóng." in answer.text


async def test_an_extension_shows_its_letter_before_it_is_sent_and_after(
    desk_of: Desks, process: Process, db: Database
) -> None:
    filed = await a_case(process, S.IN_PROGRESS)
    desk, address = await desk_of(*EVERY_HAND), f"/console/cases/{filed.code}"
    form = Page(await desk.get(address)).form(f"{address}/extend")
    typed = {"due_on": "2026-12-03", "reason": "Chờ vật tư."}
    seen = Page(await post(desk, form, **typed, step="preview"))
    assert "THƯ XIN LỖI" in seen.text
    assert "Lý do: Chờ vật tư." in seen.text
    assert "do-extend" in seen.open_details
    assert await db.lane.fetchval("SELECT version FROM cases") == filed.version
    again = seen.form(f"{address}/extend")
    assert again.values["reason"] == typed["reason"]
    assert ("step", "send") in again.buttons
    done = await post(desk, again, step="send")
    assert done.status_code == 303
    page = Page(await desk.get(address))
    letter = f"{address}/letters/01-TXL-{filed.code}"
    assert letter in page.links
    assert "Lý do: Chờ vật tư." in Page(await desk.get(letter)).text


async def test_the_page_of_a_case_tells_its_other_clocks(desk_of: Desks, process: Process) -> None:
    filed = await a_case(process, S.AWAITING_APPROVAL)
    desk = await desk_of(*EVERY_HAND)
    page = Page(await desk.get(f"/console/cases/{filed.code}"))
    assert "Duyệt câu trả lời: đến 10:00 ngày 23/11/2026" in page.text
    queue = Page(await desk.get("/console?view=approval"))
    assert "Duyệt câu trả lời: đến 10:00 ngày 23/11/2026" in queue.text


async def test_likely_duplicates_stand_beside_merging_one_click_from_the_comparison(
    desk_of: Desks, process: Process
) -> None:
    case = await a_case(process)
    same = await a_case(process, S.IN_PROGRESS, description="Den duong so 12 pho Cẩm Thượng tối om, không sáng.")
    await a_case(process, S.RESOLVED)
    await a_case(process, category="waste.uncollected", description="Rác ùn ứ đầu ngõ.")
    await a_case(process, area="10510", point=None)
    desk, reader = await desk_of(*EVERY_HAND), await desk_of(Role.AUDITOR)
    answer = await desk.get(f"/console/cases/{case.code}")
    there = f"/console/cases/{case.code}/merge?into={same.code}"
    assert [link for link in Page(answer).links if "merge?into=" in link] == [there]
    assert "cùng ngày" in answer.text
    assert there in Page(await desk.get(f"/console/cases/{case.code}/merge")).links
    compared = Page(await desk.get(there))
    assert f"Gộp {case.code} vào {same.code}" in compared.text
    assert not any("merge" in link for link in Page(await reader.get(f"/console/cases/{case.code}")).links)


async def test_where_a_case_is_stands_in_words_and_the_map_is_loaded_when_it_is_asked_for(
    desk_of: Desks, process: Process
) -> None:
    case, without = await a_case(process, point=LAMP, address="12 phố Cẩm Thượng"), await a_case(process, area="10507")
    desk = await desk_of()
    answer = await desk.get(f"/console/cases/{case.code}")
    for words in ("12 phố Cẩm Thượng", "Phường Cẩm Thượng", "20.94670, 106.31340"):
        assert words in answer.text
    assert 'data-at="20.9467,106.3134"' in answer.text
    assert 'data-at="" data-area="10507"' in (await desk.get(f"/console/cases/{without.code}")).text
    assert not any(
        "map.js" in script or "map.css" in script for script in re.findall(r'(?:src|href)="([^"]+)"', answer.text)
    )
    places = await desk.get("/console/map/places.geojson")
    assert places.headers["content-type"] == "application/geo+json"
    assert places.headers["cache-control"] == "private, max-age=3600"
    assert any(one["properties"]["code"] == "10507" for one in places.json()["features"])
    held = {"If-None-Match": places.headers["etag"]}
    assert (await desk.get("/console/map/places.geojson", headers=held)).status_code == 304
