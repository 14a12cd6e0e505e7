"""Asking a provider: for a page to pay on, and for what it may have told us in vain. Claim, ask, settle."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Sequence
from datetime import timedelta
from typing import NamedTuple

from app.db.engine import Database
from app.db.work import Work, in_work
from app.identity.domain import Keyring
from app.kit.clock import Clock
from app.kit.ids import TenantId
from app.kit.problems import Unavailable
from app.payments import domain, repository
from app.payments.repository import PaymentRepository, SetupRepository
from app.payments.senders import ProviderClient
from app.payments.terms import Claim, PaymentState, ProviderKey, Told

from .steps import settle

log = logging.getLogger("lienthong.payments")
CLAIMED_ROWS = 8  # asked about at once; all have their answer, or none, long before the lease ends
LEASE = timedelta(minutes=2)


class _Heard(NamedTuple):
    """What one round of questions came to; None where there was no answer that could be believed."""

    link: str | None
    transactions: Sequence[Told] | None


async def ask_due(
    db: Database,
    clock: Clock,
    keys: Keyring,
    client: ProviderClient,
    tenant_id: TenantId,
    *,
    callback_url: str | None,
) -> tuple[int, int]:
    """Numbers of requests of the tenant that its provider was asked about now, and of those that could not be settled.

    What cannot be keeps none of the others waiting, and is asked about again when its lease ends. A worker that is
    killed in between leaves them to the next when the lease ends. Nothing is asked in a transaction.
    """
    until = clock.now() + LEASE
    claims = await in_work(db, clock, tenant_id, lambda work: repository.claim(work, tenant_id, until, CLAIMED_ROWS))
    if not claims:
        return 0, 0
    key = await in_work(db, clock, tenant_id, lambda work: _newest_key(work, keys, tenant_id))
    heard = await asyncio.gather(*(_ask(client, key, claim, callback_url) for claim in claims))
    broken = 0
    for claim, said in zip(claims, heard, strict=True):

        async def one(work: Work, claim: Claim = claim, said: _Heard | None = said) -> None:
            await _settle(work, key, claim, said)

        try:
            await in_work(db, clock, tenant_id, one)
        except Unavailable:
            raise
        except Exception:
            broken += 1
            log.exception("payment request %s of tenant %s cannot be settled", claim.payment_id, tenant_id)
    return len(claims), broken


async def _newest_key(work: Work, keys: Keyring, tenant_id: TenantId) -> ProviderKey | None:
    found = await SetupRepository(work, tenant_id).keys()
    if not found:
        return None
    row = found[0]
    secret = domain.open_secret(keys.payments, tenant_id, row.provider, row.key_id, row.secret)
    return ProviderKey(row.provider, row.key_id, row.url, secret)


async def _ask(
    client: ProviderClient, key: ProviderKey | None, claim: Claim, callback_url: str | None
) -> _Heard | None:
    """What was heard; None when nothing was asked, because nothing is expected or nobody is there to ask."""
    if key is None or not claim.open:
        return None
    link, again = claim.link, claim.attempts > 1 or claim.ended_at is not None
    if link is None and claim.ended_at is None:
        answer = await client.ask(key, "payments", domain.link_body(claim, callback_url))
        link = domain.read_link(answer) if answer is not None else None
    if claim.link is None and not again:
        return _Heard(link, () if link is not None else None)
    answer = await client.ask(key, "payments/query", domain.query_body(claim))
    return _Heard(link, domain.read_transactions(answer) if answer is not None else None)


async def _settle(work: Work, key: ProviderKey | None, claim: Claim, heard: _Heard | None) -> None:
    """Count what was heard of, and say when to ask next. Money counts even when somebody else holds the claim now."""
    for told in (heard.transactions or ()) if heard is not None else ():
        if told.succeeded and key is not None:
            await settle(work, claim.tenant_id, key.provider, told)
    row = await repository.find_claimed(work, claim)
    if row is None:
        return
    row.locked_until = None
    if heard is None:
        row.ask_at = None
    else:
        first_link = row.link is None and heard.link is not None
        row.link = heard.link or row.link
        row.asked = 0 if first_link else row.asked + 1
        unpaid = {PaymentState.REQUESTED, PaymentState.CANCELLED, PaymentState.EXPIRED}
        row.ask_at = domain.next_asked_at(
            now=work.now,
            attempts=max(1, row.asked),
            answered=heard.transactions is not None,
            open_=PaymentState(row.state) in unpaid,
            ended_at=row.ended_at,
            chance=random.random(),  # noqa: S311 - spreads what failed together
        )
    await PaymentRepository(work, claim.tenant_id).write(row)
