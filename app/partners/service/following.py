"""What partners say about the cases they have: asked for in turns, heard once, written into the case's history."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from app.cases import service as cases_service
from app.cases.terms import Books
from app.couriers.lines import ClockGuard, Raises, serve_lines
from app.db.engine import Database
from app.db.work import Work, in_work, read_work
from app.identity.domain import Keyring
from app.identity.errors import IdentityUnreadable
from app.kit.clock import Clock, rfc3339
from app.kit.ids import CaseId, TenantId, UnitId
from app.partners import domain, repository
from app.partners.senders import Caller
from app.partners.terms import Answer, Errand, ErrandState, Heard, Outcome, Partner

from .keys import open_key

log = logging.getLogger("lienthong.partners")
AT_ONCE = 8  # partners in one process
ASKED_AT_ONCE = 50  # requests in one question
FOLLOWED_ROWS = 1_000  # errands in one turn of a partner's; the next turn goes on after them
OVERLAP = timedelta(hours=1)  # updates come to light after their own instant
LONGEST_WINDOW = timedelta(days=30)
_FIRST = UUID(int=0)
_SILENT = frozenset({Outcome.AWAY, Outcome.UNSURE})
_DONE = "Đơn vị cho biết đã xử lý xong."


class Follower:
    """Asks partners how their requests stand; any number of processes may have one."""

    def __init__(
        self,
        db: Database,
        clock: Clock,
        keys: Keyring,
        caller: Caller,
        *,
        books: Callable[[], Books],
        every: timedelta,
    ) -> None:
        """`every`: how long a partner is left alone after it was asked."""
        self._db = db
        self._clock = clock
        self._keys = keys
        self._caller = caller
        self._books = books
        self._every = every
        self._after: dict[UUID, UUID] = {}  # by partner: the errand after which its next turn goes on
        self._guard = ClockGuard(clock)

    async def follow(self, tenants: Sequence[TenantId]) -> int:
        """Number of things heard now that were not known. One statement for each tenant when it is nobody's turn."""
        await self._guard.look(tenants, partial(repository.forget_turns_to_come, self._db, every=self._every))
        turns = [(tenant_id, partner_id) for tenant_id in tenants for partner_id in await self._turns(tenant_id)]
        return await serve_lines(self._ask, turns, at_once=AT_ONCE, raises=Raises.ANY)

    async def _turns(self, tenant_id: TenantId) -> list[UUID]:
        async def verb(work: Work) -> list[UUID]:
            return await repository.claim_followed(work, tenant_id, work.now + self._every)

        return await in_work(self._db, self._clock, tenant_id, verb)

    async def _ask(self, tenant_id: TenantId, partner_id: UUID) -> int:
        began = self._clock.now()
        async with read_work(self._db, self._clock, tenant_id) as work:
            partner = (await repository.get(work, tenant_id, partner_id)).read()
            after = self._after.pop(partner_id, _FIRST)
            errands = await repository.list_followed(work, tenant_id, partner_id, after, FOLLOWED_ROWS)
            if not errands and after != _FIRST:
                errands = await repository.list_followed(work, tenant_id, partner_id, _FIRST, FOLLOWED_ROWS)
        if not errands:
            return 0
        if len(errands) == FOLLOWED_ROWS:
            self._after[partner_id] = errands[-1].id
        try:
            key = open_key(self._keys, partner)
        except IdentityUnreadable:
            log.warning("the key of partner %s cannot be read with the present secrets", partner_id)
            return 0
        await self._redeem(partner, key, errands)
        known = [errand for errand in errands if errand.their_id is not None]
        new, failed = 0, None
        for at in range(0, len(known), ASKED_AT_ONCE):
            chunk = known[at : at + ASKED_AT_ONCE]
            answer, heard = await self._requests(partner, key, [str(errand.their_id) for errand in chunk])
            new += await self._take(tenant_id, partner, heard)
            failed = failed or (answer if answer.outcome is not Outcome.TAKEN else None)
            if answer.outcome in _SILENT:  # each more would cost its whole time: the next turn goes on after this one
                self._after[partner_id] = chunk[-1].id
                break
        if partner.wanted.has_updates and (failed is None or failed.outcome not in _SILENT):
            answer, heard = await self._updates(partner, key, began)
            new += await self._take(tenant_id, partner, heard)
            failed = failed or (answer if answer.outcome is not Outcome.TAKEN else None)
        await in_work(
            self._db, self._clock, tenant_id, lambda work: _followed(work, tenant_id, partner_id, failed, began)
        )
        return new

    async def _redeem(self, partner: Partner, key: str | None, errands: Sequence[Errand]) -> None:
        """Learn the ids of what the partner has given a token for."""
        wanted = partner.wanted
        for errand in errands:
            if errand.their_id is None and errand.token is not None:
                answer = await self._caller.token(wanted, key, errand.token)
                their_id = str(answer.items[0].get("service_request_id") or "") if answer.items else ""
                if answer.outcome is Outcome.TAKEN and their_id:
                    await in_work(
                        self._db,
                        self._clock,
                        errand.tenant_id,
                        partial(_name, errand, their_id),
                    )
                if answer.outcome in _SILENT:
                    return

    async def _requests(self, partner: Partner, key: str | None, ids: Sequence[str]) -> tuple[Answer, list[Heard]]:
        answer = await self._caller.requests(
            partner.wanted, key, [("service_request_id", ",".join(ids)), ("extensions", "true")]
        )
        return answer, [heard for item in answer.items if (heard := domain.heard_of_request(item))]

    async def _updates(self, partner: Partner, key: str | None, until: datetime) -> tuple[Answer, list[Heard]]:
        told = min(until, partner.followed_at or until - LONGEST_WINDOW)  # later only by a clock since set back
        since = max(until - LONGEST_WINDOW, told - OVERLAP)
        window = [("start_date", rfc3339(since)), ("end_date", rfc3339(until + timedelta(minutes=5)))]
        answer = await self._caller.updates(partner.wanted, key, window)
        return answer, [heard for item in answer.items if (heard := domain.heard_of_update(item))]

    async def _take(self, tenant_id: TenantId, partner: Partner, heard: Sequence[Heard]) -> int:
        """Write down what is new, each thing in a transaction of its own. One statement when nothing is."""
        news = await repository.list_news(self._db, tenant_id, partner.id, heard) if heard else []
        books, holder, new = self._books(), partner.wanted.unit_id, 0
        for one in news:
            new += await in_work(self._db, self._clock, tenant_id, partial(_hear, partner, holder, one, books))
        return new


