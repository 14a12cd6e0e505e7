"""Notices on their way: claimed in one statement, sent outside any transaction, settled in another."""

from __future__ import annotations

import asyncio
import json
import logging
import secrets
from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from cryptography.exceptions import InvalidTag

from app.db.engine import Database
from app.db.work import ReadWork
from app.directory.errors import UnknownUnit
from app.directory.snapshot import Directory
from app.identity.domain import Keyring
from app.kit import signing
from app.kit.clock import Clock
from app.kit.ids import TenantId
from app.kit.text import Lang
from app.notices import domain, repository
from app.notices.senders import Sender, Senders
from app.notices.terms import Attempt, Channel, Claim, Message, Notice, NoticeBacklog, NoticeState, Outcome

from .own import token_for
from .sealing import unsealed

log = logging.getLogger("lienthong.notices")
CLAIM_ROWS = 64
AT_ONCE = 8
CLAIMED_FOR = timedelta(seconds=30)  # until it begins to go out; after that it is anybody's
SENDING_FOR = timedelta(minutes=5)  # longer than any channel takes, however it hangs: nobody knows of it until then
OF_ONE_CASE = 200


class _NotReadyError(Exception):
    """Nothing can be sent; `attempt`: what that comes to."""

    def __init__(self, outcome: Outcome, said: str) -> None:
        super().__init__(said)
        self.attempt = Attempt(outcome, said)


