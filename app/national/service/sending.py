"""Pushes on the wire: claimed in one transaction, sent outside any, settled in another."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from functools import partial
from typing import Any

from app.couriers.lines import ClockGuard
from app.db.engine import Database
from app.db.work import Work, in_work
from app.directory.errors import UnknownUnit
from app.identity.domain import Keyring
from app.identity.errors import IdentityUnreadable
from app.kit.clock import Clock
from app.kit.ids import TenantId, UnitId
from app.national import domain, repository
from app.national.senders import Portal
from app.national.terms import Answer, Claim, Outcome, PushState
from app.service_requests import service as requests_service
from app.service_requests.errors import RequestNotFound
from app.service_requests.terms import RequestBooks

from .administration import portal_code_of

log = logging.getLogger("lienthong.national")
REQUESTS_OF_ONE = 6  # at most for one push: signing in twice, asking twice, sending twice
_UNREADY = (RequestNotFound, UnknownUnit, IdentityUnreadable)


class Courier:
    """Pushes what is due; any number of processes may have one."""

    def __init__(
        self,
        db: Database,
        clock: Clock,
        keys: Keyring,
        portal: Portal,
        *,
        books: Callable[[], RequestBooks],
        in_flight: int,
        attempted: Callable[[str], None],
    ) -> None:
        """`books`: the newest reference data; `in_flight`: pushes of one tenant at once, over all processes.

        `attempted` is told the outcome of every attempt.
        """
        self._db = db
        self._clock = clock
        self._keys = keys
        self._portal = portal
        self._books = books
        self._in_flight = in_flight
        self._attempted = attempted
        self._lease = timedelta(seconds=(REQUESTS_OF_ONE + 1) * portal.timeout_s)
        self._guard = ClockGuard(clock)

    async def deliver(self, tenants: Sequence[TenantId]) -> int:
        """Number of attempts made now, over all tenants. One statement when nothing is due, or the line rests."""
        await self._guard.look(tenants, partial(repository.forget_times_to_come, self._db, lease=self._lease))
        made = 0
        for tenant_id in await repository.list_due_tenants(self._db, tenants, self._clock.now()):
            claims = await self._claim(tenant_id)
            codes = await repository.portal_codes(self._db, tenant_id) if claims else {}
            async with asyncio.TaskGroup() as group:
                for claim in claims:
                    group.create_task(self._push(claim, codes))
            made += len(claims)
        return made

    async def close(self) -> None:
        """Let go of the connections."""
        await self._portal.close()

    async def _claim(self, tenant_id: TenantId) -> list[Claim]:
        """Pushes that are ours; one alone while it is not known whether the portal is back."""

        async def verb(work: Work) -> list[Claim]:
            link = await repository.lock_link(work, tenant_id)
            if link.retry_at is not None and link.retry_at > work.now:
                return []
            most = 1 if link.failures >= domain.REST.after_failures else self._in_flight
            return await repository.claim(work, tenant_id, work.now + self._lease, most)

        return await in_work(self._db, self._clock, tenant_id, verb)

    async def _push(self, claim: Claim, codes: Mapping[UnitId, str]) -> None:
        answer = await self._answered(claim, codes)
        self._attempted(answer.outcome.value)
        await in_work(self._db, self._clock, claim.tenant_id, lambda work: _settle(work, claim, answer))

    async def _answered(self, claim: Claim, codes: Mapping[UnitId, str]) -> Answer:
        """What came of it. When an answer was lost the portal is asked first, and nothing is sent that it has."""
        try:
            portal_code, record = await self._record(claim, codes)
        except _UNREADY as error:
            return Answer(Outcome.UNREADY, type(error).__name__)
        again = claim.doubtful
        if claim.doubtful:
            found = await self._portal.find(portal_code, claim.push.code)
            if found.outcome is not Outcome.TAKEN:
                return found if found.outcome is Outcome.AWAY else Answer(Outcome.UNSURE, found.code)
            if any(_has(one, record) for one in found.result):
                return Answer(Outcome.FOUND)
            again = bool(found.result)
        elif claim.push.version > 1:
            again = await repository.earlier_delivered(
                self._db, claim.tenant_id, claim.push.request_id, claim.push.version
            )
        return await self._portal.push(portal_code, record, again=again)

    async def _record(self, claim: Claim, codes: Mapping[UnitId, str]) -> tuple[str, dict[str, Any]]:
        """On whose behalf, and the record; it lives no longer than the request. Raises: what is in _UNREADY."""
        books, tenant_id = self._books(), claim.tenant_id
        view = await requests_service.get_for_program(self._db, self._keys, books, tenant_id, claim.push.code)
        tenant = books.directory.tenant(tenant_id)
        record = domain.record(
            claim.push,
            view,
            unit_name=books.directory.unit(tenant_id, claim.push.unit_id).name,
            zone_name=tenant.time_zone,
        )
        return portal_code_of(books.directory, tenant_id, UnitId(view.row["receiver_id"]), codes), record


def _has(theirs: Mapping[str, Any], record: Mapping[str, Any]) -> bool:
    """Whether what the portal has is the record, or came after it. Without versions the instant tells."""
    if theirs.get("MaHoSo") != record["MaHoSo"]:
        return False
    version = theirs.get("PhienBan")
    if isinstance(version, int) and version != record["PhienBan"]:
        return version > int(record["PhienBan"])
    same = str(theirs.get("TrangThai")) == str(record["TrangThai"])
    return same and (isinstance(version, int) or theirs.get("ThoiDiemXuLy") == record["ThoiDiemXuLy"])


async def _settle(work: Work, claim: Claim, answer: Answer) -> None:
    """Write down what came of an attempt, unless somebody else has claimed the push since. Two locks, two updates."""
    link = await repository.lock_link(work, claim.tenant_id)
    push = await repository.lock_claimed(work, claim)
    if push is None:
        return
    outcome = answer.outcome
    push.attempts += outcome is not Outcome.AWAY
    settlement = domain.settle(
        outcome,
        doubtful=claim.doubtful,
        attempts=push.attempts,
        first_failed_at=push.first_failed_at,
        last_success_at=link.last_success_at,
        now=work.now,
        chance=secrets.randbelow(1000) / 1000,
    )
    push.state, push.next_at = settlement.state.value, settlement.next_at
    push.first_failed_at, push.doubtful = settlement.first_failed_at, settlement.doubtful
    push.settled_at = None if settlement.state is PushState.WAITING else work.now
    push.locked_until = None
    push.last_outcome, push.last_code = outcome.value, answer.code
    link.failures = domain.learns(outcome, link.failures)
    rest = domain.REST.after(link.failures)
    link.retry_at = work.now + rest if rest else None
    if settlement.state is PushState.DELIVERED:
        link.last_success_at = work.now
    if settlement.state is PushState.DEAD:
        log.warning("push of %s version %d has died: %s", push.code, push.version, answer.code)
