"""A sender's own page: found by code and secret, kept in a cookie, and what may be done there."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta

import httpx
import pytest

from app.cases.terms import CaseState
from app.db.engine import Database
from app.identity.terms import ReporterIdentity, Role
from app.kit.clock import FixedClock
from app.process import Process
from tests.builders import Filed, a_case, a_report, an_officer
from tests.pages import Page, go, post

S = CaseState


async def opened(client: httpx.AsyncClient, filed: Filed) -> Page:
    """The sender's page, reached by the form."""
    form = Page(await client.get("/follow")).form("/follow")
    answer = await post(client, form, code=filed.code.lower(), secret=f" {filed.secret.lower()} ")
    assert (answer.status_code, answer.headers["location"]) == (303, f"/follow/{filed.code}")
    return Page(await client.get(f"/follow/{filed.code}"))


async def test_code_and_secret_open_the_report_and_stay_in_a_cookie(
    client: httpx.AsyncClient, process: Process
) -> None:
    filed = await a_report(process)
    page = await opened(client, filed)
    assert "Đã tiếp nhận" in page.text
    assert "UBND phường Cẩm Thượng giữ việc này đến hết" in page.text
    assert "Đèn đường trước số 12" in page.text
    assert "Từng ngày từ lúc nhận đến hạn" in page.text
    assert filed.secret not in page.text


async def test_a_wrong_secret_says_only_that_they_do_not_go_together(
    client: httpx.AsyncClient, process: Process
) -> None:
    filed = await a_report(process)
    form = Page(await client.get("/follow")).form("/follow")
    for code, secret in ((filed.code, "AAAA-BBBB"), ("H23-260101-9999", filed.secret)):
        answer = await post(client, form, code=code, secret=secret)
        assert answer.status_code == 422
        assert "không khớp" in answer.text
        assert not answer.cookies
    assert (await post(client, form, code="", secret="")).status_code == 422


async def test_a_report_that_is_not_public_asks_for_its_secret(client: httpx.AsyncClient, process: Process) -> None:
    filed = await a_report(process)
    for code in (filed.code, "H23-260101-9999"):
        answer = await client.get(f"/follow/{code}")
        assert answer.status_code == 404
        assert Page(answer).form("/follow").values["code"] == code


async def test_overdue_is_said_in_words(client: httpx.AsyncClient, process: Process, clock: FixedClock) -> None:
    filed = await a_report(process)
    clock.at += timedelta(days=60)
    page = await opened(client, filed)
    assert "Quá hạn" in page.text
    assert "UBND phường Cẩm Thượng vẫn phải trả lời bạn" in page.text


@pytest.mark.parametrize(
    ("state", "verbs"),
    [
        (S.RECEIVED, {"replies", "withdrawal"}),
        (S.AWAITING_REPORTER, {"replies", "withdrawal"}),
        (S.RESOLVED, {"rating", "reopening"}),
        (S.CLOSED, {"rating", "reopening"}),
    ],
)
async def test_only_what_is_possible_now_is_offered(
    client: httpx.AsyncClient, process: Process, state: CaseState, verbs: set[str]
) -> None:
    filed = await a_case(process, state)
    page = await opened(client, filed)
    offered = {form.action.rpartition("/")[2] for form in page.forms if filed.code in form.action}
    assert offered == verbs


@pytest.mark.parametrize(
    ("state", "verb", "typed", "ends"),
    [
        (S.AWAITING_REPORTER, "replies", {"text": "Cột số 5."}, "in_progress"),
        (S.RESOLVED, "rating", {"stars": "4", "comment": ""}, "resolved"),
        (S.CLOSED, "reopening", {"reason": "Tối lại rồi."}, "assigned"),
        (S.RECEIVED, "withdrawal", {"reason": ""}, "closed"),
    ],
)
async def test_what_a_sender_does_is_done_once_however_often_it_is_sent(
    client: httpx.AsyncClient,
    process: Process,
    db: Database,
    state: CaseState,
    verb: str,
    typed: dict[str, str],
    ends: str,
) -> None:
    filed = await a_case(process, state)
    form = (await opened(client, filed)).form(f"/follow/{filed.code}/{verb}")
    for _ in range(2):
        answer = await post(client, form, **typed)
        assert (answer.status_code, answer.headers["location"]) == (303, f"/follow/{filed.code}?done={verb}")
    row = await db.lane.fetchrow("SELECT state, version FROM cases WHERE code = $1", filed.code)
    assert row is not None
    assert (row["state"], row["version"]) == (ends, filed.version + 1)
    assert (await client.get(answer.headers["location"])).status_code == 200


async def test_a_sender_without_an_account_sees_who_opened_the_identity_and_erases_it(
    client: httpx.AsyncClient, process: Process, db: Database
) -> None:
    filed = await a_report(process, reporter=ReporterIdentity("Nguyễn Thị Hoa", "+84912345678"))
    assert "Chưa ai mở." in (await opened(client, filed)).text
    officer, why = await an_officer(process, Role.APPROVER), "Cần gọi để hẹn giờ."
    asked = f"/api/v1/staff/cases/{filed.code}/senders/{filed.code}/openings"
    opening = (await client.post(asked, json={"reason": why}, headers=officer.headers)).json()["id"]
    await client.post(f"/api/v1/staff/identity-openings/{opening}/reading", headers=officer.headers)
    page = Page(await client.get(f"/follow/{filed.code}"))
    assert f"UBND phường Cẩm Thượng: {why}" in page.text
    form = page.form(f"/follow/{filed.code}/erasure")
    unsure = await post(client, form)
    assert unsure.status_code == 422
    assert {"#sure"} <= set(Page(unsure).links)
    assert {"sure", "sure-error"} <= Page(unsure).ids
    done = await post(client, form, sure="yes")
    assert (done.status_code, done.headers["location"]) == (303, f"/follow/{filed.code}?done=erasure")
    assert await db.lane.fetchval("SELECT count(*) FROM reporter_identities") == 0
    after = Page(await client.get(done.headers["location"]))
    assert "Đã xoá thông tin liên hệ." in after.text
    assert why in after.text, "who opened it stays told"
    assert not [one for one in after.forms if one.action.endswith("/erasure")]
    stranger = await client.post("/follow/H23-260101-9999/erasure", data={"sure": "yes"})
    assert (stranger.status_code, stranger.headers["location"]) == (303, "/follow/H23-260101-9999")


