"""What providers tell us: proven, read, counted once, kept, and only then acknowledged."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import NamedTuple

from app.db.engine import Database
from app.db.work import Work, in_work
from app.identity.domain import Keyring
from app.kit.clock import Clock
from app.kit.ids import TenantId, uuid7
from app.kit.problems import Problem
from app.payments import domain
from app.payments.errors import (
    CallbackReplayed,
    CallbackStale,
    CallbackUnreadable,
    CallbackUnsigned,
    TransactionDiffers,
    UnknownProvider,
)
from app.payments.repository import CallbackRepository, SetupRepository
from app.payments.terms import PROVIDERS, CallbackAnswer, Outcome, Signed, Told

from .steps import Settled, settle

MOST_KEPT_BYTES = 16_384  # of a message; what is longer is read by nobody
MOST_UNPROVEN_AN_HOUR = 200  # messages kept that nobody has proven; more of them are refused and not kept
_REFUSED: Mapping[Outcome, type[Problem]] = MappingProxyType(
    {
        Outcome.UNSIGNED: CallbackUnsigned,
        Outcome.STALE: CallbackStale,
        Outcome.REPLAYED: CallbackReplayed,
        Outcome.UNREADABLE: CallbackUnreadable,
        Outcome.DIFFERS: TransactionDiffers,
    }
)


class _Came(NamedTuple):
    """What a message came to, and what it told when it could be read."""

    outcome: Outcome
    told: Told | None = None
    reference: str | None = None


async def take_callback(
    db: Database, clock: Clock, keys: Keyring, tenant_id: TenantId, provider: str, message: Signed
) -> CallbackAnswer:
    """What the provider is to be told: the message is kept and the money counted, committed before this returns.

    Raises: UnknownProvider; and, when that is committed too, CallbackUnsigned, CallbackStale, CallbackReplayed,
    CallbackUnreadable, TransactionDiffers.
    """
    if provider not in PROVIDERS:
        raise UnknownProvider

    async def one(work: Work) -> _Came:
        came = await _taken(work, keys, tenant_id, provider, message)
        await _keep(work, tenant_id, provider, message, came)
        return came

    came = await in_work(db, clock, tenant_id, one)
    if came.outcome in _REFUSED:
        raise _REFUSED[came.outcome]
    told = came.told
    assert told is not None
    return CallbackAnswer(told.transaction, came.outcome, came.reference, told.amount, told.currency)


async def _taken(work: Work, keys: Keyring, tenant_id: TenantId, provider: str, message: Signed) -> _Came:
    believed = [row for row in await SetupRepository(work, tenant_id).keys(provider) if row.key_id == message.key_id]
    secrets = [domain.open_secret(keys.payments, tenant_id, provider, row.key_id, row.secret) for row in believed]
    if not any(domain.is_signed(secret, "callback", message) for secret in secrets):
        return _Came(Outcome.UNSIGNED)
    if not domain.is_current(message.timestamp, work.now):
        return _Came(Outcome.STALE)
    before = await CallbackRepository(work, tenant_id).body_of_nonce(provider, message.nonce)
    if before is not None and before != _hash(message.body):
        return _Came(Outcome.REPLAYED)
    told = domain.read_told(message.body) if len(message.body) <= MOST_KEPT_BYTES else None
    if told is None:
        return _Came(Outcome.UNREADABLE)
    if not told.succeeded:
        return _Came(Outcome.NOT_PAID, told)
    settled: Settled = await settle(work, tenant_id, provider, told)
    return _Came(settled.outcome, told, settled.reference)


async def _keep(work: Work, tenant_id: TenantId, provider: str, message: Signed, came: _Came) -> None:
    callbacks = CallbackRepository(work, tenant_id)
    if came.outcome in {Outcome.UNSIGNED, Outcome.STALE}:
        hour_ago = work.now - timedelta(hours=1)
        if await callbacks.count_unproven(hour_ago, MOST_UNPROVEN_AN_HOUR) >= MOST_UNPROVEN_AN_HOUR:
            return
    callbacks.put(
        {
            "id": uuid7(work.now),
            "provider": provider,
            "came_at": work.now,
            "key_id": message.key_id,
            "nonce": message.nonce,
            "body": message.body[:MOST_KEPT_BYTES],
            "body_hash": _hash(message.body),
            "outcome": came.outcome.value,
            "transaction_id": came.told.transaction if came.told is not None else None,
        }
    )


def _hash(body: bytes) -> bytes:
    return hashlib.sha256(body).digest()
