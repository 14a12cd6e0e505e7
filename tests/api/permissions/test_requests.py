"""Every role, in every place of its unit, tries every verb on a service request in every state, through the API.

What is expected is read from docs/permissions.md, not from the code that is under test. Rows are brought to a state by
one statement: verbs that lead there have tests of their own.
"""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest

from app.db.engine import Database
from app.identity.terms import Role
from app.media.store import FolderStore
from app.process import Process
from app.service_requests.policies import Whose
from app.service_requests.terms import RequestState
from app.settings import Settings
from tests import permissions
from tests.api.permissions.test_matrix import a_foreign_officer
from tests.applicants import ENVIRONMENT_DEPARTMENT, ENVIRONMENT_OFFICE, VERB_BODIES, Life, an_applicant, an_upload
from tests.builders import BINH_HAN, CAM_THUONG, PROVINCE, an_officer
from tests.permissions import Place, RequestLine

S = RequestState
SOMEBODY = "01a21861-4ea2-7085-81a7-33e018a94b2e"
_KEY = {"tenant_id", "request_id", "code"}
ENDED, DECIDED = {S.NOT_ACCEPTED, S.RETURNED}, {S.DONE, S.RETURNED}


class Spot(StrEnum):
    """Where an officer's unit stands in the request: the office has the step that verbs name, the decider another."""

    RECEIVER = CAM_THUONG
    OFFICE = ENVIRONMENT_OFFICE
    DECIDER = ENVIRONMENT_DEPARTMENT
    ABOVE = PROVINCE
    SIBLING = BINH_HAN


PARTS = (Spot.RECEIVER, Spot.OFFICE, Spot.DECIDER)
Person = tuple[frozenset[Role], Spot | None]


def named_step(line: RequestLine, state: RequestState) -> str:
    """The step that the verb names: one that is open, of the office while that is at work."""
    if line.verb == "give-opinion":
        return "opinion-1"
    return "return" if line.verb == "assign" and state is S.DONE else "map_extract"


def units_of(line: RequestLine, state: RequestState) -> set[Spot]:
    """The units that the document says the verb belongs to, as `stand` puts the request."""
    match line.whose:
        case Whose.RECEIVER | Whose.RETURNER:
            return {Spot.RECEIVER}
        case Whose.DECIDER:
            return {Spot.DECIDER}
        case Whose.NAMED:
            return {Spot.RECEIVER if named_step(line, state) == "return" else Spot.OFFICE}
        case Whose.AT_WORK:
            if state in ENDED:
                return set(PARTS)
            return {Spot.RECEIVER} if state in DECIDED else {Spot.OFFICE, Spot.DECIDER}


def people_for(line: RequestLine, state: RequestState) -> list[tuple[Person, bool]]:
    """Who tries, and whether the document lets him: each permitted role alone, all others of a place at once.

    Of a state that does not have the verb, one permitted role of a place: roles are looked at before states.
    """
    found: list[tuple[Person, bool]] = []
    units = units_of(line, state)
    for spot in (*PARTS, Spot.ABOVE):
        place = Place.HOLDER if spot in units else Place.ABOVE if spot is Spot.ABOVE else None
        allowed = {role for role in Role if (role, place) in line.permitted}
        alone = sorted(allowed)[: None if state in line.states else 1]
        found += [((frozenset({role}), spot), True) for role in alone]
        found.append(((frozenset(Role) - allowed, spot), False))
    return found


class Desk:
    """One request, put into any state as often as one likes."""

    def __init__(self, db: Database, life: Life, request: str, steps: str) -> None:
        self._db = db
        self.life = life
        self._request = request
        self._steps = steps

    @classmethod
    async def of(cls, db: Database, life: Life) -> Desk:
        """As the rows are now."""
        row = await db.lane.fetchrow(
            "SELECT to_jsonb(r)::text AS request, (SELECT jsonb_agg(to_jsonb(s))::text FROM service_request_steps s"
            " WHERE s.request_id = r.id) AS steps FROM service_requests r WHERE r.code = $1",
            life.code,
        )
        assert row is not None
        return cls(db, life, row["request"], row["steps"])

    async def stand(self, state: RequestState, *, drafted: bool, overdue: bool) -> None:
        """The request in the state: the office and the decider at work, the receiver done; or over."""
        request, steps = orjson.loads(self._request), orjson.loads(self._steps)
        held = state in {S.SUPPLEMENT_REQUESTED, S.PAYMENT_REQUESTED, S.WITHDRAWAL_ASKED, S.STOPPED}
        at = request["accepted_at"]
        request |= {
            "state": state.value,
            "came_from": ["processing"] if held else [],
            "version": 1,
            "closed_at": at if state in ENDED else None,
            "decided_at": at if state in DECIDED else None,
            "overdue_at": at if overdue else None,
            "complained_at": None,
            "drafted_by": SOMEBODY if drafted else None,
            "drafted_outcome": "granted" if drafted else None,
        }
        done = {"receive", "verify_origin"}
        opened = {"map_extract", "decide", "opinion-1"}
        if state in DECIDED:
            done, opened = done | opened, {"return"}
        if state in ENDED:
            done, opened = done | opened, set()
        for step in steps:
            at_work = step["code"] in opened
            step["state"] = "open" if at_work else "done" if step["code"] in done else "waiting"
            step["opened_at"] = at if step["state"] != "waiting" else None
            step["due_at"], step["clock"] = (request["due_at"], request["clock"]) if at_work else (None, None)
        columns = ", ".join(request)
        sets = ", ".join(f"{name} = excluded.{name}" for name in steps[0] if name not in _KEY)
        await self._db.lane.fetch(
            "WITH others AS (DELETE FROM service_request_steps WHERE request_id = $1 AND NOT code = ANY ($4)),"
            " stood AS (INSERT INTO service_request_steps SELECT * FROM"
            " jsonb_populate_recordset(NULL::service_request_steps, $3::jsonb)"
            f" ON CONFLICT (tenant_id, request_id, code) DO UPDATE SET {sets})"
            f" UPDATE service_requests SET ({columns}) = (SELECT {columns} FROM"
            " jsonb_populate_record(NULL::service_requests, $2::jsonb)) WHERE id = $1",
            request["id"],
            orjson.dumps(request).decode(),
            orjson.dumps(steps).decode(),
            [step["code"] for step in steps],
        )