async def test_empty_words_come_back_beside_their_field(client: httpx.AsyncClient, process: Process) -> None:
    filed = await a_case(process, S.RESOLVED)
    page = await opened(client, filed)
    rating = await post(client, page.form(f"/follow/{filed.code}/rating"), comment="Nhanh.")
    assert rating.status_code == 422
    assert "Hãy chọn từ 1 đến 5 sao." in rating.text
    assert Page(rating).form(f"/follow/{filed.code}/rating").values["comment"] == "Nhanh."
    reopening = await post(client, page.form(f"/follow/{filed.code}/reopening"), reason=" ")
    assert reopening.status_code == 422


async def test_a_verb_that_came_too_late_shows_the_page_as_it_is_now(
    client: httpx.AsyncClient, process: Process, db: Database
) -> None:
    filed = await a_case(process, S.RECEIVED)
    form = (await opened(client, filed)).form(f"/follow/{filed.code}/withdrawal")
    await post(client, form, reason="")
    late = await client.post(form.action, data={"key": "another-key", "reason": "Thôi"})
    assert late.status_code == 409
    assert "Đã kết thúc" in Page(late).text


async def test_what_was_taken_back_is_neither_rated_nor_due_but_can_be_taken_up_after_all(
    client: httpx.AsyncClient, process: Process
) -> None:
    filed = await a_case(process, S.RECEIVED)
    page = Page(await go(client, (await opened(client, filed)).form(f"/follow/{filed.code}/withdrawal"), reason=""))
    assert {form.action.rpartition("/")[2] for form in page.forms if filed.code in form.action} == {"reopening"}
    assert "Rút nhầm?" in page.text
    assert "Hạn trả lời" not in page.text, "nobody owes an answer any more"
    assert "không còn hạn nào phải giữ" in (await client.get(f"/follow/{filed.code}/deadline")).text


async def test_nobody_acts_without_the_secret(client: httpx.AsyncClient, process: Process, db: Database) -> None:
    filed = await a_case(process, S.RECEIVED)
    answer = await client.post(f"/follow/{filed.code}/withdrawal", data={"reason": ""})
    assert answer.status_code == 303
    assert await db.lane.fetchval("SELECT state FROM cases WHERE code = $1", filed.code) == "received"


async def test_a_shared_device_can_forget(client: httpx.AsyncClient, process: Process) -> None:
    filed = await a_report(process)
    await opened(client, filed)
    assert (await client.post("/follow/forget", data={})).status_code == 303
    assert (await client.get(f"/follow/{filed.code}")).status_code == 404


async def test_a_cookie_somebody_wrote_by_hand_opens_nothing(client: httpx.AsyncClient, process: Process) -> None:
    filed = await a_report(process)
    for value in (f"{filed.code}:{'A' * 32}", "|||", "x" * 4000, f"{filed.code}:"):
        answer = await client.get(f"/follow/{filed.code}", headers={"Cookie": f"reports={value}"})
        assert answer.status_code == 404


async def test_the_page_of_the_due_date_tells_law_calendar_and_every_day(
    client: httpx.AsyncClient, process: Process
) -> None:
    filed = await a_report(process)
    page = await opened(client, filed)
    assert f"/follow/{filed.code}/deadline" in page.links
    told = Page(await client.get(f"/follow/{filed.code}/deadline"))
    for words in ("960/QĐ-UBND", "Bộ luật Dân sự 2015", "Lịch chung của tỉnh, bản thứ 1", "Ngày tiếp nhận, không tính"):
        assert words in told.text
    assert "Ngày Văn hóa Việt Nam" in told.text  # 24 November lies on the way
    english = Page(await client.get(f"/follow/{filed.code}/deadline?lang=en"))
    assert "Not counted – Day of receipt" in english.text


async def test_the_page_of_a_due_date_is_for_those_who_may_see_the_report(
    client: httpx.AsyncClient, process: Process, drain: Callable[[], Awaitable[int]]
) -> None:
    hidden = await a_report(process)
    assert (await client.get(f"/follow/{hidden.code}/deadline")).status_code == 404
    public = await a_case(process, S.IN_PROGRESS)
    await drain()
    assert (await client.get(f"/follow/{public.code}/deadline")).status_code == 200
    assert f"/follow/{public.code}/deadline" in Page(await client.get(f"/cases/{public.code}")).links


async def test_the_code_of_a_service_request_leads_to_where_those_are_followed(client: httpx.AsyncClient) -> None:
    code = "H23.21.01-261120-0001"
    form = Page(await client.get("/follow")).form("/follow")
    typed = await post(client, form, code=code.lower(), secret="ABCD-EFGH")
    for answer, status in ((typed, 422), (await client.get(f"/follow/{code}"), 404)):
        page = Page(answer)
        assert answer.status_code == status
        assert "mã hồ sơ thủ tục hành chính" in page.text
        assert f"/service-requests/{code}" in page.links
        assert "không khớp" not in page.text
    there = Page(await client.get("/service-requests", params={"code": "H23-261122-0042"}))
    assert "/follow?code=H23-261122-0042" in there.links, "and the other way round"
