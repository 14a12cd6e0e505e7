"""Tables of occasions: the rules, what was told of each clock, and when each case is looked at next."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base, TenantRow, one_of
from app.deadlines.domain import Measure, OccasionRule, Reaction
from app.deadlines.terms import TargetKind
from app.kit.ids import TenantId
from app.kit.text import Text


class OccasionRuleRow(TenantRow, Base):
    """One version of a rule. Never changed: a later version says otherwise from its day on."""

    __tablename__ = "occasion_rules"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id"], ["tenants.id"]),
        one_of("clock", TargetKind),
        one_of("measure", Measure),
        one_of("reaction", Reaction),
        CheckConstraint("version >= 1", name="version"),
        CheckConstraint("amount BETWEEN 0 AND 1000", name="amount"),
        CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="validity"),
    )

    code: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    clock: Mapped[str]
    measure: Mapped[str]
    amount: Mapped[int]
    reaction: Mapped[str]
    label_vi: Mapped[str]
    label_en: Mapped[str]
    legal_basis_vi: Mapped[str]
    legal_basis_en: Mapped[str]
    source: Mapped[str]
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    note: Mapped[str]
    created_at: Mapped[datetime]
    created_by: Mapped[UUID | None]

    def read(self) -> OccasionRule:
        """The row as the program knows it."""
        return OccasionRule(
            tenant_id=TenantId(self.tenant_id),
            code=self.code,
            version=self.version,
            clock=TargetKind(self.clock),
            measure=Measure(self.measure),
            amount=self.amount,
            reaction=Reaction(self.reaction),
            label=Text(self.label_vi, self.label_en),
            legal_basis=Text(self.legal_basis_vi, self.legal_basis_en),
            source=self.source,
            valid_from=self.valid_from,
            valid_to=self.valid_to,
            note=self.note,
            created_at=self.created_at,
        )


def rule_values(rule: OccasionRule) -> dict[str, object]:
    """The columns of a rule but for who made it and when."""
    return {
        "tenant_id": rule.tenant_id,
        "code": rule.code,
        "version": rule.version,
        "clock": rule.clock.value,
        "measure": rule.measure.value,
        "amount": rule.amount,
        "reaction": rule.reaction.value,
        "label_vi": rule.label.vi,
        "label_en": rule.label.en,
        "legal_basis_vi": rule.legal_basis.vi,
        "legal_basis_en": rule.legal_basis.en,
        "source": rule.source,
        "valid_from": rule.valid_from,
        "valid_to": rule.valid_to,
        "note": rule.note,
    }


class ClockOccasion(TenantRow, Base):
    """One occasion of one run of a case's clock: told, or passed over by a later one. Rows are never changed."""

    __tablename__ = "clock_occasions"

    case_id: Mapped[UUID] = mapped_column(primary_key=True)
    clock: Mapped[str] = mapped_column(primary_key=True)
    started_at: Mapped[datetime] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(primary_key=True)
    due_at: Mapped[datetime] = mapped_column(primary_key=True)
    rule_version: Mapped[int]
    held_at: Mapped[datetime]  # when by the calendar
    at: Mapped[datetime]  # when it was told
    told: Mapped[bool]


class ClockPlan(TenantRow, Base):
    """When a case is looked at next for what there is to tell of its clocks. No more than a hint: the case decides."""

    __tablename__ = "clock_plans"
    __table_args__ = (
        Index("ix_clock_plans_look", "tenant_id", "look_at", postgresql_where=text("look_at IS NOT NULL")),
    )

    case_id: Mapped[UUID] = mapped_column(primary_key=True)
    look_at: Mapped[datetime | None]
