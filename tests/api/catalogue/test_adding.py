"""New categories: looked at first, then reports may name them; and what other versions and rules would do."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from app.db.engine import Database
from app.identity.terms import Role
from app.process import Process
from tests.api.routing.test_rulebooks import RULE
from tests.builders import CAM_THUONG, PROVINCE, Officer, a_case, an_officer

pytestmark = pytest.mark.usefixtures("packaged_rules_again")

KEPT = "/api/v1/staff/categories"
BASIS = {"vi": "Quyết định 15/2026/QĐ-UBND", "en": "Decision 15/2026/QD-UBND"}
NEW: dict[str, Any] = {
    "code": "roads.speed_bump",
    "name": {"vi": "Gờ giảm tốc hỏng", "en": "Broken speed bump"},
    "default_tier": "commune",
    "default_unit_kind": "people_committee",
    "target_working_days": 5,
    "questions": ["road_class"],
    "keywords": ["gờ giảm tốc"],
    "legal_basis": BASIS,
    "note": "Người dân hay hỏi.",
}
REPORT = {
    "category": "roads.speed_bump",
    "description": "Gờ bong, xe máy hay ngã.",
    "location": {"lat": 20.9467, "lon": 106.3134},
    "answers": {"road_class": "commune"},
}


@pytest.fixture
async def admin(process: Process) -> Officer:
    return await an_officer(process, Role.TENANT_ADMIN, unit=PROVINCE)


async def test_a_new_category_is_looked_at_then_chosen_and_routed(
    client: httpx.AsyncClient, process: Process, admin: Officer, db: Database
) -> None:
    seen = await client.post(f"{KEPT}/preview", json=NEW, headers=admin.headers)
    assert seen.status_code == 200, seen.text
    preview = seen.json()
    assert sum(one["communes"] for one in preview["receivers"]) == 207
    assert {one["rule"] for one in preview["receivers"]} == {"category_default"}, "nothing says what road it is"
    assert preview["times"] == [{"amount": 7, "unit": "working_day", "target": "general"}]
    assert (preview["begins_on"], "roads.pothole" in {one["code"] for one in preview["near"]}) == (None, False)
    alike = {**NEW, "code": "lighting.dark", "name": {"vi": "Đèn đường hỏng", "en": "Dark lamp"}, "questions": []}
    alike |= {"valid_from": "2027-01-01", "valid_to": "2027-06-30"}
    near = (await client.post(f"{KEPT}/preview", json=alike, headers=admin.headers)).json()
    assert "lighting.street_lamp" in {one["code"] for one in near["near"]}
    assert (near["begins_on"], near["ends_on"]) == ("2027-01-01", "2027-07-01")
    assert {one["rule"] for one in near["receivers"]} == {"lamp-urban", "lamp-rural"}
    assert await db.lane.fetchval("SELECT count(*) FROM category_versions") == 0, "looking changes nothing"
    made = await client.post(KEPT, json=NEW, headers=admin.headers)
    assert (made.status_code, made.json()["version"]) == (201, 1), made.text
    await process.refresh()
    tree = (await client.get("/api/v1/categories")).json()["items"]
    roads = next(one for one in tree if one["code"] == "roads")
    assert roads["categories"][-1]["code"] == "roads.speed_bump", "last in its group"
    filed = await client.post("/api/v1/reports", json=REPORT)
    assert (filed.status_code, filed.json()["responsible_unit"]["code"]) == (201, CAM_THUONG), filed.text
    changed = {"name": NEW["name"], "legal_basis": BASIS, "note": "Thôi.", "based_on": 1, "valid_to": "2027-01-01"}
    assert (await client.post(f"{KEPT}/roads.speed_bump", json=changed, headers=admin.headers)).status_code == 201


STATE: dict[str, Any] = {
    "code": "bump_state",
    "text": {"vi": "Gờ hỏng thế nào?", "en": "What is wrong with it?"},
    "type": "choice",
    "required": True,
    "choices": [
        {"code": "loose", "label": {"vi": "Bị bong", "en": "Loose"}},
        {"code": "faded", "label": {"vi": "Mờ sơn", "en": "Faded"}},
    ],
}


async def test_a_new_category_asks_what_nobody_asked_and_others_may_ask_it_then(
    client: httpx.AsyncClient, process: Process, admin: Officer
) -> None:
    made = await client.post(KEPT, json={**NEW, "own_questions": [STATE]}, headers=admin.headers)
    assert made.status_code == 201, made.text
    await process.refresh()
    asked = (await client.get("/api/v1/categories/roads.speed_bump")).json()["questions"]
    assert [one["code"] for one in asked] == ["road_class", "bump_state"]
    assert [one["code"] for one in asked[1]["choices"]] == ["loose", "faded"]
    left_out = await client.post("/api/v1/reports", json=REPORT)
    assert (left_out.status_code, left_out.json()["errors"][0]["pointer"]) == (422, "/answers/bump_state")
    answers = {**REPORT["answers"], "bump_state": "loose"}  # type: ignore[dict-item]
    assert (await client.post("/api/v1/reports", json={**REPORT, "answers": answers})).status_code == 201
    other = {
        **NEW,
        "code": "roads.rumble",
        "name": {"vi": "Gờ rung", "en": "Rumble strip"},
        "questions": ["bump_state"],
    }
    assert (await client.post(KEPT, json=other, headers=admin.headers)).status_code == 201


async def test_new_questions_that_make_no_sense_are_refused_one_by_one(
    client: httpx.AsyncClient, admin: Officer
) -> None:
    wrong = [
        {**STATE, "code": "road_class"},
        {**STATE, "choices": STATE["choices"][:1]},
        {**STATE, "type": "boolean"},
        {**STATE, "code": "twice", "choices": [STATE["choices"][0]] * 2},
        {"code": "depth", "text": STATE["text"], "type": "number", "minimum": 5, "maximum": 2},
        {"code": "height", "text": STATE["text"], "type": "number", "minimum": 5, "maximum": 0},
        {"code": "below", "text": STATE["text"], "type": "number", "maximum": -1},
    ]
    refused = await client.post(f"{KEPT}/preview", json={**NEW, "own_questions": wrong}, headers=admin.headers)
    assert [one["pointer"].removeprefix("/own_questions/") for one in refused.json()["errors"]] == [
        "0/code", "1/choices", "2/code", "2/choices", "3/choices", "4/maximum", "5/maximum",
    ]  # fmt: skip
    many = [{**STATE, "code": f"q{at}"} for at in range(10)]
    refused = await client.post(KEPT, json={**NEW, "own_questions": many}, headers=admin.headers)
    assert [one["pointer"] for one in refused.json()["errors"]] == ["/questions"]
    badly = await client.post(KEPT, json={**NEW, "own_questions": [{**STATE, "code": "Gờ"}]}, headers=admin.headers)
    assert (badly.status_code, badly.json()["errors"][0]["pointer"]) == (422, "/own_questions/0/code")


async def test_a_group_of_its_own_comes_last_and_takes_categories(
    client: httpx.AsyncClient, process: Process, admin: Officer
) -> None:
    group = {**NEW, "code": "tourism", "name": {"vi": "Du lịch", "en": "Tourism"}, "questions": []}
    leaf = {**NEW, "code": "tourism.guide", "name": {"vi": "Hướng dẫn viên", "en": "Guides"}, "questions": []}
    orphan = await client.post(KEPT, json=leaf, headers=admin.headers)
    assert (orphan.status_code, orphan.json()["errors"][0]["pointer"]) == (422, "/code")
    for one in (group, leaf):
        assert (await client.post(KEPT, json=one, headers=admin.headers)).status_code == 201
    await process.refresh()
    tree = (await client.get("/api/v1/categories")).json()["items"]
    assert [one["code"] for one in tree[-1]["categories"]] == ["tourism.guide"]


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        ({"code": "roads.pothole"}, "/code"),
        ({"code": "preview"}, "/code"),
        ({"code": "Roads.Bump"}, "/code"),
        ({"name": {"vi": "ổ gà, hố trên mặt đường", "en": "x1"}}, "/name/vi"),
        ({"kind": "complaint"}, "/kind"),
        ({"kind": "denunciation", "code": "corruption", "publication": "automatic"}, "/publication"),
        ({"photos": "never"}, "/photos_basis"),
        ({"emergency_target_working_days": 9}, "/emergency_target_working_days"),
        ({"questions": ["road_class", "no_such"]}, "/questions/1"),
        ({"valid_to": "2020-01-01"}, "/valid_to"),
    ],
)
async def test_what_no_new_category_can_be_is_refused_in_both_places(
    client: httpx.AsyncClient, admin: Officer, wrong: dict[str, Any], pointer: str
) -> None:
    for at in (KEPT, f"{KEPT}/preview"):
        answer = await client.post(at, json={**NEW, **wrong}, headers=admin.headers)
        assert answer.status_code == 422, answer.text
        assert pointer in {one["pointer"] for one in answer.json()["errors"]}


async def test_other_versions_and_rules_say_what_they_would_do(
    client: httpx.AsyncClient, process: Process, admin: Officer, db: Database
) -> None:
    filed = await a_case(process)
    version = {"name": BASIS, "legal_basis": BASIS, "note": "Thôi nhận.", "valid_to": "2026-12-31"}
    seen = await client.post(f"{KEPT}/lighting/preview", json=version, headers=admin.headers)
    assert seen.status_code == 200, seen.text
    ends = seen.json()
    assert (ends["renamed"], ends["ends_on"], ends["open_cases"], ends["items"]) == (
        True,
        "2027-01-01",
        1,
        [filed.code],
    )
    assert {one["code"] for one in ends["ends"]} >= {"lighting", "lighting.street_lamp"}
    absent = await client.post(f"{KEPT}/no.such/preview", json=version, headers=admin.headers)
    assert (absent.status_code, absent.json()["type"]) == (404, "/problems/category-not-found")
    lamps = {**RULE, "code": "lamps", "when": {"categories": ["lighting"]}, "to": {"unit": "H23.91"}}
    draft = {"rules": [lamps], "note": "Thử", "valid_from": "2027-01-01T00:00:00+07:00"}
    tried = await client.post("/api/v1/staff/rulebooks/preview", json=draft, headers=admin.headers)
    assert tried.status_code == 200, tried.text
    moves = tried.json()
    assert (moves["looked"], moves["moved"], moves["complete"]) == (1, 1, True)
    assert (moves["items"][0]["code"], moves["items"][0]["rule"]) == (filed.code, "lamps")
    assert [(one["before"]["code"], one["then"]["code"], one["cases"]) for one in moves["ways"]] == [
        (CAM_THUONG, "H23.91", 1)
    ]
    wrong = {**draft, "rules": [{**lamps, "to": {"unit": "H23.99"}}]}
    refused = await client.post("/api/v1/staff/rulebooks/preview", json=wrong, headers=admin.headers)
    assert refused.json()["errors"][0]["pointer"] == "/rules/0/to/unit"
    assert await db.lane.fetchval("SELECT max(version) FROM rulebooks WHERE tenant_id = 1") == 1
