"""Every role, in every relation of its unit to the case's, tries every verb in every state, through the API.

What is expected is read from docs/permissions.md, not from the code that is under test.
"""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import Any

import httpx
import pytest

from app.cases import service as cases
from app.cases.terms import CaseState
from app.db.engine import Database
from app.db.work import Work, in_work
from app.identity import service as identity
from app.identity.terms import ClientScope, Membership, Role
from app.kit.ids import StaffId, TenantId, UnitId
from app.process import Process, keyring_of
from tests import permissions
from tests.api.cases.test_occasions import RULE
from tests.api.cases.test_verbs import STEPS
from tests.api.deadlines.test_administration import STORM, TARGET
from tests.api.routing.test_rulebooks import RULE as ROAD
from tests.builders import (
    BINH_HAN,
    CAM_THUONG,
    CITY,
    PROVINCE,
    Filed,
    a_case,
    acting,
    an_officer,
    brought,
    someone,
    standing,
)
from tests.keyholders import a_keyholder
from tests.officers import PASSWORD, cheap_passwords
from tests.permissions import Place

BODIES = {step.verb: step.body for step in STEPS}
KHANH_HOA = TenantId(2)
NOBODY = "01a21861-4ea2-7085-81a7-33e018a94b2e"
# Bodies that are well formed, so that what is refused is the person; who may send them is late, and changes nothing.
_LATE = {"based_on": 999_999}
_WORDS = {"subject": "{code}", "body": "{code} {due}", "sms": "{code}"}
_CLIENT = {"name": "Cổng", "contact": "x@example.vn", "scopes": ["cases:read"], "expires_at": "2020-01-01T00:00:00Z"}
_NEIGHBOUR = {"name": "Hải Phòng", "unit": "H23.91", "url": "ftp://example.vn/"}
_PARTNER = {"name": "Đối tác", "unit": "H23.91", "url": "ftp://example.vn/"}
_BASIS = {"vi": "Quyết định của tỉnh", "en": "The province's decision"}
_CATEGORY = {"name": {"vi": "Ổ gà", "en": "Pothole"}, "legal_basis": _BASIS, "note": "Thử"}
_PLACED = {"default_tier": "commune", "default_unit_kind": "people_committee", "target_working_days": 5}
_SUPPORT = {"priority": "high", "at_least": 15, "legal_basis": _BASIS}
_WANTED = {"name": "Nơi nhận", "url": "ftp://example.vn/", "types": ["case.opened"]}
BODIES_OF: dict[str, Any] = {
    "POST /api/v1/staff/blocks": {
        "report": "H23-261120-9999",
        "what": "account",
        "reason": "Thử",
        "until": "2026-11-21T00:00:00Z",
    },
    "POST /api/v1/staff/members": {
        "username": "x",
        "name": "Thử",
        "membership": {"unit": "H23", "role": "officer"},
        "by": "hand",
    },
    "POST /api/v1/staff/members/{id}/invitation": {"by": "hand"},
    "POST /api/v1/staff/members/{id}/reset": {"by": "hand"},
    "POST /api/v1/staff/members/{id}/deputies": {"unit": "H23", "deputy": "x", "valid_to": "2026-12-01T00:00:00Z"},
    "POST /api/v1/staff/me/identities/removal": {"password": "x"},
    "POST /api/v1/staff/me/deputies": {"unit": "H23", "deputy": "x", "valid_to": "2026-12-01T00:00:00Z"},
    "POST /api/v1/staff/me/password": {"current": "x", "password": "bảy con mèo đen ngủ"},
    "POST /api/v1/staff/members/{id}/memberships": {"unit": "H23", "role": "officer"},
    "PUT /api/v1/staff/members/{id}/memberships/{membership}": {"valid_to": None},
    "POST /api/v1/staff/held/{code}/refusal": {"answer": "Trùng lặp."},
    "POST /api/v1/staff/me/second-factor/confirmation": {"code": "000000"},
    "POST /api/v1/staff/me/second-factor/removal": {"code": "000000"},
    "PUT /api/v1/staff/second-factor-rules/{role}": {"demanded": False},
    "PUT /api/v1/staff/units/{code}/contact": {},
    "PUT /api/v1/staff/app-versions/{app}": {"least": "1", "advised": "1", "store_url": "https://store.example/"},
    "PUT /api/v1/staff/limits/{what}/{per}": {"most": 1, "window_s": 1},
    "PUT /api/v1/staff/figures/goals/{tier}": {
        "percent": 90,
        "valid_from": "2026-01-01",
        "legal_basis": {"vi": "Kế hoạch 1", "en": "Plan 1"},
    },
    "POST /api/v1/staff/calendars/{code}": {**STORM, **_LATE},
    "POST /api/v1/staff/calendars/{code}/preview": STORM,
    "POST /api/v1/staff/cases/bulk": {
        "cases": [{"code": "H23-261120-9999", "version": 1}],
        "action": {"verb": "accept"},
    },
    "POST /api/v1/staff/clients": _CLIENT,
    "PUT /api/v1/staff/clients/{id}": _CLIENT,
    "POST /api/v1/staff/notice-wordings/{occasion}": {"vi": _WORDS, "en": _WORDS, **_LATE},
    "POST /api/v1/staff/notice-wordings/{occasion}/preview": {"vi": _WORDS, "en": _WORDS},
    "POST /api/v1/staff/occasions": {**RULE, **_LATE},
    "POST /api/v1/staff/identity-openings/{id}/decision": {"agree": True},
    "POST /api/v1/staff/payments/{reference}/cash": {"receipt_number": "1", "taken_at": "2026-11-20T08:00:00+07:00"},
    "POST /api/v1/staff/payments/{reference}/refund": {"refund_reference": "UNC 1"},
    "POST /api/v1/staff/unmatched-payments/{id}/match": {"reference": "TT2222222222"},
    "POST /api/v1/staff/unmatched-payments/{id}/return": {"reason": "Chuyển nhầm."},
    "POST /api/v1/staff/unmatched-payments/{id}/refund": {"refund_reference": "UNC 1"},
    "POST /api/v1/staff/phone-lookups": {"phone": "0912345678", "reason": "Người dân gọi hỏi tiến độ."},
    "POST /api/v1/staff/retention-rules": {
        "subject": "identity",
        "days": 365,
        "legal_basis": {"vi": "Quyết định của tỉnh", "en": "The province's decision"},
        **_LATE,
    },
    "POST /api/v1/staff/procedures": {"procedure": {}},
    "PUT /api/v1/staff/procedures/{code}/versions/{version}": {"procedure": {}},
    "POST /api/v1/staff/procedures/{code}/versions/{version}/publication": {},
    "POST /api/v1/staff/procedures/{code}/versions/{version}/retirement": {"last_day": "2026-12-31"},
    "PUT /api/v1/staff/portals/{unit}": {
        "name": {"vi": "Cổng", "en": "Portal"},
        "intro": {"vi": "Cổng", "en": "Portal"},
        "brand": "red",
    },
    "POST /api/v1/staff/views": {"name": "Đèn đường"},
    "POST /api/v1/staff/answer-templates": {"name": "Mẫu", "body": "Xong.", "unit": PROVINCE},
    "PUT /api/v1/staff/answer-templates/{id}": {"name": "Mẫu", "body": "Xong."},
    "POST /api/v1/staff/quiet-hours": {"since": "21:00", "until": "07:00", **_LATE},
    "POST /api/v1/staff/categories": {**_CATEGORY, **_PLACED, "code": "roads.pothole"},
    "POST /api/v1/staff/categories/preview": {**_CATEGORY, **_PLACED, "code": "roads.bump"},
    "POST /api/v1/staff/categories/{category}": {**_CATEGORY, **_LATE},
    "POST /api/v1/staff/categories/{category}/preview": _CATEGORY,
    "POST /api/v1/staff/rulebooks/preview": {"rules": [ROAD], "note": "Thử"},
    "POST /api/v1/staff/rulebooks": {"rules": [ROAD], "note": "Thử", **_LATE},
    "POST /api/v1/staff/me/second-factor": {"password": PASSWORD},
    "POST /api/v1/staff/neighbours": _NEIGHBOUR,
    "PUT /api/v1/staff/neighbours/{id}": _NEIGHBOUR,
    "POST /api/v1/staff/partners": _PARTNER,
    "PUT /api/v1/staff/partners/{id}": _PARTNER,
    "POST /api/v1/staff/subscriptions": _WANTED,
    "PUT /api/v1/staff/subscriptions/{id}": _WANTED,
    "POST /api/v1/staff/subscriptions/{id}/replay": {"after": 0},
    "POST /api/v1/staff/service-requests": {"procedure": "0.000000", "applicant_area": "10507"},
    "POST /api/v1/staff/support-rules": {**_SUPPORT, **_LATE},
    "POST /api/v1/staff/support-rules/preview": _SUPPORT,
    "POST /api/v1/staff/targets": {**TARGET, **_LATE},
    "POST /api/v1/staff/targets/preview": TARGET,
}


