"""The tables of portals."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ARRAY, ForeignKeyConstraint, Index, LargeBinary, String, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base, TenantRow, one_of
from app.kit.text import Lang, Text

from .terms import CalendarAddress, Wanted


class PortalRow(TenantRow, Base):
    """How the portal of a unit looks, and who may frame its widget. A unit without a row has the province's colours."""

    __tablename__ = "portals"
    __table_args__ = (ForeignKeyConstraint(["tenant_id", "unit_id"], ["units.tenant_id", "units.id"]),)

    unit_id: Mapped[UUID] = mapped_column(primary_key=True)
    name_vi: Mapped[str]
    name_en: Mapped[str]
    intro_vi: Mapped[str]
    intro_en: Mapped[str]
    brand: Mapped[str]
    link: Mapped[str]
    frame_ancestors: Mapped[list[str]] = mapped_column(ARRAY(String))
    version: Mapped[int]
    updated_at: Mapped[datetime]
    updated_by: Mapped[UUID | None]

    def read(self) -> Wanted:
        """The look as the program knows it."""
        return Wanted(
            Text(self.name_vi, self.name_en),
            Text(self.intro_vi, self.intro_en),
            self.brand,
            self.link,
            tuple(self.frame_ancestors),
        )


class CalendarAddressRow(TenantRow, Base):
    """An officer's secret address of due dates, of which only a hash is kept; one at a time that has not ended."""

    __tablename__ = "calendar_addresses"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "staff_id"], ["staff_accounts.tenant_id", "staff_accounts.id"]),
        one_of("lang", Lang),
        Index(
            "uq_calendar_addresses_staff",
            "tenant_id",
            "staff_id",
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    staff_id: Mapped[UUID]
    secret_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    lang: Mapped[str]
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    def read(self, secret: str | None = None) -> CalendarAddress:
        """The address as the program knows it."""
        return CalendarAddress(self.id, Lang(self.lang), self.created_at, secret)
