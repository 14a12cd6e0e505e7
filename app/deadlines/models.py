"""Tables of deadlines."""

from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base, TenantRow

from .terms import DayKind

KINDS = ", ".join(f"'{kind}'" for kind in DayKind)


class CalendarDay(TenantRow, Base):
    """One day on which the tenant works or rests against the rule of the week."""

    __tablename__ = "calendar_days"
    __table_args__ = (CheckConstraint(f"kind IN ({KINDS})", name="kind"),)

    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenants.id"), primary_key=True, sort_order=-100)
    day: Mapped[date] = mapped_column(primary_key=True)
    kind: Mapped[str]
    name_vi: Mapped[str]
    name_en: Mapped[str]
    source: Mapped[str]
    legal_basis: Mapped[str | None]
    # A day set by an administrator is never changed by loading the packaged days again.
    edited: Mapped[bool] = mapped_column(server_default=text("false"))
