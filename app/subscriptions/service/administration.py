"""What administrators do about subscriptions. Every change keeps who made it last, and when."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from uuid import UUID

from app.audit import service as audit
from app.audit.terms import Action
from app.catalogue.snapshot import Catalogue
from app.couriers.addresses import refusal_of
from app.couriers.signing import new_secret
from app.db.engine import Database
from app.db.work import ReadWork, Work
from app.directory.snapshot import Directory
from app.identity.domain import Keyring
from app.identity.terms import Actor
from app.kit.ids import ClientId, uuid7
from app.outbox import service as outbox
from app.subscriptions import domain, policies
from app.subscriptions.errors import (
    InvalidSubscription,
    MessageForgotten,
    ReplayUnderWay,
    SecretsOverlap,
    StaleSubscription,
    TooManySubscriptions,
)
from app.subscriptions.models import SubscriptionRow
from app.subscriptions.repository import DeliveryRepository, SubscriptionRepository
from app.subscriptions.terms import (
    TRIAL,
    TYPES,
    Delivery,
    DeliveryState,
    Interest,
    PauseReason,
    Subscription,
    SubscriptionId,
    SubscriptionState,
    Wanted,
)

MOST_SUBSCRIPTIONS = 100  # of one tenant
MOST_OF_CLIENT = 20  # of one other system


async def list_subscriptions(work: ReadWork, actor: Actor) -> list[Subscription]:
    """All of the tenant's, oldest first. Raises: Forbidden."""
    policies.may_administer(actor).require()
    return [row.read() for row in await _of(work, actor).list()]


async def get_subscription(work: Work, actor: Actor, subscription_id: UUID) -> Subscription:
    """The subscription. Raises: Forbidden, SubscriptionNotFound."""
    policies.may_administer(actor).require()
    return (await _of(work, actor).get(subscription_id)).read()


async def create_subscription(
    work: Work,
    actor: Actor,
    wanted: Wanted,
    *,
    keys: Keyring,
    directory: Directory,
    catalogue: Catalogue,
    private: bool,
) -> Subscription:
    """The new subscription, told of what happens from now on; its secret is shown by `recall_secret` once.

    `private`: whether this installation sends to private addresses.
    Raises: Forbidden, TooManySubscriptions; InvalidSubscription with a pointer for each mistake; UnknownCategory,
    AreaOutsideTenant.
    """
    policies.may_administer(actor).require()
    _check(wanted, actor, directory, catalogue, private=private)
    subscriptions = _of(work, actor)
    if await subscriptions.count() >= (MOST_SUBSCRIPTIONS if actor.client_id is None else MOST_OF_CLIENT):
        raise TooManySubscriptions
    secret, subscription_id = new_secret(), SubscriptionId(uuid7(work.now))
    row = SubscriptionRow(
        tenant_id=actor.tenant_id,
        id=subscription_id,
        **_values(wanted),
        client_id=actor.client_id,
        state=SubscriptionState.ACTIVE.value,
        secret=domain.seal_secret(keys.subscriptions, actor.tenant_id, subscription_id, secret),
        from_position=await outbox.head(work, actor.tenant_id),
        failures=0,
        version=1,
        created_at=work.now,
        created_by=actor.staff_id,
        updated_at=work.now,
        updated_by=actor.staff_id,
    )
    await subscriptions.write(row)
    audit.record(work, actor, Action.SUBSCRIPTION_CREATED, subject=str(row.id))
    return row.read()


async def recall_secret(work: Work, actor: Actor, subscription_id: UUID, *, keys: Keyring) -> str:
    """The present secret, for the administrator whose answer was lost on the way and who asks by the same key again.

    Raises: Forbidden, SubscriptionNotFound when it was deleted since.
    """
    policies.may_administer(actor).require()
    row = await _of(work, actor).get(subscription_id)
    return domain.open_secret(keys.subscriptions, actor.tenant_id, subscription_id, row.secret)


