"""From messages to deliveries: as they come, and once more when an administrator has them replayed."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import timedelta

from app.catalogue.snapshot import Catalogue
from app.db.engine import Database
from app.db.work import Work
from app.directory.snapshot import Directory
from app.kit.ids import TenantId, UnitId
from app.outbox import service as outbox
from app.outbox.terms import Message
from app.subscriptions import repository
from app.subscriptions.domain import wants
from app.subscriptions.models import SubscriptionRow
from app.subscriptions.repository import DeliveryRepository, Located, SubscriptionRepository
from app.subscriptions.terms import STAFF_TYPES, DeliveryBacklog, Listening, Place, SubscriptionId

log = logging.getLogger("lienthong.subscriptions")
REPLAY_BATCH_ROWS = 500
PRUNE_BATCH_ROWS = 1000


async def tell(
    work: Work, tenant_id: TenantId, messages: Sequence[Message], *, directory: Directory, catalogue: Catalogue
) -> int:
    """Number of deliveries that wait from now on: one for each subscription that wants one of `messages`.

    Four statements for any number of messages, two when no subscription looks at places, one when there is none.
    """
    listening = await SubscriptionRepository(work, tenant_id).listening()
    return await _tell(work, tenant_id, listening, messages, directory, catalogue, again=False)


async def _tell(
    work: Work,
    tenant_id: TenantId,
    listening: Sequence[Listening],
    messages: Sequence[Message],
    directory: Directory,
    catalogue: Catalogue,
    *,
    again: bool,
) -> int:
    if not listening or not messages:
        return 0
    deliveries = DeliveryRepository(work, tenant_id)
    narrow = [one.id for one in listening if one.interest.narrow]
    subjects = {message.subject_id for message in messages}
    told = await deliveries.told(narrow, subjects) if narrow else set()
    located = await deliveries.located(subjects) if narrow else {}
    pairs: list[tuple[SubscriptionId, Message]] = []
    for message in messages:
        place = place_of(message, located.get(message.subject_id), tenant_id, directory, catalogue)
        for one in listening:
            key = one.id, message.subject_id
            if message.position > one.from_position and wants(
                one.interest, message.type, place, told_before=key in told
            ):
                told.add(key)
                pairs.append((one.id, message))
    return await deliveries.add(pairs, work.now, again=again)


def place_of(
    message: Message, found: Located | None, tenant_id: TenantId, directory: Directory, catalogue: Catalogue
) -> Place | None:
    """Where the case of the message belongs, with the unit that held it after the fact; None when nobody knows it."""
    if found is None:
        return None
    return Place(
        areas=found.areas,
        categories=frozenset(catalogue.lineage(tenant_id, found.category)),
        units=frozenset(directory.unit_path(tenant_id, UnitId(_unit_then(message) or found.unit_id))),
    )


def _unit_then(message: Message) -> UnitId | None:
    """The unit that held the case after the fact, when the message says so."""
    if message.type not in STAFF_TYPES or "unit_id" not in message.payload:
        return None
    return UnitId(type(message.subject_id)(message.payload["unit_id"]))


async def advance_replay(work: Work, tenant_id: TenantId, *, directory: Directory, catalogue: Catalogue) -> int:
    """Number of messages looked at now for a replay that somebody has asked for; 0 when none is under way.

    What has been forgotten since it was asked for is passed over, and the subscription says so.
    """
    row = await SubscriptionRepository(work, tenant_id).next_replay()
    if row is None:
        return 0
    assert row.replay_position is not None
    assert row.replay_until is not None
    kinds = frozenset(row.types)
    messages = await outbox.read(
        work, tenant_id, row.replay_position, until=row.replay_until, types=kinds, limit=REPLAY_BATCH_ROWS
    )
    # What was before the subscription's time is replayed too: the administrator has said from where.
    listening = Listening(SubscriptionId(row.id), row.interest(), 0)
    await _tell(work, tenant_id, [listening], messages, directory, catalogue, again=True)
    forgotten = await outbox.forgotten_until(work, tenant_id)  # after they were read: too late rather than not at all
    if forgotten > row.replay_position:
        row.missed_after = row.replay_position if row.missed_after is None else row.missed_after
        row.missed_until = min(forgotten, row.replay_until)
        log.warning("replay for subscription %s: messages up to %d were forgotten meanwhile", row.id, row.missed_until)
    _move(row, messages)
    return max(1, len(messages))


def _move(row: SubscriptionRow, messages: Sequence[Message]) -> None:
    """Let the replay go on after the last of `messages`, or end."""
    if len(messages) < REPLAY_BATCH_ROWS:
        row.replay_position = row.replay_until = None
    else:
        row.replay_position = messages[-1].position


async def backlog(db: Database, tenants: Sequence[TenantId]) -> list[DeliveryBacklog]:
    """What each of the tenants' deliveries has come to. One statement."""
    return await repository.backlog(db, tenants)


async def prune(work: Work, tenant_id: TenantId, *, settled: timedelta, waiting: timedelta) -> int:
    """Number of deliveries forgotten now; 0 when none is old enough.

    Args:
        settled: how long the log of what was delivered or has died is kept.
        waiting: how long what waits is kept; its message is forgotten after that.
    """
    return await DeliveryRepository(work, tenant_id).prune(work.now - settled, work.now - waiting, PRUNE_BATCH_ROWS)