async def _name(errand: Errand, their_id: str, work: Work) -> None:
    row = await repository.errand_of(work, errand.tenant_id, errand.partner_id, errand.id)
    row.their_id = their_id[:200]


async def _hear(partner: Partner, holder: UnitId, heard: Heard, books: Books, work: Work) -> int:
    """1 when the partner has said something new about a case of ours that it still has."""
    tenant_id = partner.tenant_id
    errand = await repository.lock_errand(work, tenant_id, partner.id, heard.their_id)
    if errand is None or errand.state not in {ErrandState.WITH_THEM.value, ErrandState.ANSWERED.value}:
        return 0
    if not await repository.note_heard(work, tenant_id, errand.id, heard.key):
        return 0
    errand.heard_at, case_id = work.now, CaseId(errand.case_id)
    silent = heard.status == (errand.status or "open") and not heard.words
    errand.status = heard.status
    if not silent:
        text = domain.said_by(partner.wanted.name, heard).vi
        await cases_service.note_from_outside(work, tenant_id, case_id, books=books, text=text)
    if heard.ends:
        errand.state = ErrandState.ANSWERED.value
        await cases_service.draft_from_outside(
            work, tenant_id, case_id, holder=holder, books=books, answer=heard.words or _DONE
        )
    return 0 if silent else 1


async def _followed(work: Work, tenant_id: TenantId, partner_id: UUID, failed: Answer | None, began: datetime) -> None:
    row = await repository.lock(work, tenant_id, partner_id)
    if failed is None:
        row.followed_at = began
        row.failures, row.retry_at, row.last_error, row.last_success_at = 0, None, None, work.now
        return
    row.failures += 1
    rest = domain.REST.after(row.failures)
    row.retry_at = work.now + rest if rest is not None else None
    row.last_error = failed.code
