"""Tables of service requests."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, LargeBinary, Numeric, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base, TenantRow, one_of
from app.directory.terms import Tier
from app.kit.ids import RequestId, StaffId, TenantId, UnitId
from app.kit.text import Lang
from app.procedures.terms import StepRole

from .events import RequestFact
from .terms import (
    Channel,
    FileRole,
    Outcome,
    RequestFacts,
    RequestState,
    StepChange,
    StepFacts,
    StepState,
    StepWait,
)


class ServiceRequest(TenantRow, Base):
    """One application for a procedure. `version` counts its changes and is what `If-Match` names.

    `sealed` holds who applies and what the form was filled in with; what is found by is hashed with a key.
    """

    __tablename__ = "service_requests"
    __table_args__ = (
        UniqueConstraint("tenant_id", "code"),
        ForeignKeyConstraint(["tenant_id"], ["tenants.id"]),
        ForeignKeyConstraint(
            ["tenant_id", "procedure_code", "procedure_version"],
            ["procedures.tenant_id", "procedures.code", "procedures.version"],
        ),
        one_of("state", RequestState),
        one_of("outcome", Outcome),
        one_of("drafted_outcome", Outcome),
        one_of("channel", Channel),
        one_of("lang", Lang),
        CheckConstraint("stars BETWEEN 1 AND 5", name="stars"),
        Index("ix_service_requests_citizen", "tenant_id", "citizen_id", "id"),
        Index("ix_service_requests_applicant", "tenant_id", "applicant_index", "procedure_code"),
        Index("ix_service_requests_appointed", "tenant_id", "original_due_at", "id"),
        Index("ix_service_requests_submitted", "tenant_id", "submitted_at", "id"),
        # Open ones are few of all; these stay small however old the archive gets.
        Index("ix_service_requests_due", "tenant_id", "due_at", "id", postgresql_where=text("closed_at IS NULL")),
        Index(
            "ix_service_requests_unit",
            "tenant_id",
            "unit_id",
            "due_at",
            "id",
            postgresql_where=text("closed_at IS NULL"),
        ),
        Index(
            "ix_service_requests_held",
            *("tenant_id", "id"),
            postgresql_where=text(
                "closed_at IS NULL AND state IN ('supplement_requested', 'payment_requested', 'stopped')"
            ),
        ),
        Index(
            "ix_service_requests_drafted",
            *("tenant_id", "id"),
            postgresql_where=text("closed_at IS NULL AND drafted_by IS NOT NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    code: Mapped[str]
    version: Mapped[int]
    state: Mapped[str]
    came_from: Mapped[list[Any]]
    outcome: Mapped[str | None]
    procedure_code: Mapped[str]
    procedure_version: Mapped[int]
    channel: Mapped[str]
    lang: Mapped[str]

    citizen_id: Mapped[UUID | None]
    filed_by: Mapped[UUID | None]  # the officer who took it in at a desk
    tracking_hash: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    applicant_index: Mapped[bytes] = mapped_column(LargeBinary(32))
    content_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    sealed: Mapped[bytes]

    edition_id: Mapped[int]
    applicant_area: Mapped[str]
    object_area: Mapped[str]
    unit_id: Mapped[UUID]  # exactly one answers for it at any moment
    receiver_id: Mapped[UUID]

    submitted_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    accepted_at: Mapped[datetime | None]
    due_at: Mapped[datetime | None]
    original_due_at: Mapped[datetime | None]  # the first appointment, which figures count by
    lawful_due_at: Mapped[datetime | None]  # the same as pauses move it; no extension does
    working_days: Mapped[int]
    clock: Mapped[dict[str, Any] | None]  # of the deadlines room
    paused_at: Mapped[datetime | None]
    overdue_at: Mapped[datetime | None]
    decided_at: Mapped[datetime | None]
    returned_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    complained_at: Mapped[datetime | None]

    supplements: Mapped[int]
    supplements_most: Mapped[int]
    missing: Mapped[dict[str, Any] | None]  # the list that was asked for last
    fee: Mapped[Decimal | None] = mapped_column(Numeric(14, 0))
    drafted_by: Mapped[UUID | None]
    drafted_outcome: Mapped[str | None]
    decision_text: Mapped[str | None]
    stars: Mapped[int | None]
    rated_at: Mapped[datetime | None]

    def facts(self, steps: list[RequestStep]) -> RequestFacts:
        """What decisions may know of it; `steps` are all of its own, in order."""
        return RequestFacts(
            tenant_id=TenantId(self.tenant_id),
            id=RequestId(self.id),
            code=self.code,
            version=self.version,
            state=RequestState(self.state),
            came_from=tuple(RequestState(one) for one in self.came_from),
            outcome=Outcome(self.outcome) if self.outcome else None,
            supplements=self.supplements,
            supplements_most=self.supplements_most,
            drafted_by=StaffId(self.drafted_by) if self.drafted_by else None,
            drafted_outcome=Outcome(self.drafted_outcome) if self.drafted_outcome else None,
            closed=self.closed_at is not None,
            overdue=self.overdue_at is not None,
            complained_at=self.complained_at,
            due_at=self.due_at,
            stars=self.stars,
            steps=tuple(step.facts() for step in steps),
        )

    def apply(self, fact: RequestFact, at: datetime) -> None:
        """Become what `fact` says, as the next version."""
        for column, value in fact.changes.items():
            setattr(self, column, value.value if isinstance(value, StrEnum) else value)
        self.version += 1
        self.updated_at = at


class RequestStep(TenantRow, Base):
    """One unit's part of a service request, or an opinion that one was asked for."""

    __tablename__ = "service_request_steps"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "request_id"], ["service_requests.tenant_id", "service_requests.id"]),
        one_of("role", StepRole),
        one_of("tier", Tier),
        one_of("state", StepState),
        one_of("waits_for", StepWait),
        Index(
            "ix_service_request_steps_queue",
            "tenant_id",
            "unit_id",
            "due_at",
            "request_id",
            postgresql_where=text("state = 'open'"),
        ),
        Index(
            "ix_service_request_steps_due",
            "tenant_id",
            "due_at",
            "request_id",
            "code",
            postgresql_where=text("state = 'open'"),
        ),
        Index(
            "ix_service_request_steps_role",
            *("tenant_id", "unit_id", "role", "due_at", "request_id"),
            postgresql_where=text("state = 'open'"),
        ),
        Index(
            "ix_service_request_steps_assignee",
            *("tenant_id", "assignee_id", "due_at", "request_id"),
            postgresql_where=text("state = 'open' AND assignee_id IS NOT NULL"),
        ),
        # Few of all that is open: a unit finds its own among its own, the province all of them.
        Index(
            "ix_service_request_steps_waits",
            *("tenant_id", "unit_id", "waits_for", "due_at", "request_id", "code"),
            postgresql_where=text("state = 'open' AND waits_for IN ('applicant', 'signature')"),
        ),
        Index(
            "ix_service_request_steps_all_waits",
            *("tenant_id", "waits_for", "due_at", "request_id", "code"),
            postgresql_where=text("state = 'open' AND waits_for IN ('applicant', 'signature')"),
        ),
        # Of a release before: looked at once, by the worker.
        Index(
            "ix_service_request_steps_unmarked",
            *("tenant_id", "request_id", "code"),
            postgresql_where=text("state = 'open' AND waits_for IS NULL"),
        ),
        # What has been told of is looked at no more, however many steps stay late.
        Index(
            "ix_service_request_steps_untold",
            "tenant_id",
            "due_at",
            "request_id",
            "code",
            postgresql_where=text("state = 'open' AND overdue_at IS NULL"),
        ),
    )

    request_id: Mapped[UUID] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(primary_key=True)
    place: Mapped[int]
    role: Mapped[str | None]
    unit_id: Mapped[UUID]
    tier: Mapped[str]
    state: Mapped[str]
    waits_for: Mapped[str | None]  # of an open step, as `domain.waits_for` says
    after: Mapped[list[Any]]
    asked_by: Mapped[str | None]
    question: Mapped[str | None]
    opinion: Mapped[str | None]
    assignee_id: Mapped[UUID | None]
    working_days: Mapped[int]
    routing: Mapped[dict[str, Any]]
    opened_at: Mapped[datetime | None]
    due_at: Mapped[datetime | None]
    clock: Mapped[dict[str, Any] | None]
    reminded_at: Mapped[datetime | None]  # that it is due on the next working day
    overdue_at: Mapped[datetime | None]
    done_at: Mapped[datetime | None]
    done_by: Mapped[UUID | None]

    def facts(self) -> StepFacts:
        """What decisions may know of it."""
        return StepFacts(
            code=self.code,
            role=StepRole(self.role) if self.role else None,
            unit_id=UnitId(self.unit_id),
            tier=Tier(self.tier),
            state=StepState(self.state),
            after=tuple(self.after),
            asked_by=self.asked_by,
            assignee_id=StaffId(self.assignee_id) if self.assignee_id else None,
        )

    def apply(self, change: StepChange, at: datetime, by: UUID | None) -> None:
        """Become what the change says; its clock is another matter."""
        before, self.state = self.state, change.state.value
        if change.opinion is not None:
            self.opinion = change.opinion
        if change.assignee_id is not None:
            self.assignee_id = change.assignee_id
        if before == self.state:
            return
        if change.state is StepState.DONE:
            self.done_at, self.done_by = at, by
        elif change.state is StepState.OPEN:
            self.opened_at, self.done_at, self.done_by = at, None, None
            self.clock = self.due_at = None  # one that is done again has its time anew
            self.reminded_at = self.overdue_at = None
        else:
            # When it was opened stays: the unit that had it goes on seeing what becomes of it.
            self.due_at = self.clock = self.reminded_at = self.overdue_at = None


