"""The tables of desks."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base, TenantRow
from app.kit.ids import StaffId, UnitId

from .terms import Asked, SavedView, Template, WantedTemplate


class SavedViewRow(TenantRow, Base):
    """A view of the queue under a name, of an officer or of a unit."""

    __tablename__ = "saved_views"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "staff_id"], ["staff_accounts.tenant_id", "staff_accounts.id"]),
        ForeignKeyConstraint(["tenant_id", "unit_id"], ["units.tenant_id", "units.id"]),
        CheckConstraint("(staff_id IS NULL) <> (unit_id IS NULL)", name="of_one"),
        Index(
            "uq_saved_views_staff",
            "tenant_id",
            "staff_id",
            "name",
            unique=True,
            postgresql_where=text("staff_id IS NOT NULL"),
        ),
        Index(
            "uq_saved_views_unit",
            "tenant_id",
            "unit_id",
            "name",
            unique=True,
            postgresql_where=text("unit_id IS NOT NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    staff_id: Mapped[UUID | None]
    unit_id: Mapped[UUID | None]
    name: Mapped[str]
    asked: Mapped[dict[str, Any]]
    saved_at: Mapped[datetime]

    def read(self) -> SavedView:
        """The view as the program knows it."""
        staff, unit = self.staff_id, self.unit_id
        return SavedView(
            self.id, self.name, Asked(**self.asked), StaffId(staff) if staff else None, UnitId(unit) if unit else None
        )


class AnswerTemplateRow(TenantRow, Base):
    """Words for an answer, for the unit and all below it; `category` and `resolution` where it is for one of them."""

    __tablename__ = "answer_templates"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "unit_id"], ["units.tenant_id", "units.id"]),
        Index("ix_answer_templates_unit", "tenant_id", "unit_id", postgresql_where=text("ended_at IS NULL")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    unit_id: Mapped[UUID]
    name: Mapped[str]
    body: Mapped[str]
    category: Mapped[str | None]
    resolution: Mapped[str | None]
    version: Mapped[int]
    updated_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    def read(self) -> Template:
        """The template as the program knows it."""
        wanted = WantedTemplate(self.name, self.body, self.category, self.resolution)
        return Template(self.id, UnitId(self.unit_id), wanted, self.version, self.updated_at, self.ended_at)


class AnswerTemplateVersionRow(TenantRow, Base):
    """A version of a template, as it was written; never changed."""

    __tablename__ = "answer_template_versions"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "template_id"], ["answer_templates.tenant_id", "answer_templates.id"]),
        ForeignKeyConstraint(["tenant_id", "written_by"], ["staff_accounts.tenant_id", "staff_accounts.id"]),
    )

    template_id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    body: Mapped[str]
    written_at: Mapped[datetime]
    written_by: Mapped[UUID]
