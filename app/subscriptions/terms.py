"""Vocabulary of subscriptions and deliveries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, NewType
from uuid import UUID

from app.cases.events import EventType
from app.kit.ids import ClientId, TenantId, UnitId
from app.publication.terms import Change

SubscriptionId = NewType("SubscriptionId", UUID)

CONSUMER = "webhooks"
TRIAL = "subscription.trial"  # type of the event an administrator sends to see whether an endpoint answers
PAUSED = "subscription.paused"  # type of the fact that an endpoint was given up; nobody can subscribe to it
PUBLIC_TYPES = frozenset(change.value for change in Change)
STAFF_TYPES = frozenset(event.value for event in EventType)
TYPES = PUBLIC_TYPES | STAFF_TYPES


class SubscriptionState(StrEnum):
    """Whether deliveries leave; while they do not, they are kept."""

    ACTIVE = "active"
    PAUSED = "paused"


class PauseReason(StrEnum):
    """Why a subscription is paused."""

    ADMINISTRATOR = "administrator"
    UNREACHABLE = "unreachable"  # nothing has been accepted for days
    GONE = "gone"  # the endpoint has answered 410


class DeliveryState(StrEnum):
    """What has become of a delivery."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    DEAD = "dead"


class Outcome(StrEnum):
    """How one attempt ended."""

    ACCEPTED = "accepted"  # status 2xx
    REFUSED = "refused"  # any other status, redirects too
    GONE = "gone"  # status 410
    TIMEOUT = "timeout"
    UNREACHABLE = "unreachable"  # no connection, or one that broke before the answer
    FORBIDDEN_ADDRESS = "forbidden_address"
    FORGOTTEN = "forgotten"  # the message is no longer kept: there is nothing to send


@dataclass(frozen=True, slots=True)
class Interest:
    """What a subscription wants to hear of; None does not restrict."""

    types: frozenset[str]
    area: str | None = None
    category: str | None = None
    unit_id: UnitId | None = None

    @property
    def narrow(self) -> bool:
        """Whether the case itself must be looked at."""
        return self.area is not None or self.category is not None or self.unit_id is not None


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an administrator asks for, to be checked."""

    name: str
    url: str
    interest: Interest


@dataclass(frozen=True, slots=True)
class Listening:
    """A subscription as the consumer sees it."""

    id: SubscriptionId
    interest: Interest
    from_position: int  # messages up to here were before its time


@dataclass(frozen=True, slots=True)
class Place:
    """Where a case belongs: codes of its areas and of its category with their groups, units from it up to the top."""

    areas: frozenset[str]
    categories: frozenset[str]
    units: frozenset[UnitId]


@dataclass(frozen=True, slots=True)
class Subscription:
    """A standing wish to be told, as administrators see it; its secret is shown once and never again."""

    id: SubscriptionId
    name: str
    url: str
    client_id: ClientId | None  # another system's own; None: the province's
    interest: Interest
    state: SubscriptionState
    pause_reason: PauseReason | None
    paused_at: datetime | None
    failures: int  # attempts in a row that were not accepted
    last_success_at: datetime | None
    previous_secret_until_at: datetime | None
    replay_position: int | None  # how far a replay under way has come
    replay_until: int | None
    missed: tuple[int, int] | None  # positions between which the last replay came too late
    version: int  # of what administrators decide; what comes of deliveries does not change it
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message for one subscription: what has become of it."""

    message_id: UUID
    position: int  # 0 for a trial
    type: str
    state: DeliveryState
    attempts: int
    created_at: datetime
    next_at: datetime | None
    first_failed_at: datetime | None
    settled_at: datetime | None
    last_attempt_at: datetime | None
    last_outcome: Outcome | None
    last_status: int | None
    last_excerpt: str | None


@dataclass(frozen=True, slots=True)
class Event:
    """What a delivery tells, as much of it as may be told now."""

    id: UUID
    type: str
    subject_id: UUID
    subject_version: int
    occurred_at: datetime
    position: int
    payload: Mapping[str, Any]
    superseded: bool  # what the public reads of the case has changed since


@dataclass(frozen=True, slots=True)
class Claim:
    """A delivery that nobody else attempts until `locked_until`. `event` is None when its message is forgotten."""

    tenant_id: TenantId
    subscription_id: SubscriptionId
    message_id: UUID
    locked_until: datetime
    subject_id: UUID
    event: Event | None
    url: str
    secret: bytes
    previous_secret: bytes | None


@dataclass(frozen=True, slots=True)
class Attempt:
    """What one request came to. `excerpt` is the beginning of the answer or the reason there was none."""

    outcome: Outcome
    status: int | None = None
    excerpt: str | None = None


@dataclass(frozen=True, slots=True)
class Settlement:
    """What an attempt makes of its delivery; `pause_reason` is set when the subscription is to be paused."""

    state: DeliveryState
    next_at: datetime | None
    first_failed_at: datetime | None
    pause_reason: PauseReason | None


@dataclass(frozen=True, slots=True)
class DeliveryBacklog:
    """What of a tenant's deliveries is not done yet; counts end at `COUNTED_ROWS`."""

    tenant_id: TenantId
    waiting: int  # of active subscriptions
    waiting_since: datetime | None
    held: int  # of paused subscriptions
    dead: int
    paused: int  # subscriptions that the program itself has paused


COUNTED_ROWS = 10_000


@dataclass(frozen=True, slots=True)
class EventPage:
    """Envelopes in their order, and the position to ask on from."""

    envelopes: Sequence[bytes]
    after: int
