"""Tables of federation. Parcels hold masked words only, and never who reported."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index, LargeBinary, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base, TenantRow, one_of
from app.kit.ids import CaseId, ReportId, TenantId, UnitId

from .terms import Consignment, ConsignmentState, Neighbour, ParcelKind, Side, Wanted


class NeighbourRow(TenantRow, Base):
    """Another installation. Whoever writes a parcel for it, or takes one of its in, holds this row."""

    __tablename__ = "neighbours"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "unit_id"], ["units.tenant_id", "units.id"]),
        Index("uq_neighbours_unit", "tenant_id", "unit_id", unique=True, postgresql_where=text("active")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    unit_id: Mapped[UUID]
    name: Mapped[str]
    url: Mapped[str]
    sealed_secret: Mapped[bytes] = mapped_column(LargeBinary)
    version: Mapped[int]
    active: Mapped[bool]
    created_at: Mapped[datetime]
    created_by: Mapped[UUID | None]
    updated_at: Mapped[datetime]
    updated_by: Mapped[UUID | None]
    written: Mapped[int] = mapped_column(server_default=text("0"))
    told: Mapped[int] = mapped_column(server_default=text("0"))
    told_mark: Mapped[str | None]  # which parcel that was, as the neighbour says
    heard: Mapped[int] = mapped_column(server_default=text("0"))
    heard_mark: Mapped[str | None]  # of which parcel that was
    failures: Mapped[int] = mapped_column(server_default=text("0"))
    retry_at: Mapped[datetime | None]
    last_success_at: Mapped[datetime | None]
    last_error: Mapped[str | None]

    def read(self) -> Neighbour:
        """The neighbour as the program knows it."""
        return Neighbour(
            tenant_id=TenantId(self.tenant_id),
            id=self.id,
            wanted=Wanted(self.name, UnitId(self.unit_id), self.url),
            sealed_secret=self.sealed_secret,
            version=self.version,
            active=self.active,
            created_at=self.created_at,
            updated_at=self.updated_at,
            written=self.written,
            told=self.told,
            told_mark=self.told_mark,
            heard=self.heard,
            heard_mark=self.heard_mark,
            failures=self.failures,
            retry_at=self.retry_at,
            last_success_at=self.last_success_at,
            last_error=self.last_error,
        )


class ConsignmentRow(TenantRow, Base):
    """A case entrusted to the neighbour or by it. A case has one on each side at most that is open."""

    __tablename__ = "consignments"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "neighbour_id"], ["neighbours.tenant_id", "neighbours.id"]),
        ForeignKeyConstraint(["tenant_id", "case_id"], ["cases.tenant_id", "cases.id"]),
        one_of("side", Side),
        one_of("state", ConsignmentState),
        Index(
            "uq_consignments_open",
            *("tenant_id", "case_id", "side"),
            unique=True,
            postgresql_where=text("state IN ('waiting', 'held', 'answered')"),
        ),
        Index("ix_consignments_case", "tenant_id", "case_id"),
        Index("ix_consignments_neighbour", "tenant_id", "neighbour_id", "created_at", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    neighbour_id: Mapped[UUID]
    side: Mapped[str]
    case_id: Mapped[UUID | None]  # None: the holder could not take it in
    case_code: Mapped[str | None]
    report_id: Mapped[UUID | None]
    their_code: Mapped[str | None]
    state: Mapped[str]
    told_version: Mapped[int]
    answer_sha256: Mapped[str | None]  # of the words with which the holder answered
    created_at: Mapped[datetime]  # the giver's instant on both sides: days are compared
    ended_at: Mapped[datetime | None]

    def read(self) -> Consignment:
        """The consignment as the program knows it."""
        return Consignment(
            tenant_id=TenantId(self.tenant_id),
            id=self.id,
            neighbour_id=self.neighbour_id,
            side=Side(self.side),
            case_id=CaseId(self.case_id) if self.case_id is not None else None,
            case_code=self.case_code,
            report_id=ReportId(self.report_id) if self.report_id is not None else None,
            their_code=self.their_code,
            state=ConsignmentState(self.state),
            told_version=self.told_version,
            created_at=self.created_at,
            ended_at=self.ended_at,
        )


class ParcelRow(TenantRow, Base):
    """One thing a neighbour is told, kept after it was: a neighbour that was put back from a copy asks again."""

    __tablename__ = "parcels"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "neighbour_id"], ["neighbours.tenant_id", "neighbours.id"]),
        ForeignKeyConstraint(["tenant_id", "consignment_id"], ["consignments.tenant_id", "consignments.id"]),
        one_of("kind", ParcelKind),
        Index("ix_parcels_consignment", "tenant_id", "consignment_id"),
    )

    neighbour_id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    consignment_id: Mapped[UUID]
    kind: Mapped[str]
    at: Mapped[datetime]
    body: Mapped[dict[str, Any]]
