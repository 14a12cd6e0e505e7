"""Facts are numbered after their commit without gaps, and reach every consumer exactly once in effect."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

import asyncpg
import pytest

from app.db.engine import Database
from app.db.errors import DatabaseUnavailable
from app.db.work import Work, in_work, write_work
from app.kit.clock import FixedClock
from app.kit.ids import TenantId, uuid7
from app.outbox import service as outbox
from app.outbox.terms import Message
from app.web.idempotency import Answer, keep_answer

HAIDUONG, KHANHHOA = TenantId(1), TenantId(2)


@dataclass
class Keeper:
    """A consumer whose effect can happen once only: one row of a unique key for each message."""

    name: str = "keeper"
    types: frozenset[str] = frozenset({"case.opened"})
    poison: str | None = None
    away: Exception | None = None  # what it raises whatever it is given
    alone: list[str] = field(default_factory=list)  # subjects it was ever given in a batch of one

    async def handle(self, work: Work, tenant_id: TenantId, messages: Sequence[Message]) -> None:
        if self.away:
            raise self.away
        if len(messages) == 1:
            self.alone.append(str(messages[0].payload["name"]))
        for message in messages:
            key = hashlib.sha256(f"{self.name}{message.id}".encode()).digest()
            keep_answer(work, tenant_id, key, b"", Answer(200, {"name": message.payload["name"]}))
        await work.settle()
        await asyncio.sleep(0)
        if any(message.payload["name"] == self.poison for message in messages):
            message_text = "cannot be handled"
            raise ValueError(message_text)


def tell(work: Work, name: str, tenant: TenantId = HAIDUONG, type: str = "case.opened") -> None:  # noqa: A002
    outbox.append(
        work, tenant_id=tenant, type=type, subject_id=uuid7(work.now), subject_version=1, payload={"name": name}
    )


async def told(db: Database, clock: FixedClock, *names: str, tenant: TenantId = HAIDUONG) -> None:
    """These facts, in one transaction."""

    async def write(work: Work) -> None:
        for name in names:
            tell(work, name, tenant)

    await in_work(db, clock, tenant, write)


async def kept(db: Database) -> list[str]:
    """Names of the messages whose effects are there, in the alphabet's order."""
    rows = await db.lane.fetch("SELECT answer->>'name' AS name FROM idempotency_keys ORDER BY 1")
    return [row["name"] for row in rows]


async def positions(db: Database, tenant: TenantId = HAIDUONG) -> list[int]:
    rows = await db.lane.fetch("SELECT position FROM outbox_messages WHERE tenant_id = $1 ORDER BY position", tenant)
    return [row["position"] for row in rows]


async def test_positions_have_no_gap_with_three_relays_and_eight_writers(db: Database, clock: FixedClock) -> None:
    written = asyncio.Event()

    async def write(writer: int) -> None:
        for number in range(10):
            await told(db, clock, f"{writer}-{number}-a", f"{writer}-{number}-b")

    async def relay() -> int:
        done = 0
        while not written.is_set() or await outbox.relay(db, clock, HAIDUONG):
            done += await outbox.relay(db, clock, HAIDUONG)
            await asyncio.sleep(0.001)
        return done

    relays = [asyncio.create_task(relay()) for _ in range(3)]
    await asyncio.gather(*(write(writer) for writer in range(8)))
    written.set()
    await asyncio.gather(*relays)
    assert await positions(db) == list(range(1, 161))
    assert await db.lane.fetchval("SELECT position FROM outbox_heads WHERE tenant_id = 1") == 160


async def test_a_late_commit_is_never_skipped(db: Database, clock: FixedClock) -> None:
    keeper = Keeper()
    async with write_work(db, clock, HAIDUONG) as slow:
        tell(slow, "written first, committed last")
        await slow.settle()
        clock.at += timedelta(seconds=1)
        await told(db, clock, "quick")
        assert await outbox.relay(db, clock, HAIDUONG) == 1
        assert await outbox.consume(db, clock, HAIDUONG, keeper) == 1
    assert await outbox.relay(db, clock, HAIDUONG) == 1
    assert await outbox.consume(db, clock, HAIDUONG, keeper) == 1
    assert await kept(db) == ["quick", "written first, committed last"]
    rows = await db.lane.fetch("SELECT payload->>'name' AS name FROM outbox_messages ORDER BY position")
    assert [row["name"] for row in rows] == ["quick", "written first, committed last"]


async def test_nothing_is_told_of_what_was_rolled_back(db: Database, clock: FixedClock) -> None:
    async def broken(work: Work) -> None:
        tell(work, "never")
        await work.settle()
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await in_work(db, clock, HAIDUONG, broken)
    assert await outbox.relay(db, clock, HAIDUONG) == 0
    await told(db, clock, "after")
    assert await outbox.relay(db, clock, HAIDUONG) == 1
    assert await positions(db) == [1]


