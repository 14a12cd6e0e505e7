"""What providers tell, however they tell it: counted once, kept, never lost."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from datetime import timedelta
from decimal import Decimal
from typing import Any

import httpx
import pytest

from app.db.engine import Database
from app.db.work import in_work, write_work
from app.identity.terms import Role
from app.kit.clock import FixedClock
from app.kit.ids import uuid7
from app.payments import service as payments
from app.payments.terms import PaymentRequest, PaymentState, Subject
from app.process import Process
from app.worker.keeping import keep_to_rules
from tests.builders import HAIDUONG, an_officer
from tests.treasury import CALLBACKS, LINES, Treasury, a_payment, a_subject, set_up

_WAITING = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
_LEDGER = """
    SELECT sum(amount) AS came, sum(paid) AS paid, sum(noted) AS noted, sum(refund_due) AS refund_due,
    sum(refunded) AS refunded, sum(unmatched) AS unmatched FROM payment_receipts
"""


@pytest.fixture
async def provider(process: Process, db: Database, clock: FixedClock) -> Treasury:
    """A provider that is known; nobody asks it anything here."""
    await set_up(process, "http://127.0.0.1:1")
    return Treasury(clock)


async def now(process: Process, subject: Subject) -> PaymentRequest:
    async with write_work(process.db, process.clock, HAIDUONG) as work:
        (found,) = await payments.of_subject(work, subject)
        return found


async def cancel(process: Process, subject: Subject) -> list[PaymentRequest]:
    return await in_work(process.db, process.clock, HAIDUONG, lambda work: payments.cancel(work, subject))


async def expire(process: Process) -> int:
    return await in_work(process.db, process.clock, HAIDUONG, lambda work: payments.expire_due(work, HAIDUONG))


async def kept(db: Database) -> list[tuple[str, bytes]]:
    rows = await db.lane.fetch("SELECT outcome, body FROM payment_callbacks ORDER BY id")
    return [(row["outcome"], row["body"]) for row in rows]


async def events(db: Database, reference: str | None = None) -> list[str]:
    """Facts of all requests, or of one, in the order in which they were written down."""
    rows = await db.lane.fetch(
        "SELECT type FROM outbox_messages WHERE type LIKE 'payment.%'"
        " AND ($1::text IS NULL OR payload ->> 'reference' = $1) ORDER BY id",
        reference,
    )
    return [row["type"].removeprefix("payment.") for row in rows]


async def test_a_payment_is_counted_once_and_every_repetition_gets_the_same_answer(
    client: httpx.AsyncClient, process: Process, db: Database, provider: Treasury, clock: FixedClock
) -> None:
    subject = a_subject(process)
    asked = await a_payment(process, subject)
    assert (asked.standing.amount, asked.state) == (Decimal(150_000), PaymentState.REQUESTED)
    assert list(asked.lines) == list(LINES)
    told = provider.pay(f"MBVCB.77.{asked.reference.lower()}.NGUYEN VAN A CK")
    headers, body = provider.message(told)
    first = await client.post(CALLBACKS, content=body, headers=headers)
    assert first.status_code == 200
    assert first.json() == {
        "transaction": told["transaction"],
        "outcome": "paid",
        "reference": asked.reference,
        "amount": "150000",
        "currency": "VND",
    }
    assert (await now(process, subject)).state is PaymentState.PAID
    again = [await client.post(CALLBACKS, content=body, headers=headers), await provider.tell(client, told)]
    clock.at += timedelta(days=2)  # a provider that has slept over it signs anew
    again.append(await provider.tell(client, told))
    assert [(one.status_code, one.json()) for one in again] == [(200, first.json())] * 3
    assert await kept(db) == [("paid", body)] * 4
    assert await events(db) == ["requested", "paid"]
    assert await db.lane.fetchval("SELECT count(*) FROM payment_receipts") == 1


async def test_too_little_waits_for_the_rest_and_too_much_is_to_be_given_back(
    client: httpx.AsyncClient, process: Process, db: Database, provider: Treasury
) -> None:
    subject = a_subject(process)
    asked = await a_payment(process, subject)
    assert (await provider.tell(client, provider.pay(asked.reference, "50000"))).json()["outcome"] == "noted"
    found = await now(process, subject)
    assert found.state is PaymentState.REQUESTED
    assert (found.standing.noted, found.standing.outstanding) == (Decimal(50_000), Decimal(100_000))
    assert (await provider.tell(client, provider.pay(asked.reference, "130000"))).json()["outcome"] == "paid"
    found = await now(process, subject)
    assert found.state is PaymentState.PAID
    assert (found.standing.noted, found.standing.refund_due) == (Decimal(0), Decimal(30_000))
    second = await provider.tell(client, provider.pay(asked.reference))
    assert second.json()["outcome"] == "refund_due"
    assert (await now(process, subject)).standing.refund_due == 180_000
    assert await events(db) == ["requested", "paid", "refund_due", "refund_due"]


async def test_money_that_comes_late_or_for_nothing_known_or_in_dollars_is_kept(
    client: httpx.AsyncClient, process: Process, db: Database, provider: Treasury, clock: FixedClock
) -> None:
    ended, overdue = a_subject(process), a_subject(process)
    first, second = await a_payment(process, ended), await a_payment(process, overdue, days=1)
    await provider.tell(client, provider.pay(second.reference, "10000"))
    dollars = await provider.tell(client, provider.pay(first.reference, "150000", currency="USD"))
    assert dollars.json()["outcome"] == "other_currency"
    assert [one.state for one in await cancel(process, ended)] == [PaymentState.CANCELLED]
    assert await cancel(process, ended) == []
    clock.at += timedelta(days=1)
    assert (await expire(process), await expire(process)) == (1, 0)
    assert (await now(process, overdue)).state is PaymentState.REFUND_DUE  # what was too little is owed
    for asked in (first, second):
        assert (await provider.tell(client, provider.pay(asked.reference))).json()["outcome"] == "refund_due"
    unknown = await provider.tell(client, provider.pay("chuyen tien hoc phi"))
    assert (unknown.json()["outcome"], unknown.json()["reference"]) == ("unmatched", None)
    assert (await now(process, ended)).standing.refund_due == 150_000
    assert (await now(process, overdue)).standing.refund_due == 160_000
    assert await events(db) == [
        *("requested", "requested", "cancelled", "expired", "refund_due", "refund_due", "refund_due")
    ]
    row = dict(await db.lane.fetchrow(f"{_LEDGER} WHERE currency = 'VND'") or {})
    assert row == {
        "came": 460_000, "paid": 0, "noted": 0, "refund_due": 310_000, "refunded": 0, "unmatched": 150_000
    }  # fmt: skip


async def test_what_is_not_proven_fresh_and_certain_moves_no_money_and_is_kept(
    client: httpx.AsyncClient, process: Process, db: Database, provider: Treasury
) -> None:
    subject = a_subject(process)
    asked = await a_payment(process, subject)
    told = provider.pay(asked.reference)
    headers, body = provider.message(told, nonce="same")
    changed = body.replace(b"150000", b"150001")
    expected: list[tuple[httpx.Response, int, str]] = [
        (await client.post(CALLBACKS, content=changed, headers=headers), 401, "callback-unsigned"),
        (await client.post(CALLBACKS, content=body), 401, "callback-unsigned"),
        (await provider.tell(client, told, secret="somebody else's secret, as long"), 401, "callback-unsigned"),
        (await provider.tell(client, told, age_s=301), 401, "callback-stale"),
        (await provider.tell(client, told, age_s=-301), 401, "callback-stale"),
        (await provider.tell(client, {**told, "amount": 150000.0}), 422, "callback-unreadable"),
        (await provider.tell(client, b"\xff\xfe"), 422, "callback-unreadable"),
        (await provider.tell(client, b" " * 20_000 + body), 422, "callback-unreadable"),
        (await client.post(CALLBACKS.replace("generic", "nobody"), content=body), 404, "unknown-payment-provider"),
    ]
    for answer, status, slug in expected:
        assert (answer.status_code, answer.json()["type"]) == (status, f"/problems/{slug}")
    pending = await provider.tell(client, {**told, "status": "pending"})
    assert pending.json()["outcome"] == "not_paid"
    assert (await now(process, subject)).version == 1
    assert await db.lane.fetchval("SELECT count(*) FROM payment_receipts") == 0

    assert (await client.post(CALLBACKS, content=body, headers=headers)).json()["outcome"] == "paid"
    other = await provider.tell(client, {**told, "transaction": "FT9"}, nonce="same")
    assert (other.status_code, other.json()["type"]) == (409, "/problems/callback-replayed")
    otherwise = await provider.tell(client, {**told, "amount": "15"})
    assert (otherwise.status_code, otherwise.json()["type"]) == (409, "/problems/transaction-differs")
    assert Counter(outcome for outcome, _ in await kept(db)) == {
        "unsigned": 3,
        "stale": 2,
        "unreadable": 3,
        "not_paid": 1,
        "paid": 1,
        "replayed": 1,
        "differs": 1,
    }
    assert max(len(body) for _, body in await kept(db)) == 16_384


async def test_a_flood_of_what_nobody_has_signed_is_refused_and_not_kept_for_ever(
    client: httpx.AsyncClient, process: Process, db: Database, clock: FixedClock
) -> None:
    await db.lane.fetch(
        "INSERT INTO payment_callbacks (tenant_id, id, provider, came_at, key_id, nonce, body, body_hash, outcome)"
        " SELECT 1, one, 'generic', $1, '', '', '', '', 'unsigned' FROM unnest($2::uuid[]) AS one",
        clock.now(),
        [uuid7(clock.now()) for _ in range(198)],
    )
    for _ in range(5):
        assert (await client.post(CALLBACKS, content=b"{}")).status_code == 401
    assert len(await kept(db)) == 200
    clock.at += timedelta(days=29)
    await keep_to_rules(process)
    assert len(await kept(db)) == 200
    admin = await an_officer(process, Role.TENANT_ADMIN, unit="H23")
    rule = {
        "subject": "unproven_callbacks",
        "days": 45,
        "legal_basis": {"vi": "Quyết định của tỉnh", "en": "A decision"},
    }
    made = await client.post("/api/v1/staff/retention-rules", json=rule, headers=admin.headers)
    assert made.status_code == 201, made.text
    clock.at += timedelta(days=15)
    await keep_to_rules(process)
    assert len(await kept(db)) == 200, "the province keeps them longer than the package would"
    clock.at += timedelta(days=2)
    await keep_to_rules(process)
    assert await kept(db) == []


async def test_what_comes_at_the_same_moment_is_counted_once(
    client: httpx.AsyncClient, process: Process, db: Database, provider: Treasury
) -> None:
    subject = a_subject(process)
    asked = await a_payment(process, subject)
    one, two, stray = provider.pay(asked.reference), provider.pay(asked.reference), provider.pay("?")
    answers = await asyncio.gather(*(provider.tell(client, told) for told in [one, two, stray] * 4))
    assert {answer.status_code for answer in answers} == {200}
    by_transaction = {told["transaction"]: set[str]() for told in (one, two, stray)}
    for answer in answers:
        by_transaction[answer.json()["transaction"]].add(answer.json()["outcome"])
    assert sorted(map(sorted, by_transaction.values())) == [["paid"], ["refund_due"], ["unmatched"]]
    assert await db.lane.fetchval("SELECT count(*) FROM payment_receipts") == 3


async def test_money_that_comes_while_what_it_is_for_is_being_withdrawn_waits_and_is_owed(
    client: httpx.AsyncClient, process: Process, db: Database, provider: Treasury, clock: FixedClock
) -> None:
    subject = a_subject(process)
    asked = await a_payment(process, subject)
    clock.at += timedelta(seconds=5)
    async with write_work(db, process.clock, HAIDUONG) as work:
        clock.at -= timedelta(seconds=5)  # whoever waits has begun before, and is told of after
        # A room above holds what is paid for, and everything of the payment but its end.
        await work.fetch("SELECT id FROM units WHERE tenant_id = 1 AND id = $1 FOR UPDATE", subject.unit_id)
        assert [one.state for one in await payments.cancel(work, subject)] == [PaymentState.CANCELLED]
        telling = asyncio.create_task(provider.tell(client, provider.pay(asked.reference)))
        while not await db.lane.fetchval(_WAITING):
            await asyncio.sleep(0.005)
        assert not telling.done()
    assert (await telling).json()["outcome"] == "refund_due"
    found = await now(process, subject)
    assert (found.state, found.standing.refund_due) == (PaymentState.REFUND_DUE, Decimal(150_000))
    assert await events(db) == ["requested", "cancelled", "refund_due"]


@pytest.mark.parametrize("seed", range(6))
async def test_in_whatever_order_it_comes_the_books_add_up(
    client: httpx.AsyncClient, process: Process, db: Database, provider: Treasury, clock: FixedClock, seed: int
) -> None:
    chance = random.Random(seed)
    subject = a_subject(process)
    asked = await a_payment(process, subject, days=1)
    told = [
        provider.pay(chance.choice([asked.reference, asked.reference, "?"]), str(chance.choice([1, 70_000, 150_000])))
        for _ in range(6)
    ]
    came = sum((Decimal(one["amount"]) for one in told), Decimal(0))
    steps: list[Any] = [*told, *chance.sample(told, 3), "cancel", "expire", "expire"]
    chance.shuffle(steps)
    for step in steps:
        if step == "cancel":
            await cancel(process, subject)
        elif step == "expire":
            clock.at += timedelta(hours=13)
            await expire(process)
        else:
            assert (await provider.tell(client, step)).status_code == 200
    row, standing = await db.lane.fetchrow(_LEDGER), (await now(process, subject)).standing
    assert row is not None
    assert row["came"] == came == sum(row[part] for part in ("paid", "noted", "refund_due", "refunded", "unmatched"))
    assert (row["paid"], row["noted"], row["refund_due"]) == (standing.paid, standing.noted, standing.refund_due)
    assert (await events(db)).count("paid") == int(standing.state is PaymentState.PAID)