async def change_subscription(
    work: Work,
    actor: Actor,
    subscription_id: UUID,
    wanted: Wanted,
    *,
    seen: int,
    directory: Directory,
    catalogue: Catalogue,
    private: bool,
) -> Subscription:
    """The subscription as wanted now; what waits goes to the new address.

    Raises: as `create_subscription`, SubscriptionNotFound; StaleSubscription when `seen` is not its version any more.
    """
    policies.may_administer(actor).require()
    _check(wanted, actor, directory, catalogue, private=private)
    row = await _locked(work, actor, subscription_id, verb="change", seen=seen)
    if row.url != wanted.url:
        row.failures, row.retry_at = 0, None  # what the old address did says nothing of the new one
    for name, value in _values(wanted).items():
        setattr(row, name, value)
    await _of(work, actor).write(row)
    return row.read()


async def pause_subscription(work: Work, actor: Actor, subscription_id: UUID) -> Subscription:
    """The subscription paused: what it is to be told waits. Raises: Forbidden, SubscriptionNotFound."""
    row = await _locked(work, actor, subscription_id, verb="pause")
    if row.state == SubscriptionState.ACTIVE:
        row.state, row.pause_reason = SubscriptionState.PAUSED.value, PauseReason.ADMINISTRATOR.value
        row.paused_at = work.now
    return row.read()


async def resume_subscription(work: Work, actor: Actor, subscription_id: UUID) -> Subscription:
    """The subscription active; all that waits is attempted now, as if it had never failed.

    Raises: Forbidden, SubscriptionNotFound.
    """
    row = await _locked(work, actor, subscription_id, verb="resume")
    row.state, row.pause_reason, row.paused_at = SubscriptionState.ACTIVE.value, None, None
    row.failures, row.retry_at = 0, None
    await DeliveryRepository(work, actor.tenant_id).wake(subscription_id, work.now)
    return row.read()


async def delete_subscription(work: Work, actor: Actor, subscription_id: UUID) -> None:
    """Nobody is told any more, and what waited is dropped. Raises: Forbidden, SubscriptionNotFound."""
    row = await _locked(work, actor, subscription_id, verb="delete", action=Action.SUBSCRIPTION_DELETED)
    await _of(work, actor).delete(row)


async def rotate_secret(
    work: Work, actor: Actor, subscription_id: UUID, *, keys: Keyring, overlap: timedelta
) -> tuple[Subscription, str]:
    """The subscription with a new secret, and that secret; for `overlap` the one before signs as well.

    Without overlap all before end at once. Raises: Forbidden, SubscriptionNotFound; SecretsOverlap when one more
    would end a secret before the end it was promised.
    """
    row = await _locked(work, actor, subscription_id, verb="rotate_secret")
    until = row.previous_secret_until_at
    if overlap and row.previous_secret is not None and until is not None and until > work.now:
        raise SecretsOverlap(until)
    secret = new_secret()
    row.previous_secret = row.secret if overlap else None
    row.previous_secret_until_at = work.now + overlap if overlap else None
    row.secret = domain.seal_secret(keys.subscriptions, actor.tenant_id, row.id, secret)
    return row.read(), secret


async def send_trial(work: Work, actor: Actor, subscription_id: UUID) -> Delivery:
    """A delivery of an event that says nothing, attempted once by the worker, also while the subscription is paused.

    Raises: Forbidden, SubscriptionNotFound.
    """
    policies.may_administer(actor).require()
    await _of(work, actor).get(subscription_id)
    return await DeliveryRepository(work, actor.tenant_id).add_trial(subscription_id, uuid7(work.now), work.now)


async def list_deliveries(
    work: ReadWork,
    actor: Actor,
    subscription_id: UUID,
    *,
    state: DeliveryState | None,
    before: tuple[datetime, UUID] | None,
    limit: int,
) -> list[Delivery]:
    """The subscription's deliveries, newest first, after `before`, at most `limit`.

    Raises: Forbidden, SubscriptionNotFound.
    """
    policies.may_administer(actor).require()
    await _of(work, actor).get(subscription_id)
    return await DeliveryRepository(work, actor.tenant_id).list(subscription_id, state, before, limit)


