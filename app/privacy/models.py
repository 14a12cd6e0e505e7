"""Tables of people's own data."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base, TenantRow, one_of
from app.kit.ids import CaseId, ReportId, StaffId, UnitId
from app.kit.text import Text

from .terms import Opening, Rule, Subject


class IdentityOpening(TenantRow, Base):
    """One wish to open an identity, with its reason and what became of it."""

    __tablename__ = "identity_openings"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "case_id"], ["cases.tenant_id", "cases.id"]),
        CheckConstraint("(decided_by IS NULL) = (decided_at IS NULL)", name="decision"),
        Index("ix_identity_openings_unit", "tenant_id", "unit_id", "id"),
        Index("ix_identity_openings_case", "tenant_id", "case_id", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID]
    case_code: Mapped[str]
    report_id: Mapped[UUID]
    report_code: Mapped[str]
    unit_id: Mapped[UUID]
    reason: Mapped[str]
    needs_second: Mapped[bool]
    asked_by: Mapped[UUID]
    asked_name: Mapped[str]
    asked_at: Mapped[datetime]
    decided_by: Mapped[UUID | None]
    decided_name: Mapped[str | None]
    decided_at: Mapped[datetime | None]
    agreed: Mapped[bool | None]
    expires_at: Mapped[datetime | None]

    def read(self) -> Opening:
        """The opening."""
        return Opening(
            id=self.id,
            case_id=CaseId(self.case_id),
            case_code=self.case_code,
            report_id=ReportId(self.report_id),
            report_code=self.report_code,
            unit_id=UnitId(self.unit_id),
            reason=self.reason,
            needs_second=self.needs_second,
            asked_by=StaffId(self.asked_by),
            asked_name=self.asked_name,
            asked_at=self.asked_at,
            decided_by=StaffId(self.decided_by) if self.decided_by else None,
            decided_name=self.decided_name,
            decided_at=self.decided_at,
            agreed=self.agreed,
            expires_at=self.expires_at,
        )


class RetentionRuleRow(TenantRow, Base):
    """One version of how long a province keeps something. Never changed; the newest that has begun holds."""

    __tablename__ = "retention_rules"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id"], ["tenants.id"]),
        one_of("subject", Subject),
        CheckConstraint("version >= 1", name="version"),
        CheckConstraint("days BETWEEN 1 AND 36500", name="days"),
    )

    subject: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    days: Mapped[int]
    legal_basis_vi: Mapped[str]
    legal_basis_en: Mapped[str]
    note: Mapped[str]
    created_at: Mapped[datetime]
    created_by: Mapped[UUID | None]
    valid_from: Mapped[datetime | None]  # None: since it was published

    def read(self) -> Rule:
        """The rule."""
        basis = Text(self.legal_basis_vi, self.legal_basis_en)
        return Rule(
            Subject(self.subject),
            self.version,
            self.days,
            basis,
            self.note,
            self.created_at,
            self.valid_from or self.created_at,
        )
