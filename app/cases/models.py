"""Tables of cases."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.catalogue.terms import Kind, Priority, PublicationPolicy
from app.db.base import Base, TenantRow, one_of
from app.kit.ids import CaseId, StaffId, TenantId, UnitId

from .events import CaseFact
from .terms import OPEN_STATES, CaseFacts, CaseState, PublicationState, Resolution

_OPEN = "state NOT IN ('resolved', 'closed')"


class Case(TenantRow, Base):
    """The handling of one matter. `version` counts its changes and is what `If-Match` names.

    Place and edition are kept as they were when it was filed, so that a later map finds its way back to them.
    """

    __tablename__ = "cases"
    __table_args__ = (
        UniqueConstraint("tenant_id", "code"),
        ForeignKeyConstraint(["tenant_id", "merged_into_id"], ["cases.tenant_id", "cases.id"]),
        one_of("state", CaseState),
        one_of("resolution", Resolution),
        one_of("publication", PublicationState),
        # What is open is a small part of all: these two stay small however old the province's archive gets.
        # They carry what queues choose by, so that a queue looks at rows of its page only.
        Index(
            "ix_cases_due",
            "tenant_id",
            "due_at",
            "id",
            postgresql_include=["unit_id", "state", "category_code", "assignee_id"],
            postgresql_where=text(_OPEN),
        ),
        Index(
            "ix_cases_unit_due",
            "tenant_id",
            "unit_id",
            "due_at",
            "id",
            postgresql_include=["state", "category_code", "assignee_id"],
            postgresql_where=text(_OPEN),
        ),
        Index("ix_cases_unit", "tenant_id", "unit_id", "id"),
        # Figures of a unit look among these for what was taken from it after it was due.
        Index("ix_cases_moved", "tenant_id", "id", postgresql_where=text("referral_count > 0")),
        Index("ix_cases_area", "tenant_id", text("COALESCE(area_commune, area_district, area_province)"), "id"),
        Index(
            "ix_cases_assignee",
            "tenant_id",
            "assignee_id",
            "due_at",
            "id",
            postgresql_where=text(f"assignee_id IS NOT NULL AND {_OPEN}"),
        ),
        Index("ix_cases_unswept", "tenant_id", "due_at", postgresql_where=text(f"overdue_at IS NULL AND {_OPEN}")),
        # Few cases are raised to somebody above at any time; all of them are in one small index.
        Index(
            "ix_cases_escalated",
            "tenant_id",
            "due_at",
            "id",
            postgresql_include=["unit_id", "category_code", "centre_at"],
            postgresql_where=text(f"supervisor_id IS NOT NULL AND {_OPEN}"),
        ),
        # A list of what has ended is one range, however much is open and newer.
        Index("ix_cases_ended", "tenant_id", "state", "id", postgresql_where=text("state IN ('resolved', 'closed')")),
        # Empty once the worker has given every older case its clock.
        Index("ix_cases_unclocked", "tenant_id", "id", postgresql_where=text(f"clock IS NULL AND {_OPEN}")),
        Index("ix_cases_merged", "tenant_id", "merged_into_id", postgresql_where=text("merged_into_id IS NOT NULL")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    code: Mapped[str]
    version: Mapped[int]
    state: Mapped[str]
    resolution: Mapped[str | None]
    kind: Mapped[str]
    category_code: Mapped[str]
    priority: Mapped[str]
    summary: Mapped[str]
    channel: Mapped[str]

    edition_id: Mapped[int]
    area_province: Mapped[str]
    area_district: Mapped[str | None]
    area_commune: Mapped[str | None]
    lat: Mapped[float | None]
    lon: Mapped[float | None]
    address: Mapped[str | None]
    confidence: Mapped[str]
    routing: Mapped[dict[str, Any]]

    unit_id: Mapped[UUID]
    assignee_id: Mapped[UUID | None]
    referred_by_unit_id: Mapped[UUID | None]

    opened_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    due_at: Mapped[datetime]
    original_due_at: Mapped[datetime]
    working_days: Mapped[int]
    clock: Mapped[dict[str, Any] | None]  # of the deadlines room; null in cases that are older than clocks
    accepted_at: Mapped[datetime | None]
    first_response_at: Mapped[datetime | None]
    escalated_at: Mapped[datetime | None]
    supervisor_id: Mapped[UUID | None]  # the unit above the holder that was told, while that stands
    centre_at: Mapped[datetime | None]  # since when the operations centre has been told
    overdue_at: Mapped[datetime | None]
    paused_at: Mapped[datetime | None]
    resolved_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]

    drafted_by: Mapped[UUID | None]
    draft_answer: Mapped[str | None]
    draft_resolution: Mapped[str | None]
    answer: Mapped[str | None]

    publication: Mapped[str]
    publication_policy: Mapped[str]
    public_text: Mapped[str | None]
    redaction: Mapped[dict[str, Any] | None]  # how an officer corrected what is masked; null until one has looked

    merged_into_id: Mapped[UUID | None]
    report_count: Mapped[int]
    referral_count: Mapped[int]
    reopen_count: Mapped[int]
    # people who say that they meet the same; counted by the supports room, and no change of the case itself
    support_count: Mapped[int] = mapped_column(server_default=text("0"))

    def facts(self) -> CaseFacts:
        """What decisions may know of it."""
        return CaseFacts(
            tenant_id=TenantId(self.tenant_id),
            id=CaseId(self.id),
            code=self.code,
            version=self.version,
            state=CaseState(self.state),
            resolution=Resolution(self.resolution) if self.resolution else None,
            kind=Kind(self.kind),
            category=self.category_code,
            priority=Priority(self.priority),
            unit_id=UnitId(self.unit_id),
            assignee_id=StaffId(self.assignee_id) if self.assignee_id else None,
            referred_by_unit_id=UnitId(self.referred_by_unit_id) if self.referred_by_unit_id else None,
            drafted_by=StaffId(self.drafted_by) if self.drafted_by else None,
            draft_answer=self.draft_answer,
            draft_resolution=Resolution(self.draft_resolution) if self.draft_resolution else None,
            merged_into_id=CaseId(self.merged_into_id) if self.merged_into_id else None,
            publication=PublicationState(self.publication),
            publication_policy=PublicationPolicy(self.publication_policy),
            report_count=self.report_count,
            reopen_count=self.reopen_count,
            referral_count=self.referral_count,
            accepted_at=self.accepted_at,
            first_response_at=self.first_response_at,
            resolved_at=self.resolved_at,
            paused_at=self.paused_at,
        )

    def apply(self, fact: CaseFact, at: datetime) -> None:
        """Become what `fact` says, as the next version."""
        if self.overdue_at is not None and fact.changes.get("overdue_at", self.overdue_at) is None:
            self.supervisor_id = self.centre_at = None  # what they were told of is over
        for column, value in fact.changes.items():
            setattr(self, column, value.value if isinstance(value, StrEnum) else value)
        self.version += 1
        self.updated_at = at

    @property
    def is_open(self) -> bool:
        """Whether handling goes on."""
        return CaseState(self.state) in OPEN_STATES


class HeldCase(TenantRow, Base):
    """A case of a flood that an officer looks at before it is in the queues; until it is released or taken in hand.

    `source`: a keyed hash of where it came from, from which nobody can tell; `held_by`: by what it was counted.
    """

    __tablename__ = "held_cases"
    __table_args__ = (ForeignKeyConstraint(["tenant_id", "case_id"], ["cases.tenant_id", "cases.id"]),)

    case_id: Mapped[UUID] = mapped_column(primary_key=True)
    source: Mapped[bytes | None] = mapped_column()
    held_by: Mapped[str]
    held_at: Mapped[datetime]


class CodeCounter(TenantRow, Base):
    """Next free number of a day's case codes; processes take blocks of it, so that it is never a hot row."""

    __tablename__ = "code_counters"

    prefix: Mapped[str] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    next_number: Mapped[int]
