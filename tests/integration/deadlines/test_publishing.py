"""Two who publish at once: one is told to look again."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.db.engine import Database
from app.db.work import write_work
from app.deadlines import repository
from app.deadlines.errors import EditRace
from app.deadlines.seed import packaged_targets, packaged_week
from app.kit.clock import FixedClock
from tests.builders import HAIDUONG


async def test_of_two_edits_with_one_number_the_second_is_refused(committed_db: Database, clock: FixedClock) -> None:
    edit = replace(packaged_week(HAIDUONG), version=2)
    async with write_work(committed_db, clock, HAIDUONG) as first:
        await repository.add_edit(first, edit, None)
    with pytest.raises(EditRace):
        async with write_work(committed_db, clock, HAIDUONG) as second:
            await repository.add_edit(second, edit, None)


async def test_of_two_targets_with_one_number_the_second_is_refused(committed_db: Database, clock: FixedClock) -> None:
    with pytest.raises(EditRace):
        async with write_work(committed_db, clock, HAIDUONG) as work:
            await repository.add_target(work, packaged_targets(HAIDUONG)[0], None)


async def test_a_recount_is_one_workers_at_a_time(committed_db: Database, clock: FixedClock) -> None:
    async with write_work(committed_db, clock, HAIDUONG) as work:
        await repository.add_edit(work, replace(packaged_week(HAIDUONG), version=2), None)
    async with write_work(committed_db, clock, HAIDUONG) as one:
        assert await repository.next_recount(one, HAIDUONG) is not None
        async with write_work(committed_db, clock, HAIDUONG) as other:
            assert await repository.next_recount(other, HAIDUONG) is None