_ENTRIES = "SELECT count(*) FROM timeline_entries"


class Relation(StrEnum):
    """Where an officer's unit stands to the one that holds the case."""

    HOLDER = "holder"
    ABOVE = "above"
    ROOT = "root"
    SIBLING = "sibling"
    BELOW = "below"
    FOREIGN = "foreign"

    @property
    def place(self) -> Place | None:
        """The same as the document has it; None when the case is not seen at all."""
        return {Relation.HOLDER: Place.HOLDER, Relation.ABOVE: Place.ABOVE, Relation.ROOT: Place.ABOVE}.get(self)


UNITS = {
    Relation.HOLDER: CAM_THUONG,
    Relation.ABOVE: CITY,
    Relation.ROOT: PROVINCE,
    Relation.SIBLING: BINH_HAN,
    Relation.BELOW: CAM_THUONG,  # of a case that the city holds
}


async def a_foreign_officer(process: Process) -> dict[str, str]:
    """Headers of an officer of the other province, in every role, at its root."""
    passwords, username = cheap_passwords(), "nguoi.tinh.khac"
    root = next(unit for unit in process.books.directory.units(KHANH_HOA) if unit.parent_id is None)

    async def create(work: Work) -> StaffId:
        held = [Membership(UnitId(root.id), role) for role in Role]
        return await identity.create_staff(
            work, passwords, KHANH_HOA, username=username, name="Cán bộ", password=PASSWORD, memberships=held
        )

    await in_work(process.db, process.clock, KHANH_HOA, create)
    new = await identity.sign_in(
        process.db, passwords, keyring_of(process.settings), KHANH_HOA, username=username, password=PASSWORD,
        user_agent="test",
        lifetime=timedelta(days=1), now=process.clock.now(), guarded=(),
    )  # fmt: skip
    return {"Authorization": f"Bearer {new.access_token}", "Host": "khanhhoa.localhost"}


