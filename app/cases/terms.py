"""Vocabulary of cases: states, resolutions, verbs, and the facts that decisions look at."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple, TypedDict

from app.catalogue.snapshot import Catalogue
from app.catalogue.terms import Kind, Priority, PublicationPolicy
from app.deadlines.snapshot import Calendars
from app.directory.snapshot import Directory
from app.kit.ids import CaseId, StaffId, TenantId, UnitId
from app.routing.snapshot import Rulebooks


class CaseState(StrEnum):
    """Where a case stands."""

    RECEIVED = "received"
    ASSIGNED = "assigned"
    IN_PROGRESS = "in_progress"
    AWAITING_REPORTER = "awaiting_reporter"
    AWAITING_APPROVAL = "awaiting_approval"
    RESOLVED = "resolved"
    CLOSED = "closed"


OPEN_STATES = frozenset(set(CaseState) - {CaseState.RESOLVED, CaseState.CLOSED})


class Resolution(StrEnum):
    """What came of it; apart from the state."""

    FIXED = "fixed"
    ANSWERED = "answered"
    SCHEDULED = "scheduled"
    NO_ACTION = "no_action"
    DECLINED = "declined"
    NOT_COMPETENT = "not_competent"
    DUPLICATE = "duplicate"
    WITHDRAWN = "withdrawn"
    DIVERTED = "diverted"


# What an officer may choose as the outcome; the others follow from merge, withdraw and triage.
GIVEN_RESOLUTIONS = frozenset(
    {
        Resolution.FIXED,
        Resolution.ANSWERED,
        Resolution.SCHEDULED,
        Resolution.NO_ACTION,
        Resolution.DECLINED,
        Resolution.NOT_COMPETENT,
    }
)


class Verb(StrEnum):
    """What can be done to a case; each has one transition, one permission, one timeline entry, one event."""

    TRIAGE = "triage"
    ASSIGN = "assign"
    ACCEPT = "accept"
    RETURN = "return"
    REFER = "refer"
    ESCALATE = "escalate"
    ASK = "ask"
    REPLY = "reply"
    DRAFT_ANSWER = "draft-answer"
    APPROVE = "approve"
    REJECT_DRAFT = "reject-draft"
    RESOLVE = "resolve"
    RATE = "rate"
    REOPEN = "reopen"
    MERGE = "merge"
    UNMERGE = "unmerge"
    NOTE = "note"
    PUBLISH = "publish"
    WITHHOLD = "withhold"
    WITHDRAW = "withdraw"
    CLOSE = "close"


class ReferralReason(StrEnum):
    """Why a case goes to another unit or back."""

    NOT_COMPETENT = "not_competent"
    WRONG_PLACE = "wrong_place"
    WRONG_CATEGORY = "wrong_category"
    NEEDS_HIGHER_TIER = "needs_higher_tier"
    LOCAL_MATTER = "local_matter"
    OTHER = "other"


class PublicationState(StrEnum):
    """Whether the public may see the case."""

    PENDING = "pending"
    PUBLISHED = "published"
    WITHHELD = "withheld"


class QueueView(StrEnum):
    """Which part of an officer's work to list."""

    TRIAGE = "triage"
    INBOX = "inbox"
    MINE = "mine"
    OVERDUE = "overdue"
    DUE_SOON = "due_soon"
    APPROVAL = "approval"


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """What a decision or a permission may know of a case; no row, no session."""

    tenant_id: TenantId
    id: CaseId
    code: str
    version: int
    state: CaseState
    resolution: Resolution | None
    kind: Kind
    category: str
    priority: Priority
    unit_id: UnitId
    assignee_id: StaffId | None
    referred_by_unit_id: UnitId | None
    drafted_by: StaffId | None
    draft_answer: str | None
    draft_resolution: Resolution | None
    merged_into_id: CaseId | None
    publication: PublicationState
    publication_policy: PublicationPolicy
    report_count: int
    reopen_count: int
    referral_count: int
    accepted_at: datetime | None
    first_response_at: datetime | None
    resolved_at: datetime | None


class Changes(TypedDict, total=False):
    """Columns of a case that a fact sets; anything absent stays as it is."""

    state: CaseState
    resolution: Resolution | None
    kind: Kind
    category_code: str
    priority: Priority
    unit_id: UnitId
    assignee_id: StaffId | None
    referred_by_unit_id: UnitId | None
    drafted_by: StaffId | None
    draft_answer: str | None
    draft_resolution: Resolution | None
    answer: str | None
    merged_into_id: CaseId | None
    publication: PublicationState
    publication_policy: PublicationPolicy
    public_text: str | None
    report_count: int
    reopen_count: int
    referral_count: int
    working_days: int
    due_at: datetime
    accepted_at: datetime | None
    first_response_at: datetime | None
    resolved_at: datetime | None
    closed_at: datetime | None
    escalated_at: datetime | None
    overdue_at: datetime | None
    lat: float | None
    lon: float | None
    area_commune: str | None
    area_district: str | None
    area_province: str
    confidence: str
    routing: dict[str, object]


@dataclass(frozen=True, slots=True)
class Scope:
    """What an officer may see: the cases of these units. `whole` when they are all units of the tenant."""

    tenant_id: TenantId
    units: frozenset[UnitId]
    whole: bool = False


class Books(NamedTuple):
    """The reference data that decisions about cases rest on, as of one moment."""

    directory: Directory
    catalogue: Catalogue
    rulebooks: Rulebooks
    calendars: Calendars


class Workload(NamedTuple):
    """How much of a tenant's handling is not done yet."""

    tenant_id: int
    open: int
    overdue: int
    unswept: int  # overdue for a while and not marked so: the worker's sweep is behind
