"""Vocabulary of cases: states, resolutions, verbs, and the facts that decisions look at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple, TypedDict

from app.catalogue.snapshot import Catalogue
from app.catalogue.terms import Kind, Priority, PublicationPolicy
from app.deadlines.snapshot import Calendars
from app.directory.snapshot import Directory
from app.kit.ids import CaseId, StaffId, TenantId, UnitId
from app.kit.text import Text
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

    @property
    def label(self) -> Text:
        """What people call the state."""
        return _STATE_LABELS[self]


_STATE_LABELS = {
    CaseState.RECEIVED: Text("Đã tiếp nhận", "Received"),
    CaseState.ASSIGNED: Text("Đã giao đơn vị", "Assigned"),
    CaseState.IN_PROGRESS: Text("Đang xử lý", "In progress"),
    CaseState.AWAITING_REPORTER: Text("Chờ người gửi bổ sung", "Waiting for the sender"),
    CaseState.AWAITING_APPROVAL: Text("Chờ duyệt câu trả lời", "Answer awaits approval"),
    CaseState.RESOLVED: Text("Đã trả lời", "Answered"),
    CaseState.CLOSED: Text("Đã kết thúc", "Closed"),
}

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

    @property
    def label(self) -> Text:
        """What people call the outcome."""
        return _RESOLUTION_LABELS[self]


_RESOLUTION_LABELS = {
    Resolution.FIXED: Text("Đã khắc phục", "Fixed"),
    Resolution.ANSWERED: Text("Đã giải đáp", "Answered"),
    Resolution.SCHEDULED: Text("Đã lên lịch thực hiện", "Scheduled"),
    Resolution.NO_ACTION: Text("Không cần xử lý", "No action needed"),
    Resolution.DECLINED: Text("Không chấp nhận", "Declined"),
    Resolution.NOT_COMPETENT: Text("Không thuộc thẩm quyền", "Not within our competence"),
    Resolution.DUPLICATE: Text("Gộp vào vụ việc khác", "Merged into another case"),
    Resolution.WITHDRAWN: Text("Người gửi đã rút", "Withdrawn by the sender"),
    Resolution.DIVERTED: Text("Đã hướng dẫn nơi gửi", "Sender told where to turn"),
}

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
    EXTEND = "extend"
    PAUSE = "pause"
    RESUME = "resume"
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
    REDACT = "redact"
    DECIDE_PHOTOS = "decide-photos"
    WITHDRAW = "withdraw"
    CLOSE = "close"

    @property
    def label(self) -> Text:
        """What people call the verb, as on a button."""
        return _VERB_LABELS[self]


_VERB_LABELS = {
    Verb.TRIAGE: Text("Phân loại", "Sort"),
    Verb.ASSIGN: Text("Phân công cán bộ", "Put an officer in charge"),
    Verb.ACCEPT: Text("Nhận xử lý", "Take it up"),
    Verb.RETURN: Text("Trả lại", "Return"),
    Verb.REFER: Text("Chuyển đơn vị khác", "Refer to another unit"),
    Verb.ESCALATE: Text("Nâng mức ưu tiên", "Escalate"),
    Verb.EXTEND: Text("Gia hạn", "Extend the deadline"),
    Verb.PAUSE: Text("Tạm dừng tính hạn", "Pause the clock"),
    Verb.RESUME: Text("Tính hạn tiếp", "Resume the clock"),
    Verb.ASK: Text("Hỏi thêm người gửi", "Ask the sender"),
    Verb.REPLY: Text("Trả lời, bổ sung", "Reply"),
    Verb.DRAFT_ANSWER: Text("Trình dự thảo trả lời", "Draft an answer"),
    Verb.APPROVE: Text("Duyệt câu trả lời", "Approve the answer"),
    Verb.REJECT_DRAFT: Text("Yêu cầu sửa dự thảo", "Send the draft back"),
    Verb.RESOLVE: Text("Trả lời ngay", "Answer now"),
    Verb.RATE: Text("Đánh giá", "Rate"),
    Verb.REOPEN: Text("Mở lại", "Reopen"),
    Verb.MERGE: Text("Gộp vào vụ việc khác", "Merge into another case"),
    Verb.UNMERGE: Text("Tách ra", "Separate"),
    Verb.NOTE: Text("Ghi chú nội bộ", "Internal note"),
    Verb.PUBLISH: Text("Công khai", "Publish"),
    Verb.WITHHOLD: Text("Không công khai", "Withhold"),
    Verb.REDACT: Text("Soát phần che", "Check the masking"),
    Verb.DECIDE_PHOTOS: Text("Quyết định về ảnh", "Decide on photos"),
    Verb.WITHDRAW: Text("Rút theo yêu cầu người gửi", "Withdraw for the sender"),
    Verb.CLOSE: Text("Kết thúc", "Close"),
}


class ReferralReason(StrEnum):
    """Why a case goes to another unit or back."""

    NOT_COMPETENT = "not_competent"
    WRONG_PLACE = "wrong_place"
    WRONG_CATEGORY = "wrong_category"
    NEEDS_HIGHER_TIER = "needs_higher_tier"
    LOCAL_MATTER = "local_matter"
    OTHER = "other"

    @property
    def label(self) -> Text:
        """What people call the reason."""
        return _REASON_LABELS[self]


_REASON_LABELS = {
    ReferralReason.NOT_COMPETENT: Text("không thuộc thẩm quyền", "not competent"),
    ReferralReason.WRONG_PLACE: Text("sai địa bàn", "wrong place"),
    ReferralReason.WRONG_CATEGORY: Text("sai lĩnh vực", "wrong category"),
    ReferralReason.NEEDS_HIGHER_TIER: Text("cần cấp trên xử lý", "needs a higher tier"),
    ReferralReason.LOCAL_MATTER: Text("thuộc cấp dưới", "a local matter"),
    ReferralReason.OTHER: Text("lý do khác", "other reason"),
}


class PublicationState(StrEnum):
    """Whether the public may see the case."""

    PENDING = "pending"
    PUBLISHED = "published"
    WITHHELD = "withheld"

    @property
    def label(self) -> Text:
        """What people call it."""
        return _PUBLICATION_LABELS[self]


_PUBLICATION_LABELS = {
    PublicationState.PENDING: Text("Chưa công khai", "Not public yet"),
    PublicationState.PUBLISHED: Text("Đang công khai", "Public"),
    PublicationState.WITHHELD: Text("Không công khai", "Withheld"),
}


@dataclass(frozen=True, slots=True)
class Correction:
    """What an officer corrects in the masking of a case's texts: phrases, not places, so that it outlives an edit.

    `show`: found by rule, and to be read all the same. `mask`: to be masked wherever it stands, which goes before.
    """

    show: tuple[str, ...] = ()
    mask: tuple[str, ...] = ()
    at: str = ""  # when it was confirmed, ISO 8601; empty when no officer has

    @classmethod
    def of(cls, stored: Mapping[str, Any] | None) -> Correction:
        """The correction as a case keeps it, none for none."""
        if stored is None:
            return NO_CORRECTION
        return cls(tuple(stored["show"]), tuple(stored["mask"]), stored["at"])

    def stored(self) -> dict[str, object]:
        """As a case keeps it."""
        return {"show": list(self.show), "mask": list(self.mask), "at": self.at}


NO_CORRECTION = Correction()


class QueueView(StrEnum):
    """Which part of an officer's work to list."""

    TRIAGE = "triage"
    INBOX = "inbox"
    MINE = "mine"
    OVERDUE = "overdue"
    DUE_SOON = "due_soon"
    APPROVAL = "approval"
    ESCALATED = "escalated"
    CENTRE = "centre"
    HELD = "held"

    @property
    def label(self) -> Text:
        """What people call the view."""
        return _VIEW_LABELS[self]


