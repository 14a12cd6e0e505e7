"""Templates of answers: a unit's and what is below it, in versions, filled without anything a sender wrote."""

from __future__ import annotations

from typing import Any

import httpx

from app.db.engine import Database
from app.identity.terms import ReporterIdentity, Role
from app.process import Process
from tests.api.permissions.test_matrix import a_foreign_officer
from tests.builders import BINH_HAN, CAM_THUONG, CITY, a_case, an_officer
from tests.statements import Statements

TEMPLATES = "/api/v1/staff/answer-templates"
BODY = "Vụ việc {mã} ({lĩnh vực}, {địa bàn}) đã được {cơ quan} xử lý ngày {hôm nay}; nhận {ngày nhận}, hạn {hạn}."
LAMP: dict[str, Any] = {
    "unit": CITY,
    "name": "Đã thay bóng",
    "body": BODY,
    "category": "lighting",
    "resolution": "fixed",
}


async def an_admin(process: Process, unit: str = CITY) -> dict[str, str]:
    return (await an_officer(process, Role.UNIT_ADMIN, unit=unit)).headers


async def test_a_template_is_written_in_versions(client: httpx.AsyncClient, process: Process, db: Database) -> None:
    admin = await an_admin(process)
    made = await client.post(TEMPLATES, json=LAMP, headers=admin)
    assert (made.status_code, made.headers["etag"]) == (201, '"1"'), made.text
    address, new = f"{TEMPLATES}/{made.json()['id']}", {k: v for k, v in LAMP.items() if k != "unit"}
    changed = await client.put(address, json={**new, "name": "Đã sửa"}, headers={**admin, "If-Match": '"1"'})
    assert (changed.status_code, changed.json()["version"]) == (200, 2)
    stale = await client.put(address, json=new, headers={**admin, "If-Match": '"1"'})
    assert (stale.status_code, stale.json()["current_version"]) == (412, 2)
    assert (await client.put(address, json=new, headers=admin)).status_code == 428
    whole = (await client.get(address, headers=admin)).json()
    assert [(one["version"], one["name"]) for one in whole["versions"]] == [(2, "Đã sửa"), (1, "Đã thay bóng")]
    assert (await client.delete(address, headers=admin)).status_code == 204
    assert (await client.get(address, headers=admin)).status_code == 404
    assert (await client.get(TEMPLATES, headers=admin)).json() == {"items": []}
    trail = await db.lane.fetch("SELECT action FROM audit_entries WHERE action LIKE 'answer%' ORDER BY id")
    assert [row["action"].partition(".")[2] for row in trail] == ["set", "set", "ended"]
    assert await db.lane.fetchval("SELECT count(*) FROM answer_template_versions") == 2, "what was said can be proved"


async def test_a_template_asks_only_for_what_a_case_has(client: httpx.AsyncClient, process: Process) -> None:
    admin = await an_admin(process)
    wrong = await client.post(TEMPLATES, json={**LAMP, "body": "Kính gửi {người gửi}"}, headers=admin)
    assert (wrong.status_code, wrong.json()["type"]) == (422, "/problems/invalid-answer-template")
    assert wrong.json()["errors"][0]["pointer"] == "/body"
    assert (await client.post(TEMPLATES, json={**LAMP, "resolution": "duplicate"}, headers=admin)).status_code == 422
    assert (await client.post(TEMPLATES, json={**LAMP, "category": "moon"}, headers=admin)).status_code == 422


async def test_a_unit_lends_its_templates_to_those_below_and_to_nobody_else(
    client: httpx.AsyncClient, process: Process
) -> None:
    admin = await an_admin(process)
    made = (await client.post(TEMPLATES, json=LAMP, headers=admin)).json()
    address, new = f"{TEMPLATES}/{made['id']}", {k: v for k, v in LAMP.items() if k != "unit"}
    below = (await an_officer(process)).headers
    assert [one["id"] for one in (await client.get(TEMPLATES, headers=below)).json()["items"]] == [made["id"]]
    chief = {**(await an_officer(process, Role.APPROVER)).headers, "If-Match": '"1"'}
    assert (await client.put(address, json=new, headers=chief)).status_code == 403, "seen, but of the unit above"
    assert (await client.delete(address, headers=chief)).status_code == 403
    own = await client.post(TEMPLATES, json={**LAMP, "unit": CAM_THUONG, "name": "Của phường"}, headers=chief)
    beside = {**await an_admin(process, BINH_HAN), "If-Match": '"1"'}
    theirs = {**await a_foreign_officer(process), "If-Match": '"1"'}
    for headers in (beside, theirs):
        of_theirs = f"{TEMPLATES}/{own.json()['id']}"
        assert (await client.get(of_theirs, headers=headers)).status_code == 404
        assert (await client.put(of_theirs, json=new, headers=headers)).status_code == 404
        assert (await client.delete(of_theirs, headers=headers)).status_code == 404
    assert (await client.get(TEMPLATES, headers=theirs)).json() == {"items": []}


async def test_a_case_fills_a_template_and_nothing_of_its_sender_comes_in(
    client: httpx.AsyncClient, process: Process, statements: Statements
) -> None:
    known = ReporterIdentity(name="Nguyễn Văn A", phone="+84912345678", email="a@example.vn")
    said = "Đèn trước nhà ông Trần Văn Ba số 12, gọi 0987654321."
    filed = await a_case(process, reporter=known, description=said)
    admin, officer = await an_admin(process), (await an_officer(process)).headers
    await client.post(TEMPLATES, json=LAMP, headers=admin)
    await client.post(TEMPLATES, json={**LAMP, "name": "Đường", "category": "roads"}, headers=admin)
    statements.clear()
    answer = await client.get(f"/api/v1/staff/cases/{filed.code}/answer-templates", headers=officer)
    assert len(statements) == 3, statements.texts  # who asks, the case, the templates
    (only,) = answer.json()["items"]
    assert (only["name"], only["resolution"]) == ("Đã thay bóng", "fixed")
    assert only["text"].startswith(f"Vụ việc {filed.code} (")
    assert "Cẩm Thượng" in only["text"]
    assert "{" not in only["text"]
    for secret in ("Nguyễn Văn A", "912345678", "example.vn", "Trần Văn Ba", "0987654321", "số 12"):
        assert secret not in answer.text
