"""Lines are served at once: one that hangs keeps nobody waiting, and trouble with one is no other's."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from app.couriers.lines import ClockGuard, Raises, serve_lines
from app.kit.clock import FixedClock
from app.kit.ids import TenantId

AT_ONCE = 8
LINES = [(TenantId(1), UUID(int=number)) for number in range(AT_ONCE + 2)]


async def test_one_that_hangs_keeps_nobody_waiting_and_no_more_are_at_it_than_may_be() -> None:
    others, at_it, most = asyncio.Event(), 0, 0

    async def serve(_: TenantId, line_id: UUID) -> int:
        nonlocal at_it, most
        at_it += 1
        most = max(most, at_it)
        if line_id == LINES[0][1]:
            await others.wait()
        elif line_id == LINES[-1][1]:
            others.set()
        await asyncio.sleep(0)
        at_it -= 1
        return 1

    assert await serve_lines(serve, LINES, at_once=AT_ONCE, raises=Raises.ANY) == len(LINES)
    assert most == AT_ONCE


@pytest.mark.parametrize(
    ("failing", "raises", "told"),
    [(1, Raises.ANY, True), (1, Raises.ALL, False), (len(LINES), Raises.ALL, True), (0, Raises.ANY, False)],
)
async def test_trouble_with_lines_is_told_when_all_have_had_their_turn(
    failing: int, raises: Raises, told: bool
) -> None:
    served = 0

    async def serve(_: TenantId, line_id: UUID) -> int:
        nonlocal served
        if line_id.int < failing:
            raise LookupError
        await asyncio.sleep(0)
        served += 1
        return 1

    turn = serve_lines(serve, LINES, at_once=AT_ONCE, raises=raises)
    if told:
        with pytest.raises(LookupError):
            await turn
    else:
        assert await turn == served
    assert served == len(LINES) - failing


async def test_nobody_is_served_when_nothing_is_due() -> None:
    async def serve(_: TenantId, __: UUID) -> int:
        raise LookupError

    assert await serve_lines(serve, [], at_once=AT_ONCE, raises=Raises.ALL) == 0


async def test_a_clock_that_was_set_back_is_noticed_for_each_tenant_until_it_was_seen_to() -> None:
    clock = FixedClock(datetime(2026, 11, 20, 3, tzinfo=UTC))
    guard, woken, broken = ClockGuard(clock), list[tuple[TenantId, datetime]](), False
    tenants = [TenantId(1), TenantId(2)]

    async def wake(tenant_id: TenantId, now: datetime) -> None:
        if broken:
            raise LookupError
        woken.append((tenant_id, now))

    await guard.look(tenants, wake)
    assert woken == [(one, clock.at) for one in tenants], "nothing was known of the clock"
    await guard.look(tenants, wake)
    clock.at += timedelta(minutes=1)
    await guard.look(tenants, wake)
    assert len(woken) == 2
    clock.at -= timedelta(hours=1)
    broken = True
    with pytest.raises(LookupError):
        await guard.look(tenants, wake)
    broken = False
    await guard.look(tenants, wake)
    assert woken[2:] == [(one, clock.at) for one in tenants]