@pytest.fixture
async def desk(client: httpx.AsyncClient, process: Process, settings: Settings, db: Database, tmp_path: Path) -> Desk:
    """A land request that was accepted, with an opinion asked of the office for a step nobody is at."""
    store, life = FolderStore(tmp_path), Life(client, await an_applicant(client))
    papers = [
        {"document": name, "upload": await an_upload(process, store, settings), "name": name}
        for name in ("certificate", "contract")
    ]
    assert (await life.file(documents=papers)).status_code == 201
    commune = await an_officer(process, unit=CAM_THUONG)
    assert (await life.do(commune, "accept")).status_code == 200
    asked = await life.do(commune, "consult", step="receive", unit=ENVIRONMENT_OFFICE, question="Thử?")
    assert asked.status_code == 200, asked.text
    await db.lane.fetch("UPDATE service_request_steps SET asked_by = 'obligations' WHERE asked_by IS NOT NULL")
    return await Desk.of(db, life)


async def everybody(process: Process) -> dict[Person, dict[str, str]]:
    """Headers of whoever tries anything; strangers hold every role at once."""
    wanted = {
        person
        for line in permissions.request_verbs()
        for state in RequestState
        for person, _ in people_for(line, state)
        if person[0]
    }
    found: dict[Person, dict[str, str]] = {}
    for roles, spot in sorted(wanted, key=lambda one: (str(one[1]), sorted(one[0]))):
        assert spot is not None
        found[roles, spot] = (await an_officer(process, *roles, unit=spot.value)).headers
    found[frozenset(Role), Spot.SIBLING] = (await an_officer(process, *Role, unit=BINH_HAN)).headers
    found[frozenset(Role), None] = await a_foreign_officer(process)
    return found


def body_of(line: RequestLine, state: RequestState, colleagues: dict[str, str]) -> dict[str, Any] | None:
    """What the verb is told; `colleagues`: whom a step may be given to."""
    body = VERB_BODIES.get(line.verb)
    if body is None or "step" not in body:
        return body
    step = named_step(line, state)
    told = {"step": step, "to": "verify_origin", "officer": colleagues.get(step)}
    return {**body, **{name: value for name, value in told.items() if name in body}}


async def test_what_the_document_does_not_permit_is_refused(
    client: httpx.AsyncClient, process: Process, db: Database, desk: Desk
) -> None:
    people = await everybody(process)
    colleagues = {
        step: (await an_officer(process, unit=unit)).username
        for step, unit in (("map_extract", ENVIRONMENT_OFFICE), ("return", CAM_THUONG))
    }
    entries = "SELECT count(*) FROM timeline_entries"
    tried, done = {200: 0, 403: 0, 404: 0, 409: 0}, set[tuple[str, str]]()
    for line in permissions.request_verbs():
        for state in RequestState:
            body = body_of(line, state, colleagues)
            drafted = line.verb in {"sign", "reject-decision"} and state is S.PROCESSING
            overdue = line.verb == "complain"
            await desk.stand(state, drafted=drafted, overdue=overdue)
            before = await db.lane.fetchval(entries)
            strangers: list[tuple[Person, bool]] = [((frozenset(Role), spot), False) for spot in (Spot.SIBLING, None)]
            for person, permitted in (*people_for(line, state), *strangers):
                if not person[0]:
                    continue
                answer = await client.post(
                    f"{desk.life.staff}/{line.verb}", json=body, headers={**people[person], "If-Match": '"1"'}
                )
                who = f"{sorted(person[0])} of {person[1]}: {line.verb} of one that is {state}: {answer.text}"
                if person[1] in {Spot.SIBLING, None}:
                    assert answer.status_code == 404, who
                elif not permitted:
                    assert answer.status_code == 403, who
                    assert answer.json()["detail"], who
                else:
                    assert answer.status_code in ({200, 409} if state in line.states else {409}), who
                tried[answer.status_code] += 1
                if answer.status_code == 200:
                    done.add((line.verb, state))
                    await desk.stand(state, drafted=drafted, overdue=overdue)
                    before = await db.lane.fetchval(entries)
            assert await db.lane.fetchval(entries) == before, f"{line.verb} was refused and has written all the same"
    assert all(tried.values()), tried
    possible = {(line.verb, state) for line in permissions.request_verbs() for state in line.states}
    assert possible == done, "each verb was done from each state that has it"
