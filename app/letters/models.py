"""The table of letters."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base, TenantRow


class LetterRow(TenantRow, Base):
    """One letter as it was sent; never changed. `content` is text: its checksum is of these very bytes."""

    __tablename__ = "letters"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id"], ["tenants.id"]),
        CheckConstraint("kind IN ('extension')", name="kind"),
        CheckConstraint("length(checksum) = 64", name="checksum"),
        Index("ix_letters_case", "tenant_id", "case_id", "written_at"),
    )

    number: Mapped[str] = mapped_column(primary_key=True)
    case_id: Mapped[UUID]
    kind: Mapped[str]
    unit_id: Mapped[UUID]
    written_at: Mapped[datetime]
    written_by: Mapped[UUID | None]
    template: Mapped[str]
    content: Mapped[str]
    checksum: Mapped[str]
