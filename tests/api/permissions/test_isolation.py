"""What one may not see is not there: every address tells of a stranger's matter what it tells of none at all.

The addresses come from the OpenAPI document. A new one that names something must be listed here, or this fails.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import httpx
import orjson
import pytest
from fastapi import FastAPI

from app.identity.terms import ReporterIdentity, Role
from app.process import Process
from tests import examples, permissions
from tests.api.cases.test_verbs import STEPS
from tests.api.permissions.test_matrix import NOBODY, a_foreign_officer
from tests.applicants import LAND, MARITAL, MARRIED, VERB_BODIES, Life, an_applicant
from tests.builders import BINH_HAN, EVERY_HAND, Filed, a_report, an_officer
from tests.keyholders import a_keyholder, wanted
from tests.statements import Statements

# Addresses that name something which is there for everyone: the map, the catalogue, a province's own rules.
EVERYONES = {
    "GET /api/v1/areas/{area_code}",
    "GET /api/v1/categories/{category}",
    "GET /api/v1/procedures/{code}",
    "POST /api/v1/procedures/{code}/check",
    "GET /api/v1/verify/{checksum}",  # of whoever has the paper in hand: tests/api/papers
    "POST /api/v1/staff/categories/{category}",
    "POST /api/v1/staff/categories/{category}/preview",
    "POST /api/v1/staff/calendars/{code}",
    "POST /api/v1/staff/calendars/{code}/preview",
    "POST /api/v1/staff/notice-wordings/{occasion}",
    "POST /api/v1/staff/notice-wordings/{occasion}/preview",
    "GET /api/v1/staff/procedures/{code}/versions/{version}",  # published ones are public; drafts: tests/api/procedures
    "PUT /api/v1/staff/procedures/{code}/versions/{version}",
    "POST /api/v1/staff/procedures/{code}/versions/{version}/publication",
    "POST /api/v1/staff/procedures/{code}/versions/{version}/retirement",
    "POST /api/v1/payments/callbacks/{provider}",  # each message proves itself: tests/api/payments
    "PUT /api/v1/staff/app-versions/{app}",  # each province's own rule
    "PUT /api/v1/staff/limits/{what}/{per}",
    "PUT /api/v1/staff/figures/goals/{tier}",  # of one's own province alone, whatever is named
    "PUT /api/v1/staff/second-factor-rules/{role}",
    "GET /api/v1/public/photos/{photo}/{variant}",  # what officers let everyone see: tests/api/media
    "GET /api/v1/public/portals/{unit}",  # units are public, and so is what their portals show
    "GET /api/v1/public/portals/{unit}/changes",
    "GET /api/v1/public/portals/{unit}/digest",
    "GET /api/v1/public/portals/{unit}/digest/{day}",
    "GET /api/v1/public/tiles/{z}/{x}/{y}.mvt",  # names a square of the map: tests/api/publication
    "POST /api/v1/federation/{id}/parcels",  # each request proves itself: tests/api/federation
    "POST /api/v1/federation/{id}/digest",
    "PUT /api/v1/staff/units/{code}/contact",  # units are public; only its own province's administrator sets it
}
# One's own alone: tests/api/citizens tries a stranger's.
OWN = {
    "DELETE /api/v1/me/devices/{device}",
    "DELETE /api/v1/staff/me/deputies/{deputy}",  # tests/api/members
    "DELETE /api/v1/staff/me/sessions/{session}",
    "DELETE /api/v1/staff/views/{id}",  # tests/api/desks
}
_OF_A_REPORT = ("/reports/{code}", "/staff/cases/{code}", "/staff/held/{code}", "/client/cases/{code}")
# Of a province alone, and of another system: tried below, and in tests/api/clients.
_OF_A_REQUEST = "/service-requests/{code}"
APART = (
    "/me/service-request-drafts/{draft}",
    "/staff/identity-openings/{id}",
    "/staff/blocks/{id}",
    "/staff/payments/{reference}",
    "/staff/unmatched-payments/{id}",  # of the whole province: tests/api/payments
    "/staff/subscriptions/{id}",
    "/staff/neighbours/{id}",  # tests/api/federation
    "/staff/partners/{id}",  # tests/api/partners
    "/staff/clients/{id}",
    "/staff/portals/{unit}",  # and of units: tests/api/portals
    "/staff/answer-templates/{id}",  # of units: tests/api/desks
    "/staff/members/{id}",  # and of units: tests/api/members
    "/client/subscriptions/{id}",
)
WORDS: dict[str, Any] = {
    "POST /api/v1/reports/{code}/rating": {"stars": 5},
    "POST /api/v1/reports/{code}/reopening": {"reason": "Vẫn tối."},
    "POST /api/v1/reports/{code}/replies": {"text": "Cột số 5."},
    "POST /api/v1/reports/{code}/withdrawal": {},
    "PUT /api/v1/reports/{code}/notices": {},
    "POST /api/v1/staff/cases/{code}/extend/preview": {"due_on": "2026-12-03", "reason": "Cần khảo sát."},
    "POST /api/v1/staff/held/{code}/refusal": {"answer": "Trùng lặp."},
    **{f"POST /api/v1/staff/cases/{{code}}/{step.verb}": step.body for step in STEPS},
    "POST /api/v1/staff/cases/{code}/merge": {"into": "H23-261120-9997"},
    "POST /api/v1/staff/cases/{code}/senders/{report}/openings": {"reason": "Cần gọi để hẹn giờ kiểm tra."},
}
WORDS |= {f"POST /api/v1/staff/service-requests/{{code}}/{verb}": body for verb, body in VERB_BODIES.items()}
WORDS |= {
    "POST /api/v1/service-requests/{code}/supplement": {"text": "Đây."},
    "POST /api/v1/service-requests/{code}/withdrawal": {},
    "POST /api/v1/service-requests/{code}/complaint": {},
    "POST /api/v1/service-requests/{code}/rating": {"stars": 5},
    "PUT /api/v1/service-requests/{code}/notices": {},
}
ABSENT = "H23-261120-9998"
# Said of the request, not of what it asks for.
OF_THE_REQUEST = {"x-request-id", "date", "ratelimit"}  # the last: one less with each, whatever it names


@dataclass(frozen=True)
class Caller:
    """Somebody to whom the matter is none of his business."""

    name: str
    headers: dict[str, str]


async def strangers(client: httpx.AsyncClient, process: Process) -> list[Caller]:
    """Everyone who must not see the report."""
    citizen = (await client.post("/api/v1/auth/devices")).json()["access_token"]
    sibling = await an_officer(process, *EVERY_HAND, unit=BINH_HAN)
    return [
        Caller("anonymous", {}),
        Caller("with a wrong secret", {"Tracking-Secret": "AAAA-BBBB-CCCC-DDDD-EEEE-FFFF-GGGG-HHHH"}),
        Caller("another citizen", {"Authorization": f"Bearer {citizen}"}),
        Caller("an officer next door", sibling.headers),
        Caller("an officer of another province", await a_foreign_officer(process)),
        Caller("another system", (await a_keyholder(client, process, area="30", unit=BINH_HAN)).headers),
    ]


def addresses() -> list[str]:
    """Every operation that names something in its path."""
    paths = examples.document()["paths"]
    return sorted(f"{method.upper()} {path}" for path, item in paths.items() for method in item if "{" in path)


def of_a_report() -> list[str]:
    """Those that name a report or a case."""
    return [one for one in addresses() if any(part in one for part in _OF_A_REPORT)]


def of_a_request() -> list[str]:
    """Those that name a service request."""
    return [one for one in addresses() if _OF_A_REQUEST in one]


def test_every_address_that_names_something_is_looked_at(application: FastAPI) -> None:
    apart = {one for one in addresses() if any(part in one for part in APART)}
    named = {*of_a_report(), *of_a_request()}
    assert set(addresses()) == {*named, *EVERYONES, *OWN, *apart}


async def asked(
    client: httpx.AsyncClient, statements: Statements, address: str, code: str, caller: Caller
) -> tuple[int, object, dict[str, str], list[str]]:
    """What the address answers of the code: status, body without the code, headers, and the statements it took."""
    method, _, path = address.partition(" ")
    statements.clear()
    answer = await client.request(
        method,
        path.format(code=code, number="1", report=code, file=NOBODY),
        json=WORDS.get(address),
        headers={**caller.headers, "If-Match": '"1"', "Idempotency-Key": f"{caller.name} asks {code}"},
    )
    said = orjson.loads(answer.text.replace(code, "CODE")) if answer.text else None
    headers = {name: value for name, value in answer.headers.items() if name not in OF_THE_REQUEST}
    sent = [text for text in statements.texts if "last_seen_at = " not in text]
    return answer.status_code, said, headers, sent


async def test_a_report_is_to_strangers_as_one_that_was_never_sent(
    client: httpx.AsyncClient, application: FastAPI, process: Process, statements: Statements
) -> None:
    known = ReporterIdentity(name="Nguyễn Văn A", phone="+84912345678", email="a@example.vn")
    filed: Filed = await a_report(process, reporter=known, description="Đèn đường trước nhà tôi không sáng.")
    callers, looked = await strangers(client, process), 0
    for address in of_a_report():
        for caller in callers:
            of_theirs = await asked(client, statements, address, filed.code, caller)
            of_nothing = await asked(client, statements, address, ABSENT, caller)
            who = f"{caller.name}: {address}"
            assert of_theirs[0] in {401, 403, 404}, (who, of_theirs)
            assert of_theirs[1] == of_nothing[1], who
            assert {k: v for k, v in of_theirs[2].items() if k != "content-length"} == {
                k: v for k, v in of_nothing[2].items() if k != "content-length"
            }, who
            assert of_theirs[3] == of_nothing[3], f"{who}: the work done tells the two apart"
            looked += 1
    assert looked == len(of_a_report()) * len(callers) > 150


async def test_a_service_request_is_to_strangers_as_one_that_was_never_filed(
    client: httpx.AsyncClient, application: FastAPI, process: Process, statements: Statements
) -> None:
    life = Life(client, await an_applicant(client))
    await life.file(procedure=MARITAL, answers=MARRIED, documents=[])
    assert life.code, "a procedure that needs no papers"
    callers, looked = await strangers(client, process), 0
    for address in of_a_request():
        for caller in callers:
            of_theirs = await asked(client, statements, address, life.code, caller)
            of_nothing = await asked(client, statements, address, f"{life.code[:-4]}9998", caller)
            who = f"{caller.name}: {address}"
            assert of_theirs[0] in {401, 403, 404}, (who, of_theirs)
            assert of_theirs[1] == of_nothing[1], who
            assert of_theirs[3] == of_nothing[3], f"{who}: the work done tells the two apart"
            looked += 1
    assert looked == len(of_a_request()) * len(callers) > 150


async def test_a_draft_is_its_owners_alone(client: httpx.AsyncClient) -> None:
    mine, theirs = await an_applicant(client), await an_applicant(client)
    drafts = "/api/v1/me/service-request-drafts"
    kept = await client.post(drafts, json={"procedure": LAND, "answers": {"note": "Của tôi"}}, headers=mine)
    assert kept.status_code == 201, kept.text
    one = f"{drafts}/{kept.json()['id']}"
    assert (await client.get(one, headers=mine)).json()["content"]["answers"] == {"note": "Của tôi"}
    changed = {"procedure": LAND, "answers": {}}
    for headers in ({}, theirs):
        answers = [
            await client.get(one, headers=headers),
            await client.put(one, json=changed, headers={**headers, "If-Match": '"1"'}),
            await client.delete(one, headers=headers),
        ]
        assert {answer.status_code for answer in answers} == ({404} if headers else {401})
    assert (await client.get(drafts, headers=theirs)).json() == {"items": []}
    saved = await client.put(one, json=changed, headers={**mine, "If-Match": '"1"'})
    stale = await client.put(one, json=changed, headers={**mine, "If-Match": '"1"'})
    assert (saved.status_code, saved.headers["etag"], stale.status_code) == (200, '"2"', 412)


async def test_a_list_and_a_stream_of_another_province_hold_nothing_of_it(
    client: httpx.AsyncClient, process: Process
) -> None:
    filed = await a_report(process)
    theirs = await a_foreign_officer(process)
    lists = ("queue", "cases", "cases?q=den", "work", "service-requests")
    for path in (*(f"/api/v1/staff/{one}" for one in lists), "/api/v1/public/cases"):
        answer = await client.get(path, headers=theirs)
        assert answer.status_code == 200, path
        assert filed.code not in answer.text, path
    here = {**theirs, "Host": "haiduong.localhost"}
    for address in permissions.addresses():
        method, _, path = address.partition(" ")
        if method == "GET" and "{" not in path:
            assert (await client.get(path, headers=here)).status_code == 401, "a token is worth nothing elsewhere"


@pytest.mark.parametrize("verb", ["GET /{}", "PUT /{}", "POST /{}/key", "POST /{}/revocation"])
async def test_a_system_of_another_province_is_not_there(
    client: httpx.AsyncClient, process: Process, verb: str
) -> None:
    holder = await a_keyholder(client, process)
    theirs = {**(await a_foreign_officer(process)), "If-Match": '"1"'}
    method, _, path = verb.partition(" ")
    body = {"PUT": wanted(), "POST": {}}.get(method)
    answer = await client.request(method, f"/api/v1/staff/clients{path.format(holder.id)}", json=body, headers=theirs)
    assert (answer.status_code, answer.json()["type"]) == (404, "/problems/unknown-client")
    assert (await client.get("/api/v1/client", headers=holder.headers)).status_code == 200


@pytest.mark.parametrize(
    ("verb", "body"),
    [
        ("GET /{}", None),
        ("POST /{}/invitation", {"by": "hand"}),
        ("POST /{}/reset", {"by": "hand"}),
        ("POST /{}/memberships", {"unit": "H32", "role": "officer"}),
        ("PUT /{}/memberships/{}", {"valid_to": None}),
        ("DELETE /{}/memberships/{}", None),
        ("GET /{}/deputies", None),
        ("POST /{}/deputies", {"unit": "H32", "deputy": "x", "valid_to": "2026-12-01T00:00:00Z"}),
        ("DELETE /{}/deputies/{}", None),
        ("DELETE /{}/identity", None),
    ],
)
async def test_a_member_of_another_province_is_not_there(
    client: httpx.AsyncClient, process: Process, verb: str, body: Any
) -> None:
    member, theirs = (await an_officer(process)).actor.id, await a_foreign_officer(process)
    method, _, path = verb.partition(" ")
    answer = await client.request(
        method, f"/api/v1/staff/members{path.format(member, member)}", json=body, headers=theirs
    )
    assert (answer.status_code, answer.json()["type"]) == (404, "/problems/account-not-found")


@pytest.mark.parametrize("verb", ["GET", "DELETE"])
async def test_a_subscription_of_another_province_is_not_there(
    client: httpx.AsyncClient, process: Process, verb: str
) -> None:
    admin = await an_officer(process, Role.TENANT_ADMIN, unit="H23")
    wanted = {"name": "Nơi nhận", "url": "https://example.vn/", "types": ["case.opened"]}
    made = (await client.post("/api/v1/staff/subscriptions", json=wanted, headers=admin.headers)).json()
    theirs = await a_foreign_officer(process)
    answer = await client.request(verb, f"/api/v1/staff/subscriptions/{made['id']}", headers=theirs)
    assert (answer.status_code, answer.json()["type"]) == (404, "/problems/unknown-subscription")
