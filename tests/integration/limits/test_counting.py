"""Counting in PostgreSQL: as app/kit/gcra.py has it, exact among many at once, narrow before wide, in one statement."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest

from app.db.engine import Database
from app.db.work import write_work
from app.identity.terms import Actor, ActorKind
from app.kit import gcra
from app.kit.clock import FixedClock
from app.kit.gcra import Rate
from app.kit.ids import TenantId
from app.limits import service as limits
from app.limits.errors import LimitReached
from app.limits.terms import Asking, Judged, Limited, Per
from tests.statements import Statements

SECRET, HERE, NOW = bytes(32), TenantId(1), datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
LINE, NEIGHBOUR, FAR = "203.113.5.9", "203.113.5.10", "203.113.77.1"
RATES: Mapping[Per, Rate] = {
    Per.PERSON: Rate(2, HOUR),
    Per.ADDRESS: Rate(3, HOUR),
    Per.NETWORK: Rate(5, HOUR),
    Per.TENANT: Rate(7, HOUR),
}


async def asked(
    db: Database, address: str = LINE, *persons: str, now: datetime = NOW, tenant: TenantId = HERE,
    rates: Mapping[Per, Rate] = RATES,
) -> Judged:  # fmt: skip
    return await limits.count(db, SECRET, tenant, Limited.REPORTS, Asking(address, persons), now=now, rates=rates)


async def refused_by(db: Database, address: str = LINE, *persons: str, now: datetime = NOW) -> Per | None:
    """By what one more is refused; None: it is let in."""
    judged = await asked(db, address, *persons, now=now)
    return judged.refused.per if judged.refused else None


async def test_it_is_counted_by_person_address_network_and_tenant_in_one_statement(
    db: Database, statements: Statements
) -> None:
    assert [await refused_by(db, LINE, "a") for _ in range(3)] == [None, None, Per.PERSON]
    assert len(statements) == 3
    assert [await refused_by(db, LINE, "b") for _ in range(2)] == [None, Per.ADDRESS], "what was refused is not counted"
    assert [await refused_by(db, NEIGHBOUR, "c") for _ in range(2)] == [None, None]
    assert await refused_by(db, "203.113.5.11", "d") is Per.NETWORK
    assert [await refused_by(db, FAR, one) for one in "efg"] == [None, None, Per.TENANT]
    assert (await asked(db, FAR, "h", tenant=TenantId(2))).refused is None, "another province counts for itself"
    assert await db.lane.fetchval("SELECT count(*) FROM limit_marks WHERE octet_length(key) <> 32") == 0


async def test_of_many_at_once_exactly_so_many_are_let_in(db: Database) -> None:
    rates = {Per.PERSON: Rate(1000, HOUR), Per.ADDRESS: Rate(7, HOUR), Per.NETWORK: Rate(1000, HOUR)}
    await asked(db, LINE, rates=rates)  # the row is there: of two firsts at once both may be the first
    judged = await asyncio.gather(*(asked(db, LINE, f"p{n}", rates=rates) for n in range(40)))
    assert sum(one.refused is None for one in judged) == 6
    assert {one.refused.per for one in judged if one.refused} == {Per.ADDRESS}


async def test_even_the_first_ones_at_once_are_counted(db: Database) -> None:
    rates = {Per.ADDRESS: Rate(3, HOUR), Per.NETWORK: Rate(1000, HOUR)}
    judged = await asyncio.gather(*(asked(db, LINE, rates=rates) for _ in range(20)))
    assert sum(one.refused is None for one in judged) == 3


async def test_many_who_share_networks_do_not_wait_for_one_another_crosswise(db: Database) -> None:
    rates = dict.fromkeys(Per, Rate(100_000, HOUR))
    hosts = [f"203.113.{net}.{host}" for net in range(3) for host in range(1, 4)]
    asking = [asked(db, random.Random(n).choice(hosts), f"x{n % 5}", f"y{n % 3}", rates=rates) for n in range(200)]
    assert all(one.refused is None for one in await asyncio.gather(*asking))


@pytest.mark.parametrize("seed", range(5))
async def test_the_statement_counts_as_the_algorithm_does(db: Database, seed: int) -> None:
    chance, kept, now = random.Random(seed), None, NOW
    rate = Rate(chance.randint(1, 6), timedelta(seconds=chance.choice([1, 60, 3600])))
    rates = {Per.ADDRESS: rate, Per.NETWORK: Rate(10_000, HOUR), Per.TENANT: Rate(10_000, HOUR)}
    for _ in range(60):
        now += timedelta(microseconds=chance.randint(0, int(rate.step.total_seconds() * 1.6e6)))
        if chance.random() < 0.05:
            now -= timedelta(hours=2)
        judged = await asked(db, now=now, rates=rates)
        after = gcra.following(rate, kept, now)
        assert (judged.refused is None) == (after is not None), (seed, now)
        if after is None:
            with pytest.raises(LimitReached) as told:
                limits.require(judged, now)
            assert kept is not None
            assert told.value.extensions["retry_after_s"] == gcra.wait_s(rate, kept, now)
        kept = kept if after is None else after


async def test_what_a_province_has_decided_holds_at_once(db: Database, clock: FixedClock) -> None:
    actor = Actor(ActorKind.SYSTEM, HERE)
    async with write_work(db, clock, HERE) as work:
        await limits.set_limit(work, HERE, actor, Limited.REPORTS, Per.ADDRESS, 1, 60, seen=0)
    assert [await refused_by(db) for _ in range(2)] == [None, Per.ADDRESS]
    assert await refused_by(db, now=NOW + timedelta(seconds=61)) is None


async def test_what_is_worth_nothing_any_more_is_forgotten(db: Database, clock: FixedClock) -> None:
    await asked(db, LINE, "a")
    assert await limits.forget(db, clock) == 0
    clock.at = NOW + timedelta(hours=2)
    assert await limits.forget(db, clock) == 4