class RequestFile(TenantRow, Base):
    """A file of a service request. One of an earlier request may be used again: `reused_from` names that one."""

    __tablename__ = "service_request_files"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "request_id"], ["service_requests.tenant_id", "service_requests.id"]),
        one_of("role", FileRole),
        Index("ix_service_request_files_upload", "tenant_id", "upload_id"),
    )

    request_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    upload_id: Mapped[UUID]
    role: Mapped[str]
    document: Mapped[str | None]  # of the procedure, or None
    name: Mapped[str]
    round: Mapped[int]  # which supplement it came with; 0: with the request
    reused_from: Mapped[UUID | None]
    added_at: Mapped[datetime]
    added_by: Mapped[UUID | None]


class RequestTurn(TenantRow, Base):
    """One thing that only one work does at a time: whoever writes its row has all others wait until the work ends.

    What is looked for afterwards is what the ones before have committed. Rows of yesterday mean nothing any more.
    """

    __tablename__ = "service_request_turns"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id"], ["tenants.id"]),
        Index("ix_service_request_turns_taken", "tenant_id", "taken_at"),
    )

    key: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    taken_at: Mapped[datetime]


class RequestDraft(TenantRow, Base):
    """What somebody has filled in and not handed in: theirs alone, on all of their devices."""

    __tablename__ = "service_request_drafts"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id"], ["tenants.id"]),
        Index("ix_service_request_drafts_citizen", "tenant_id", "citizen_id", "updated_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    citizen_id: Mapped[UUID]
    procedure_code: Mapped[str]
    procedure_version: Mapped[int]
    version: Mapped[int]
    sealed: Mapped[bytes]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
