"""Tables of what changed for accounts."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base, TenantRow, one_of
from app.kit.text import Text
from app.web.versions import AppVersion

from .terms import ChangeKind, Removal


class OwnChange(TenantRow, Base):
    """One thing that an account may see, and its place among all that changed in the province.

    There is one row for each thing, however often it changes: then it moves to a new, higher `number`. What is taken
    away stays as a row that says so.
    """

    __tablename__ = "own_changes"
    __table_args__ = (
        one_of("kind", ChangeKind),
        one_of("gone", Removal),
        Index("uq_own_changes_number", "tenant_id", "citizen_id", "number", unique=True),
    )

    about_id: Mapped[UUID] = mapped_column(primary_key=True)  # the report or service request
    citizen_id: Mapped[UUID] = mapped_column(primary_key=True)
    subject_id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str]
    history_id: Mapped[UUID]  # whose history an entry is of; of a report the case that it lives in
    digest: Mapped[UUID]  # of what the account sees of it: what nobody can see moves nothing
    gone: Mapped[str | None]
    number: Mapped[int] = mapped_column(BigInteger)
    changed_at: Mapped[datetime]


class ChangeHead(TenantRow, Base):
    """The last number given in the tenant; only whoever holds the consumer's cursor gives any."""

    __tablename__ = "change_heads"

    number: Mapped[int] = mapped_column(BigInteger)
    filled: Mapped[bool] = mapped_column(server_default=text("false"))  # with what was there before this table
    reports_until: Mapped[UUID | None]  # up to which ids it has been looked at so far
    requests_until: Mapped[UUID | None]


class AppVersionRow(TenantRow, Base):
    """What a province says of one app: which versions it takes."""

    __tablename__ = "app_versions"

    app: Mapped[str] = mapped_column(primary_key=True)
    least: Mapped[str]
    advised: Mapped[str]
    store_url: Mapped[str]
    reason_vi: Mapped[str | None]
    reason_en: Mapped[str | None]
    changed_at: Mapped[datetime]

    def read(self) -> AppVersion:
        """In terms of the floor that holds apps to it."""
        reason = Text(self.reason_vi, self.reason_en) if self.reason_vi and self.reason_en else None
        return AppVersion(self.app, self.least, self.advised, self.store_url, reason)
