"""A case that thousands support is looked at part by part, and whoever dies in between is followed by another."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from app.cases.terms import CaseState
from app.db.work import Work, in_work
from app.kit.clock import FixedClock
from app.mobile.service.changes import MOST_AT_ONCE
from app.outbox import service as outbox
from app.process import Process
from app.publication.terms import Change
from app.worker import loop
from tests.builders import HAIDUONG, a_case
from tests.statements import Statements

NUMBER = MOST_AT_ONCE + 300
_GIVE = """
INSERT INTO supports (tenant_id, id, case_id, citizen_id, proven, lang, given_at)
SELECT $1, gen_random_uuid(), $2, gen_random_uuid(), true, 'vi', now() FROM generate_series(1, $3::int)
"""
_TOLD = "SELECT count(*), count(DISTINCT number), count(DISTINCT citizen_id) FROM own_changes WHERE kind = 'support'"


async def test_a_case_that_thousands_support_is_looked_at_part_by_part(
    process: Process, clock: FixedClock, drain: Callable[[], Awaitable[int]], statements: Statements
) -> None:
    code = (await a_case(process, CaseState.IN_PROGRESS)).code
    await drain()
    case_id = await process.db.lane.fetchval("SELECT id FROM cases WHERE code = $1", code)
    await process.db.lane.fetch(_GIVE, HAIDUONG, case_id, NUMBER)
    (mobile,) = (one for one in loop.consumers(process) if one.name == "mobile")

    async def tell(work: Work) -> None:
        outbox.append(
            work, tenant_id=HAIDUONG, type=Change.UPDATED.value, subject_id=case_id, subject_version=9, payload={}
        )

    async def told() -> list[int]:
        return list(*await process.db.lane.fetch(_TOLD))

    await in_work(process.db, clock, HAIDUONG, tell)
    await loop.number(process)
    statements.clear()
    assert await loop.react(process, mobile) == 1
    assert sum("WITH RECURSIVE mine" in text for text in statements.texts) == MOST_AT_ONCE / 500
    assert await told() == [MOST_AT_ONCE] * 3
    await loop.number(process)
    assert await loop.react(process, mobile) == 1
    assert await told() == [NUMBER] * 3
    await loop.number(process)
    assert await loop.react(process, mobile) == 0
