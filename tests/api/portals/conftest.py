"""Public cases of several units, over the whole application."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from app.cases.models import Case
from app.db.engine import Database
from app.db.work import write_work
from app.kit.clock import FixedClock
from tests.public_cases import HAIDUONG, Province, load_province

Publish = Callable[..., Awaitable[Case]]
Change = Callable[..., Awaitable[None]]


@pytest.fixture
async def province(db: Database, clock: FixedClock) -> Province:
    async with write_work(db, clock, HAIDUONG) as work:
        return await load_province(work)


@pytest.fixture
def publish(db: Database, clock: FixedClock, province: Province) -> Publish:
    """A public case of the unit with this code, committed."""

    async def make(unit: str = "H23.21.01", **given: Any) -> Case:
        async with write_work(db, clock, HAIDUONG) as work:
            unit_id = province.directory.unit_by_code(HAIDUONG, unit).id
            case = await province.a_case(work, unit_id=unit_id, **given)
            await province.rebuild(work, case.id)
        return case

    return make


@pytest.fixture
def change(db: Database, clock: FixedClock, province: Province) -> Change:
    """The case as its next version, projected, committed; `unit` by code."""

    async def alter(case: Case, unit: str | None = None, **given: Any) -> None:
        async with write_work(db, clock, HAIDUONG) as work:
            if unit is not None:
                given["unit_id"] = province.directory.unit_by_code(HAIDUONG, unit).id
            await province.change(work, await work.session.merge(case), **given)
            await province.rebuild(work, case.id)
        case.version += 1

    return alter
