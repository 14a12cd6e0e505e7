"""Tables of figures: what is aimed at. What is counted lies in the tables of those who do the work."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKeyConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base, TenantRow, one_of
from app.directory.terms import Tier


class GoalRow(TenantRow, Base):
    """What a province has set for a tier from a day on; rows stay, so that a past year is judged by its own goal."""

    __tablename__ = "figure_goals"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id"], ["tenants.id"]),
        one_of("tier", Tier),
        CheckConstraint("percent BETWEEN 0 AND 100", name="percent"),
    )

    tier: Mapped[str] = mapped_column(primary_key=True)
    valid_from: Mapped[date] = mapped_column(primary_key=True)
    percent: Mapped[int]
    legal_basis_vi: Mapped[str]
    legal_basis_en: Mapped[str]
    set_at: Mapped[datetime]