_EACH = {Relation.HOLDER, Relation.ABOVE}
Person = tuple[frozenset[Role], Relation]


async def everybody(process: Process) -> dict[Person, dict[str, str]]:
    """Headers of one officer for each role in the holding unit and in the one above it, who holds nothing else.

    Elsewhere of one who holds all roles at once: what they do not give together none gives alone.
    """
    found: dict[Person, dict[str, str]] = {}
    for relation, unit in UNITS.items():
        for roles in [(role,) for role in Role] if relation in _EACH else [tuple(Role)]:
            found[frozenset(roles), relation] = (await an_officer(process, *roles, unit=unit)).headers
    return found | {(frozenset(Role), Relation.FOREIGN): await a_foreign_officer(process)}


async def a_case_above(process: Process, state: CaseState) -> Filed:
    """A case in the state that was moved up to the city."""
    filed = await a_case(process)
    moved = await acting(
        process, cases.escalate_case, someone(process, filed.unit), code=filed.code, seen=filed.version,
        comment=None, move=True,
    )  # fmt: skip
    filed = standing(process, filed, moved)
    return await brought(process, filed, state)


@pytest.mark.parametrize("state", CaseState)
async def test_what_the_document_does_not_permit_is_refused(
    client: httpx.AsyncClient, process: Process, db: Database, state: CaseState
) -> None:
    people = await everybody(process)
    other, colleague = await a_case(process), await an_officer(process)
    names = {"{colleague}": colleague.username, "{other}": other.code}
    below = await a_case_above(process, state)
    filed = await a_case(process, state)
    before = await db.lane.fetchval(_ENTRIES)
    tried = {403: 0, 404: 0, 200: 0, 409: 0}
    for line in permissions.verbs():
        given = BODIES[line.verb]
        body = {key: names.get(str(value), value) for key, value in given.items()} if given is not None else None
        for (roles, relation), headers in people.items():
            target = below if relation is Relation.BELOW else filed
            answer = await client.post(
                f"/api/v1/staff/cases/{target.code}/{line.verb}", json=body, headers={**headers, **target.seen}
            )
            who = f"{sorted(roles)} in {relation}: {line.verb} of a case that is {state}: {answer.text}"
            if relation.place is None:
                assert answer.status_code == 404, who
            elif not {(role, relation.place) for role in roles} & line.permitted:
                assert answer.status_code == 403, who
            else:
                assert answer.status_code in ({200, 409} if state in line.states else {409}), who
            tried[answer.status_code] += 1
            if answer.status_code == 200:
                assert await db.lane.fetchval(_ENTRIES) > before, who
                filed = await a_case(process, state)
                other = await a_case(process) if line.verb == "merge" else other
                names["{other}"] = other.code
                body = {key: names.get(str(value), value) for key, value in given.items()} if given else body
                before = await db.lane.fetchval(_ENTRIES)
        assert await db.lane.fetchval(_ENTRIES) == before, f"{line.verb} was refused and has written all the same"
    assert tried[404] == len(permissions.verbs()) * 3
    assert all(tried.values())


