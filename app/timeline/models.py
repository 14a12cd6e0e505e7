"""The table of timeline entries."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base, TenantRow


class TimelineEntry(TenantRow, Base):
    """One append-only line of a case's history.

    The key starts with the case, so that a case's history is one index range in the order it was written.
    """

    __tablename__ = "timeline_entries"
    __table_args__ = (CheckConstraint("audience IN ('public', 'reporter', 'staff', 'unit')", name="audience"),)

    case_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    type: Mapped[str]
    audience: Mapped[str]
    case_version: Mapped[int]
    actor_kind: Mapped[str]
    actor_id: Mapped[UUID | None]
    unit_id: Mapped[UUID | None]
    report_id: Mapped[UUID | None]
    text: Mapped[str | None]
    data: Mapped[dict[str, Any]]