async def redeliver(work: Work, actor: Actor, subscription_id: UUID, message_id: UUID) -> Delivery:
    """The delivery, to be attempted now with the id it always had.

    Raises: Forbidden, SubscriptionNotFound, DeliveryNotFound; MessageForgotten when there is nothing to send.
    """
    await _locked(work, actor, subscription_id, verb="redeliver")
    row = await DeliveryRepository(work, actor.tenant_id).lock(subscription_id, message_id)
    if row.type != TRIAL and not await outbox.is_kept(work, actor.tenant_id, message_id):
        raise MessageForgotten
    row.state, row.next_at, row.attempts = DeliveryState.WAITING.value, work.now, 0
    row.first_failed_at, row.settled_at = None, None
    return row.read()


async def replay_events(work: Work, db: Database, actor: Actor, subscription_id: UUID, *, after: int) -> Subscription:
    """The subscription with a replay under way: all it wants after the position is delivered (again), in order.

    Raises: Forbidden, SubscriptionNotFound, ReplayUnderWay; EventsForgotten when not all of it is
    kept, PositionAhead when the position was never given.
    """
    row = await _locked(work, actor, subscription_id, verb="replay")
    if row.replay_position is not None:
        raise ReplayUnderWay
    await outbox.refuse_forgotten(db, actor.tenant_id, after, public=False)
    row.replay_position, row.replay_until = after, await outbox.head(work, actor.tenant_id)
    row.missed_after = row.missed_until = None
    return row.read()


async def pause_of_client(work: Work, actor: Actor, client_id: ClientId, keep: Callable[[Interest], bool]) -> int:
    """Number of subscriptions of another system that were paused now: those that `keep` does not hold for."""
    paused = 0
    for row in await SubscriptionRepository(work, actor.tenant_id, client_id).list():
        if row.state == SubscriptionState.ACTIVE and not keep(row.interest()):
            await pause_subscription(work, actor, row.id)
            paused += 1
    return paused


def _of(work: Work, actor: Actor) -> SubscriptionRepository:
    """What the actor may see of the tenant's subscriptions: an administrator all, another system its own."""
    return SubscriptionRepository(work, actor.tenant_id, actor.client_id)


async def _locked(
    work: Work,
    actor: Actor,
    subscription_id: UUID,
    *,
    verb: str,
    action: Action = Action.SUBSCRIPTION_CHANGED,
    seen: int | None = None,
) -> SubscriptionRow:
    """The subscription, locked, to be changed by the actor.

    Raises: Forbidden, SubscriptionNotFound; StaleSubscription when it is no more as it was `seen`.
    """
    policies.may_administer(actor).require()
    row = await _of(work, actor).lock(subscription_id)
    if seen is not None and seen != row.version:
        raise StaleSubscription(row.version)
    row.version += 1
    audit.record(work, actor, action, subject=str(subscription_id), details={"verb": verb})
    row.updated_at, row.updated_by = work.now, actor.staff_id
    return row


def _values(wanted: Wanted) -> Mapping[str, object]:
    interest = wanted.interest
    return {
        "name": wanted.name,
        "url": wanted.url,
        "types": sorted(interest.types),
        "area_code": interest.area,
        "category_code": interest.category,
        "unit_id": interest.unit_id,
    }


def _check(wanted: Wanted, actor: Actor, directory: Directory, catalogue: Catalogue, *, private: bool) -> None:
    """Raises: InvalidSubscription, UnknownCategory, AreaOutsideTenant."""
    errors: list[dict[str, object]] = []
    if (refused := refusal_of(wanted.url, private=private)) is not None:
        errors.append({"pointer": "/url", "detail": refused})
    if wanted.interest.types - TYPES:
        errors.append({"pointer": "/types", "detail": domain.no_such_types(wanted.interest.types)})
    if errors:
        raise InvalidSubscription(errors=errors)
    if wanted.interest.area is not None:
        directory.chain_in(actor.tenant_id, wanted.interest.area)
    if wanted.interest.category is not None:
        catalogue.category(actor.tenant_id, wanted.interest.category)
