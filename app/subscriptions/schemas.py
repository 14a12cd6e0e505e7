"""What administrators send and read: subscriptions, deliveries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, Field, StrictInt, StringConstraints

from app.couriers.addresses import LONGEST_URL
from app.directory.errors import UnknownUnit
from app.directory.snapshot import Directory
from app.kit.ids import TenantId, UnitId
from app.web.fields import Code, ShortText, WireIn

from .errors import InvalidSubscription
from .terms import (
    TYPES,
    Delivery,
    DeliveryState,
    Interest,
    Outcome,
    PauseReason,
    Subscription,
    SubscriptionState,
    Wanted,
)

LONGEST_OVERLAP_HOURS = 24 * 7
EventTypeText = Annotated[
    str, StringConstraints(min_length=1, max_length=64), Field(json_schema_extra={"enum": sorted(TYPES)})
]
"""A type of events; one that there is not is refused with those there are."""


class SubscriptionIn(WireIn):
    """What is to be sent where; what is left out does not restrict."""

    name: ShortText = Field(description="Tên, duy nhất trong tỉnh. A name, the only one of the province.")
    url: Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_URL)] = Field(
        description="Nơi nhận, https. Where to post to, https.", examples=["https://example.vn/lien-thong"]
    )
    types: list[EventTypeText] = Field(
        min_length=1,
        max_length=len(TYPES),
        description="Loại sự kiện. Types of events.",
        examples=[["publication.published", "publication.updated", "publication.withdrawn"]],
    )
    area: Code | None = Field(None, description="Mã địa giới, gồm mọi cấp dưới. An area with all below it.")
    category: Code | None = Field(None, description="Lĩnh vực hoặc nhóm. A category or a group.")
    unit: Code | None = Field(None, description="Mã cơ quan, gồm mọi đơn vị dưới. A unit with all below it.")

    def wanted(self, directory: Directory, tenant_id: TenantId) -> Wanted:
        """The same as the program knows it. Raises: InvalidSubscription when there is no such unit."""
        try:
            unit_id = UnitId(directory.unit_by_code(tenant_id, self.unit).id) if self.unit else None
        except UnknownUnit as problem:
            raise InvalidSubscription(errors=[{"pointer": "/unit", "detail": problem.detail}]) from problem
        return Wanted(self.name, self.url, Interest(frozenset(self.types), self.area, self.category, unit_id))


class RotationIn(WireIn):
    """How long the secret before goes on signing beside the new one."""

    overlap_hours: StrictInt = Field(
        24,
        ge=0,
        le=LONGEST_OVERLAP_HOURS,
        description="0: bí mật cũ hết hiệu lực ngay, khi nó đã lộ. 0 ends the old secret at once: it has leaked.",
    )

    @property
    def overlap(self) -> timedelta:
        """The same as a duration."""
        return timedelta(hours=self.overlap_hours)


class ReplayIn(WireIn):
    """From where events are delivered once more."""

    after: StrictInt = Field(
        ge=0,
        le=2**62,
        description="Vị trí (`sequence`) của sự kiện cuối cùng đã có. Position of the last event you have; 0: all.",
    )


class ReplayOut(BaseModel):
    """How far a replay has come."""

    position: int
    until: int


class MissedOut(BaseModel):
    """Events that were forgotten while a replay was under way."""

    after: int
    until: int


class SubscriptionOut(BaseModel):
    """A subscription; its secret is shown when it is made, and never again."""

    id: UUID
    name: str
    url: str
    types: list[str]
    area: str | None
    category: str | None
    unit: str | None
    client: UUID | None = Field(
        None, description="Của hệ thống nào; trống: của tỉnh. Whose it is; null: the province's own."
    )
    state: SubscriptionState
    pause_reason: PauseReason | None = Field(
        description="`unreachable`: không nhận gì ba ngày liền. Nothing was accepted for three days. `gone`: 410."
    )
    paused_at: datetime | None
    failures: int = Field(description="Số lần gửi hỏng liên tiếp. Attempts in a row that were not accepted.")
    last_success_at: datetime | None
    previous_secret_until_at: datetime | None = Field(
        description="Đến lúc này bí mật cũ vẫn ký kèm. Until then the secret before signs, too."
    )
    replay: ReplayOut | None
    missed: MissedOut | None = Field(
        description="Lần phát lại gần nhất đến quá muộn với các sự kiện này: đã được dọn. Hãy đọc tình trạng hiện tại "
        "qua API. The last replay came too late for these; read the present state from the API."
    )
    version: int = Field(description="Gửi lại trong `If-Match` khi thay đổi. Send it back as `If-Match` to change it.")
    created_at: datetime
    updated_at: datetime

    @classmethod
    def values(cls, subscription: Subscription, units: Mapping[UnitId, str]) -> dict[str, object]:
        """The members; `units` by id."""
        interest = subscription.interest
        replay = None
        if subscription.replay_position is not None and subscription.replay_until is not None:
            replay = ReplayOut(position=subscription.replay_position, until=subscription.replay_until)
        missed = MissedOut(after=subscription.missed[0], until=subscription.missed[1]) if subscription.missed else None
        return {
            "id": subscription.id,
            "name": subscription.name,
            "url": subscription.url,
            "types": sorted(interest.types),
            "area": interest.area,
            "category": interest.category,
            "unit": units[interest.unit_id] if interest.unit_id else None,
            "client": subscription.client_id,
            "state": subscription.state,
            "pause_reason": subscription.pause_reason,
            "paused_at": subscription.paused_at,
            "failures": subscription.failures,
            "last_success_at": subscription.last_success_at,
            "previous_secret_until_at": subscription.previous_secret_until_at,
            "replay": replay,
            "missed": missed,
            "version": subscription.version,
            "created_at": subscription.created_at,
            "updated_at": subscription.updated_at,
        }

    @classmethod
    def of(cls, subscription: Subscription, units: Mapping[UnitId, str]) -> Self:
        """The wire shape."""
        return cls.model_validate(cls.values(subscription, units))


class NewSecretOut(SubscriptionOut):
    """A subscription with a secret that was made just now."""

    secret: str = Field(description="Hãy cất ngay: không xem lại được. Keep it now: it is never shown again.")

    @classmethod
    def with_secret(cls, made: tuple[Subscription, str], units: Mapping[UnitId, str]) -> Self:
        """The wire shape."""
        subscription, secret = made
        return cls.model_validate({**cls.values(subscription, units), "secret": secret})


class SubscriptionListOut(BaseModel):
    """All subscriptions of the province, oldest first."""

    items: list[SubscriptionOut]

    @classmethod
    def of(cls, subscriptions: Sequence[Subscription], units: Mapping[UnitId, str]) -> Self:
        """The wire shape."""
        return cls(items=[SubscriptionOut.of(one, units) for one in subscriptions])


class DeliveryOut(BaseModel):
    """One event for one subscription: what has become of it."""

    id: UUID = Field(description="`webhook-id` và `id` của phong bì. The `webhook-id`, and `id` of the envelope.")
    sequence: int = Field(description="Vị trí; 0 là gửi thử. Position; 0 for a trial.")
    type: str
    state: DeliveryState
    attempts: int = Field(description="Từ lần gửi lại gần nhất. Since it was last asked for.")
    created_at: datetime
    next_at: datetime | None
    settled_at: datetime | None
    last_attempt_at: datetime | None
    last_outcome: Outcome | None
    last_status: int | None
    last_excerpt: str | None = Field(description="Phần đầu câu trả lời của nơi nhận. The beginning of its answer.")

    @classmethod
    def of(cls, delivery: Delivery) -> Self:
        """The wire shape."""
        return cls(
            id=delivery.message_id,
            sequence=delivery.position,
            type=delivery.type,
            state=delivery.state,
            attempts=delivery.attempts,
            created_at=delivery.created_at,
            next_at=delivery.next_at,
            settled_at=delivery.settled_at,
            last_attempt_at=delivery.last_attempt_at,
            last_outcome=delivery.last_outcome,
            last_status=delivery.last_status,
            last_excerpt=delivery.last_excerpt,
        )


class DeliveryListOut(BaseModel):
    """A page of the log, newest first."""

    items: list[DeliveryOut]
    next_cursor: str | None
