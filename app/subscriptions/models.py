"""Tables of subscriptions."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base, TenantRow, one_of
from app.kit.ids import ClientId, UnitId

from .terms import (
    Delivery,
    DeliveryState,
    Interest,
    Outcome,
    PauseReason,
    Subscription,
    SubscriptionId,
    SubscriptionState,
)


class SubscriptionRow(TenantRow, Base):
    """One standing wish to be told. Secrets are sealed for this tenant and subscription only."""

    __tablename__ = "subscriptions"
    __table_args__ = (
        one_of("state", SubscriptionState),
        one_of("pause_reason", PauseReason),
        UniqueConstraint("tenant_id", "client_id", "name", postgresql_nulls_not_distinct=True),
        ForeignKeyConstraint(["tenant_id", "client_id"], ["api_clients.tenant_id", "api_clients.id"]),
        ForeignKeyConstraint(["tenant_id", "unit_id"], ["units.tenant_id", "units.id"]),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str]
    url: Mapped[str]
    client_id: Mapped[UUID | None]  # whose it is; None: the province's own
    types: Mapped[list[str]] = mapped_column(ARRAY(String))
    area_code: Mapped[str | None]
    category_code: Mapped[str | None]
    unit_id: Mapped[UUID | None]
    state: Mapped[str]
    pause_reason: Mapped[str | None]
    paused_at: Mapped[datetime | None]
    secret: Mapped[bytes] = mapped_column(LargeBinary)
    previous_secret: Mapped[bytes | None] = mapped_column(LargeBinary)
    previous_secret_until_at: Mapped[datetime | None]
    from_position: Mapped[int] = mapped_column(BigInteger)  # messages up to here were before its time
    replay_position: Mapped[int | None] = mapped_column(BigInteger)  # a replay has come this far, and goes on
    replay_until: Mapped[int | None] = mapped_column(BigInteger)
    # between these positions the last replay found messages forgotten that were kept when it was asked for
    missed_after: Mapped[int | None] = mapped_column(BigInteger)
    missed_until: Mapped[int | None] = mapped_column(BigInteger)
    version: Mapped[int] = mapped_column(server_default=text("1"))  # of what administrators decide
    failures: Mapped[int] = mapped_column(server_default=text("0"))  # attempts in a row that were not accepted
    retry_at: Mapped[datetime | None]  # the endpoint is left alone until then
    last_success_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    created_by: Mapped[UUID | None]
    updated_at: Mapped[datetime]
    updated_by: Mapped[UUID | None]

    def read(self) -> Subscription:
        """The subscription as the program knows it."""
        return Subscription(
            id=SubscriptionId(self.id),
            name=self.name,
            url=self.url,
            client_id=ClientId(self.client_id) if self.client_id else None,
            interest=self.interest(),
            state=SubscriptionState(self.state),
            pause_reason=PauseReason(self.pause_reason) if self.pause_reason else None,
            paused_at=self.paused_at,
            failures=self.failures,
            last_success_at=self.last_success_at,
            previous_secret_until_at=self.previous_secret_until_at,
            replay_position=self.replay_position,
            replay_until=self.replay_until,
            missed=None if self.missed_until is None else (self.missed_after or 0, self.missed_until),
            version=self.version,
            created_at=self.created_at,
            updated_at=self.updated_at,
        )

    def interest(self) -> Interest:
        """What it wants to hear of."""
        unit_id = UnitId(self.unit_id) if self.unit_id else None
        return Interest(frozenset(self.types), self.area_code, self.category_code, unit_id)


class DeliveryRow(TenantRow, Base):
    """One message for one subscription. What it says stays in the outbox; here is only what became of it.

    No foreign key: a subscription is deleted at once, however long its log, and the worker tidies up after it.
    `locked_until`: nobody else attempts it before; a sender that was killed leaves it to the next one then.
    """

    __tablename__ = "deliveries"
    __table_args__ = (
        one_of("state", DeliveryState),
        one_of("last_outcome", Outcome),
        Index(
            "ix_deliveries_turn",
            "tenant_id",
            "subscription_id",
            "next_at",
            "position",
            postgresql_where=text("state = 'waiting'"),
        ),
        Index(
            "ix_deliveries_since",
            "tenant_id",
            "subscription_id",
            "created_at",
            postgresql_where=text("settled_at IS NULL"),
        ),
        Index(
            "ix_deliveries_trial",
            "tenant_id",
            "subscription_id",
            postgresql_where=text("state = 'waiting' AND type = 'subscription.trial'"),
        ),
        Index("ix_deliveries_subject", "tenant_id", "subscription_id", "subject_id", "position"),
        Index("ix_deliveries_log", "tenant_id", "subscription_id", "created_at", "message_id"),
        Index("ix_deliveries_settled", "tenant_id", "settled_at", postgresql_where=text("state <> 'waiting'")),
        Index("ix_deliveries_dead", "tenant_id", postgresql_where=text("state = 'dead'")),
    )

    subscription_id: Mapped[UUID] = mapped_column(primary_key=True)
    message_id: Mapped[UUID] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(BigInteger)  # 0 for a trial, which has no message
    type: Mapped[str]
    subject_id: Mapped[UUID]
    state: Mapped[str]
    attempts: Mapped[int] = mapped_column(server_default=text("0"))
    created_at: Mapped[datetime]
    next_at: Mapped[datetime | None]
    locked_until: Mapped[datetime | None]
    first_failed_at: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]
    last_attempt_at: Mapped[datetime | None]
    last_outcome: Mapped[str | None]
    last_status: Mapped[int | None]
    last_excerpt: Mapped[str | None]

    def read(self) -> Delivery:
        """The delivery as the program knows it."""
        return Delivery(
            message_id=self.message_id,
            position=self.position,
            type=self.type,
            state=DeliveryState(self.state),
            attempts=self.attempts,
            created_at=self.created_at,
            next_at=self.next_at,
            first_failed_at=self.first_failed_at,
            settled_at=self.settled_at,
            last_attempt_at=self.last_attempt_at,
            last_outcome=Outcome(self.last_outcome) if self.last_outcome else None,
            last_status=self.last_status,
            last_excerpt=self.last_excerpt,
        )