class Courier:
    """Sends what is due; any number of processes may have one."""

    def __init__(
        self,
        db: Database,
        clock: Clock,
        keys: Keyring,
        senders: Senders,
        *,
        directory: Callable[[], Directory],
        pages: str | None,
        attempted: Callable[[str, str], None],
    ) -> None:
        """`attempted` is told channel and outcome of every attempt."""
        self._db = db
        self._clock = clock
        self._keys = keys
        self._senders = senders
        self._directory = directory
        self._pages = pages
        self._attempted = attempted
        self._turns = {channel: asyncio.Semaphore(AT_ONCE) for channel in Channel}

    async def deliver(self, tenants: Sequence[TenantId], channel: Channel | None = None) -> int:
        """Number of messages sent or tried now, over all tenants, on one channel if it is named.

        One statement when nothing is due. A channel that hangs keeps nobody else waiting as long as each has turns of
        its own.
        """
        made = 0
        for tenant_id in await repository.list_due_tenants(self._db, tenants, self._clock.now(), channel):
            now = self._clock.now()
            claims = await repository.claim(self._db, tenant_id, now, now + CLAIMED_FOR, CLAIM_ROWS, channel)
            try:
                outcomes = await asyncio.gather(*map(self._attempt, _together(claims)), return_exceptions=True)
            except asyncio.CancelledError:
                await self._release(tenant_id, claims)
                raise
            made += len(outcomes)
            failed = next((one for one in outcomes if isinstance(one, BaseException)), None)
            if failed is not None:
                await self._release(tenant_id, claims)
                raise failed
        return made

    async def _release(self, tenant_id: TenantId, claims: Sequence[Claim]) -> None:
        """Give back what had not begun to go out; what had is nobody's to judge until its lease is over."""
        if claims:
            ids = [claim.id for claim in claims]
            await asyncio.shield(repository.release(self._db, tenant_id, ids, claims[0].locked_until))

    async def close(self) -> None:
        """Let go of all sockets."""
        for sender in self._senders.values():
            await sender.close()

    async def _attempt(self, claims: Sequence[Claim]) -> None:
        """One message for all of the claims: those of a unit are lines of one letter."""
        first = claims[0]
        async with self._turns[first.channel]:
            sent = await self._send(claims)
            if sent is None:
                return
        attempt, locked_until = sent
        self._attempted(first.channel.value, attempt.outcome.value)
        now = self._clock.now()
        state, next_at = domain.settle(
            attempt,
            legal=first.legal,
            attempts=max(claim.attempts for claim in claims),
            created_at=min(claim.created_at for claim in claims),
            now=now,
            chance=secrets.randbelow(1000) / 1000,
        )
        settled_at = None if state is NoticeState.WAITING else now
        ids = [claim.id for claim in claims]
        await repository.settle(self._db, first.tenant_id, ids, locked_until, state, next_at, settled_at, attempt)
        if state is NoticeState.FAILED:
            log.warning(
                "notice %s of tenant %s by %s has failed: %s", first.id, first.tenant_id, first.channel, attempt.said
            )

    async def _send(self, claims: Sequence[Claim]) -> tuple[Attempt, datetime] | None:
        """What came of it, and until when the claims are ours; None when they are somebody else's by now."""
        first = claims[0]
        try:
            sender, address, message = self._ready(claims)
        except _NotReadyError as unready:
            return unready.attempt, first.locked_until
        until, ids = self._clock.now() + SENDING_FOR, [one.id for one in claims]
        if not await repository.begin(self._db, first.tenant_id, ids, first.locked_until, until):
            return None
        attempt = await sender.send(message)
        if attempt.outcome is Outcome.GONE and first.channel is Channel.PUSH:
            endpoint: str = json.loads(address)["endpoint"]
            await repository.forget_device(self._db, signing.token_hash(endpoint))
        return attempt, until

    def _ready(self, claims: Sequence[Claim]) -> tuple[Sender, str, Message]:
        """Who carries it, where to, and what it says. Raises: _NotReadyError."""
        first = claims[0]
        sender = self._senders.get(first.channel)
        if sender is None:
            raise _NotReadyError(Outcome.LATER, "the channel is not set up in this process")
        try:
            address = unsealed(self._keys, first.tenant_id, first.sealed_to)
            return sender, address, self._message(claims, address)
        except InvalidTag as error:
            raise _NotReadyError(Outcome.REFUSED, "the address was sealed with another key") from error
        except UnknownUnit as error:
            raise _NotReadyError(Outcome.LATER, "the unit is not in the directory of this process") from error

    def _message(self, claims: Sequence[Claim], address: str) -> Message:
        first = claims[0]
        tenant = self._directory().tenant(first.tenant_id)
        name = tenant.name if first.lang is Lang.VI else tenant.name_en
        subject, body = first.subject, first.body
        if first.unit_id is not None:
            unit = self._directory().unit(first.tenant_id, first.unit_id)
            words = domain.packaged()["digest"][first.lang.value]
            names = {"province": name, "unit": unit.name, "count": str(len(claims))}
            subject = domain.worded(words["subject"], names)
            body = "\n".join([domain.worded(words["body"], names), *(claim.body for claim in claims)])
        unsubscribe = None
        if first.report_id is not None and not first.legal and self._pages:
            token = token_for(self._keys, first.tenant_id, first.report_id)
            pages = self._directory().pages_of(first.tenant_id, self._pages)
            unsubscribe = f"{pages}/notices/{first.tenant_id}/{first.report_id}/{token}"
        return Message(first.channel, address, subject, body, str(first.id), f"Liên Thông {name}", unsubscribe)


def _together(claims: Sequence[Claim]) -> list[list[Claim]]:
    """Claims that go out as one message."""
    found: defaultdict[UUID, list[Claim]] = defaultdict(list)
    for claim in sorted(claims, key=lambda one: one.id):
        found[claim.unit_id or claim.id].append(claim)
    return list(found.values())


async def backlog(db: Database, tenants: Sequence[TenantId], at: datetime) -> list[NoticeBacklog]:
    """What each tenant has not told yet. One statement."""
    return await repository.backlog(db, tenants, at)


async def list_of_case(work: ReadWork, tenant_id: TenantId, case_id: UUID) -> list[Notice]:
    """Who was told what of a case, newest first, without addresses. Whether the actor may is the caller's policy."""
    return await repository.list_of_case(work, tenant_id, case_id, OF_ONE_CASE)


async def retry_failed(db: Database, tenant_id: TenantId, clock: Clock, *, days: int) -> int:
    """Number of notices of the last `days` that nobody took and that are tried once more."""
    now = clock.now()
    return await repository.retry_failed(db, tenant_id, now, now - timedelta(days=days))
