"""Rows written one by one and rows written as arrays are the same rows."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest
from sqlalchemy import Table, text

from app.db.bundle import Bundle
from app.db.engine import Database
from app.db.work import HotWork, Work
from app.kit.ids import uuid7
from app.outbox.models import DeadLetter, OutboxMessage

MESSAGES, DEAD = OutboxMessage.__table__, DeadLetter.__table__
NOW = datetime(2026, 11, 25, 3, 4, 5, 678901, tzinfo=UTC)


def message(number: int) -> dict[str, Any]:
    return {
        "tenant_id": 1,
        "id": uuid7(NOW),
        "type": f"case.told-{number}",
        "type_version": 1,
        "subject_id": uuid7(NOW),
        "subject_version": number,
        "occurred_at": NOW,
        "public": number % 2 == 0,
        "payload": {"words": 'Ổ gà, "sâu"\\ {1,2}', "none": None, "number": number},
        "position": None if number % 3 else number + 1,
    }


@pytest.mark.parametrize("count", [1, 12, 13, 40])
async def test_any_number_of_rows_is_written_as_given(work: Work, count: int) -> None:
    assert isinstance(MESSAGES, Table)
    assert isinstance(DEAD, Table)
    given = [message(number) for number in range(count)]
    for number, row in enumerate(given):
        work.put(MESSAGES, row)
        if number % 5 == 0:  # of another table in between
            dead = {"message_id": row["id"], "failed_at": NOW, "error": "vì sao"}
            work.put(DEAD, {"tenant_id": 1, "consumer": "test", "position": number, **dead})
    await work.settle()
    found = await work.session.execute(text("SELECT * FROM outbox_messages WHERE occurred_at = :at"), {"at": NOW})
    stored = {row["id"]: {name: row[name] for name in given[0]} for row in found.mappings()}
    assert stored == {row["id"]: row for row in given}
    assert await work.session.scalar(text("SELECT count(*) FROM dead_letters")) == len(range(0, count, 5))


def test_the_text_of_many_rows_does_not_depend_on_their_number() -> None:
    assert isinstance(MESSAGES, Table)
    texts = set()
    for count in (13, 14, 1000):
        bundle = Bundle()
        for number in range(count):
            bundle.put(MESSAGES, message(number))
        texts.add(bundle.statement()[0])
    assert len(texts) == 1


async def test_what_cannot_be_stored_leaves_nothing_behind(db: Database) -> None:
    assert isinstance(MESSAGES, Table)
    bundle, twice = Bundle(), message(1)
    for number in range(20):
        bundle.put(MESSAGES, message(number))
    bundle.put(MESSAGES, twice)
    bundle.put(MESSAGES, twice)
    with pytest.raises(Exception, match="pk_outbox_messages"):
        await db.lane.write(bundle)
    assert await db.lane.fetchval("SELECT count(*) FROM outbox_messages") == 0


@pytest.mark.parametrize("count", [1, 11, 12, 40])
async def test_the_row_that_is_there_already_lets_none_of_the_others_in(db: Database, count: int) -> None:
    assert isinstance(MESSAGES, Table)
    assert isinstance(DEAD, Table)
    gate = {"tenant_id": 1, "consumer": "test", "position": 7, "message_id": uuid7(NOW), "failed_at": NOW, "error": "x"}
    written = []
    for _ in range(2):
        work = HotWork(NOW)
        for number in range(count):
            work.put(MESSAGES, message(number))
        work.put_once(DEAD, gate)
        written.append(await work.commit_to(db))
    assert written == [True, False]
    assert await db.lane.fetchval("SELECT count(*) FROM outbox_messages") == count
    stored = await db.lane.fetchval("SELECT payload::text FROM outbox_messages ORDER BY subject_version LIMIT 1")
    assert orjson.loads(stored) == message(0)["payload"]


async def test_of_two_at_once_one_is_written(db: Database) -> None:
    assert isinstance(MESSAGES, Table)
    assert isinstance(DEAD, Table)
    gate = {"tenant_id": 1, "consumer": "test", "position": 7, "message_id": uuid7(NOW), "failed_at": NOW, "error": "x"}

    async def once() -> bool:
        work = HotWork(NOW)
        work.put(MESSAGES, message(1))
        work.put_once(DEAD, gate)
        return await work.commit_to(db)

    assert sorted(await asyncio.gather(*(once() for _ in range(6)))) == [False] * 5 + [True]
    assert await db.lane.fetchval("SELECT count(*) FROM outbox_messages") == 1
