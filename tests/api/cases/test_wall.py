"""The wall for machines: the numbers of the console's, of one's own units, and a tag that changes with them alone."""

from __future__ import annotations

from datetime import timedelta

import httpx

from app.cases.terms import CaseState
from app.identity.terms import Role
from app.kit.clock import FixedClock
from app.process import Process
from tests.builders import BINH_HAN, CAM_THUONG, CITY, a_case, an_officer
from tests.statements import Statements

WALL = "/api/v1/staff/wall"


async def test_the_wall_counts_what_is_open_and_is_silent_while_nothing_changes(
    client: httpx.AsyncClient, process: Process, clock: FixedClock, statements: Statements
) -> None:
    await a_case(process, CaseState.IN_PROGRESS)
    await a_case(process, CaseState.AWAITING_APPROVAL)
    await a_case(process, CaseState.RESOLVED)
    await a_case(process, area="10510")
    city, ward = await an_officer(process, Role.AUDITOR, unit=CITY), await an_officer(process)
    statements.clear()
    first = await client.get(WALL, headers=city.headers)
    assert len(statements) == 2, "signed in, counted"
    wall = first.json()
    assert wall["total"] == {"open": 3, "overdue": 0, "due_soon": 0, "to_sort": 1, "to_approve": 1}
    assert [(one["unit"]["code"], one["open"]) for one in wall["items"]] == [(CAM_THUONG, 2), (BINH_HAN, 1)]
    own = (await client.get(WALL, headers=ward.headers)).json()
    assert [one["unit"]["code"] for one in own["items"]] == [CAM_THUONG]
    assert own["total"]["open"] == 2
    asked = {**city.headers, "If-None-Match": first.headers["etag"]}
    clock.at += timedelta(minutes=1)
    again = await client.get(WALL, headers=asked)
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", first.headers["etag"])
    clock.at += timedelta(days=60)
    changed = await client.get(WALL, headers=asked)
    assert changed.status_code == 200
    assert changed.json()["total"]["overdue"] == 3
    assert changed.headers["cache-control"] == "private, no-cache"
