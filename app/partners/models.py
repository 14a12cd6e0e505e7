"""Tables of partners. None of them holds who reported; a partner's words about a case are in the case's own history."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index, LargeBinary, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base, TenantRow, one_of
from app.kit.ids import CaseId, TenantId, UnitId

from .terms import Errand, ErrandState, Format, Outcome, Partner, PostKind, PostState, Wanted


class PartnerRow(TenantRow, Base):
    """A system of others that handles a unit's cases. The key is sealed for this tenant and partner only."""

    __tablename__ = "partners"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "unit_id"], ["units.tenant_id", "units.id"]),
        one_of("format", Format),
        Index("uq_partners_unit", "tenant_id", "unit_id", unique=True, postgresql_where=text("active")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    unit_id: Mapped[UUID]
    name: Mapped[str]
    url: Mapped[str]
    jurisdiction_id: Mapped[str | None]
    format: Mapped[str]
    services: Mapped[dict[str, Any]]
    default_service: Mapped[str | None]
    sends_answers: Mapped[bool]
    repeats_safely: Mapped[bool]
    has_updates: Mapped[bool]
    sealed_key: Mapped[bytes | None] = mapped_column(LargeBinary)
    version: Mapped[int]
    active: Mapped[bool]
    created_at: Mapped[datetime]
    created_by: Mapped[UUID | None]
    updated_at: Mapped[datetime]
    updated_by: Mapped[UUID | None]
    follow_at: Mapped[datetime]  # when it is asked next
    followed_at: Mapped[datetime | None]  # up to when it has told us everything
    failures: Mapped[int] = mapped_column(server_default=text("0"))
    retry_at: Mapped[datetime | None]  # it is left alone until then
    last_success_at: Mapped[datetime | None]
    last_error: Mapped[str | None]

    def read(self) -> Partner:
        """The partner as the program knows it."""
        wanted = Wanted(
            name=self.name,
            unit_id=UnitId(self.unit_id),
            url=self.url,
            jurisdiction_id=self.jurisdiction_id,
            format=Format(self.format),
            services={str(ours): str(theirs) for ours, theirs in self.services.items()},
            default_service=self.default_service,
            sends_answers=self.sends_answers,
            repeats_safely=self.repeats_safely,
            has_updates=self.has_updates,
        )
        return Partner(
            tenant_id=TenantId(self.tenant_id),
            id=self.id,
            wanted=wanted,
            sealed_key=self.sealed_key,
            version=self.version,
            active=self.active,
            created_at=self.created_at,
            updated_at=self.updated_at,
            followed_at=self.followed_at,
            last_success_at=self.last_success_at,
            last_error=self.last_error,
            failures=self.failures,
            retry_at=self.retry_at,
        )


class ErrandRow(TenantRow, Base):
    """One case in the hands of a partner: a case has one that is open at most."""

    __tablename__ = "partner_errands"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "partner_id"], ["partners.tenant_id", "partners.id"]),
        ForeignKeyConstraint(["tenant_id", "case_id"], ["cases.tenant_id", "cases.id"]),
        one_of("state", ErrandState),
        Index(
            "uq_partner_errands_open",
            *("tenant_id", "case_id"),
            unique=True,
            postgresql_where=text("state IN ('waiting', 'with_them', 'answered')"),
        ),
        Index("ix_partner_errands_case", "tenant_id", "case_id"),
        Index("ix_partner_errands_partner", "tenant_id", "partner_id", "id"),
        Index(
            "ix_partner_errands_followed",
            *("tenant_id", "partner_id", "id"),
            postgresql_where=text("state = 'with_them'"),
        ),
        Index(
            "ix_partner_errands_their_id",
            *("tenant_id", "partner_id", "their_id"),
            postgresql_where=text("their_id IS NOT NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    partner_id: Mapped[UUID]
    case_id: Mapped[UUID]
    case_code: Mapped[str]
    state: Mapped[str]
    their_id: Mapped[str | None]
    token: Mapped[str | None]
    status: Mapped[str | None]
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    heard_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]

    def read(self) -> Errand:
        """The errand as the program knows it."""
        return Errand(
            tenant_id=TenantId(self.tenant_id),
            id=self.id,
            partner_id=self.partner_id,
            case_id=CaseId(self.case_id),
            case_code=self.case_code,
            state=ErrandState(self.state),
            their_id=self.their_id,
            token=self.token,
            status=self.status,
            created_at=self.created_at,
            sent_at=self.sent_at,
            heard_at=self.heard_at,
            ended_at=self.ended_at,
        )


class PostRow(TenantRow, Base):
    """One thing a partner is told about an errand. `doubtful` is set with the lock and taken back only by an answer."""

    __tablename__ = "partner_posts"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "errand_id"], ["partner_errands.tenant_id", "partner_errands.id"]),
        one_of("kind", PostKind),
        one_of("state", PostState),
        one_of("last_outcome", Outcome),
        Index("ix_partner_posts_due", "tenant_id", "next_at", postgresql_where=text("state = 'waiting'")),
        Index("ix_partner_posts_dead", "tenant_id", "errand_id", postgresql_where=text("state = 'dead'")),
    )

    errand_id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    state: Mapped[str]
    occurred_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(server_default=text("0"))
    next_at: Mapped[datetime | None]
    locked_until: Mapped[datetime | None]
    doubtful: Mapped[bool] = mapped_column(server_default=text("false"))
    first_failed_at: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]
    last_outcome: Mapped[str | None]
    last_code: Mapped[str | None]


class HeardRow(TenantRow, Base):
    """What a partner has said, so that nothing is heard twice. The words are in the case's history."""

    __tablename__ = "partner_heard"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "errand_id"], ["partner_errands.tenant_id", "partner_errands.id"]),
    )

    errand_id: Mapped[UUID] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    heard_at: Mapped[datetime]
