"""Calendars and targets at their addresses: read by officers, published by administrators, followed by clocks."""

from __future__ import annotations

from typing import Any

import pytest

from app.cases.service import recounting
from app.cases.terms import CaseState
from app.identity.terms import Role
from app.process import Process
from app.worker import loop
from tests.api.deadlines.conftest import Office
from tests.builders import CITY, a_case, a_report, an_officer

STORM: dict[str, Any] = {
    "kind": "day",
    "name": {"vi": "Đóng cửa vì bão số 9", "en": "Closed for storm 9"},
    "day": "2026-11-23",
    "day_kind": "closure",
    "legal_basis": "Công điện 15/CĐ-UBND",
    "note": "Theo công điện của tỉnh",
}
HALF: list[list[str]] = [["07:30", "11:30"]]
WEEK: dict[str, Any] = {
    "kind": "week",
    "name": {"vi": "Giờ của điện lực", "en": "Hours of the power company"},
    "valid_from": "2026-11-20",
    "week": [[["07:30", "11:30"], ["13:30", "17:30"]]] * 5 + [HALF, []],
    "units": ["H23.90"],
    "note": "Điện lực làm sáng thứ Bảy",
}
TARGET: dict[str, Any] = {
    "code": "urban",
    "kind": "resolution",
    "categories": ["lighting"],
    "amount": 2,
    "unit": "working_day",
    "legal_basis": {"vi": "Quyết định 1/QĐ-UBND", "en": "Decision 1"},
    "source": "Công báo tỉnh",
    "valid_from": "2026-11-20",
    "note": "Theo nghị quyết của HĐND",
}


async def dates(office: Office, filed: Any) -> tuple[str, str, str]:
    told = (await office.client.get(f"/api/v1/reports/{filed.code}/deadline", headers=filed.owner)).json()
    return told["due_at"], told["original_due_at"], f"{told['calendar']['code']}/{told['calendar']['version']}"


async def test_a_storm_is_previewed_published_and_followed_by_running_clocks(office: Office) -> None:
    running, ended = await a_report(office.process), await a_case(office.process, CaseState.RESOLVED)
    preview = (await office.post("calendars/default/preview", STORM)).json()
    assert (preview["looked"], preview["moved"], preview["later"], preview["complete"]) == (1, 1, 1, True)
    assert preview["items"] == [
        {"code": running.code, "due_at": "2026-11-26T16:59:59Z", "would_be": "2026-11-27T16:59:59Z"}
    ]
    assert await office.work_off() == 0, "a preview writes nothing"

    published = await office.post("calendars/default", {**STORM, "based_on": 1})
    assert (published.status_code, published.json()["version"]) == (201, 2)
    assert await office.work_off() == 1
    assert await dates(office, running) == ("2026-11-27T16:59:59Z", "2026-11-26T16:59:59Z", "default/2")
    assert (await dates(office, ended))[2] == "default/1"
    told = (await office.client.get(f"/api/v1/reports/{ended.code}/deadline", headers=ended.owner)).json()
    assert sum(day["verdict"] == "counted" for day in told["days"]) == 3, "explained by the calendar it was counted by"
    entries = (await office.client.get(f"/api/v1/reports/{running.code}/timeline", headers=running.owner)).json()[
        "items"
    ]
    assert entries[-1]["sentence"] == ("Hạn trả lời được tính lại là hết ngày 27/11/2026: lịch làm việc thay đổi.")
    listed = (await office.get("calendars")).json()["items"][0]
    assert (listed["code"], listed["version"]) == ("default", 2)
    assert listed["edits"][0]["recount"] == {"looked": 1, "moved": 1, "done": True}
    assert listed["edits"][1]["recount"] is None

    # What is taken back moves the clocks back, and new reports never knew of it.
    back = {**STORM, "day_kind": "ordinary", "name": {"vi": "Bão không vào", "en": "No storm"}}
    assert (await office.post("calendars/default", back)).status_code == 201
    assert await office.work_off() == 1
    assert await dates(office, running) == ("2026-11-26T16:59:59Z", "2026-11-26T16:59:59Z", "default/3")