async def test_three_workers_handle_every_message_once(db: Database, clock: FixedClock) -> None:
    names = [f"{number:03}" for number in range(500)]
    for at in range(0, 500, 50):
        await told(db, clock, *names[at : at + 50])
    await outbox.relay(db, clock, HAIDUONG)
    keeper = Keeper()

    async def worker() -> int:
        done = 0
        for _ in range(20):
            done += await outbox.consume(db, clock, HAIDUONG, keeper)
        return done

    handled = await asyncio.gather(*(worker() for _ in range(3)))
    assert sum(handled) == 500
    assert await kept(db) == names


async def test_a_message_that_cannot_be_handled_is_told_from_the_rest_which_goes_on(
    db: Database, clock: FixedClock, caplog: pytest.LogCaptureFixture
) -> None:
    names = [f"{number:02}" for number in range(30)]
    await told(db, clock, *names)
    await outbox.relay(db, clock, HAIDUONG)
    failing, healthy = Keeper(name="failing", poison="17"), Keeper(name="healthy")
    await asyncio.gather(
        *(outbox.consume(db, clock, HAIDUONG, consumer) for _ in range(3) for consumer in (failing, healthy))
    )
    (letter,) = await db.lane.fetch("SELECT * FROM parked_messages")
    assert (letter["consumer"], letter["position"], letter["last_error"]) == ("failing", 18, "ValueError")
    assert "17" in failing.alone
    assert sorted(await kept(db)) == sorted([*names, *(name for name in names if name != "17")])
    cursors = await db.lane.fetch("SELECT consumer, position, failures, retry_at FROM consumer_cursors ORDER BY 1")
    assert [tuple(row) for row in cursors] == [("failing", 30, 0, None), ("healthy", 30, 0, None)]
    assert "consumer failing" in caplog.text


@pytest.mark.parametrize("away", [DatabaseUnavailable(), asyncpg.DeadlockDetectedError("met"), ConnectionResetError()])
async def test_an_outage_is_waited_out_and_kills_nothing(db: Database, clock: FixedClock, away: Exception) -> None:
    await told(db, clock, "innocent")
    await outbox.relay(db, clock, HAIDUONG)
    keeper = Keeper(away=away)
    for _ in range(outbox.MAX_FAILURES - 1):
        assert await outbox.consume(db, clock, HAIDUONG, keeper) == 0
        assert await outbox.consume(db, clock, HAIDUONG, keeper) == 0  # too early
        clock.at += timedelta(seconds=2)
    row = await db.lane.fetchrow("SELECT position, failures, last_error FROM consumer_cursors")
    assert row is not None
    assert (row["position"], row["failures"]) == (0, outbox.MAX_FAILURES - 1)
    assert row["last_error"]
    assert await db.lane.fetchval("SELECT count(*) FROM parked_messages") == 0
    keeper.away = None
    assert await outbox.consume(db, clock, HAIDUONG, keeper) == 1
    row = await db.lane.fetchrow("SELECT failures, retry_at, last_error FROM consumer_cursors")
    assert row is not None
    assert tuple(row) == (0, None, None)


async def test_workers_failing_together_count_as_one_try(db: Database, clock: FixedClock) -> None:
    await told(db, clock, "innocent")
    await outbox.relay(db, clock, HAIDUONG)
    keeper = Keeper(away=ConnectionResetError())
    for _ in range(4):
        before = await db.lane.fetchval("SELECT failures FROM consumer_cursors") or 0
        await asyncio.gather(*(outbox.consume(db, clock, HAIDUONG, keeper) for _ in range(6)))
        after = await db.lane.fetchval("SELECT failures FROM consumer_cursors")
        assert after <= before + 1
        clock.at += timedelta(seconds=301)
    assert await db.lane.fetchval("SELECT count(*) FROM parked_messages") == 0


async def test_a_consumer_passes_over_what_it_does_not_want(db: Database, clock: FixedClock) -> None:
    async def write(work: Work) -> None:
        tell(work, "wanted")
        for number in range(5):
            tell(work, f"other {number}", type="case.noted")

    await in_work(db, clock, HAIDUONG, write)
    await outbox.relay(db, clock, HAIDUONG)
    keeper = Keeper()
    assert await outbox.consume(db, clock, HAIDUONG, keeper) == 1
    assert await db.lane.fetchval("SELECT position FROM consumer_cursors") == 6
    assert await outbox.consume(db, clock, HAIDUONG, keeper) == 0


async def test_tenants_are_numbered_apart(db: Database, clock: FixedClock) -> None:
    await told(db, clock, "a", "b")
    await told(db, clock, "c", tenant=KHANHHOA)
    for tenant in (HAIDUONG, KHANHHOA):
        await outbox.relay(db, clock, tenant)
    assert (await positions(db), await positions(db, KHANHHOA)) == ([1, 2], [1])
    keeper = Keeper()
    assert await outbox.consume(db, clock, KHANHHOA, keeper) == 1
    assert await kept(db) == ["c"]
