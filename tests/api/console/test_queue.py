"""The queue in its views, and one verb over many cases."""

from __future__ import annotations

import base64
import json
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from app.cases.terms import CaseState
from app.db.engine import Database
from app.identity.terms import Role
from app.kit.clock import FixedClock
from app.process import Process
from tests.api.console.conftest import Desks
from tests.builders import CITY, EVERY_HAND, THANH_MIEN, a_case
from tests.pages import Page, post
from tests.statements import Statements

S = CaseState


def listed(page: Page) -> list[str]:
    """Codes of the lines, in their order."""
    links = [link.partition("?")[0] for link in page.links]
    return [link.removeprefix("/console/cases/") for link in links if link.startswith("/console/cases/")]


@pytest.mark.parametrize(
    ("view", "states"),
    [
        ("triage", {S.RECEIVED}),
        ("inbox", {S.RECEIVED, S.ASSIGNED, S.IN_PROGRESS, S.AWAITING_REPORTER}),
        ("approval", {S.AWAITING_APPROVAL}),
        ("overdue", set()),
    ],
)
async def test_a_view_lists_its_part_of_the_work(
    desk_of: Desks, process: Process, view: str, states: set[CaseState]
) -> None:
    filed = {state: (await a_case(process, state)).code for state in S}
    page = Page(await (await desk_of()).get(f"/console?view={view}"))
    assert set(listed(page)) == {filed[state] for state in states}


async def test_overdue_is_marked_in_words_and_comes_first(desk_of: Desks, process: Process, clock: FixedClock) -> None:
    old = await a_case(process)
    clock.at += timedelta(days=20)
    new = await a_case(process)
    page = await (await desk_of()).get("/console?view=inbox")
    assert listed(Page(page)) == [old.code, new.code]
    assert page.text.count("Quá hạn</span>") == 1
    assert listed(Page(await (await desk_of()).get("/console?view=overdue"))) == [old.code]


async def test_a_district_sees_its_communes_and_nobody_elses(desk_of: Desks, process: Process) -> None:
    filed = await a_case(process)
    assert listed(Page(await (await desk_of(unit=CITY)).get("/console"))) == [filed.code]
    assert listed(Page(await (await desk_of(unit=THANH_MIEN)).get("/console"))) == []


async def test_the_queue_goes_on_by_its_link(desk_of: Desks, process: Process) -> None:
    filed = [(await a_case(process)).code for _ in range(33)]
    desk = await desk_of()
    first = Page(await desk.get("/console"))
    following = next(link for link in first.links if "cursor=" in link and "lang=" not in link)
    second = Page(await desk.get(following))
    assert listed(first) + listed(second) == sorted(filed)
    assert (await desk.get("/console?cursor=xx")).status_code == 400
    (given,) = parse_qs(urlsplit(following).query)["cursor"]
    fingerprint, _, last = json.loads(base64.urlsafe_b64decode(given + "=" * (-len(given) % 4)))
    for due_at in ("2026-11-20T10:00:00", "9999-12-31T23:59:59+00:00", "0001-01-01T00:00:00+00:00"):
        made_up = base64.urlsafe_b64encode(json.dumps([fingerprint, due_at, last]).encode()).decode()
        assert (await desk.get("/console", params={"cursor": made_up})).status_code == 400, due_at


async def test_a_view_that_does_not_exist_is_said_and_the_others_are_offered(desk_of: Desks) -> None:
    desk = await desk_of()
    answer = await desk.get("/console?view=odd&cursor=xx")
    page = Page(answer)
    assert answer.status_code == 422
    assert "Không có danh sách này" in page.text
    assert {"#views", "/console?view=inbox", "/console?view=overdue"} <= set(page.links)
    assert "views" in page.ids
    assert (await desk.get("/console?view=")).status_code == 200


async def test_a_case_that_is_not_there_leads_to_the_search_by_code(desk_of: Desks) -> None:
    lost = await (await desk_of()).get("/console/cases/H23-260101-9999")
    assert lost.status_code == 404
    search = next(form for form in Page(lost).forms if form.action == "/console/find")
    assert (search.method, set(search.values)) == ("get", {"code"})


