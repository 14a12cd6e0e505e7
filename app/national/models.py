"""Tables of the national portal. None of them holds anything about a person."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base, TenantRow, one_of

from .terms import Difference, Outcome, PushState

_STATE_CODE = "state_code BETWEEN 1 AND 10"


class PushRow(TenantRow, Base):
    """One fact of a service request for the portal. The key keeps a version from being written twice.

    `locked_until`: nobody else attempts it before. `doubtful` is set with the lock and taken back only by an answer, so
    that whoever comes after a worker that was killed asks before it sends.
    """

    __tablename__ = "national_pushes"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "request_id"], ["service_requests.tenant_id", "service_requests.id"]),
        one_of("state", PushState),
        one_of("last_outcome", Outcome),
        CheckConstraint(_STATE_CODE, name="state_code"),
        Index("ix_national_pushes_due", "tenant_id", "next_at", postgresql_where=text("state = 'waiting'")),
        Index("ix_national_pushes_since", "tenant_id", "created_at", postgresql_where=text("state = 'waiting'")),
        Index(
            "ix_national_pushes_locked", "tenant_id", "locked_until", postgresql_where=text("locked_until IS NOT NULL")
        ),
        Index("ix_national_pushes_dead", "tenant_id", "settled_at", postgresql_where=text("state = 'dead'")),
        Index("ix_national_pushes_settled", "tenant_id", "settled_at", postgresql_where=text("state = 'delivered'")),
    )

    request_id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str]
    type: Mapped[str]
    state_code: Mapped[int]
    due_at: Mapped[datetime | None]
    occurred_at: Mapped[datetime]
    unit_id: Mapped[UUID]
    state: Mapped[str]
    attempts: Mapped[int] = mapped_column(server_default=text("0"))
    created_at: Mapped[datetime]
    next_at: Mapped[datetime | None]
    locked_until: Mapped[datetime | None]
    doubtful: Mapped[bool] = mapped_column(server_default=text("false"))
    first_failed_at: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]
    last_outcome: Mapped[str | None]
    last_code: Mapped[str | None]


class LinkRow(TenantRow, Base):
    """How the line to the portal is, for all processes: its row is locked before any push is claimed or settled."""

    __tablename__ = "national_links"
    __table_args__ = (ForeignKeyConstraint(["tenant_id"], ["tenants.id"]),)

    failures: Mapped[int] = mapped_column(server_default=text("0"))
    retry_at: Mapped[datetime | None]  # the portal is left alone until then
    last_success_at: Mapped[datetime | None]
    comparing_until: Mapped[datetime | None]  # a comparison is under way, unless its process has died
    compared_at: Mapped[datetime | None]
    listed: Mapped[int] = mapped_column(server_default=text("0"))
    under_way: Mapped[int] = mapped_column(server_default=text("0"))


class ListedRow(TenantRow, Base):
    """What the portal named in the comparison that began at `seen_at`; gone when that is over."""

    __tablename__ = "national_listed"
    __table_args__ = (ForeignKeyConstraint(["tenant_id"], ["tenants.id"]),)

    code: Mapped[str] = mapped_column(primary_key=True)
    state_code: Mapped[int]
    seen_at: Mapped[datetime]


class FindingRow(TenantRow, Base):
    """One difference of the last comparison; each service request once."""

    __tablename__ = "national_findings"
    __table_args__ = (ForeignKeyConstraint(["tenant_id"], ["tenants.id"]), one_of("difference", Difference))

    code: Mapped[str] = mapped_column(primary_key=True)
    difference: Mapped[str]
    ours: Mapped[int | None]
    theirs: Mapped[int | None]
    found_at: Mapped[datetime]
    seen_at: Mapped[datetime]


class NationalUnit(TenantRow, Base):
    """What the portal calls a unit (`madonvi`). A unit without one is called as the unit above it."""

    __tablename__ = "national_units"
    __table_args__ = (ForeignKeyConstraint(["tenant_id", "unit_id"], ["units.tenant_id", "units.id"]),)

    unit_id: Mapped[UUID] = mapped_column(primary_key=True)
    portal_code: Mapped[str]
    updated_at: Mapped[datetime]
