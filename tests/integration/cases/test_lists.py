"""Pages of queues and lists, walked to their end, show what belongs there, in order, each case once.

Many units are walked first and asked apart when the walk does not fill a page; few are asked at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import orjson
import pytest

from app.cases import repository
from app.cases.repository import queues
from app.cases.schemas import line, page_answer
from app.cases.service import NEWEST, START
from app.cases.terms import CaseState, QueueView, Scope
from app.kit.ids import UnitId
from app.process import Process
from app.web.answers import as_json
from tests.builders import HAIDUONG, a_case

NOTHING_EXTRA = (QueueView.TRIAGE, QueueView.INBOX, QueueView.APPROVAL)
STATES = (CaseState.RECEIVED, CaseState.IN_PROGRESS, CaseState.AWAITING_APPROVAL, CaseState.RESOLVED)
IN_VIEW = {
    QueueView.TRIAGE: {"received"},
    QueueView.INBOX: {"received", "assigned", "in_progress", "awaiting_reporter"},
    QueueView.APPROVAL: {"awaiting_approval"},
}


@pytest.fixture
async def units(process: Process) -> list[UnitId]:
    """Seven units with cases in all states, some due at the same instant, the first with many; one with none."""
    directory = process.books.directory
    held = [unit.id for unit in directory.units(HAIDUONG) if unit.code.startswith("H23.21.")][:7]
    for number in range(28):
        filed = await a_case(process, STATES[number % 4])
        unit = held[0] if number % 2 else held[number // 4 % 6]
        await process.db.lane.fetchval(
            "UPDATE cases SET unit_id = $2, due_at = due_at + $3 * interval '1 hour' WHERE code = $1",
            filed.code, unit, float(number % 5),
        )  # fmt: skip
    return held


async def everything(process: Process) -> list[dict[str, Any]]:
    return [dict(row) for row in await process.db.lane.fetch("SELECT * FROM cases")]


def scopes(units: list[UnitId]) -> list[Scope]:
    kinds: list[Sequence[UnitId]] = [units, units[:5], units[:2], units[3:4], units[6:]]
    return [Scope(HAIDUONG, frozenset(some), whole=False) for some in kinds] + [
        Scope(HAIDUONG, frozenset(units), whole=True)
    ]


@pytest.mark.parametrize("limit", [1, 3, 50])
async def test_a_queue_walked_to_its_end_shows_each_case_once_due_first(
    process: Process, units: list[UnitId], limit: int
) -> None:
    cases = await everything(process)
    for scope in scopes(units):
        for view in NOTHING_EXTRA:
            wanted = sorted(
                (row["due_at"], row["id"], row["code"])
                for row in cases
                if (scope.whole or row["unit_id"] in scope.units) and row["state"] in IN_VIEW[view]
            )
            seen: list[str] = []
            after = START
            while page := await queues.list_queue(
                process.db, scope, view, categories=None, extra=(), after=after, limit=limit
            ):
                seen += [row["code"] for row in page]
                after = (page[-1]["due_at"], page[-1]["id"])
            assert seen == [code for *_, code in wanted], (view, len(scope.units), scope.whole)


async def test_what_is_late_and_what_is_soon_part_the_queue(process: Process, units: list[UnitId]) -> None:
    cases = [row for row in await everything(process) if row["state"] != "resolved"]
    now = sorted(row["due_at"] for row in cases)[len(cases) // 2]
    scope = Scope(HAIDUONG, frozenset(units), whole=False)
    late, soon = [
        await queues.list_queue(process.db, scope, view, categories=None, extra=extra, after=START, limit=50)
        for view, extra in (
            (QueueView.OVERDUE, (now,)),
            (QueueView.DUE_SOON, (now, now + timedelta(days=365))),
        )
    ]
    assert {row["code"] for row in late} == {row["code"] for row in cases if row["due_at"] < now}
    assert {row["code"] for row in soon} == {row["code"] for row in cases if row["due_at"] >= now}
    assert late
    assert soon


@pytest.mark.parametrize("limit", [1, 3, 50])
@pytest.mark.parametrize("state", [None, CaseState.RECEIVED, CaseState.RESOLVED])
async def test_a_list_walked_to_its_end_shows_each_case_once_newest_first(
    process: Process, units: list[UnitId], limit: int, state: CaseState | None
) -> None:
    cases = await everything(process)
    for scope in scopes(units):
        for areas in (None, ["10507"], ["10507", "10510", "10513", "10516", "288"]):
            wanted = sorted(
                (row["id"], row["code"])
                for row in cases
                if (scope.whole or row["unit_id"] in scope.units)
                and (state is None or row["state"] == state)
                and (areas is None or row["area_commune"] in areas)
            )
            seen: list[str] = []
            before = NEWEST
            while page := await repository.list_cases(
                process.db, scope, categories=None, state=state, areas=areas, opened_since=None, before=before,
                limit=limit,
            ):  # fmt: skip
                seen += [row["code"] for row in page]
                before = page[-1]["id"]
            assert seen == [code for _, code in reversed(wanted)], (areas, len(scope.units), scope.whole)


@pytest.mark.parametrize("limit", [1, 4, 500])
async def test_what_is_due_first_is_counted_whatever_unit_holds_it(
    process: Process, units: list[UnitId], limit: int
) -> None:
    first = sorted(
        (row["due_at"], row["id"], row["state"])
        for row in await everything(process)
        if row["state"] != "resolved" and row["unit_id"] in units
    )[:limit]
    now = first[-1][0] + timedelta(seconds=1)
    for whole in (True, False):
        counted = await queues.count_queues(
            process.db, Scope(HAIDUONG, frozenset(units), whole=whole), officer=None, now=now, soon=now, limit=limit
        )
        assert counted["looked"] == len(first)
        assert counted["overdue"] == len(first)
        assert counted["triage"] == sum(state == "received" for *_, state in first)


async def test_a_page_holds_the_lines_that_pages_show(process: Process, units: list[UnitId]) -> None:
    scope, now = Scope(HAIDUONG, frozenset(units), whole=False), process.clock.now()
    rows = await queues.list_queue(process.db, scope, QueueView.INBOX, categories=None, extra=(), after=START, limit=50)
    lines = [line(row, process.books, HAIDUONG, now) for row in rows]
    for _ in range(2):  # the second time from what is remembered
        page = orjson.loads(page_answer(rows, process.books, HAIDUONG, now, "next"))
        assert page == orjson.loads(as_json({"items": lines, "next_cursor": "next"}))
    assert len(lines) > 5