async def test_a_code_read_out_opens_its_case(desk_of: Desks, process: Process) -> None:
    filed = await a_case(process)
    desk = await desk_of()
    found = await desk.get("/console/find", params={"code": f" {filed.code.lower()} "})
    assert found.headers["location"] == f"/console/cases/{filed.code}"
    end = filed.code.removeprefix("H23-")
    assert (await desk.get("/console/find", params={"code": end})).headers["location"] == found.headers["location"]
    today = (await desk.get("/console/find", params={"code": "7"})).headers["location"]
    assert today == "/console/cases/H23-261120-0007"
    refused = await desk.get("/console/find", params={"code": "//evil"})
    assert refused.status_code == 422
    assert "code-error" in Page(refused).ids


async def test_every_view_tells_how_many_wait_there_and_the_queue_costs_six_statements(
    desk_of: Desks, process: Process, clock: FixedClock, statements: Statements
) -> None:
    await a_case(process)
    clock.at += timedelta(days=20)
    for state in S:
        await a_case(process, state)
    for desk in (await desk_of(), await desk_of(unit=CITY), await desk_of(unit="H23")):
        statements.clear()
        page = Page(await desk.get("/console"))
        # who asks, the colleagues, the page, the counts, the clocks of the page, the saved views
        assert len(statements) == 6, statements.texts
        for told in ("Chờ phân loại 2", "Cần xử lý 5", "Của tôi 0", "Quá hạn 1", "Sắp đến hạn 0", "Chờ duyệt 1"):
            assert told in page.text


async def test_a_case_is_taken_up_from_its_line_with_one_click(desk_of: Desks, process: Process, db: Database) -> None:
    filed = [await a_case(process) for _ in range(33)]
    desk = await desk_of()
    first = Page(await desk.get("/console?view=triage"))
    following = next(link for link in first.links if "cursor=" in link and "lang=" not in link)
    second = await desk.get(following)
    line = f"{filed[-1].code}@{filed[-1].version}"
    assert f'form="take" name="case" value="{line}"' in second.text
    form = Page(second).form("/console/take")
    done = await post(desk, form, case=line)
    assert done.headers["location"].startswith(f"/console?done=accept&code={filed[-1].code}&view=triage&cursor=")
    again = Page(await desk.get(done.headers["location"]))
    assert f"Đã xong: Nhận xử lý {filed[-1].code}" in again.text
    assert filed[-1].code not in listed(again)[1:]  # once, where it is told
    refused = await post(desk, form, case=line)
    assert refused.status_code == 412
    assert f"{filed[-1].code}: chưa làm được" in Page(refused).text
    assert (await post(desk, form, case="H23")).status_code == 422
    assert await db.lane.fetchval("SELECT count(*) FROM cases WHERE state = 'in_progress'") == 1


async def test_only_who_may_take_a_case_up_is_offered_to(desk_of: Desks, process: Process) -> None:
    await a_case(process)
    await a_case(process, S.IN_PROGRESS)
    assert (await (await desk_of()).get("/console")).text.count('form="take"') == 1
    assert 'form="take"' not in (await (await desk_of(*EVERY_HAND, unit=CITY)).get("/console")).text
    assert 'form="take"' not in (await (await desk_of(Role.AUDITOR)).get("/console")).text


async def test_many_are_taken_up_at_once_and_each_outcome_is_told(
    desk_of: Desks, process: Process, db: Database
) -> None:
    ready = [await a_case(process) for _ in range(2)]
    done = await a_case(process, S.IN_PROGRESS)
    desk = await desk_of()
    form = Page(await desk.get("/console")).form("/console/bulk")
    ticked = [f"{filed.code}@{filed.version}" for filed in (*ready, done)]
    answer = await desk.post("/console/bulk", data={**form.values, "case": ticked, "do": "accept"})
    assert answer.status_code == 200
    assert "Nhận xử lý: 2/3" in Page(answer).text
    assert answer.text.count("chưa làm được") == 1
    states = await db.lane.fetch("SELECT DISTINCT state FROM cases")
    assert [row["state"] for row in states] == ["in_progress"]


async def test_many_are_referred_with_one_reason(desk_of: Desks, process: Process, db: Database) -> None:
    filed = [await a_case(process) for _ in range(2)]
    desk = await desk_of(*EVERY_HAND)
    form = Page(await desk.get("/console")).form("/console/bulk")
    ticked = [f"{one.code}@{one.version}" for one in filed]
    sent = {**form.values, "case": ticked, "do": "refer", "reason": "needs_higher_tier"}
    refused = await desk.post("/console/bulk", data=sent)
    page = Page(refused)
    assert refused.status_code == 422
    assert "unit-error" in page.ids
    assert {value for name, value in page.form("/console/bulk").boxes if name == "case"} == set(ticked)
    assert refused.text.count(" checked>") == 2
    answer = await desk.post("/console/bulk", data={**sent, "unit": CITY})
    assert "Chuyển đơn vị khác: 2/2" in Page(answer).text
    assert await db.lane.fetchval("SELECT count(*) FROM cases WHERE referral_count = 1") == 2


