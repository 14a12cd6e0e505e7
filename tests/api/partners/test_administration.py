"""Partners at their addresses: administrators only, checked before they are kept, their keys shown to nobody."""

from __future__ import annotations

from typing import Any

import pytest

from app.identity.terms import Role
from tests.api.partners.conftest import PARTNERS, POWER, Installation
from tests.builders import an_officer

BODY: dict[str, Any] = {"name": "PC Hải Dương", "unit": POWER, "url": "https://pc.example.vn/open311/v2"}


async def test_a_partner_is_made_changed_and_ended_and_its_key_is_kept_sealed(here: Installation) -> None:
    made = await here.client.post(PARTNERS, json={**BODY, "api_key": "bi-mat"}, headers=here.admin.headers)
    assert (made.status_code, made.json()["has_key"]) == (201, True)
    assert "bi-mat" not in made.text
    one = f"{PARTNERS}/{made.json()['id']}"
    kept = await here.process.db.lane.fetchval("SELECT sealed_key FROM partners")
    assert b"bi-mat" not in kept
    again = await here.client.post(PARTNERS, json=BODY, headers=here.admin.headers)
    assert (again.status_code, again.json()["type"]) == (409, "/problems/unit-has-partner")
    headers = {**here.admin.headers, "If-Match": made.headers["etag"]}
    changed = await here.client.put(one, json={**BODY, "name": "Điện lực"}, headers=headers)
    assert (changed.json()["name"], changed.json()["has_key"]) == ("Điện lực", True), changed.text
    stale = await here.client.put(one, json=BODY, headers=headers)
    assert (stale.status_code, stale.json()["current_version"]) == (412, 2)
    ended = await here.client.post(f"{one}/end", headers={**here.admin.headers, "If-Match": '"2"'})
    assert ended.json()["active"] is False
    refused = await here.client.put(one, json=BODY, headers={**here.admin.headers, "If-Match": '"3"'})
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/partner-ended")
    assert (await here.client.post(PARTNERS, json=BODY, headers=here.admin.headers)).status_code == 201
    assert len((await here.client.get(PARTNERS, headers=here.admin.headers)).json()["items"]) == 2
    assert (await here.client.get(one, headers=here.admin.headers)).json()["version"] == 3


@pytest.mark.parametrize(
    ("given", "pointer"),
    [
        ({"url": "ftp://pc.example.vn"}, "/url"),
        ({"url": "https://a:b@pc.example.vn"}, "/url"),
        ({"services": {"moon": "M"}}, "/services/moon"),
        ({"unit": "H99.99"}, "/unit"),
    ],
)
async def test_what_is_wrong_is_pointed_at(here: Installation, given: dict[str, Any], pointer: str) -> None:
    answer = await here.client.post(PARTNERS, json={**BODY, **given}, headers=here.admin.headers)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer), answer.text


async def test_others_are_told_that_it_is_not_for_them(here: Installation) -> None:
    officer = await an_officer(here.process, Role.UNIT_ADMIN, unit=POWER)
    assert (await here.client.get(PARTNERS, headers=officer.headers)).status_code == 403
    assert (await here.client.post(PARTNERS, json=BODY, headers=officer.headers)).status_code == 403
    assert (await here.client.get(PARTNERS)).status_code == 401