async def test_a_recount_waits_until_this_worker_knows_the_edit(office: Office) -> None:
    await a_report(office.process)
    await office.post("calendars/default", STORM)
    office.clock.at += loop.known_after(office.process.settings)
    assert await loop.recount(office.process) == 0
    assert await office.work_off() == 1


async def test_a_recount_waits_until_every_process_knows_the_edit(office: Office) -> None:
    slow = await Process.open(office.process.settings, office.clock)
    await office.post("calendars/default", STORM)
    await office.process.refresh()
    office.clock.at += loop.known_after(office.process.settings) / 2
    assert await loop.recount(office.process) == 0
    late = await a_report(slow)  # by the calendar of before the edit
    await slow.close()
    assert (await dates(office, late))[2] == "default/1"
    assert await office.work_off() == 1
    assert await dates(office, late) == ("2026-11-27T16:59:59Z", "2026-11-26T16:59:59Z", "default/2")


async def test_a_unit_works_by_a_calendar_of_its_own(office: Office) -> None:
    before = await a_report(office.process, category="electricity.power_cut")
    answer = await office.post("calendars/power", {**WEEK, "units": [before.unit]})
    assert (answer.status_code, answer.json()["units"]) == (201, [before.unit])
    await office.work_off()
    after = await a_report(office.process, category="electricity.power_cut")
    other = await a_report(office.process)
    assert after.unit == before.unit != other.unit
    told = [await dates(office, filed) for filed in (before, after, other)]
    # Saturday the 21st counts for the company; what it had before keeps the calendar it was received by.
    assert [(due_at[:10], calendar) for due_at, _, calendar in told] == [
        ("2026-11-26", "default/1"),
        ("2026-11-25", "power/1"),
        ("2026-11-26", "default/1"),
    ]
    assert any(item["code"] == "power" for item in (await office.get("calendars")).json()["items"])


async def test_a_new_target_is_for_new_reports_only(office: Office) -> None:
    running = await a_report(office.process)
    published = await office.post("targets", TARGET)
    assert (published.status_code, published.json()["version"], published.json()["current"]) == (201, 2, True)
    await office.process.refresh()
    fresh = await a_report(office.process)
    assert [(await dates(office, one))[0] for one in (running, fresh)] == [
        "2026-11-26T16:59:59Z",
        "2026-11-25T16:59:59Z",
    ]
    listed = [
        (item["version"], item["current"])
        for item in (await office.get("targets")).json()["items"]
        if item["code"] == "urban"
    ]
    assert listed == [(2, True), (1, False)]


async def test_a_case_sorted_to_a_target_as_long_is_told_its_own_law(office: Office) -> None:
    assert (await office.post("targets", {**TARGET, "code": "noise", "categories": ["noise"], "amount": 3})).is_success
    await office.process.refresh()
    filed = await a_report(office.process)
    before = await dates(office, filed)
    dispatcher = await an_officer(office.process, Role.DISPATCHER, unit=CITY)
    path = f"/api/v1/staff/cases/{filed.code}"
    seen = (await office.client.get(path, headers=dispatcher.headers)).headers["etag"]
    by = {**dispatcher.headers, "If-Match": seen}
    assert (await office.client.post(f"{path}/triage", json={"category": "noise.karaoke"}, headers=by)).is_success
    told = (await office.client.get(f"/api/v1/reports/{filed.code}/deadline", headers=filed.owner)).json()
    assert (told["target"]["code"], await dates(office, filed)) == ("noise", before)