@pytest.mark.parametrize(
    "sent", [{"do": "accept"}, {"do": "accept", "case": "H23"}, {"do": "withdraw", "case": "H23-1@1"}, {}]
)
async def test_nothing_ticked_or_no_such_verb_does_nothing(desk_of: Desks, sent: dict[str, str]) -> None:
    desk = await desk_of()
    csrf = Page(await desk.get("/console")).form("/console/sign-out").values["csrf"]
    answer = await desk.post("/console/bulk", data={"csrf": csrf, **sent})
    assert answer.status_code == 422
    assert "Chưa chọn vụ việc nào." in answer.text


async def test_the_masking_of_many_is_read_first_and_confirmed_in_one_go(
    desk_of: Desks, process: Process, db: Database
) -> None:
    written = "Quán của Trần Văn Ba gọi 0912345678."
    filed = [await a_case(process, S.IN_PROGRESS, description=written) for _ in range(3)]
    never = await a_case(process, category="security.social_evils")
    desk = await desk_of(*EVERY_HAND)
    queue = await desk.get("/console?view=inbox")
    assert queue.text.count("Công khai, chưa soát phần che") == 3
    assert 'formaction="/console/redactions"' in queue.text
    csrf = Page(queue).form("/console/bulk").values["csrf"]
    corrected = {"csrf": csrf, "version": str(filed[0].version), "show": "Trần Văn Ba", "mask": ""}
    assert (await desk.post(f"/console/cases/{filed[0].code}/redact", data=corrected)).status_code == 303

    ticked = [f"{one.code}@{one.version}" for one in (*filed, never)]
    read = await desk.post("/console/redactions", data={"csrf": csrf, "view": "inbox", "case": ticked})
    page = Page(read)
    assert read.text.count("<mark>[số điện thoại]</mark>") == 3
    assert read.text.count("<mark>[tên]</mark>") == 2, "what was corrected before is read so"
    assert f"nhiều một lúc): {never.code}" in page.text
    form = page.form("/console/redactions/confirmation")
    boxes = [value for name, value in form.boxes if name == "case"]
    assert boxes == [f"{filed[0].code}@{filed[0].version + 1}", *ticked[1:3]], "in the version that is read"
    note = {"csrf": csrf, "version": str(filed[2].version), "text": "Đã gọi."}
    assert (await desk.post(f"/console/cases/{filed[2].code}/note", data=note)).status_code == 303
    done = await desk.post("/console/redactions/confirmation", data={**form.values, "case": boxes})
    assert "Đã xác nhận: 2/3" in Page(done).text
    again = [value for _, value in Page(done).form("/console/redactions/confirmation").boxes]
    assert again == [f"{filed[2].code}@{filed[2].version + 1}"], "who lost the race is read anew"
    rows = await db.lane.fetch("SELECT code, redaction->'show' FROM cases WHERE redaction IS NOT NULL ORDER BY code")
    assert [tuple(row) for row in rows] == [(filed[0].code, '["Trần Văn Ba"]'), (filed[1].code, "[]")]
    assert (await desk.post("/console/redactions", data={"csrf": csrf})).status_code == 422


async def test_the_next_case_is_the_one_after_in_the_queue_one_came_from(desk_of: Desks, process: Process) -> None:
    one, two = await a_case(process), await a_case(process)
    desk = await desk_of()
    first, second = listed(Page(await desk.get("/console?view=triage")))
    assert {first, second} == {one.code, two.code}
    page = Page(await desk.get(f"/console/cases/{first}?back=view%3Dtriage"))
    (onward,) = {link for link in page.links if link.startswith("/console/next")}
    on = await desk.get(onward)
    assert on.headers["location"] == f"/console/cases/{second}?back=view%3Dtriage"
    end = await desk.get(f"/console/next?after={second}&back=view%3Dtriage")
    assert end.headers["location"] == "/console?view=triage"
    away = await desk.get("/console/next?after=H23-1&back=view%3Dtriage")
    assert away.headers["location"].startswith(f"/console/cases/{first}?"), "one that has left: on with the first"
    assert (await desk.get("/console/next?after=x&back=view%3Dnope")).status_code == 303
