"""What a consumer cannot handle is set aside with its case, tried again, and holds up nobody else."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import pytest

from app.db.engine import Database
from app.db.work import write_work
from app.kit.clock import FixedClock
from app.kit.ids import TenantId, uuid7
from app.outbox import service as outbox
from app.outbox.domain import MAX_ATTEMPTS, PAUSES
from app.outbox.errors import EventsForgotten, NotParked
from app.outbox.service import handling, relaying
from tests.diaries import Diary, note, written
from tests.statements import Statements

HAIDUONG = TenantId(1)


def some_cases(clock: FixedClock, count: int) -> list[UUID]:
    return [uuid7(clock.now()) for _ in range(count)]


async def told(db: Database, clock: FixedClock, facts: Sequence[tuple[UUID, int]]) -> None:
    """These facts, numbered, in this order."""
    for fact in facts:
        await note(db, clock, HAIDUONG, [fact])
        clock.at += timedelta(milliseconds=1)
    await outbox.relay(db, clock, HAIDUONG)


async def cursor_of(db: Database, consumer: str = "diary") -> tuple[int, int]:
    row = await db.lane.fetchrow("SELECT position, failures FROM consumer_cursors WHERE consumer = $1", consumer)
    assert row is not None
    return row["position"], row["failures"]


async def test_a_case_that_fails_is_set_aside_in_order_and_the_others_go_on(db: Database, clock: FixedClock) -> None:
    a, bad, c = some_cases(clock, 3)
    await told(db, clock, [(a, 1), (bad, 1), (c, 1), (a, 2), (bad, 2), (c, 2)])
    diary = Diary(failing={bad})
    assert await outbox.consume(db, clock, HAIDUONG, diary) == 4
    assert [await written(db, one) for one in (a, bad, c)] == [[1, 2], [], [1, 2]]
    assert await cursor_of(db) == (6, 0)
    await told(db, clock, [(bad, 3), (a, 3)])
    assert await outbox.consume(db, clock, HAIDUONG, diary) == 1
    (backlog,) = await outbox.backlog(db, [HAIDUONG])
    assert (backlog.lag["diary"], backlog.parked, backlog.dead) == (0, {"diary": 3}, {})
    (parked,) = await outbox.list_parked(db, HAIDUONG)
    assert (parked.position, parked.subject_id, parked.attempts, parked.behind) == (2, bad, 1, 2)
    assert parked.last_error == "LookupError"
    diary.failing.clear()
    assert await outbox.retry_due(db, clock, HAIDUONG, diary) == 0, "too early"
    clock.at += timedelta(seconds=2)
    assert await outbox.retry_due(db, clock, HAIDUONG, diary) == 3
    assert await written(db, bad) == [1, 2, 3]
    assert diary.disorder == []
    assert await outbox.list_parked(db, HAIDUONG) == []
    await told(db, clock, [(bad, 4)])
    assert await outbox.consume(db, clock, HAIDUONG, diary) == 1


async def test_every_try_waits_longer_until_the_message_is_dead_and_its_case_waits_for_an_operator(
    db: Database, clock: FixedClock
) -> None:
    bad, good = some_cases(clock, 2)
    await told(db, clock, [(bad, 1), (bad, 2), (good, 1)])
    diary = Diary(failing={bad})
    await outbox.consume(db, clock, HAIDUONG, diary)
    pauses = []
    while (first := (await outbox.list_parked(db, HAIDUONG))[0]).died_at is None:
        assert first.next_at is not None
        pauses.append(first.next_at - clock.now())
        clock.at = first.next_at
        assert await outbox.retry_due(db, clock, HAIDUONG, diary) == 0
    assert len(pauses) == MAX_ATTEMPTS - 1
    for before, after in zip(pauses, pauses[2:], strict=False):
        assert after > before or after >= PAUSES.longest / 2
    assert max(pauses) <= PAUSES.longest
    (backlog,) = await outbox.backlog(db, [HAIDUONG])
    assert (backlog.dead, backlog.parked) == ({"diary": 1}, {"diary": 1})
    diary.failing.clear()
    clock.at += timedelta(days=30)
    assert await outbox.retry_due(db, clock, HAIDUONG, diary) == 0
    await told(db, clock, [(bad, 3), (good, 2)])
    assert await outbox.consume(db, clock, HAIDUONG, diary) == 1
    assert [await written(db, bad), await written(db, good)] == [[], [1, 2]]
    async with write_work(db, clock, HAIDUONG) as work:
        await outbox.retry(work, HAIDUONG, "diary", 1)
    assert await outbox.retry_due(db, clock, HAIDUONG, diary) == 3
    assert await written(db, bad) == [1, 2, 3]
    assert diary.disorder == []


async def test_a_message_that_is_skipped_lets_those_behind_it_go_on(db: Database, clock: FixedClock) -> None:
    bad, other, good = some_cases(clock, 3)
    await told(db, clock, [(bad, 1), (other, 1), (bad, 2), (good, 1)])
    diary = Diary(failing={bad, other})
    await outbox.consume(db, clock, HAIDUONG, diary)
    diary.failing.clear()
    async with write_work(db, clock, HAIDUONG) as work:
        with pytest.raises(NotParked):
            await outbox.skip(work, HAIDUONG, "diary", 3)  # waits behind 1
        with pytest.raises(NotParked):
            await outbox.retry(work, HAIDUONG, "nobody", 1)
        await outbox.skip(work, HAIDUONG, "diary", 1)
    assert await outbox.retry_due(db, clock, HAIDUONG, diary) == 1
    assert [await written(db, bad), await written(db, other)] == [[2], []]
    async with write_work(db, clock, HAIDUONG) as work:
        assert await outbox.retry_all(work, HAIDUONG, "diary") == 1
    assert await outbox.retry_due(db, clock, HAIDUONG, diary) == 1
    assert await db.lane.fetchval("SELECT count(*) FROM parked_messages") == 0


@pytest.mark.parametrize("count", [200, 19])
async def test_a_consumer_that_fails_whatever_it_is_given_parks_next_to_nothing(
    db: Database, clock: FixedClock, count: int
) -> None:
    cases = some_cases(clock, count)
    await note(db, clock, HAIDUONG, [(case, 1) for case in cases])
    await outbox.relay(db, clock, HAIDUONG)
    diary = Diary(failing=set(cases))
    for _ in range(3):
        assert await outbox.consume(db, clock, HAIDUONG, diary) == 0
        assert await outbox.consume(db, clock, HAIDUONG, diary) == 0  # it rests
        clock.at += outbox.LONGEST_PAUSE
    assert await cursor_of(db) == (0, 3)
    assert await db.lane.fetchval("SELECT count(*) FROM parked_messages") == 0
    diary.failing = set(cases[:7])
    while await outbox.consume(db, clock, HAIDUONG, diary) or (await cursor_of(db))[0] < count:
        clock.at += outbox.LONGEST_PAUSE
    assert await db.lane.fetchval("SELECT count(*) FROM parked_messages") == 7
    assert await db.lane.fetchval("SELECT count(*) FROM idempotency_keys") == count - 7


async def test_a_score_of_bad_cases_does_not_stop_those_behind_them(db: Database, clock: FixedClock) -> None:
    cases = some_cases(clock, 60)
    await note(db, clock, HAIDUONG, [(case, 1) for case in cases])
    await outbox.relay(db, clock, HAIDUONG)
    positions = await db.lane.fetch("SELECT subject_id FROM outbox_messages ORDER BY position")
    diary = Diary(failing={row["subject_id"] for row in positions[: handling.BRAKE]})
    assert await outbox.consume(db, clock, HAIDUONG, diary) == 60 - handling.BRAKE
    assert await cursor_of(db) == (60, 0)
    assert len(await outbox.list_parked(db, HAIDUONG)) == handling.BRAKE


async def test_a_case_that_hangs_is_set_aside_too(
    db: Database, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handling, "PATIENCE_S", 0.05)
    cases = some_cases(clock, 12)
    await note(db, clock, HAIDUONG, [(case, 1) for case in cases])
    await outbox.relay(db, clock, HAIDUONG)
    diary = Diary(hanging={cases[8]})
    for _ in range(40):
        await outbox.consume(db, clock, HAIDUONG, diary)
        clock.at += timedelta(seconds=2)
    assert await cursor_of(db) == (12, 0)
    assert await db.lane.fetchval("SELECT count(*) FROM idempotency_keys") == 11
    (parked,) = await outbox.list_parked(db, HAIDUONG)
    assert (parked.subject_id, parked.attempts) == (cases[8], 0)
    for _ in range(MAX_ATTEMPTS + 1):
        clock.at += timedelta(hours=1)
        assert await outbox.retry_due(db, clock, HAIDUONG, diary) == 0
    assert (await outbox.list_parked(db, HAIDUONG))[0].died_at is None, "an outage is no try"
    diary.hanging.clear()
    clock.at += timedelta(hours=1)
    assert await outbox.retry_due(db, clock, HAIDUONG, diary) == 1


async def test_a_long_queue_of_one_case_gets_on_although_it_is_too_slow_to_be_handled_at_once(
    db: Database, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handling, "PATIENCE_S", 0.1)
    case, other, good = some_cases(clock, 3)
    diary = Diary(failing={case, other})
    await told(db, clock, [(other, 1), (good, 1), *((case, number) for number in range(1, 8))])
    await outbox.consume(db, clock, HAIDUONG, diary)
    assert len(await outbox.list_parked(db, HAIDUONG)) == 2
    diary.failing, diary.most = {other}, 2
    clock.at += timedelta(minutes=1)
    assert await outbox.retry_due(db, clock, HAIDUONG, diary) == 1
    assert await written(db, case) == [1], "the first stays handled although those behind it took too long"
    assert await outbox.retry_due(db, clock, HAIDUONG, diary) == 0, "they rest"
    turns = 0
    while len(await written(db, case)) < 7:
        clock.at += timedelta(minutes=5)
        await outbox.retry_due(db, clock, HAIDUONG, diary)
        turns += 1
    assert turns == 4, "one a turn, and the last three as soon as they fit"
    assert diary.disorder == []
    assert [parked.subject_id for parked in await outbox.list_parked(db, HAIDUONG)] == [other]


async def buried_by_the_release_before(db: Database, *positions: int) -> None:
    """The release before gives these messages up and goes on."""
    await db.lane.fetchval(
        "INSERT INTO dead_letters (tenant_id, consumer, position, message_id, failed_at, error)"
        " SELECT 1, 'diary', position, id, occurred_at, 'KeyError' FROM outbox_messages WHERE position = ANY($1)",
        list(positions),
    )
    await db.lane.fetchval(
        "INSERT INTO consumer_cursors (tenant_id, consumer, position) VALUES (1, 'diary', $1)"
        " ON CONFLICT (tenant_id, consumer) DO UPDATE SET position = $1",
        max(positions),
    )


async def test_what_the_release_before_gives_up_after_the_upgrade_is_tried_again(
    db: Database, clock: FixedClock
) -> None:
    buried, late, bad, good = some_cases(clock, 4)
    diary = Diary(failing={late, bad})
    await told(db, clock, [(buried, 1), (late, 1)])
    await buried_by_the_release_before(db, 1, 2)
    await told(db, clock, [(late, 2), (bad, 1), (good, 1)])
    assert await outbox.consume(db, clock, HAIDUONG, diary) == 1
    await told(db, clock, [(bad, 2)])
    await buried_by_the_release_before(db, 6)
    await db.lane.fetchval("UPDATE parked_messages SET next_at = NULL, died_at = now() WHERE position = 4")
    for taken in (3, 0):
        async with write_work(db, clock, HAIDUONG) as work:
            assert await outbox.take_over(work, HAIDUONG) == taken
    assert await db.lane.fetchval("SELECT count(*) FROM dead_letters") == 0
    parked = await outbox.list_parked(db, HAIDUONG)
    assert [(one.position, one.behind, one.died_at is None) for one in parked] == [
        (1, 0, True),
        (2, 1, True),
        (4, 1, False),
    ]
    diary.failing.clear()
    assert await outbox.retry_due(db, clock, HAIDUONG, diary) == 3
    async with write_work(db, clock, HAIDUONG) as work:
        await outbox.retry(work, HAIDUONG, "diary", 4)
    assert await outbox.retry_due(db, clock, HAIDUONG, diary) == 2
    assert [await written(db, one) for one in (buried, late, bad)] == [[1], [1, 2], [1, 2]]
    assert await outbox.list_parked(db, HAIDUONG) == []


async def test_three_workers_at_once_keep_the_order_of_each_case_while_some_fail(
    db: Database, clock: FixedClock
) -> None:
    cases = some_cases(clock, 12)
    diary = Diary(failing=set(cases[:3]))
    ended = asyncio.Event()

    async def worker() -> None:
        while not ended.is_set():
            await outbox.relay(db, clock, HAIDUONG)
            await outbox.consume(db, clock, HAIDUONG, diary)
            await outbox.retry_due(db, clock, HAIDUONG, diary)
            await asyncio.sleep(0)

    workers = [asyncio.create_task(worker()) for _ in range(3)]
    for number in range(1, 21):
        await note(db, clock, HAIDUONG, [(case, number) for case in cases])
        clock.at += timedelta(seconds=1)
        if number == 10:
            diary.failing = set(cases[3:6])
    diary.failing = set()
    async with asyncio.timeout(60):
        while await db.lane.fetchval("SELECT count(*) FROM idempotency_keys") < 240:
            await asyncio.sleep(0.01)
            clock.at += timedelta(seconds=1)
    ended.set()
    await asyncio.gather(*workers)
    assert diary.disorder == []
    assert [await written(db, case) for case in cases] == [list(range(1, 21))] * 12
    assert await db.lane.fetchval("SELECT count(*) FROM parked_messages") == 0


async def test_a_batch_costs_the_same_statements_whatever_its_size(
    db: Database, clock: FixedClock, statements: Statements
) -> None:
    diary = Diary()
    await outbox.consume(db, clock, HAIDUONG, diary)  # makes the cursor
    costs = []
    for size in (2, 50, 500):
        await note(db, clock, HAIDUONG, [(case, 1) for case in some_cases(clock, size)])
        await outbox.relay(db, clock, HAIDUONG)
        statements.clear()
        assert await outbox.consume(db, clock, HAIDUONG, diary) == size
        assert await outbox.retry_due(db, clock, HAIDUONG, diary) == 0
        costs.append((len(statements), statements.round_trips))
    assert len(set(costs)) == 1
    # tenant, cursor, head, messages, the diary's look and its lines, cursor; whether anything parked is due
    assert costs[0][0] == 8


async def test_old_messages_that_everyone_has_handled_are_forgotten_and_nothing_else(
    db: Database, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relaying, "PRUNE_BATCH_ROWS", 2)
    bad, good = some_cases(clock, 2)
    diary, late = Diary(failing={bad}), Diary(name="late")
    keep = timedelta(days=90)

    async def pruned(*consumers: str) -> list[int]:
        gone: list[int] = []
        while True:
            async with write_work(db, clock, HAIDUONG) as work:
                count = await outbox.prune(work, HAIDUONG, consumers, keep)
            if not count:
                return gone
            gone.append(count)

    async def kept() -> list[int]:
        rows = await db.lane.fetch("SELECT position FROM outbox_messages ORDER BY position")
        return [row["position"] for row in rows]

    await told(db, clock, [(good, 1), (bad, 1), (good, 2), (good, 3), (good, 4)])
    await outbox.consume(db, clock, HAIDUONG, diary)
    await db.lane.fetchval("UPDATE outbox_messages SET public = true WHERE position IN (1, 4)")
    clock.at += timedelta(days=91)
    await told(db, clock, [(good, 5)])
    await outbox.consume(db, clock, HAIDUONG, diary)
    assert await pruned("diary", "late") == [], "the second consumer has come to none"
    await outbox.refuse_forgotten(db, HAIDUONG, 0, public=True)
    await outbox.consume(db, clock, HAIDUONG, late)
    assert await pruned("diary") == [2, 2], "what is parked and what is young stays"
    assert await kept() == [2, 6]
    with pytest.raises(EventsForgotten) as refused:
        await outbox.refuse_forgotten(db, HAIDUONG, 3, public=True)
    assert refused.value.extensions == {"resume_from": 4}
    await outbox.refuse_forgotten(db, HAIDUONG, 4, public=True)  # the fifth is gone, too, but was never public
    diary.failing.clear()
    assert await outbox.retry_due(db, clock, HAIDUONG, diary) == 1
    assert await written(db, bad) == [1, 1], "by both consumers"
    assert await pruned("diary", "late") == [1]
    assert await kept() == [6]
    await outbox.refuse_forgotten(db, HAIDUONG, 4, public=True)
