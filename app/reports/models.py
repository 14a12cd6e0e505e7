"""The table of reports."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base, TenantRow, one_of
from app.kit.text import Lang

from .terms import CaptureDoubt, Channel


class ReportOrigin(TenantRow, Base):
    """Where a report came from, as a keyed hash from which nobody can tell, so that it can be blocked; for 30 days."""

    __tablename__ = "report_origins"
    __table_args__ = (Index("ix_report_origins_received", "tenant_id", "received_at"),)

    report_id: Mapped[UUID] = mapped_column(primary_key=True)
    address_key: Mapped[bytes] = mapped_column(LargeBinary(32))
    received_at: Mapped[datetime]


class Report(TenantRow, Base):
    """What one person handed in, as written; only the rating is added later.

    It keeps the code of the case it opened for ever, also when that case is merged into another.
    """

    __tablename__ = "reports"
    __table_args__ = (
        UniqueConstraint("tenant_id", "code"),
        ForeignKeyConstraint(["tenant_id", "case_id"], ["cases.tenant_id", "cases.id"]),
        Index("ix_reports_case", "tenant_id", "case_id"),
        Index("ix_reports_citizen", "tenant_id", "citizen_id", "id", postgresql_where=text("citizen_id IS NOT NULL")),
        Index(
            "ix_reports_rated",
            "tenant_id",
            "case_id",
            postgresql_include=["stars"],
            postgresql_where=text("stars IS NOT NULL"),
        ),
        ForeignKeyConstraint(["tenant_id", "client_id"], ["api_clients.tenant_id", "api_clients.id"]),
        one_of("channel", Channel),
        one_of("lang", Lang),
        one_of("captured_doubt", CaptureDoubt),
        CheckConstraint("stars BETWEEN 1 AND 5", name="stars"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    code: Mapped[str]
    case_id: Mapped[UUID]
    kind: Mapped[str]
    category_code: Mapped[str]
    description: Mapped[str]
    lat: Mapped[float | None]
    lon: Mapped[float | None]
    accuracy_m: Mapped[float | None]
    area_code: Mapped[str]
    address: Mapped[str | None]
    answers: Mapped[dict[str, Any]]
    channel: Mapped[str]
    lang: Mapped[str] = mapped_column(server_default=text("'vi'"))  # in which its sender is told of it
    captured_at: Mapped[datetime | None]  # by the sender's clock, which nothing is counted by
    captured_doubt: Mapped[str | None]
    clock_skew_s: Mapped[int | None]
    received_at: Mapped[datetime]
    citizen_id: Mapped[UUID | None]
    cut_off: Mapped[bool] = mapped_column(server_default=text("false"))  # who its account is was erased by its sender
    client_id: Mapped[UUID | None]  # the other system that sent it for its sender
    portal_unit_id: Mapped[UUID | None]  # of the unit by whose portal it came, and no other say in anything
    tracking_hash: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    stars: Mapped[int | None]
    rated_at: Mapped[datetime | None]