_VIEW_LABELS = {
    QueueView.TRIAGE: Text("Chờ phân loại", "To sort"),
    QueueView.INBOX: Text("Cần xử lý", "To do"),
    QueueView.MINE: Text("Của tôi", "Mine"),
    QueueView.OVERDUE: Text("Quá hạn", "Overdue"),
    QueueView.DUE_SOON: Text("Sắp đến hạn", "Due soon"),
    QueueView.APPROVAL: Text("Chờ duyệt", "To approve"),
    QueueView.ESCALATED: Text("Đã báo cấp trên", "Escalated"),
    QueueView.CENTRE: Text("Đã báo IOC", "Told to the IOC"),
    QueueView.HELD: Text("Dồn dập, chờ xem", "Held for a look"),
}


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
    paused_at: datetime | None = None  # since when its clock stands


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
    redaction: dict[str, object]
    report_count: int
    reopen_count: int
    referral_count: int
    working_days: int
    clock: dict[str, object]
    due_at: datetime
    accepted_at: datetime | None
    first_response_at: datetime | None
    resolved_at: datetime | None
    closed_at: datetime | None
    escalated_at: datetime | None
    supervisor_id: UnitId | None
    centre_at: datetime | None
    overdue_at: datetime | None
    paused_at: datetime | None
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


class Held(NamedTuple):
    """Why a new case waits for an officer's look: by what it was counted, and a keyed hash of where it came from."""

    by: str
    source: bytes | None


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
    unlooked: int  # something was to be told of their clocks a while ago: so it is


class Move(NamedTuple):
    """A case whose due date would move."""

    code: str
    due_at: datetime
    would_be: datetime


@dataclass(slots=True)
class Preview:
    """What would move of the running clocks: the first are `shown`, due first. `complete`: all looked at.

    `overdue` are those of the moved whose time would be over at once.
    """

    looked: int
    moved: int
    later: int
    earlier: int
    overdue: int
    shown: list[Move]
    complete: bool
