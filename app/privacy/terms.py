"""Vocabulary of people's own data: senders as officers see them, openings of identities, retention."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple
from uuid import UUID

from app.citizens.terms import Proofs
from app.identity.terms import DeviceView, ReporterIdentity
from app.kit.ids import CaseId, CitizenId, ReportId, StaffId, UnitId
from app.kit.text import Text
from app.media.terms import Attached
from app.service_requests.terms import KeptDraft, KeptRequest
from app.supports.terms import OwnSupport
from app.timeline.terms import Written


class Subject(StrEnum):
    """What is kept for a time only, counted from the end of the case, or of the service request.

    Drafts count from when they were touched last, messages of payment providers from when they came.
    """

    IDENTITY = "identity"  # who handed a report in
    FILES = "files"  # photos and files that came with it
    PAPERS = "papers"  # who applied, what the form was filled in with, and the documents of a service request
    ISSUED = "issued_papers"  # whom the papers name that offices have issued; that a paper is genuine stays known
    DRAFTS = "drafts"  # what was filled in and not handed in
    SUPPORTS = "supports"  # who said “I meet this too”; that somebody did stays counted
    CALLBACKS = "payment_callbacks"  # what payment providers have told, and the words of transfers; sums stay
    UNPROVEN = "unproven_callbacks"  # what came as if a payment provider told it, and nobody has proven

    @property
    def label(self) -> Text:
        """What people call it."""
        return _SUBJECT_LABELS[self]


_SUBJECT_LABELS = {
    Subject.IDENTITY: Text("Danh tính người gửi phản ánh", "Identities of reports’ senders"),
    Subject.FILES: Text("Ảnh, tệp kèm phản ánh", "Photos and files of reports"),
    Subject.PAPERS: Text("Đơn, giấy tờ của hồ sơ", "Papers of service requests"),
    Subject.ISSUED: Text("Tên người trong giấy đã ban hành", "Whom issued papers name"),
    Subject.DRAFTS: Text("Bản nháp hồ sơ chưa nộp", "Drafts that were not handed in"),
    Subject.SUPPORTS: Text("Ai đã báo “Tôi cũng gặp”", "Who said “I meet this too”"),
    Subject.CALLBACKS: Text("Thông báo của đơn vị thanh toán", "Messages of payment providers"),
    Subject.UNPROVEN: Text("Thông báo nộp phí không ai ký", "Payment messages that nobody has signed"),
}


class OpeningState(StrEnum):
    """Where an opening of an identity stands."""

    WAITING = "waiting"  # for a second person
    OPEN = "open"  # its asker may look
    REFUSED = "refused"
    OVER = "over"  # the time to look has passed


class Sender(NamedTuple):
    """Who handed in one report of a case, as far as officers see without opening anything."""

    report_id: ReportId
    code: str
    citizen_id: CitizenId | None
    pseudonym: str
    withheld: bool  # asked not to be named
    known: bool  # whether anything is there to be opened


WAIT_FOR = timedelta(days=7)
"""How long a wish waits for a second person; what was wanted then may be wanted by nobody now."""


@dataclass(frozen=True, slots=True)
class Opening:
    """One wish to open an identity. `decided_by` None: nobody's consent was needed, or nobody has decided yet."""

    id: UUID
    case_id: CaseId
    case_code: str
    report_id: ReportId
    report_code: str
    unit_id: UnitId  # held the case when it was asked
    reason: str
    needs_second: bool
    asked_by: StaffId
    asked_name: str
    asked_at: datetime
    decided_by: StaffId | None = None
    decided_name: str | None = None
    decided_at: datetime | None = None
    agreed: bool | None = None
    expires_at: datetime | None = None

    def state(self, now: datetime) -> OpeningState:
        """Where it stands at that instant."""
        if self.agreed is None:
            return OpeningState.WAITING if now < self.asked_at + WAIT_FOR else OpeningState.OVER
        if not self.agreed or self.expires_at is None:
            return OpeningState.REFUSED
        return OpeningState.OPEN if now < self.expires_at else OpeningState.OVER


class AccessEntry(NamedTuple):
    """One opening of a person's identity or papers, for the person. `unit_id` None: the program, to send a notice."""

    report_code: str  # or the service request's
    at: datetime
    unit_id: UnitId | None
    purpose: str


class OwnReport(NamedTuple):
    """A report as its sender wrote it, with the identity that was left with it."""

    code: str
    kind: str
    category: str
    description: str
    latitude: float | None
    longitude: float | None
    area: str
    address: str | None
    answers: Mapping[str, Any]
    channel: str
    captured_at: datetime | None
    received_at: datetime
    stars: int | None
    identity: ReporterIdentity | None
    files: Sequence[Attached]
    words: Sequence[Written]  # replies, reasons and comments, oldest first


class Exported(NamedTuple):
    """All that is kept of a person, to take along."""

    proofs: Proofs
    reports: Sequence[OwnReport]
    service_requests: Sequence[KeptRequest]
    drafts: Sequence[KeptDraft]
    log: Sequence[AccessEntry]
    devices: Sequence[DeviceView]
    browsers: int  # that are told of news
    supports: Sequence[OwnSupport]


class Rule(NamedTuple):
    """How long something is kept after the case has ended; version 0 is the packaged rule."""

    subject: Subject
    version: int
    days: int
    legal_basis: Text
    note: str
    created_at: datetime | None
    valid_from: datetime | None = None  # until the next version's; None: since ever


class Due(NamedTuple):
    """How much would go within a day by a rule: of what was looked at, which is not all when there is `more`."""

    found: int
    more: bool


class RulePreview(NamedTuple):
    """What goes by the rule in force, and by another number of days."""

    in_force: Rule
    due: Due
    would: Due


class Kept(NamedTuple):
    """What stays when a person's data is erased, and by which law."""

    code: str
    what: Text
    legal_basis: Text


class Erased(NamedTuple):
    """What an erasure came to."""

    identities: int
    reports: int  # not the person's any more
    service_requests: int  # neither
    kept: tuple[Kept, ...]
