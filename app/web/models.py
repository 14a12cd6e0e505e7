"""Tables of the HTTP floor: answers already given."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, LargeBinary
from sqlalchemy.dialects.postgresql import JSON
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base, TenantRow


class IdempotencyKey(TenantRow, Base):
    """One acknowledged POST: written with its effect, answered again when the same key comes back."""

    __tablename__ = "idempotency_keys"
    __table_args__ = (Index("ix_idempotency_keys_created", "tenant_id", "created_at"),)

    key_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    request_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    created_at: Mapped[datetime]
    status: Mapped[int]
    answer: Mapped[dict[str, Any]] = mapped_column(JSON)  # not JSONB: the same answer has its members in the same order


class Submission(TenantRow, Base):
    """One thing that a device sent under an id of its own; answered again, by the device's key, for over a year."""

    __tablename__ = "submissions"
    __table_args__ = (Index("ix_submissions_created", "tenant_id", "created_at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    device_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    request_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    created_at: Mapped[datetime]
    status: Mapped[int]
    answer: Mapped[dict[str, Any]] = mapped_column(JSON)  # as of idempotency keys
