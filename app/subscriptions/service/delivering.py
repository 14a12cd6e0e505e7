"""Deliveries on the wire: claimed in one statement, posted outside any transaction, settled in another."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial

from app.couriers.lines import ClockGuard
from app.couriers.signing import signatures
from app.db.engine import Database
from app.db.work import Work, in_work
from app.directory.snapshot import Directory
from app.identity.domain import Keyring
from app.kit.clock import Clock
from app.kit.ids import TenantId
from app.outbox import service as outbox
from app.subscriptions import domain, repository
from app.subscriptions.models import DeliveryRow, SubscriptionRow
from app.subscriptions.repository import DeliveryRepository, SubscriptionRepository
from app.subscriptions.senders import Sender
from app.subscriptions.terms import (
    PAUSED,
    TRIAL,
    Attempt,
    Claim,
    DeliveryState,
    Outcome,
    PauseReason,
    SubscriptionId,
    SubscriptionState,
)

from .rounds import CONCURRENCY, Done, Round

log = logging.getLogger("lienthong.subscriptions")
LEASE = timedelta(minutes=1)  # longer than any request may take
ROUND = timedelta(seconds=2)  # in which a round begins requests: what was claimed must not be told when it is old
MOST_SUBJECTS = 128  # of one claim
MOST_OF_SUBJECT = 8  # messages of one of them
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
        directory: Callable[[], Directory],
        attempted: Callable[[str], None],
    ) -> None:
        """`directory` gives the newest of this process; `attempted` is told the outcome of every attempt."""
        self._db = db
        self._clock = clock
        self._keys = keys
        self._sender = sender
        self._directory = directory
        self._attempted = attempted
        self._guard = ClockGuard(clock)

    async def list_due(self, tenant_id: TenantId) -> list[SubscriptionId]:
        """Subscriptions of the tenant that have something to deliver now. One statement."""
        return await repository.list_due(self._db, tenant_id, self._clock.now())

    async def mind_the_clock(self, tenants: Sequence[TenantId]) -> None:
        """What waits for a time to come waits no longer when the clock was set back."""
        wake = partial(repository.forget_times_to_come, self._db, lease=LEASE, rest=domain.REST.waits.longest)
        await self._guard.look(tenants, wake)

    async def deliver(self, tenant_id: TenantId, subscription_id: SubscriptionId) -> int:
        """Number of attempts made until nothing of the subscription was due; at most CONCURRENCY at once.

        Begins with few and takes more as long as all is accepted, so that an endpoint that fails is asked little.
        """
        made, subjects, of_each = 0, CONCURRENCY, 1
        while True:
            now = self._clock.now()
            claims = await repository.claim(
                self._db, tenant_id, subscription_id, now, now + LEASE, subjects=subjects, of_each=of_each
            )
            if not claims:
                return made
            seconds = min(ROUND, (LEASE - timedelta(seconds=self._sender.timeout_s)) * 0.8).total_seconds()
            outcome = await Round(claims, self._attempt, self._settle, self._release, seconds).run()
            made += outcome.made
            if outcome.failed:
                subjects, of_each = CONCURRENCY, 1
            else:
                subjects, of_each = min(MOST_SUBJECTS, subjects * 4), MOST_OF_SUBJECT

    async def close(self) -> None:
        """Let go of the sockets."""
        await self._sender.close()

    async def _attempt(self, claim: Claim) -> Attempt:
        attempt = await self._send(claim)
        self._attempted(attempt.outcome.value)
        return attempt

    async def _send(self, claim: Claim) -> Attempt:
        if claim.event is None:
            return Attempt(Outcome.FORGOTTEN)
        directory, tenant_id = self._directory(), claim.tenant_id
        slug, unit_code = directory.tenant(tenant_id).slug, partial(directory.unit_code, tenant_id)
        body = domain.envelope(claim.event, tenant_slug=slug, unit_code=unit_code)
        sealed = [claim.secret, *([claim.previous_secret] if claim.previous_secret else [])]
        opened = [
            domain.open_secret(self._keys.subscriptions, claim.tenant_id, claim.subscription_id, one) for one in sealed
        ]
        headers = signatures(opened, str(claim.message_id), self._clock.now(), body)
        told = {"content-type": CONTENT_TYPE, "user-agent": SENT_BY, "accept-encoding": "identity"}
        return await self._sender.send(claim.url, {**told, **headers}, body)

    async def _settle(self, done: list[Done]) -> None:
        """Write down what came of attempts of one subscription: those that were accepted in one statement."""
        accepted = [one for one in done if one.is_plain]
        if accepted:
            await repository.settle_accepted(
                self._db, [(one.claim, one.attempt) for one in accepted], self._clock.now()
            )
        for one in done:
            if one.is_plain:
                continue

            async def settle(work: Work, one: Done = one) -> None:
                await _settle(work, one.claim, one.attempt)

            await in_work(self._db, self._clock, one.claim.tenant_id, settle)

    async def _release(self, claims: list[Claim]) -> None:
        await repository.release(self._db, claims)


async def _settle(work: Work, claim: Claim, attempt: Attempt) -> None:
    """Write down what came of an attempt, unless somebody else has claimed the delivery since. Two locks, two updates.

    The subscription is locked before its delivery, everywhere.
    """
    subscription = await SubscriptionRepository(work, claim.tenant_id).find_locked(claim.subscription_id)
    delivery = await DeliveryRepository(work, claim.tenant_id).find_claimed(claim)
    if subscription is None or delivery is None:
        return
    delivery.attempts += 1
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
    delivery.locked_until, delivery.last_attempt_at = None, work.now
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
    rest = domain.REST.after(subscription.failures)
    subscription.retry_at = work.now + rest if rest else None
    if delivery.state == DeliveryState.DEAD:
        log.warning("delivery %s of subscription %s has died", delivery.message_id, subscription.id)
    if pause_reason is not None and subscription.state == SubscriptionState.ACTIVE:
        subscription.state, subscription.pause_reason = SubscriptionState.PAUSED.value, pause_reason.value
        subscription.paused_at = work.now
        outbox.append(
            work,
            tenant_id=TenantId(subscription.tenant_id),
            type=PAUSED,
            subject_id=subscription.id,
            subject_version=subscription.version,
            payload={"name": subscription.name, "reason": pause_reason.value},
        )
        log.warning(
            "subscription %s of tenant %s is paused: %s; its deliveries wait",
            subscription.id,
            subscription.tenant_id,
            pause_reason.value,
        )