async def test_other_addresses_are_for_the_roles_of_the_document(client: httpx.AsyncClient, process: Process) -> None:
    officers = {role: (await an_officer(process, role, unit=PROVINCE)).headers for role in Role}
    for address, allowed in permissions.addresses().items():
        method, _, path = address.partition(" ")
        if path.endswith("/stream"):
            continue  # tests/api/streams
        names = {
            "app": "lienthong-android",
            "unit": PROVINCE,
            "code": "default",
            "occasion": "received",
            "what": "codes",
            "per": "person",
            "tier": "commune",
            "session": "00",
            "version": "1",
            "reference": "TT2222222222",
            "number": "1",
        }
        nobody = dict.fromkeys(("id", "delivery", "errand", "membership", "deputy"), NOBODY)
        path = path.format(**names, **nobody, role="officer", category="roads.pothole")
        path += "?day=2026-11-20" if path.endswith("/reconciliation") else ""
        sent = BODIES_OF.get(address, {}) if method in {"POST", "PUT"} else None
        anonymous = await client.request(method, path, json=sent)
        assert anonymous.status_code in {401, 422}, address
        for role, headers in officers.items():
            answer = await client.request(method, path, json=sent, headers={**headers, "If-Match": '"1"'})
            if role in allowed:
                assert answer.status_code not in {401, 403}, (address, role, answer.text)
            else:
                assert answer.status_code == 403, (address, role, answer.text)


async def test_addresses_of_other_systems_are_for_keys_with_the_scope(
    client: httpx.AsyncClient, process: Process
) -> None:
    holders = {scope: (await a_keyholder(client, process, [scope.value])).headers for scope in ClientScope}
    officer = (await an_officer(process, *Role, unit=PROVINCE)).headers
    subscriptions = "/api/v1/client/subscriptions"
    bodies = {
        f"POST {subscriptions}": _WANTED,
        f"PUT {subscriptions}/{{id}}": _WANTED,
        f"POST {subscriptions}/{{id}}/replay": {"after": 0},
        "POST /api/v1/reports": {"category": "moon", "description": "Thử"},
    }
    for address, enough in permissions.key_addresses().items():
        method, _, path = address.partition(" ")
        path = path.format(code="H23-261120-9999", id=NOBODY, delivery=NOBODY)
        sent = bodies.get(address, {}) if method in {"POST", "PUT"} else None
        if not path.endswith("/reports"):
            for headers in ({}, officer):
                assert (await client.request(method, path, json=sent, headers=headers)).status_code == 401, address
        for scope, headers in holders.items():
            answer = await client.request(method, path, json=sent, headers={**headers, "If-Match": '"1"'})
            if scope in enough:
                assert answer.status_code not in {401, 403}, (address, scope, answer.text)
            else:
                assert answer.status_code == 403, (address, scope, answer.text)
