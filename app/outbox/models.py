"""Tables of the outbox."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import AWAITED, Base, TenantRow, one_of

from .terms import Series


class OutboxMessage(TenantRow, Base):
    """One fact, written in the transaction of the change it tells of; the relay numbers it afterwards."""

    __tablename__ = "outbox_messages"
    __table_args__ = (
        Index("ix_outbox_messages_waiting", "tenant_id", "id", postgresql_where=text("position IS NULL")),
        Index(
            "uq_outbox_messages_position",
            "tenant_id",
            "position",
            unique=True,
            postgresql_where=text("position IS NOT NULL"),
        ),
        Index(
            "ix_outbox_messages_public",
            "tenant_id",
            "position",
            postgresql_where=text("position IS NOT NULL AND public"),
        ),
        {"info": {AWAITED: True}},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    type: Mapped[str]
    type_version: Mapped[int]
    subject_id: Mapped[UUID]
    subject_version: Mapped[int]
    occurred_at: Mapped[datetime]
    public: Mapped[bool] = mapped_column(server_default=text("false"))
    payload: Mapped[dict[str, Any]]
    traceparent: Mapped[str | None]
    position: Mapped[int | None] = mapped_column(BigInteger)


class OutboxHead(TenantRow, Base):
    """The last position given to a message of the tenant, and the last forgotten; who locks the row is the relay."""

    __tablename__ = "outbox_heads"

    position: Mapped[int] = mapped_column(BigInteger)
    pruned_position: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))  # up to here some are gone
    pruned_public_position: Mapped[int] = mapped_column(
        BigInteger, server_default=text("0")
    )  # the last public one gone


class LostNumbers(TenantRow, Base):
    """Numbers between two that a history gave which is lost, since the database was put back from a copy.

    `after`: the last one that the copy knows; `until`: behind whatever the lost history can have given, and where the
    new one goes on.
    """

    __tablename__ = "lost_numbers"
    __table_args__ = (one_of("series", Series),)

    series: Mapped[str] = mapped_column(primary_key=True)
    until: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    after: Mapped[int] = mapped_column(BigInteger)
    restored_at: Mapped[datetime]


class ConsumerCursor(TenantRow, Base):
    """How far one consumer has handled the tenant's messages, moved in the transaction of its effects."""

    __tablename__ = "consumer_cursors"

    consumer: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(BigInteger)
    failures: Mapped[int] = mapped_column(server_default=text("0"))
    retry_at: Mapped[datetime | None]
    last_error: Mapped[str | None]


class ParkedMessage(TenantRow, Base):
    """A message that one consumer has set aside: it failed, or it waits behind an earlier one of its subject.

    Of each subject only the first row is tried again, at `next_at`; when that has died it waits for an operator. Those
    behind it have neither. Every change is made by whoever holds the consumer's cursor.
    """

    __tablename__ = "parked_messages"
    __table_args__ = (
        Index("ix_parked_messages_subject", "tenant_id", "consumer", "subject_id", "position"),
        Index(
            "ix_parked_messages_due",
            "tenant_id",
            "consumer",
            "next_at",
            postgresql_where=text("next_at IS NOT NULL"),
        ),
        Index("ix_parked_messages_position", "tenant_id", "position"),
    )

    consumer: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    message_id: Mapped[UUID]
    subject_id: Mapped[UUID]
    parked_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(server_default=text("0"))
    next_at: Mapped[datetime | None]
    died_at: Mapped[datetime | None]
    last_error: Mapped[str | None]


class DeadLetter(TenantRow, Base):
    """What a worker of the release before could not handle; one that runs on after the upgrade still adds to them."""

    __tablename__ = "dead_letters"

    consumer: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    message_id: Mapped[UUID]
    failed_at: Mapped[datetime]
    error: Mapped[str]
