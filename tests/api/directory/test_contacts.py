"""How a unit is reached: set by the province's administrator, seen by anyone, used by letters."""

from __future__ import annotations

from tests.api.deadlines.conftest import Office, office
from tests.builders import HAIDUONG

__all__ = ["office"]


async def test_a_units_mail_box_is_set_seen_by_all_and_written_to(office: Office) -> None:
    path = "/api/v1/staff/units/H23.21.01/contact"
    body = {"email": "camthuong@Example.VN", "phone": "0220 3 852 114"}
    answer = await office.client.put(path, json=body, headers=office.admin.headers)
    assert answer.status_code == 200, answer.text
    assert answer.json()["contact"]["email"] == "camthuong@example.vn"
    await office.process.refresh()
    unit = office.process.directory.current.unit_by_code(HAIDUONG, "H23.21.01")
    assert dict(unit.contact) == {"email": "camthuong@example.vn", "phone": "0220 3 852 114"}
    wrong = await office.client.put(path, json={"email": "x", "website": "ftp://a"}, headers=office.admin.headers)
    assert (wrong.status_code, wrong.json()["type"]) == (422, "/problems/unusable-contact")
    assert [one["pointer"] for one in wrong.json()["errors"]] == ["/email", "/website"]
    unknown = await office.client.put(path.replace("21.01", "99"), json={}, headers=office.admin.headers)
    assert unknown.status_code == 404
    trail = await office.process.db.lane.fetch("SELECT subject FROM audit_entries WHERE action = 'unit.contact_set'")
    assert [row["subject"] for row in trail] == ["H23.21.01"]
