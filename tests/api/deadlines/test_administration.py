"""Calendars and targets at their addresses: read by officers, published by administrators, followed by clocks."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from app.cases.service import recounting
from app.cases.terms import CaseState
from app.deadlines.schemas import CalendarInForceOut
from app.identity.terms import Role
from app.process import Process
from app.worker import loop
from tests.api.deadlines.conftest import Office
from tests.builders import CAM_THUONG, CITY, PROVINCE, a_case, a_report, an_officer

STORM: dict[str, Any] = {
    "kind": "day",
    "name": {"vi": "Đóng cửa vì bão số 9", "en": "Closed for storm 9"},
    "day": "2026-11-23",
    "day_kind": "closure",
    "legal_basis": "Công điện 15/CĐ-UBND",
    "note": "Theo công điện của tỉnh",
}
WARD, NEXT_WARD, TOWN = "10507", "10510", "288"
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
    assert await office.work_off() == 2  # it walks twice
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
    assert await office.work_off() == 2  # it walks twice
    assert await dates(office, running) == ("2026-11-26T16:59:59Z", "2026-11-26T16:59:59Z", "default/3")


async def test_anybody_reads_the_calendar_in_force_day_by_day_with_who_says_so(office: Office) -> None:
    closed = {**STORM, "areas": [WARD]}
    assert (await office.post("calendars/default", closed)).status_code == 201
    assert (await office.post("calendars/power", {**WEEK, "units": [CITY]})).status_code == 201
    await office.process.refresh()

    async def days(**asked: str) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
        answer = await office.client.get("/api/v1/calendar", params=asked)
        assert answer.status_code == 200, answer.text
        CalendarInForceOut.model_validate_json(answer.content)
        return answer.json(), {one["day"]: one for one in answer.json()["days"]}

    whole, own = await days(since="2026-11-20", until="2027-01-03")
    assert (whole["unit"], whole["calendar"], len(own)) == (None, "default", 45)
    assert whole["working_days"] == sum(one["counts"] for one in own.values())
    assert whole["weeks"][0]["week"][5:] == [[], []]
    assert own["2026-11-20"] == {**own["2026-11-20"], "counts": True, "kind": None}
    assert (own["2026-11-21"]["counts"], own["2026-11-23"]["counts"]) == (False, True)
    holiday = own["2027-01-01"]
    assert (holiday["counts"], holiday["kind"], holiday["hours"], holiday["version"]) == (False, "holiday", [], 0)
    assert holiday["legal_basis"]
    ward, there = await days(unit=CAM_THUONG, since="2026-11-23", until="2026-11-23")
    storm = there["2026-11-23"]
    assert (ward["unit"], storm["counts"], storm["kind"], storm["version"]) == (CAM_THUONG, False, "closure", 2)
    assert storm["legal_basis"] == STORM["legal_basis"]
    assert "bão số 9" in storm["reason"]["vi"]
    city, worked = await days(unit=CITY, since="2026-11-19", until="2026-11-21")
    assert (city["calendar"], city["version"], city["tenant_version"]) == ("power", 1, 2)
    saturday = worked["2026-11-21"]
    assert (saturday["hours"], saturday["calendar"], saturday["version"]) == (HALF, "power", 1)
    assert [one["since"] for one in city["weeks"]] == ["2026-11-19", "2026-11-20"]
    assert len((await days())[1]) == 365
    assert (await days(since="2035-01-01"))[0]["days"] == [], "of what nobody knows nothing is said"
    for asked, status, slug in (
        ({"unit": "H99.99"}, 404, "unknown-unit"),
        ({"since": "2026-01-01", "until": "2027-02-05"}, 422, "invalid"),
        ({"since": "2026-02-01", "until": "2026-01-05"}, 422, "invalid"),
    ):
        refused = await office.client.get("/api/v1/calendar", params=asked)
        assert (refused.status_code, refused.json()["type"]) == (status, f"/problems/{slug}")


async def test_a_recount_waits_until_this_worker_knows_the_edit(office: Office) -> None:
    await a_report(office.process)
    await office.post("calendars/default", STORM)
    office.clock.at += loop.known_after(office.process.settings)
    assert await loop.recount(office.process) == 0
    assert await office.work_off() == 2  # it walks twice


async def test_a_recount_waits_until_every_process_knows_the_edit(office: Office) -> None:
    slow = await Process.open(office.process.settings, office.clock)
    await office.post("calendars/default", STORM)
    await office.process.refresh()
    office.clock.at += loop.known_after(office.process.settings) / 2
    assert await loop.recount(office.process) == 0
    late = await a_report(slow)  # by the calendar of before the edit
    await slow.close()
    assert (await dates(office, late))[2] == "default/1"
    assert await office.work_off() == 2  # it walks twice
    assert await dates(office, late) == ("2026-11-27T16:59:59Z", "2026-11-26T16:59:59Z", "default/2")


async def test_a_unit_works_by_a_calendar_of_its_own(office: Office) -> None:
    before = await a_report(office.process, category="electricity.power_cut")
    preview = (await office.post("calendars/power/preview", {**WEEK, "units": [before.unit]})).json()
    assert preview["items"] == [
        {"code": before.code, "due_at": "2026-11-26T16:59:59Z", "would_be": "2026-11-25T16:59:59Z"}
    ]
    answer = await office.post("calendars/power", {**WEEK, "units": [before.unit]})
    assert (answer.status_code, answer.json()["units"]) == (201, [before.unit])
    await office.work_off()
    after = await a_report(office.process, category="electricity.power_cut")
    other = await a_report(office.process)
    assert after.unit == before.unit != other.unit
    told = [await dates(office, filed) for filed in (before, after, other)]
    # Saturday the 21st counts for the company, also for what it had before: its first due date stays on record.
    assert [(due_at[:10], calendar) for due_at, _, calendar in told] == [
        ("2026-11-25", "power/1"),
        ("2026-11-25", "power/1"),
        ("2026-11-26", "default/1"),
    ]
    assert told[0][1][:10] == "2026-11-26"
    assert any(item["code"] == "power" for item in (await office.get("calendars")).json()["items"])

    # A case that comes from elsewhere keeps the calendar it began with, whatever is edited of the new unit's later.
    approver = await an_officer(office.process, Role.DISPATCHER, unit=PROVINCE)
    staff = f"/api/v1/staff/cases/{other.code}"
    tag = (await office.client.get(staff, headers=approver.headers)).headers["ETag"]
    went = await office.client.post(
        f"{staff}/refer",
        json={"unit": before.unit, "reason": "not_competent", "comment": "Của điện lực."},
        headers={**approver.headers, "If-Match": tag},
    )
    assert went.status_code == 200, went.text
    assert (await office.post("calendars/power", {**WEEK, "units": [before.unit], "note": "Nữa"})).status_code == 201
    await office.work_off()
    assert (await dates(office, other))[2] == "default/1"
    assert (await dates(office, before))[2].startswith("power/")


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


async def test_a_storm_in_one_ward_moves_the_clocks_of_its_unit_alone(office: Office) -> None:
    here = await a_report(office.process)
    there = await a_report(office.process, point=None, area=NEXT_WARD)
    assert here.unit != there.unit
    local = {**STORM, "areas": [WARD]}
    preview = (await office.post("calendars/default/preview", local)).json()
    assert (preview["looked"], preview["moved"], preview["items"][0]["code"]) == (2, 1, here.code)

    published = await office.post("calendars/default", local)
    assert (published.status_code, published.json()["areas"]) == (
        201,
        [{"code": WARD, "name": {"vi": "phường Cẩm Thượng", "en": "Phường Cẩm Thượng"}}],
    )
    await office.work_off()
    assert await dates(office, here) == ("2026-11-27T16:59:59Z", "2026-11-26T16:59:59Z", "default/2")
    assert (await dates(office, there))[0] == "2026-11-26T16:59:59Z"
    fresh = await a_report(office.process)
    assert (await dates(office, fresh))[:2] == ("2026-11-27T16:59:59Z", "2026-11-27T16:59:59Z")
    told = (await office.client.get(f"/api/v1/reports/{here.code}/deadline", headers=here.owner)).json()
    closed = next(day for day in told["days"] if day["day"] == "2026-11-23")
    assert closed == {
        "day": "2026-11-23",
        "verdict": "skipped",
        "reason": {
            "vi": "Đóng cửa vì bão số 9 tại phường Cẩm Thượng",
            "en": "Closed for storm 9, in Phường Cẩm Thượng",
        },
        "minutes": None,
        "legal_basis": "Công điện 15/CĐ-UBND",
    }

    # Taken back for the ward, the day is again what it is everywhere.
    back = {**local, "day_kind": "ordinary"}
    assert (await office.post("calendars/default", back)).status_code == 201
    await office.work_off()
    assert (await dates(office, here))[0] == "2026-11-26T16:59:59Z"


async def test_a_closed_town_closes_the_units_of_its_wards_and_a_clock_keeps_the_seat_it_began_with(
    office: Office,
) -> None:
    filed = await a_report(office.process)
    dispatcher = await an_officer(office.process, Role.DISPATCHER, unit=CITY)
    path = f"/api/v1/staff/cases/{filed.code}"
    seen = (await office.client.get(path, headers=dispatcher.headers)).headers["etag"]
    away = {"unit": PROVINCE, "reason": "needs_higher_tier"}
    referred = await office.client.post(f"{path}/refer", json=away, headers={**dispatcher.headers, "If-Match": seen})
    assert referred.status_code == 200
    await office.post("calendars/default", {**STORM, "areas": [TOWN]})
    await office.work_off()
    assert (await dates(office, filed))[0] == "2026-11-27T16:59:59Z"


async def test_a_clock_from_before_seats_were_kept_has_that_of_the_unit_that_holds_the_case(office: Office) -> None:
    filed = await a_report(office.process)
    await office.process.db.lane.fetch("UPDATE cases SET clock = clock - 'area'")
    await office.post("calendars/default", {**STORM, "areas": [WARD]})
    await office.work_off()
    assert (await dates(office, filed))[0] == "2026-11-27T16:59:59Z"


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("calendars/default", STORM),
        ("calendars/default/preview", STORM),
        ("targets", TARGET),
        ("targets", {**TARGET, "apply_to_running": True}),
        ("targets/preview", TARGET),
    ],
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
        ("calendars/default", {**STORM, "areas": ["00001"]}, 422, "area-outside-tenant"),
        ("calendars/default/preview", {**STORM, "areas": ["00001"]}, 422, "area-outside-tenant"),
        ("calendars/power", {**WEEK, "areas": [WARD]}, 422, "invalid"),
        ("calendars/power", {**WEEK, "week": WEEK["week"][:6]}, 422, "invalid"),
        ("calendars/power", {**WEEK, "week": [[["7:30", "11:30"]]] * 7}, 422, "invalid"),
        ("calendars/Power", WEEK, 422, "invalid"),
        ("calendars/default", {**WEEK, "units": [], "valid_to": "9999-12-31"}, 422, "invalid"),
        ("targets", {**TARGET, "valid_to": "9999-12-31"}, 422, "invalid"),
        ("targets", {**TARGET, "based_on": 9}, 412, "stale-deadline-edit"),
        ("targets", {**TARGET, "categories": ["moon"]}, 422, "invalid-deadline-edit"),
        ("targets", {**TARGET, "valid_from": "2026-11-19"}, 422, "invalid-deadline-edit"),
        ("targets", {**TARGET, "amount": 0}, 422, "invalid"),
        ("targets/preview", {**TARGET, "categories": ["moon"]}, 422, "invalid-deadline-edit"),
        ("targets", {**TARGET, "kind": "approval", "apply_to_running": True}, 422, "invalid-deadline-edit"),
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


async def test_a_case_that_stands_is_told_of_no_calendar(office: Office) -> None:
    stands = await a_case(office.process, CaseState.AWAITING_REPORTER)
    await office.post("calendars/default", STORM)
    await office.work_off()
    assert (await dates(office, stands))[0] == "2026-11-27T16:59:59Z"
    timeline = await office.client.get(f"/api/v1/reports/{stands.code}/timeline", headers=stands.owner)
    assert "case.due_moved" not in [entry["type"] for entry in timeline.json()["items"]]


async def test_what_is_written_behind_the_walk_is_met_by_its_closing_one(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recounting, "RECOUNT_BATCH_ROWS", 1)
    filed = [await a_report(office.process) for _ in range(2)]
    await office.post("calendars/default", STORM)
    await office.process.refresh()
    office.clock.at += loop.known_after(office.process.settings)
    assert await loop.recount(office.process) == 1
    # A process that counts by the calendar of before writes where the walk has been.
    behind = "UPDATE cases SET due_at = due_at - interval '3 days', clock = jsonb_set(clock, '{calendar_version}', '1')"
    await office.process.db.lane.fetch(f"{behind} WHERE code = $1", filed[0].code)
    await office.work_off()
    assert {(await dates(office, one))[0] for one in filed} == {"2026-11-27T16:59:59Z"}
    done = (await office.get("calendars")).json()["items"][0]["edits"][0]["recount"]
    assert done["done"]


async def test_public_pages_count_days_by_the_calendar_of_whoever_has_to_answer(office: Office) -> None:
    lamp = await a_case(office.process, CaseState.IN_PROGRESS)
    power = await a_report(office.process, category="electricity.power_cut")
    await office.post("calendars/power", {**WEEK, "units": [power.unit]})
    await office.work_off()
    dark = await a_case(office.process, CaseState.IN_PROGRESS, category="electricity.power_cut")
    while await loop.turn(office.process, loop.consumers(office.process)):
        pass
    counted = {}
    for filed in (lamp, dark):
        page = (await office.client.get(f"/cases/{filed.code}")).text
        counted[filed.code] = page.count('<td class="counts')
        saturday = page.partition('<time datetime="2026-11-21">')[0].rpartition("<td")[2]
        assert ("counts" in saturday) is (filed is dark)
    assert counted == {lamp.code: 3, dark.code: 3}


OLDER = "UPDATE cases SET clock = NULL WHERE code = $1"


async def test_a_case_older_than_clocks_is_given_the_clock_it_always_ran_on(office: Office) -> None:
    old = await a_report(office.process)
    await office.process.db.lane.fetch(OLDER, old.code)
    before = (await office.client.get(f"/api/v1/staff/cases/{old.code}", headers=office.officer.headers)).headers[
        "etag"
    ]
    assert await office.work_off() == 1
    row = (await office.process.db.lane.fetch("SELECT clock->>'amount' AS days, clock->>'area' AS area FROM cases"))[0]
    assert (row["days"], row["area"]) == ("3", WARD)
    assert await dates(office, old) == ("2026-11-26T16:59:59Z", "2026-11-26T16:59:59Z", "default/1")
    after = (await office.client.get(f"/api/v1/staff/cases/{old.code}", headers=office.officer.headers)).headers["etag"]
    assert before == after, "nothing about the case is another"


async def test_an_older_case_follows_an_edit_that_it_has_missed_and_one_that_comes(office: Office) -> None:
    missed, reopened = await a_report(office.process), await a_report(office.process)
    await office.post("calendars/default", STORM)
    for old in (missed, reopened):
        await office.process.db.lane.fetch(OLDER, old.code)
    await office.process.db.lane.fetch("UPDATE cases SET reopen_count = 1 WHERE code = $1", reopened.code)
    await office.work_off()
    assert (await dates(office, missed))[0] == "2026-11-27T16:59:59Z"
    # What the reopened one was promised nobody knows: its date is kept.
    assert (await dates(office, reopened))[0] == "2026-11-26T16:59:59Z"
    await office.post("calendars/default", {**STORM, "day": "2026-11-25"})
    await office.work_off()
    assert [(await dates(office, one))[0] for one in (missed, reopened)] == [
        "2026-11-30T16:59:59Z",
        "2026-11-27T16:59:59Z",
    ]


async def test_an_older_case_that_no_calendar_reaches_holds_nothing_up(office: Office) -> None:
    old, other = await a_report(office.process), await a_report(office.process)
    ancient = "UPDATE cases SET clock = NULL, opened_at = '2015-01-05T02:00:00Z' WHERE code = $1"
    await office.process.db.lane.fetch(ancient, old.code)
    await office.post("calendars/default", STORM)
    await office.work_off()
    assert (await dates(office, other))[0] == "2026-11-27T16:59:59Z"
    assert await loop.recount(office.process) == 0


# -- a target for running cases


RUNNING: dict[str, Any] = {**TARGET, "apply_to_running": True}


async def test_a_target_is_given_to_running_cases_when_its_administrator_says_so(office: Office) -> None:
    lamp, drain = await a_report(office.process), await a_report(office.process, category="drainage.flooding")
    ended = await a_case(office.process, CaseState.RESOLVED)
    preview = (await office.post("targets/preview", TARGET)).json()
    assert (preview["looked"], preview["moved"], preview["earlier"], preview["overdue"]) == (2, 1, 1, 0)
    assert preview["items"] == [
        {"code": lamp.code, "due_at": "2026-11-26T16:59:59Z", "would_be": "2026-11-25T16:59:59Z"}
    ]
    assert await office.work_off() == 0, "a preview writes nothing"

    published = await office.post("targets", RUNNING)
    assert published.status_code == 201
    await office.work_off()
    assert await dates(office, lamp) == ("2026-11-25T16:59:59Z", "2026-11-26T16:59:59Z", "default/1")
    assert (await dates(office, drain))[0] == "2026-11-26T16:59:59Z"
    assert (await dates(office, ended))[0] == "2026-11-26T16:59:59Z"
    told = (await office.client.get(f"/api/v1/reports/{lamp.code}/deadline", headers=lamp.owner)).json()
    assert (told["target"]["code"], told["target"]["version"], told["working_days"]) == ("urban", 2, 2)
    entries = (await office.client.get(f"/api/v1/reports/{lamp.code}/timeline", headers=lamp.owner)).json()["items"]
    assert entries[-1]["sentence"] == (
        "Hạn trả lời được tính lại là hết ngày 25/11/2026: áp dụng thời hạn mới (Công báo tỉnh)."
    )
    listed = (await office.get("targets")).json()["items"]
    progress = {item["version"]: item["recount"] for item in listed if item["code"] == "urban"}
    assert progress == {2: {"looked": 2, "moved": 1, "done": True}, 1: None}
    payload = (await office.process.db.lane.fetch("SELECT payload FROM outbox_messages WHERE type = 'case.due_moved'"))[
        0
    ][0]
    assert '"target": "urban@2"' in payload
    assert "Quyết định 1/QĐ-UBND" in payload


async def test_a_target_in_force_from_a_later_day_is_given_on_that_day(office: Office) -> None:
    lamp = await a_report(office.process)
    await office.post("targets", {**RUNNING, "valid_from": "2026-11-23"})
    await office.work_off()
    assert (await dates(office, lamp))[0] == "2026-11-26T16:59:59Z"
    office.clock.at += timedelta(days=3)
    await office.work_off()
    assert (await dates(office, lamp))[0] == "2026-11-25T16:59:59Z"


async def test_many_cases_are_given_a_target_batch_by_batch_and_each_once(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recounting, "RECOUNT_BATCH_ROWS", 2)
    filed = [await a_report(office.process) for _ in range(5)]
    await office.post("targets", RUNNING)
    await office.work_off()
    assert {(await dates(office, one))[0] for one in filed} == {"2026-11-25T16:59:59Z"}
    rows = await office.process.db.lane.fetch("SELECT case_version FROM timeline_entries WHERE type = 'case.due_moved'")
    assert [row["case_version"] for row in rows] == [2] * 5
    listed = (await office.get("targets")).json()["items"]
    assert listed[[item["code"] for item in listed].index("urban")]["recount"] == {
        "looked": 5,
        "moved": 5,
        "done": True,
    }


async def test_a_shorter_target_says_before_which_cases_would_be_overdue_at_once(office: Office) -> None:
    await a_report(office.process)
    office.clock.at += timedelta(days=5)  # Wednesday
    shorter = {**TARGET, "amount": 1, "valid_from": "2026-11-25"}
    preview = (await office.post("targets/preview", shorter)).json()
    assert (preview["moved"], preview["overdue"]) == (1, 1)


async def test_what_was_given_beyond_its_time_a_case_keeps_under_a_new_target(office: Office) -> None:
    filed = await a_case(office.process, CaseState.AWAITING_REPORTER)
    office.clock.at += timedelta(days=5)
    await office.client.post(f"/api/v1/reports/{filed.code}/replies", json={"text": "Cột 5."}, headers=filed.owner)
    await office.post("targets", {**RUNNING, "valid_from": "2026-11-25"})
    await office.work_off()
    told = (await office.client.get(f"/api/v1/reports/{filed.code}/deadline", headers=filed.owner)).json()
    assert (told["due_at"], len(told["pauses"])) == ("2026-11-26T16:59:59Z", 1)
