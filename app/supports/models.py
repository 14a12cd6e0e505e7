"""Tables of support. Who it is stands in them as the account's id alone, as with reports, and goes by the same rule."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.catalogue.terms import Priority
from app.db.base import Base, TenantRow, one_of
from app.kit.text import Lang, Text

from .terms import Rule, Whose


class Support(TenantRow, Base):
    """That one person, or device, meets the same; it stays with the case it was said of when that is merged.

    Nothing else of the case is written by it: whoever says so waits for nobody.
    """

    __tablename__ = "supports"
    __table_args__ = (
        UniqueConstraint("tenant_id", "case_id", "citizen_id"),
        ForeignKeyConstraint(["tenant_id", "case_id"], ["cases.tenant_id", "cases.id"]),
        one_of("lang", Lang),
        Index("ix_supports_citizen", "tenant_id", "citizen_id", "id", postgresql_where=text("citizen_id IS NOT NULL")),
        Index("ix_supports_known", "tenant_id", "id", postgresql_where=text("citizen_id IS NOT NULL")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID]
    citizen_id: Mapped[UUID | None]  # None: nobody's any more, and still counted
    proven: Mapped[bool]  # whether a phone or an identity proved the account
    lang: Mapped[str]
    given_at: Mapped[datetime]


class SupportRaise(TenantRow, Base):
    """That a case was raised to a priority by its supporters, which happens once, however the number goes on."""

    __tablename__ = "support_raises"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "case_id"], ["cases.tenant_id", "cases.id"]),
        one_of("priority", Priority),
    )

    case_id: Mapped[UUID] = mapped_column(primary_key=True)
    priority: Mapped[str] = mapped_column(primary_key=True)
    rule_category: Mapped[str]  # empty: of whatever category
    rule_version: Mapped[int]
    people: Mapped[int]
    raised_at: Mapped[datetime]


class SupportRuleRow(TenantRow, Base):
    """One version of a province's own rule. Never changed; the newest that has begun holds."""

    __tablename__ = "support_rules"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id"], ["tenants.id"]),
        one_of("priority", Priority),
        one_of("whose", Whose),
        CheckConstraint("version >= 1", name="version"),
        CheckConstraint("at_least BETWEEN 2 AND 1000000", name="at_least"),
    )

    category_code: Mapped[str] = mapped_column(primary_key=True)  # empty: of whatever category
    priority: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    at_least: Mapped[int | None]
    whose: Mapped[str]
    legal_basis_vi: Mapped[str]
    legal_basis_en: Mapped[str]
    note: Mapped[str]
    valid_from: Mapped[datetime]
    created_at: Mapped[datetime]
    created_by: Mapped[UUID | None]

    def read(self) -> Rule:
        """The rule."""
        return Rule(
            self.category_code or None,
            Priority(self.priority),
            self.version,
            self.at_least,
            Whose(self.whose),
            Text(self.legal_basis_vi, self.legal_basis_en),
            self.note,
            self.created_at,
            self.valid_from,
        )
