"""Tables of the floor itself: versions of reference data."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base


class ReferenceVersion(Base):
    """Version of one body of reference data (`directory`, `catalogue` …); processes reload what has moved on."""

    __tablename__ = "reference_versions"

    name: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[int]
    changed_at: Mapped[datetime]
