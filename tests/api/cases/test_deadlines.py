"""A case's clock: stopped, gone on with, extended, by whom, and what everybody reads of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from app.cases.terms import CaseState
from app.db.engine import Database
from app.deadlines.snapshot import Calendars
from app.identity.terms import Role
from app.kit.clock import FixedClock
from app.process import Process
from app.worker import sweeps
from tests.builders import CITY, Filed, a_case, a_report, an_officer
from tests.pages import Page, PageForm, post

S = CaseState
DUE = "2026-11-26T16:59:59Z"  # three working days after Friday the 20th; the 24th is a holiday
STORM = {"cause": "force_majeure", "comment": "Bão số 9, đường ngập."}
LATER = {"due_on": "2026-12-03", "reason": "Cần khảo sát nền đường; xin lỗi ông bà vì sự chậm trễ."}


async def act(
    client: httpx.AsyncClient, filed: Filed, verb: str, headers: dict[str, str], body: dict[str, Any] | None = None
) -> httpx.Response:
    """The verb on the case as it stands now."""
    url = f"/api/v1/staff/cases/{filed.code}"
    seen = (await client.get(url, headers=headers)).headers["etag"]
    return await client.post(f"{url}/{verb}", json=body, headers={**headers, "If-Match": seen})


async def deadline(client: httpx.AsyncClient, filed: Filed) -> dict[str, Any]:
    answer = await client.get(f"/api/v1/reports/{filed.code}/deadline", headers=filed.owner)
    found: dict[str, Any] = answer.json()
    return found


async def test_asking_the_sender_stops_the_clock_and_the_reply_starts_it(
    client: httpx.AsyncClient, process: Process, clock: FixedClock
) -> None:
    filed = await a_case(process, S.AWAITING_REPORTER)
    asked = await deadline(client, filed)
    assert (asked["due_at"], asked["pauses"][0]["cause"], asked["pauses"][0]["until"]) == (DUE, "reporter", None)
    clock.at += timedelta(days=5)  # Wednesday, 10:00: Monday has gone by
    await client.post(f"/api/v1/reports/{filed.code}/replies", json={"text": "Cột số 5."}, headers=filed.owner)
    told = await deadline(client, filed)
    assert told["original_due_at"] == DUE
    assert told["due_at"] == "2026-11-27T16:59:59Z"
    assert [one["verdict"] for one in told["days"]] == [
        *("skipped", "skipped", "skipped", "paused", "skipped", "counted", "counted", "counted"),
    ]
    assert {one["kind"]: one["met_at"] for one in told["milestones"]}["reporter_answer"] == told["pauses"][0]["until"]


async def test_answering_without_waiting_for_the_reply_ends_the_pause(
    client: httpx.AsyncClient, process: Process, clock: FixedClock
) -> None:
    filed = await a_case(process, S.AWAITING_REPORTER)
    approver = await an_officer(process, Role.APPROVER)
    clock.at += timedelta(days=5)
    answer = {"answer": "Đã thay bóng.", "resolution": "fixed"}
    assert (await act(client, filed, "resolve", approver.headers, answer)).status_code == 200
    told = await deadline(client, filed)
    assert told["pauses"][0]["until"] is not None
    assert "reporter_answer" not in [one["kind"] for one in told["milestones"]], "nobody has answered"


async def test_a_storm_stops_the_clock_until_an_approver_lets_it_go_on(
    client: httpx.AsyncClient, process: Process, clock: FixedClock
) -> None:
    filed = await a_case(process, S.IN_PROGRESS)
    approver = await an_officer(process, Role.APPROVER)
    paused = await act(client, filed, "pause", approver.headers, STORM)
    assert (paused.status_code, paused.json()["state"], paused.json()["due_at"]) == (200, "in_progress", DUE)
    again = await act(client, filed, "pause", approver.headers, STORM)
    assert (again.status_code, again.json()["type"]) == (409, "/problems/illegal-transition")
    clock.at += timedelta(days=5)
    resumed = await act(client, filed, "resume", approver.headers)
    assert (resumed.status_code, resumed.json()["due_at"]) == (200, "2026-11-27T16:59:59Z")
    assert (await act(client, filed, "resume", approver.headers)).status_code == 409
    entries = (await client.get(f"/api/v1/reports/{filed.code}/timeline", headers=filed.owner)).json()["items"]
    sentences = [entry["sentence"] for entry in entries]
    assert "Tạm dừng tính hạn: bất khả kháng." in sentences
    assert "Tính hạn tiếp; hạn trả lời là hết ngày 27/11/2026." in sentences
    assert STORM["comment"] in [entry["text"] for entry in entries]


async def test_a_reply_does_not_end_a_storm(client: httpx.AsyncClient, process: Process) -> None:
    filed = await a_case(process, S.IN_PROGRESS)
    approver = await an_officer(process, Role.APPROVER, Role.OFFICER)
    await act(client, filed, "pause", approver.headers, STORM)
    await act(client, filed, "ask", approver.headers, {"question": "Còn ngập không?"})
    await client.post(f"/api/v1/reports/{filed.code}/replies", json={"text": "Nước rút rồi."}, headers=filed.owner)
    pauses = (await deadline(client, filed))["pauses"]
    assert [(one["cause"], one["until"]) for one in pauses] == [("force_majeure", None)]


async def test_after_the_storm_the_clock_waits_for_whoever_was_asked_in_it(
    client: httpx.AsyncClient, process: Process, clock: FixedClock
) -> None:
    filed = await a_case(process, S.IN_PROGRESS)
    approver = await an_officer(process, Role.APPROVER, Role.OFFICER)
    await act(client, filed, "pause", approver.headers, STORM)
    await act(client, filed, "ask", approver.headers, {"question": "Còn ngập không?"})
    clock.at += timedelta(days=3)  # Monday
    resumed = await act(client, filed, "resume", approver.headers)
    assert (resumed.status_code, resumed.json()["state"]) == (200, "awaiting_reporter")
    clock.at += timedelta(days=2)
    told = await deadline(client, filed)
    assert [(one["cause"], one["until"] is None) for one in told["pauses"]] == [
        ("force_majeure", False),
        ("reporter", True),
    ]
    entries = (await client.get(f"/api/v1/reports/{filed.code}/timeline", headers=filed.owner)).json()["items"]
    assert entries[-1]["sentence"] == "Tạm dừng tính hạn: chờ người gửi trả lời."
    await client.post(f"/api/v1/reports/{filed.code}/replies", json={"text": "Nước rút rồi."}, headers=filed.owner)
    replied = await deadline(client, filed)
    assert [one["until"] is None for one in replied["pauses"]] == [False, False]
    assert replied["due_at"] == "2026-11-27T16:59:59Z"


async def test_what_a_pause_and_a_referral_do_to_the_other_clocks(
    client: httpx.AsyncClient, process: Process, clock: FixedClock
) -> None:
    clock.at = datetime(2026, 11, 22, 3, tzinfo=UTC)  # Sunday; the 24th is a holiday
    filed = await a_report(process)
    approver, dispatcher = await an_officer(process, Role.APPROVER), await an_officer(process, Role.DISPATCHER)

    async def clocks() -> dict[str, str]:
        told = await deadline(client, filed)
        return {"resolution": told["due_at"], **{one["kind"]: one["due_at"] for one in told["milestones"]}}

    before = {"acceptance": "2026-11-23T10:30:00Z", "first_response": "2026-11-23T16:59:59Z"}
    assert await clocks() == {"resolution": DUE, **before}
    assert (await act(client, filed, "pause", approver.headers, STORM)).status_code == 200
    clock.at += timedelta(days=7)
    assert (await act(client, filed, "resume", approver.headers)).status_code == 200
    after = {"acceptance": "2026-11-30T10:30:00Z", "first_response": "2026-11-30T16:59:59Z"}
    assert await clocks() == {"resolution": "2026-12-02T16:59:59Z", **after}
    assert (await act(client, filed, "accept", approver.headers)).status_code == 200
    referral = {"unit": CITY, "reason": "needs_higher_tier"}
    assert (await act(client, filed, "refer", dispatcher.headers, referral)).status_code == 200
    assert await clocks() == {"resolution": "2026-12-02T16:59:59Z", **after}
    met = {one["kind"]: one["met_at"] is not None for one in (await deadline(client, filed))["milestones"]}
    assert met == {"acceptance": False, "first_response": True}


async def test_a_case_that_ended_where_no_calendar_reached_is_reopened_with_its_clock_running(
    client: httpx.AsyncClient, process: Process, db: Database
) -> None:
    filed = await a_case(process, S.IN_PROGRESS)
    approver = await an_officer(process, Role.APPROVER)
    await act(client, filed, "pause", approver.headers, STORM)
    known, process.calendars._current = process.calendars.current, Calendars({})
    answer = {"answer": "Đã thay bóng.", "resolution": "fixed"}
    assert (await act(client, filed, "resolve", approver.headers, answer)).status_code == 200
    process.calendars._current = known
    assert await db.lane.fetchval("SELECT paused_at IS NOT NULL FROM cases")
    await client.post(f"/api/v1/reports/{filed.code}/reopening", json={"reason": "Lại tắt."}, headers=filed.owner)
    paused = await act(client, filed, "pause", approver.headers, STORM)
    assert (paused.status_code, paused.json()["state"]) == (200, "assigned")


async def test_an_extension_keeps_the_first_due_date_and_tells_the_sender_why(
    client: httpx.AsyncClient, process: Process, drain: Callable[[], Awaitable[int]]
) -> None:
    filed = await a_case(process, S.IN_PROGRESS)
    approver = await an_officer(process, Role.APPROVER)
    extended = await act(client, filed, "extend", approver.headers, LATER)
    assert (extended.status_code, extended.json()["due_at"]) == (200, "2026-12-03T16:59:59Z")
    await drain()
    own, public = await deadline(client, filed), (await client.get(f"/api/v1/reports/{filed.code}/deadline")).json()
    assert own["original_due_at"] == public["original_due_at"] == DUE
    assert (own["extensions"][0]["reason"], public["extensions"][0]["reason"]) == (LATER["reason"], None)
    assert own["extensions"][0]["added"] == 5
    await post(client, PageForm("/follow", "post"), code=filed.code, secret=filed.secret)
    page = Page(await client.get(f"/follow/{filed.code}/deadline")).text
    assert "3 ngày làm việc + 5 ngày làm việc gia hạn" in page, "whoever reads it can count it again"
    entries = (await client.get(f"/api/v1/reports/{filed.code}/timeline", headers=filed.owner)).json()["items"]
    assert "Gia hạn trả lời đến hết ngày 03/12/2026." in [entry["sentence"] for entry in entries]
    assert LATER["reason"] in [entry["text"] for entry in entries]
    in_public = (await client.get(f"/api/v1/reports/{filed.code}/timeline")).json()["items"]
    assert LATER["reason"] not in [entry["text"] for entry in in_public]


@pytest.mark.parametrize(
    ("category", "body", "slug"),
    [
        ("lighting.street_lamp", {**LATER, "due_on": "2026-11-26"}, "extension-too-short"),
        ("lighting.street_lamp", {**LATER, "due_on": "2026-11-28"}, "extension-on-day-off"),
        ("other.suggestion", {**LATER, "due_on": "2027-03-19"}, "extension-too-long"),
        ("other.suggestion", {**LATER, "due_on": "2027-02-30"}, "invalid"),
        ("other.suggestion", {**LATER, "due_on": "9999-12-31"}, "invalid"),
        ("lighting.street_lamp", {"due_on": "2026-12-03"}, "invalid"),
    ],
)
async def test_an_extension_that_is_none_or_too_long_is_refused(
    client: httpx.AsyncClient, process: Process, category: str, body: dict[str, Any], slug: str
) -> None:
    filed = await a_case(process, S.IN_PROGRESS, category=category)
    holder = await an_officer(process, Role.APPROVER, unit=filed.unit)
    refused = await act(client, filed, "extend", holder.headers, body)
    assert (refused.status_code, refused.json()["type"]) == (422, f"/problems/{slug}")
    if slug == "extension-too-long":
        assert refused.json()["limit"] == 60
    if slug == "extension-on-day-off":
        assert (refused.json()["before"], refused.json()["after"]) == ("2026-11-27", "2026-11-30")
        assert "27/11/2026, 30/11/2026" in refused.json()["detail"]


@pytest.mark.parametrize(("verb", "body"), [("extend", LATER), ("pause", STORM), ("resume", None)])
async def test_time_is_decided_by_those_who_sign(
    client: httpx.AsyncClient, process: Process, verb: str, body: dict[str, Any] | None
) -> None:
    filed = await a_case(process, S.IN_PROGRESS)
    url = f"/api/v1/staff/cases/{filed.code}/{verb}"
    assert (await client.post(url, json=body, headers={"If-Match": '"2"'})).status_code == 401
    officer = await an_officer(process, Role.OFFICER)
    assert (await act(client, filed, verb, officer.headers, body)).status_code == 403
    above = await an_officer(process, Role.APPROVER, unit=CITY)
    stale = await client.post(url, json=body, headers={**above.headers, "If-Match": '"1"'})
    assert stale.status_code == 412


async def test_a_case_whose_clock_stands_is_never_overdue_and_its_date_moves_on(
    client: httpx.AsyncClient, process: Process, clock: FixedClock, db: Database
) -> None:
    filed, other = await a_case(process, S.AWAITING_REPORTER), await a_report(process)
    clock.at = datetime(2026, 11, 30, 3, tzinfo=UTC)
    assert await sweeps.sweep(process) == 2
    rows = {row["code"]: row for row in await db.lane.fetch("SELECT code, overdue_at, due_at FROM cases")}
    assert rows[filed.code]["overdue_at"] is None
    assert rows[filed.code]["due_at"] == datetime(2026, 12, 2, 16, 59, 59, tzinfo=UTC)
    assert rows[other.code]["overdue_at"] is not None
    assert await sweeps.sweep(process) == 0


async def test_a_case_that_was_over_before_it_stopped_is_overdue(
    client: httpx.AsyncClient, process: Process, clock: FixedClock, db: Database
) -> None:
    filed = await a_case(process, S.IN_PROGRESS)
    approver = await an_officer(process, Role.APPROVER)
    clock.at = datetime(2026, 11, 30, 3, tzinfo=UTC)
    await act(client, filed, "pause", approver.headers, STORM)
    assert await sweeps.sweep(process) == 1
    assert await db.lane.fetchval("SELECT overdue_at IS NOT NULL FROM cases")


async def test_a_case_of_before_there_were_clocks_runs_on_the_one_its_dates_say(
    client: httpx.AsyncClient, process: Process, clock: FixedClock, db: Database
) -> None:
    filed = await a_case(process, S.IN_PROGRESS)
    await db.lane.fetch("UPDATE cases SET clock = NULL")
    told = await deadline(client, filed)
    assert (told["amount"], told["target"], told["due_at"]) == (3, None, DUE)
    approver = await an_officer(process, Role.APPROVER)
    await act(client, filed, "pause", approver.headers, STORM)
    clock.at += timedelta(days=5)
    resumed = await act(client, filed, "resume", approver.headers)
    assert resumed.json()["due_at"] == "2026-11-27T16:59:59Z"


async def test_reopening_starts_a_fresh_clock(client: httpx.AsyncClient, process: Process, clock: FixedClock) -> None:
    filed = await a_case(process, S.RESOLVED)
    clock.at += timedelta(days=10)
    reopened = await client.post(
        f"/api/v1/reports/{filed.code}/reopening", json={"reason": "Đèn lại tắt."}, headers=filed.owner
    )
    assert reopened.status_code == 200
    told = await deadline(client, filed)
    assert (told["original_due_at"], told["due_at"]) == (DUE, "2026-12-03T16:59:59Z")
    assert told["started_at"].startswith("2026-11-30T03:00:00")


async def test_sorting_by_the_priority_changes_the_target_and_anything_else_keeps_it(
    client: httpx.AsyncClient, process: Process, clock: FixedClock
) -> None:
    filed = await a_case(process, S.IN_PROGRESS)
    dispatcher = await an_officer(process, Role.DISPATCHER, unit=CITY)
    await act(client, filed, "triage", dispatcher.headers, {"priority": "urgent"})
    told = await deadline(client, filed)
    assert (told["target"]["code"], told["due_at"], told["original_due_at"]) == (
        "urgent",
        "2026-11-23T16:59:59Z",
        DUE,
    )


async def test_sorting_an_older_reopened_case_anew_starts_its_time_afresh(
    client: httpx.AsyncClient, process: Process, clock: FixedClock, db: Database
) -> None:
    filed = await a_case(process, S.RESOLVED)
    clock.at = datetime(2026, 11, 30, 3, tzinfo=UTC)
    await client.post(f"/api/v1/reports/{filed.code}/reopening", json={"reason": "Lại tắt."}, headers=filed.owner)
    await db.lane.fetch("UPDATE cases SET clock = NULL")
    clock.at += timedelta(hours=1)
    dispatcher = await an_officer(process, Role.DISPATCHER, unit=CITY)
    sorted_anew = await act(client, filed, "triage", dispatcher.headers, {"priority": "urgent"})
    assert (sorted_anew.status_code, sorted_anew.json()["due_at"]) == (200, "2026-12-01T16:59:59Z")
    told = await deadline(client, filed)
    assert (told["started_at"], told["target"]["code"]) == ("2026-11-30T04:00:00Z", "urgent")


# -- the clocks beside that of the answer


async def explained(client: httpx.AsyncClient, filed: Filed, clock_name: str, headers: dict[str, str]) -> Any:
    path = f"/api/v1/reports/{filed.code}/deadline?clock={clock_name}"
    return await client.get(path, headers=headers)


async def test_a_draft_starts_the_clock_of_approval_and_the_decision_stops_it(
    client: httpx.AsyncClient, process: Process, clock: FixedClock
) -> None:
    filed = await a_case(process, S.AWAITING_APPROVAL)
    approver = await an_officer(process, Role.APPROVER)
    told = (await explained(client, filed, "approval", approver.headers)).json()
    # Eight working hours from Friday at ten: five and a half that day but for the break, two and a half on Monday.
    assert (told["clock"], told["due_at"], told["overdue"]) == ("approval", "2026-11-23T03:00:00Z", False)
    assert (told["target"]["code"], told["amount"], told["unit"]) == ("approval", 8, "working_hour")
    assert [(day["day"], day["minutes"]) for day in told["days"] if day["minutes"]] == [
        ("2026-11-20", 330),
        ("2026-11-23", 150),
    ]
    case = (await client.get(f"/api/v1/staff/cases/{filed.code}", headers=approver.headers)).json()
    waiting = {one["kind"]: (one["due_at"][:16], one["met_at"], one["missed"]) for one in case["milestones"]}
    assert waiting["approval"] == ("2026-11-23T03:00", None, False)

    clock.at += timedelta(days=5)
    assert (await explained(client, filed, "approval", approver.headers)).json()["overdue"]
    assert (await act(client, filed, "reject-draft", approver.headers, {"comment": "Nêu rõ ngày."})).is_success
    case = (await client.get(f"/api/v1/staff/cases/{filed.code}", headers=approver.headers)).json()
    decided = {one["kind"]: one for one in case["milestones"]}["approval"]
    assert (decided["met_at"][:16], decided["missed"]) == ("2026-11-25T03:00", True)
    assert case["due_at"] == DUE, "that of the answer is another clock"


async def test_a_second_draft_has_a_clock_of_its_own(
    client: httpx.AsyncClient, process: Process, clock: FixedClock
) -> None:
    filed = await a_case(process, S.AWAITING_APPROVAL)
    approver, author = await an_officer(process, Role.APPROVER), await an_officer(process, Role.OFFICER)
    await act(client, filed, "reject-draft", approver.headers, {"comment": "Nêu rõ ngày."})
    clock.at += timedelta(days=3)
    drafted = await act(client, filed, "draft-answer", author.headers, {"answer": "Xong 22/11.", "resolution": "fixed"})
    assert drafted.status_code == 200
    told = (await explained(client, filed, "approval", approver.headers)).json()
    assert (told["started_at"][:16], told["due_at"]) == ("2026-11-23T03:00", "2026-11-25T03:00:00Z")


async def test_a_storm_stops_every_clock_of_the_case(
    client: httpx.AsyncClient, process: Process, clock: FixedClock
) -> None:
    filed = await a_report(process)
    approver = await an_officer(process, Role.APPROVER)
    before = (await explained(client, filed, "acceptance", approver.headers)).json()["due_at"]
    await act(client, filed, "pause", approver.headers, STORM)
    clock.at += timedelta(days=5)
    stands = (await explained(client, filed, "acceptance", approver.headers)).json()
    assert (before, stands["due_at"]) == ("2026-11-23T03:00:00Z", "2026-11-26T03:00:00Z")
    assert not stands["overdue"]


async def test_a_clock_that_never_ran_is_not_there_and_approval_is_not_the_publics(
    client: httpx.AsyncClient, process: Process, drain: Callable[[], Awaitable[int]]
) -> None:
    filed = await a_case(process, S.AWAITING_APPROVAL)
    await drain()
    missing = await explained(client, filed, "reporter_answer", filed.owner)
    assert (missing.status_code, missing.json()["type"]) == (404, "/problems/no-such-clock")
    assert (await explained(client, filed, "approval", filed.owner)).status_code == 200
    assert (await explained(client, filed, "approval", {})).status_code == 404
    public = (await explained(client, filed, "resolution", {})).json()
    assert "approval" not in [one["kind"] for one in public["milestones"]]
    assert (await explained(client, filed, "lunch", filed.owner)).status_code == 422