@pytest.mark.parametrize(
    ("path", "body"), [("calendars/default", STORM), ("calendars/default/preview", STORM), ("targets", TARGET)]
)
async def test_only_the_provinces_administrators_publish(office: Office, path: str, body: dict[str, Any]) -> None:
    assert (await office.post(path, body, office.officer)).status_code == 403
    assert (await office.client.post(f"/api/v1/staff/{path}", json=body)).status_code == 401


@pytest.mark.parametrize("path", ["calendars", "targets"])
async def test_every_officer_reads_by_what_is_counted(office: Office, path: str) -> None:
    assert (await office.get(path)).status_code == 200
    assert (await office.client.get(f"/api/v1/staff/{path}")).status_code == 401


@pytest.mark.parametrize(
    ("path", "body", "status", "slug"),
    [
        ("calendars/default", {**STORM, "based_on": 7}, 412, "stale-deadline-edit"),
        ("calendars/default", {**STORM, "day": "2035-01-01"}, 422, "invalid-deadline-edit"),
        ("calendars/default/preview", {**STORM, "day": "2035-01-01"}, 422, "invalid-deadline-edit"),
        ("calendars/power", {**WEEK, "units": ["H99.99"]}, 404, "unknown-unit"),
        ("calendars/power", {**WEEK, "week": WEEK["week"][:6]}, 422, "invalid"),
        ("calendars/power", {**WEEK, "week": [[["7:30", "11:30"]]] * 7}, 422, "invalid"),
        ("calendars/Power", WEEK, 422, "invalid"),
        ("calendars/default", {**WEEK, "units": [], "valid_to": "9999-12-31"}, 422, "invalid"),
        ("targets", {**TARGET, "valid_to": "9999-12-31"}, 422, "invalid"),
        ("targets", {**TARGET, "based_on": 9}, 412, "stale-deadline-edit"),
        ("targets", {**TARGET, "categories": ["moon"]}, 422, "invalid-deadline-edit"),
        ("targets", {**TARGET, "valid_from": "2026-11-19"}, 422, "invalid-deadline-edit"),
        ("targets", {**TARGET, "amount": 0}, 422, "invalid"),
    ],
)
async def test_what_is_wrong_is_refused_and_nothing_is_written(
    office: Office, path: str, body: dict[str, Any], status: int, slug: str
) -> None:
    refused = await office.post(path, body)
    assert (refused.status_code, refused.json()["type"]) == (status, f"/problems/{slug}")
    assert [item["version"] for item in (await office.get("calendars")).json()["items"]] == [1]


async def test_many_cases_are_followed_batch_by_batch_and_each_once(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recounting, "RECOUNT_BATCH_ROWS", 2)
    filed = [await a_report(office.process) for _ in range(5)]
    await office.post("calendars/default", STORM)
    assert await office.work_off() >= 5
    done = (await office.get("calendars")).json()["items"][0]["edits"][0]["recount"]
    assert done == {"looked": 5, "moved": 5, "done": True}
    assert {(await dates(office, one))[0] for one in filed} == {"2026-11-27T16:59:59Z"}
    rows = await office.process.db.lane.fetch("SELECT case_version FROM timeline_entries WHERE type = 'case.due_moved'")
    assert [row["case_version"] for row in rows] == [2] * 5


async def test_a_case_older_than_clocks_and_one_that_stands_are_told_of_no_calendar(office: Office) -> None:
    old, stands = await a_report(office.process), await a_case(office.process, CaseState.AWAITING_REPORTER)
    await office.process.db.lane.fetch("UPDATE cases SET clock = NULL WHERE code = $1", old.code)
    await office.post("calendars/default", STORM)
    await office.work_off()
    assert (await dates(office, old))[0] == "2026-11-26T16:59:59Z"
    assert (await dates(office, stands))[0] == "2026-11-27T16:59:59Z"
    timeline = await office.client.get(f"/api/v1/reports/{stands.code}/timeline", headers=stands.owner)
    assert "case.due_moved" not in [entry["type"] for entry in timeline.json()["items"]]
