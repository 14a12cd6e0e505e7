"""Deliveries on the wire: claimed in one transaction, posted outside any, settled in another."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Callable
from datetime import timedelta

from app.db.engine import Database
from app.db.work import Work, in_work
from app.identity.domain import Keyring
from app.kit.clock import Clock
from app.kit.ids import TenantId
from app.subscriptions import domain, repository
from app.subscriptions.models import DeliveryRow, SubscriptionRow
from app.subscriptions.repository import DeliveryRepository, SubscriptionRepository
from app.subscriptions.senders import Sender
from app.subscriptions.terms import (
    TRIAL,
    Attempt,
    Claim,
    DeliveryState,
    Outcome,
    PauseReason,
    SubscriptionId,
    SubscriptionState,
)

log = logging.getLogger("lienthong.subscriptions")
CONCURRENCY = 4  # requests to one endpoint at once
SETTLERS = 3  # connections of the pool that outcomes may take at once
LEASE = timedelta(minutes=1)  # longer than any request may take
CONTENT_TYPE = "application/cloudevents+json; charset=utf-8"
SENT_BY = "Lien-Thong-Webhooks/1"


class Courier:
    """Delivers what is due, subscription by subscription; any number of processes may have one."""

    def __init__(
        self,
        db: Database,
        clock: Clock,
        keys: Keyring,
        sender: Sender,
        *,
        slug_of: Callable[[TenantId], str],
        attempted: Callable[[str], None],
    ) -> None:
        """`slug_of` names tenants; `attempted` is told the outcome of every attempt."""
        self._db = db
        self._clock = clock
        self._keys = keys
        self._sender = sender
        self._slug_of = slug_of
        self._attempted = attempted
        self._settling = asyncio.Semaphore(SETTLERS)

    async def list_due(self, tenant_id: TenantId) -> list[SubscriptionId]:
        """Subscriptions of the tenant that have something to deliver now. One statement."""
        return await repository.list_due(self._db, tenant_id, self._clock.now())

    async def deliver(self, tenant_id: TenantId, subscription_id: SubscriptionId) -> int:
        """Number of attempts made until nothing of the subscription was due; at most CONCURRENCY at once."""
        made = 0
        while claims := await self._claim(tenant_id, subscription_id):
            outcomes = await asyncio.gather(*map(self._attempt, claims), return_exceptions=True)
            made += len(outcomes)
            for outcome in outcomes:
                if isinstance(outcome, BaseException):
                    raise outcome
        return made

    async def close(self) -> None:
        """Let go of the sockets."""
        await self._sender.close()

    async def _claim(self, tenant_id: TenantId, subscription_id: SubscriptionId) -> list[Claim]:
        now = self._clock.now()
        return await repository.claim(self._db, tenant_id, subscription_id, now, now + LEASE, CONCURRENCY)

    async def _attempt(self, claim: Claim) -> None:
        attempt = await self._send(claim)
        self._attempted(attempt.outcome.value)

        async def settle(work: Work) -> None:
            await _settle(work, claim, attempt)

        async with self._settling:
            await in_work(self._db, self._clock, claim.tenant_id, settle)

    async def _send(self, claim: Claim) -> Attempt:
        if claim.event is None:
            return Attempt(Outcome.FORGOTTEN)
        body = domain.envelope(claim.event, tenant_slug=self._slug_of(claim.tenant_id))
        sealed = [claim.secret, *([claim.previous_secret] if claim.previous_secret else [])]
        opened = [
            domain.open_secret(self._keys.subscriptions, claim.tenant_id, claim.subscription_id, one) for one in sealed
        ]
        headers = domain.signatures(opened, str(claim.message_id), self._clock.now(), body)
        told = {"content-type": CONTENT_TYPE, "user-agent": SENT_BY, "accept-encoding": "identity"}
        return await self._sender.send(claim.url, {**told, **headers}, body)


async def _settle(work: Work, claim: Claim, attempt: Attempt) -> None:
    """Write down what came of an attempt, unless somebody else has claimed the delivery since. Two locks, two updates.

    The subscription is locked before its delivery, everywhere.
    """
    subscription = await SubscriptionRepository(work, claim.tenant_id).find_locked(claim.subscription_id)
    delivery = await DeliveryRepository(work, claim.tenant_id).find_claimed(claim)
    if subscription is None or delivery is None:
        return
    settlement = domain.settle(
        attempt,
        attempts=delivery.attempts,
        first_failed_at=delivery.first_failed_at,
        last_success_at=subscription.last_success_at,
        trial=delivery.type == TRIAL,
        now=work.now,
        chance=secrets.randbelow(1000) / 1000,
    )
    delivery.state = settlement.state.value
    delivery.next_at, delivery.first_failed_at = settlement.next_at, settlement.first_failed_at
    delivery.settled_at = work.now if settlement.state is not DeliveryState.WAITING else None
    delivery.locked_until = None
    delivery.last_outcome = attempt.outcome.value
    delivery.last_status, delivery.last_excerpt = attempt.status, attempt.excerpt
    if delivery.type != TRIAL:
        _learn(work, subscription, delivery, attempt, settlement.pause_reason)


def _learn(
    work: Work, subscription: SubscriptionRow, delivery: DeliveryRow, attempt: Attempt, pause_reason: PauseReason | None
) -> None:
    """What the attempt says of the endpoint as a whole."""
    if attempt.outcome is Outcome.ACCEPTED:
        subscription.failures, subscription.retry_at, subscription.last_success_at = 0, None, work.now
        return
    if attempt.outcome is Outcome.FORGOTTEN:
        return
    subscription.failures += 1
    rest = domain.rest_after(subscription.failures)
    subscription.retry_at = work.now + rest if rest else None
    if delivery.state == DeliveryState.DEAD:
        log.warning("delivery %s of subscription %s has died", delivery.message_id, subscription.id)
    if pause_reason is not None and subscription.state == SubscriptionState.ACTIVE:
        subscription.state, subscription.pause_reason = SubscriptionState.PAUSED.value, pause_reason.value
        subscription.paused_at = work.now
        log.warning(
            "subscription %s of tenant %s is paused: %s; its deliveries wait",
            subscription.id,
            subscription.tenant_id,
            pause_reason.value,
        )
