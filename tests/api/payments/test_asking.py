"""The worker asks a provider that loses, breaks, hangs, forges and mutters: what was paid is found all the same."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

import httpx
import pytest

from app.db.engine import Database
from app.db.work import in_work
from app.kit.clock import FixedClock
from app.payments import repository, service as payments
from app.payments.senders import ProviderClient
from app.payments.terms import PaymentRequest, PaymentState, Subject
from app.process import Process, keyring_of
from app.worker.payments import Payments
from tests.api.payments.test_callbacks import cancel, events, expire, now
from tests.builders import HAIDUONG
from tests.treasury import Manner, Treasury, a_payment, a_subject, set_up, treasury


@dataclass(frozen=True)
class Counter:
    """A provider, and what the worker does about it."""

    process: Process
    treasury: Treasury
    client: ProviderClient
    clock: FixedClock

    async def ask(self) -> int:
        """Requests asked about now."""
        asked, broken = await payments.ask_due(
            self.process.db,
            self.clock,
            keyring_of(self.process.settings),
            self.client,
            HAIDUONG,
            callback_url="https://tinh.example.vn/api/v1/payments/callbacks/generic",
        )
        assert not broken
        return asked

    async def later(self, **by: float) -> int:
        """The same some time later."""
        self.clock.at += timedelta(**by)
        return await self.ask()


@pytest.fixture
async def counter(process: Process, db: Database, clock: FixedClock) -> AsyncIterator[Counter]:
    """A provider on a port of its own, whom nobody waits for longer than a moment."""
    async with treasury(clock) as found:
        await set_up(process, found.url)
        client = ProviderClient(clock, timeout_s=0.3)
        yield Counter(process, found, client, clock)
        await client.close()


async def paid_behind_our_back(counter: Counter) -> tuple[Subject, PaymentRequest]:
    """A request with a page, on which somebody has paid while the callback was lost."""
    subject = a_subject(counter.process)
    asked = await a_payment(counter.process, subject)
    assert await counter.ask() == 1
    counter.treasury.pay(asked.reference)
    return subject, asked


async def test_a_page_to_pay_on_is_made_once_and_a_lost_callback_is_found(counter: Counter, db: Database) -> None:
    subject, asked = await paid_behind_our_back(counter)
    found = await now(counter.process, subject)
    assert found.link == counter.treasury.pages[asked.reference]
    path, body = counter.treasury.asked[0]
    assert (path, body["amount"], body["currency"]) == ("/v1/payments", "150000", "VND")
    assert body["callback_url"].endswith("/payments/callbacks/generic")
    assert await counter.ask() == 0  # a callback takes seconds: not yet
    assert await counter.later(minutes=10) == 1
    assert (await now(counter.process, subject)).state is PaymentState.PAID
    assert await counter.later(days=30) == 0  # nothing more is expected
    assert [path for path, _ in counter.treasury.asked] == ["/v1/payments", "/v1/payments/query"]
    assert await events(db) == ["requested", "paid"]
    assert counter.treasury.unproven == 0


@pytest.mark.parametrize("manner", [manner for manner in Manner if manner is not Manner.GOOD])
async def test_whatever_the_provider_does_it_is_asked_again_and_nothing_is_lost_or_done_twice(
    counter: Counter, client: httpx.AsyncClient, db: Database, manner: Manner
) -> None:
    subject = a_subject(counter.process)
    asked = await a_payment(counter.process, subject)
    counter.treasury.manners = [manner]
    assert await counter.ask() == 1
    found = await now(counter.process, subject)
    assert (found.state, found.link) == (PaymentState.REQUESTED, None)
    assert await counter.later(minutes=2) == 1
    assert (await now(counter.process, subject)).link == counter.treasury.pages[asked.reference]
    assert len(counter.treasury.pages) == 1  # the provider had made it all the same
    told = counter.treasury.pay(asked.reference)
    counter.treasury.manners = [manner]
    await counter.later(minutes=10)
    assert (await now(counter.process, subject)).state is PaymentState.REQUESTED
    await counter.later(minutes=10)
    assert (await now(counter.process, subject)).state is PaymentState.PAID
    belated = await counter.treasury.tell(client, told)  # the callback comes after all
    assert belated.json()["outcome"] == "paid"
    assert await events(db) == ["requested", "paid"]
    assert await db.lane.fetchval("SELECT count(*) FROM payment_receipts") == 1


async def test_what_was_paid_as_the_request_ended_is_asked_for_and_owed(counter: Counter, db: Database) -> None:
    subject, _ = await paid_behind_our_back(counter)
    await cancel(counter.process, subject)
    assert await counter.later(minutes=10) == 1
    found = await now(counter.process, subject)
    assert (found.state, found.standing.refund_due) == (PaymentState.REFUND_DUE, Decimal(150_000))
    unpaid = a_subject(counter.process)
    await a_payment(counter.process, unpaid, days=1)
    assert await counter.ask() == 1
    counter.clock.at += timedelta(days=1)
    assert await expire(counter.process) == 1
    assert await counter.ask() == 1
    assert await counter.later(days=3) == 1
    assert await counter.later(days=30) == 0  # nobody has paid, and nobody will


async def test_a_worker_that_is_killed_in_between_leaves_it_to_the_next_and_two_do_not_ask_at_once(
    counter: Counter, db: Database
) -> None:
    subject, _ = await paid_behind_our_back(counter)
    counter.clock.at += timedelta(minutes=10)
    until = counter.clock.now() + timedelta(minutes=2)
    lost = await in_work(db, counter.clock, HAIDUONG, lambda work: repository.claim(work, HAIDUONG, until, 5))
    assert len(lost) == 1
    assert await counter.ask() == 0
    assert await counter.later(minutes=2) == 1
    assert (await now(counter.process, subject)).state is PaymentState.PAID
    await a_payment(counter.process, subject)
    assert sorted(await asyncio.gather(counter.ask(), counter.ask())) == [0, 1]


async def test_a_province_without_a_provider_asks_nobody(process: Process, db: Database, clock: FixedClock) -> None:
    subject = a_subject(process)
    await a_payment(process, subject)
    async with treasury(clock) as nobody:
        client = ProviderClient(clock, timeout_s=0.3)
        assert await Counter(process, nobody, client, clock).ask() == 0
        await set_up(process, nobody.url)  # from now on; what was asked for before is paid by transfer or at the desk
        assert await Counter(process, nobody, client, clock).ask() == 0
        await client.close()
    assert nobody.asked == []


async def test_the_worker_asks_and_ends_what_is_due_in_every_province(counter: Counter, db: Database) -> None:
    subject = a_subject(counter.process)
    asked = await a_payment(counter.process, subject, days=1)
    async with Payments(counter.process) as worker:
        assert (await worker.ask(), await worker.expire()) == (1, 0)
        counter.clock.at += timedelta(days=1)
        assert (await worker.expire(), await worker.expire()) == (1, 0)
    found = await now(counter.process, subject)
    assert (found.state, found.link) == (PaymentState.EXPIRED, counter.treasury.pages[asked.reference])
