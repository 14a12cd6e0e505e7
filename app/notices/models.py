"""Tables of notices. Addresses stand in them sealed, and only until the notice has gone out."""

from __future__ import annotations

from datetime import datetime, time
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base, TenantRow, one_of
from app.kit.text import Lang

from .terms import Channel, Notice, NoticeState, OwnWording, Template, Wording


class NoticeRow(TenantRow, Base):
    """One notice to one recipient on one channel. The unique key is what keeps a fact from being told twice."""

    __tablename__ = "notices"
    __table_args__ = (
        UniqueConstraint("tenant_id", "message_id", "recipient_id", "channel"),
        one_of("channel", Channel),
        one_of("state", NoticeState),
        one_of("lang", Lang),
        Index("ix_notices_due", "tenant_id", "next_at", postgresql_where=text("state = 'waiting'")),
        Index("ix_notices_due_channel", "tenant_id", "channel", "next_at", postgresql_where=text("state = 'waiting'")),
        Index(
            "ix_notices_order",
            *("tenant_id", "recipient_id", "channel", "position", "id"),
            postgresql_where=text("state = 'waiting'"),
        ),
        Index("ix_notices_case", "tenant_id", "case_id", "id"),
        Index("ix_notices_settled", "tenant_id", "settled_at", postgresql_where=text("settled_at IS NOT NULL")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    message_id: Mapped[UUID]
    position: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))  # of the message, in its tenant
    case_id: Mapped[UUID]  # or the service request
    recipient_id: Mapped[UUID]  # the report or service request, the device's subscription, or the unit
    report_id: Mapped[UUID | None]  # what its reader follows: the report, or the service request
    unit_id: Mapped[UUID | None]
    occasion: Mapped[str]
    channel: Mapped[str]
    lang: Mapped[str]
    legal: Mapped[bool]
    sealed_to: Mapped[bytes | None]
    subject: Mapped[str]
    body: Mapped[str]
    state: Mapped[str]
    attempts: Mapped[int]
    created_at: Mapped[datetime]
    next_at: Mapped[datetime | None]
    locked_until: Mapped[datetime | None]
    begun: Mapped[bool] = mapped_column(server_default=text("false"))  # whether it may have gone out under this lock
    settled_at: Mapped[datetime | None]
    said: Mapped[str | None]

    def read(self) -> Notice:
        """The row as the program tells of it."""
        return Notice(
            id=self.id,
            occasion=self.occasion,
            channel=Channel(self.channel),
            lang=Lang(self.lang),
            legal=self.legal,
            subject=self.subject,
            state=NoticeState(self.state),
            attempts=self.attempts,
            created_at=self.created_at,
            next_at=self.next_at,
            settled_at=self.settled_at,
            said=self.said,
        )


class NoticeWordingRow(TenantRow, Base):
    """One version of a tenant's own words for an occasion. Never changed: a later version says otherwise."""

    __tablename__ = "notice_wordings"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id"], ["tenants.id"]),
        CheckConstraint("version >= 1", name="version"),
    )

    occasion: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    subject_vi: Mapped[str]
    body_vi: Mapped[str]
    sms_vi: Mapped[str]
    subject_en: Mapped[str]
    body_en: Mapped[str]
    sms_en: Mapped[str]
    note: Mapped[str]
    created_at: Mapped[datetime]
    created_by: Mapped[UUID | None]

    def read(self) -> OwnWording:
        """The version as the program knows it."""
        words = Wording(
            Template(self.subject_vi, self.body_vi, self.sms_vi), Template(self.subject_en, self.body_en, self.sms_en)
        )
        return OwnWording(self.occasion, self.version, words, self.note, self.created_at)


class QuietHoursRow(TenantRow, Base):
    """One version of a tenant's quiet hours, in its own time zone. Never changed."""

    __tablename__ = "quiet_hours"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id"], ["tenants.id"]),
        CheckConstraint("version >= 1", name="version"),
    )

    version: Mapped[int] = mapped_column(primary_key=True)
    since: Mapped[time]
    until: Mapped[time]
    note: Mapped[str]
    created_at: Mapped[datetime]
    created_by: Mapped[UUID | None]


class NoticePreferenceRow(TenantRow, Base):
    """How the sender of a report, or of a service request, wants to be told of it; no row: as everybody."""

    __tablename__ = "notice_preferences"
    __table_args__ = (one_of("lang", Lang),)

    report_id: Mapped[UUID] = mapped_column(primary_key=True)
    lang: Mapped[str]
    channels: Mapped[list[str]] = mapped_column(ARRAY(String))
    quiet_since: Mapped[time | None]
    quiet_until: Mapped[time | None]
    wanted: Mapped[bool]
    updated_at: Mapped[datetime]


class PushSubscriptionRow(Base):
    """A browser of a citizen that takes push messages (RFC 8030). The citizen's own, of no tenant (scale rule 7)."""

    __tablename__ = "citizen_push_subscriptions"

    citizen_id: Mapped[UUID] = mapped_column(ForeignKey("citizens.citizen_id", ondelete="CASCADE"), primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    endpoint_hash: Mapped[bytes]
    sealed: Mapped[bytes]  # endpoint and keys
    created_at: Mapped[datetime]
    session_id: Mapped[UUID | None]  # as which it asked; null: of a device without a phone, or nobody knows

    __table_args__ = (
        UniqueConstraint("citizen_id", "endpoint_hash"),
        Index("ix_citizen_push_subscriptions_endpoint", "endpoint_hash"),
    )
