"""Tables of the trail. The service may add entries and seal them; nothing of an entry but its seal is ever changed."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKeyConstraint, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base, TenantRow, one_of

from .terms import Outcome


class AuditEntry(TenantRow, Base):
    """One line: who did, or was refused, what."""

    __tablename__ = "audit_entries"
    __table_args__ = (
        UniqueConstraint("tenant_id", "position"),
        one_of("outcome", Outcome),
        CheckConstraint("(position IS NULL) = (hash IS NULL)", name="seal"),
        Index("ix_audit_entries_unsealed", "tenant_id", "id", postgresql_where=text("position IS NULL")),
        Index("ix_audit_entries_subject", "tenant_id", "subject", "position"),
        Index("ix_audit_entries_actor", "tenant_id", "actor_id", "position"),
        Index(
            "ix_audit_entries_action",
            *("tenant_id", "action", "position"),
            postgresql_ops={"action": "text_pattern_ops"},
        ),
        Index("ix_audit_entries_at", "tenant_id", "at"),
        Index(
            "ix_audit_entries_unit",
            *("tenant_id", "unit_id", "position"),
            postgresql_where=text("unit_id IS NOT NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    actor_kind: Mapped[str]
    actor_id: Mapped[UUID | None]
    actor_name: Mapped[str]
    unit_id: Mapped[UUID | None]
    action: Mapped[str]
    outcome: Mapped[str]
    subject: Mapped[str | None]
    details: Mapped[dict[str, Any]]
    request_id: Mapped[str | None]
    address: Mapped[str | None]
    position: Mapped[int | None] = mapped_column(BigInteger)
    hash: Mapped[bytes | None] = mapped_column(LargeBinary)


class AuditHead(TenantRow, Base):
    """How far a tenant's trail is sealed."""

    __tablename__ = "audit_heads"
    __table_args__ = (ForeignKeyConstraint(["tenant_id"], ["tenants.id"]),)

    position: Mapped[int] = mapped_column(BigInteger)
    hash: Mapped[bytes] = mapped_column(LargeBinary)
    proof: Mapped[bytes] = mapped_column(LargeBinary)
    sealed_at: Mapped[datetime]


class AuditCursor(TenantRow, Base):
    """How far a tenant's trail was sent to a system outside, which is named by its address."""

    __tablename__ = "audit_cursors"
    __table_args__ = (ForeignKeyConstraint(["tenant_id"], ["tenants.id"]),)

    sink: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(BigInteger)
