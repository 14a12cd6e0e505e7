"""What the portals of units show follows the publications."""

from __future__ import annotations

import inspect
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from app.cases.models import Case
from app.db.engine import Database
from app.db.work import Work, in_work, write_work
from app.directory.repository import DirectoryLoader
from app.directory.snapshot import Unit
from app.kit.clock import FixedClock
from app.kit.ids import UnitId
from app.publication import service
from app.publication.service import rebuild_all
from tests.public_cases import HAIDUONG, Province, load_province
from tests.statements import Statements

_ROWS = """
SELECT u.code AS unit, p.code, p.shown, p.revision, p.is_open, p.overdue, encode(p.sha256, 'hex') AS sha256
FROM unit_publications p JOIN units u ON u.tenant_id = p.tenant_id AND u.id = p.unit_id ORDER BY u.code
"""
_COUNTED = """
SELECT u.code, f.in_progress FROM figure_cells f JOIN units u ON u.tenant_id = f.tenant_id AND u.id = f.unit_id
WHERE f.category = '' AND f.period = 0 AND f.area_district = '*'
"""
_MOVE = "UPDATE units SET parent_id = $1 WHERE code = 'H23.21.01'"


@pytest.fixture
async def province(db: Database, clock: FixedClock) -> Province:
    async with write_work(db, clock, HAIDUONG) as work:
        return await load_province(work)


async def shown(db: Database) -> dict[str, Any]:
    """Whether each portal shows the one case there is."""
    return {row["unit"]: row["shown"] for row in await db.lane.fetch(_ROWS)}


async def a_case(db: Database, clock: FixedClock, province: Province, unit: str = "H23.21.01") -> Case:
    async with write_work(db, clock, HAIDUONG) as work:
        unit_id = province.directory.unit_by_code(HAIDUONG, unit).id
        case = await province.a_case(work, unit_id=unit_id)
        await province.rebuild(work, case.id)
    return case


async def placed(db: Database, clock: FixedClock, province: Province) -> int:
    async def verb(work: Work) -> int:
        return await service.place(work, HAIDUONG, directory=province.directory)

    return await in_work(db, clock, HAIDUONG, verb)


async def test_a_case_is_shown_by_its_unit_and_all_above(db: Database, clock: FixedClock, province: Province) -> None:
    await a_case(db, clock, province)
    assert await shown(db) == {"H23": True, "H23.21": True, "H23.21.01": True}
    rows = await db.lane.fetch(_ROWS)
    assert len({row["sha256"] for row in rows}) == 1
    assert {(row["revision"], row["is_open"], row["overdue"]) for row in rows} == {(1, True, False)}


async def test_what_an_earlier_release_wrote_is_placed(db: Database, clock: FixedClock, province: Province) -> None:
    await a_case(db, clock, province)
    before = [tuple(row) for row in await db.lane.fetch(_ROWS)]
    await db.lane.fetch("DELETE FROM unit_publications")
    await db.lane.fetch("UPDATE publications SET placed = NULL")
    assert await placed(db, clock, province) == 1
    assert [tuple(row) for row in await db.lane.fetch(_ROWS)] == before
    assert await placed(db, clock, province) == 0


async def test_what_an_earlier_release_took_back_is_gone_from_all(
    db: Database, clock: FixedClock, province: Province
) -> None:
    await a_case(db, clock, province)
    await db.lane.fetch("UPDATE publications SET published = false, revision = 2, line = '{}'")
    assert await placed(db, clock, province) == 1
    assert set((await shown(db)).values()) == {False}


async def test_a_rebuild_of_all_puts_right_what_portals_show(
    db: Database, clock: FixedClock, province: Province
) -> None:
    await a_case(db, clock, province)
    await db.lane.fetch("UPDATE unit_publications SET shown = false, sha256 = ''")
    changed = await rebuild_all(db, clock, HAIDUONG, directory=province.directory, catalogue=province.catalogue)
    assert changed == 0
    assert set((await shown(db)).values()) == {True}


async def test_a_unit_that_moves_is_told_to_the_mirrors_of_what_it_left_and_joined(
    db: Database, clock: FixedClock, province: Province, monkeypatch: pytest.MonkeyPatch
) -> None:
    case, directory = await a_case(db, clock, province), province.directory
    left, top = directory.unit_by_code(HAIDUONG, "H23.21"), directory.unit_by_code(HAIDUONG, "H23")
    joined = next(one for one in directory.units(HAIDUONG) if one.parent_id == top.id and one.id != left.id)
    clock.at += timedelta(minutes=1)
    await a_case(db, clock, province, joined.code)  # which its mirror has heard of
    heard = {}
    for unit in (left, joined, top):
        told = await service.portal_changes(db, HAIDUONG, UnitId(unit.id), after=None, limit=9)
        heard[unit.id] = told[-1].updated_at, told[-1].case_id

    async def news(unit: Unit) -> list[tuple[UUID, bool]]:
        after = heard[unit.id]
        told = await service.portal_changes(db, HAIDUONG, UnitId(unit.id), after=after, limit=9)
        return [(one.case_id, one.line is not None) for one in told]

    monkeypatch.setattr(DirectoryLoader, "__call__", inspect.unwrap(DirectoryLoader.__call__))  # not what is kept
    try:
        await db.lane.fetch(_MOVE, joined.id)
        async with write_work(db, clock, HAIDUONG) as work:
            moved = await load_province(work)
    finally:
        await db.lane.fetch(_MOVE, left.id)
    for _ in range(2):  # what is as it should be is not told again, and keeps its time
        await rebuild_all(db, clock, HAIDUONG, directory=moved.directory, catalogue=moved.catalogue)
        assert await news(left) == [(case.id, False)]
        assert await news(joined) == [(case.id, True)]
        assert await news(top) == []
        counted = dict(map(tuple, await db.lane.fetch(_COUNTED)))
        assert counted == {"H23": 2, left.code: 0, joined.code: 2, "H23.21.01": 1}
        clock.at += timedelta(minutes=1)


async def test_a_hundred_changes_are_stored_by_as_many_statements_as_one(
    db: Database, clock: FixedClock, province: Province, statements: Statements
) -> None:
    costs = []
    for count in (1, 100):
        async with write_work(db, clock, HAIDUONG) as work:
            cases = [await province.a_case(work) for _ in range(count)]
            await work.settle()
            statements.clear()
            await province.rebuild(work, *[case.id for case in cases])
            costs.append(len(statements))
    assert costs[0] == costs[1]
