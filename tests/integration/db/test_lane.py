"""The lane: few connections for many statements, none lost by what happens to a statement."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import asyncpg
import pytest

from app.db.engine import lane_to
from app.db.errors import DatabaseUnavailable
from app.db.lane import Lane
from tests.conftest import make_settings


@pytest.fixture
async def lane(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Lane]:
    settings = make_settings(database_url, tmp_path_factory.mktemp("lane"))
    opened = await Lane.open(lane_to(database_url, settings), size=2, wait_s=0.2)
    yield opened
    await opened.close()


async def _backends(lane: Lane) -> set[int]:
    return set(await asyncio.gather(*(lane.fetchval("SELECT pg_backend_pid() FROM pg_sleep(0.02)") for _ in range(6))))


async def test_many_statements_share_a_few_connections_and_all_are_answered(lane: Lane) -> None:
    answers = await asyncio.gather(*(lane.fetchval("SELECT $1::int", number) for number in range(50)))
    assert answers == list(range(50))
    assert len(await _backends(lane)) <= 2
    assert lane.busy == lane.losses.exhausted == lane.losses.lost == 0


async def test_who_gets_no_connection_in_time_is_told_that_the_database_is_away(lane: Lane) -> None:
    slow = [asyncio.create_task(lane.fetchval("SELECT 1 FROM pg_sleep(0.5)")) for _ in range(2)]
    await asyncio.sleep(0.05)
    with pytest.raises(DatabaseUnavailable):
        await lane.fetchval("SELECT 1")
    assert lane.losses.exhausted == 1
    assert await asyncio.gather(*slow) == [1, 1]
    assert await lane.fetchval("SELECT 2") == 2


async def test_a_refused_statement_keeps_its_connection(lane: Lane) -> None:
    before = await lane.fetchval("SELECT pg_backend_pid()")
    with pytest.raises(asyncpg.PostgresSyntaxError):
        await lane.fetchval("SELEC 1")
    assert await lane.fetchval("SELECT pg_backend_pid()") == before


async def test_a_connection_that_the_server_ended_costs_one_statement_and_is_replaced(lane: Lane) -> None:
    before = await lane.fetchval("SELECT pg_backend_pid()")
    with pytest.raises(DatabaseUnavailable):
        await lane.fetchval("SELECT pg_terminate_backend(pg_backend_pid())")
    assert lane.losses.lost == 1
    assert await lane.fetchval("SELECT pg_backend_pid()") != before


async def test_a_statement_cut_off_by_its_caller_leaves_room_for_others(lane: Lane) -> None:
    cut = [asyncio.create_task(lane.fetchval("SELECT 1 FROM pg_sleep(5)")) for _ in range(2)]
    await asyncio.sleep(0.05)
    waiting = asyncio.create_task(lane.fetchval("SELECT 3"))
    await asyncio.sleep(0)
    for task in cut:
        task.cancel()
    assert await waiting == 3
    assert lane.busy == 0


async def test_a_waiter_that_gives_up_takes_no_connection_with_it(lane: Lane) -> None:
    slow = [asyncio.create_task(lane.fetchval("SELECT 1 FROM pg_sleep(0.1)")) for _ in range(2)]
    await asyncio.sleep(0.02)
    leaving = asyncio.create_task(lane.fetchval("SELECT 1"))
    await asyncio.sleep(0.02)
    leaving.cancel()
    await asyncio.gather(*slow)
    assert len(await _backends(lane)) == 2
    assert lane.busy == 0


async def test_a_closed_lane_finishes_what_is_under_way_and_takes_nothing_new(lane: Lane) -> None:
    under_way = asyncio.create_task(lane.fetchval("SELECT 1 FROM pg_sleep(0.1)"))
    await asyncio.sleep(0.02)
    await lane.close()
    assert await under_way == 1
    with pytest.raises(DatabaseUnavailable):
        await lane.fetchval("SELECT 1")
