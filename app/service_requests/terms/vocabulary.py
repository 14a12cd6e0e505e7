"""Vocabulary of service requests: states, verbs, steps, and the facts that decisions look at."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, NewType, TypedDict
from uuid import UUID

from app.directory.terms import Tier
from app.kit.ids import CitizenId, RequestId, StaffId, TenantId, UnitId
from app.kit.text import Text
from app.procedures.terms import StepRole

DraftId = NewType("DraftId", UUID)
LISTED_MOST: Final = 30  # items of one list of what is missing


class RequestState(StrEnum):
    """Where a service request stands; one to one with the national portal's codes (`national_code`)."""

    SUBMITTED = "submitted"
    ACCEPTED = "accepted"
    NOT_ACCEPTED = "not_accepted"
    PROCESSING = "processing"
    SUPPLEMENT_REQUESTED = "supplement_requested"
    PAYMENT_REQUESTED = "payment_requested"
    WITHDRAWAL_ASKED = "withdrawal_asked"
    STOPPED = "stopped"
    DONE = "done"
    RETURNED = "returned"

    @property
    def national_code(self) -> int:
        """The number that the national portal knows the state by, 1 to 10."""
        return list(RequestState).index(self) + 1

    @property
    def label(self) -> Text:
        """What people call the state."""
        return _STATE_LABELS[self]


_STATE_LABELS = {
    RequestState.SUBMITTED: Text("Mới đăng ký", "Submitted"),
    RequestState.ACCEPTED: Text("Được tiếp nhận", "Accepted"),
    RequestState.NOT_ACCEPTED: Text("Không được tiếp nhận", "Not accepted"),
    RequestState.PROCESSING: Text("Đang xử lý", "In progress"),
    RequestState.SUPPLEMENT_REQUESTED: Text("Yêu cầu bổ sung giấy tờ", "Supplement requested"),
    RequestState.PAYMENT_REQUESTED: Text("Yêu cầu thanh toán", "Payment requested"),
    RequestState.WITHDRAWAL_ASKED: Text("Người nộp xin rút hồ sơ", "Withdrawal asked for"),
    RequestState.STOPPED: Text("Dừng xử lý", "Stopped"),
    RequestState.DONE: Text("Đã xử lý xong", "Done"),
    RequestState.RETURNED: Text("Đã trả kết quả", "Result returned"),
}

HELD: Final = frozenset({RequestState.SUPPLEMENT_REQUESTED, RequestState.PAYMENT_REQUESTED, RequestState.STOPPED})
"""States in which the clock stands (codes 5, 6 and 8)."""
WORKED: Final = (RequestState.SUBMITTED, RequestState.ACCEPTED, RequestState.PROCESSING)
"""States in which an office has to do something next."""


class Verb(StrEnum):
    """What can be done to a service request: one transition, one permission, one timeline entry, one event each."""

    ACCEPT = "accept"
    REFUSE = "refuse"
    COMPLETE = "complete"
    SEND_BACK = "send-back"
    ASSIGN = "assign"
    CONSULT = "consult"
    GIVE_OPINION = "give-opinion"
    ASK_SUPPLEMENT = "ask-supplement"
    SUPPLY = "supply"
    ASK_PAYMENT = "ask-payment"
    RECORD_PAYMENT = "record-payment"
    TAKE_BACK_PAYMENT = "take-back-payment"
    EXTEND = "extend"
    STOP = "stop"
    RESUME = "resume"
    END = "end"
    ASK_WITHDRAWAL = "ask-withdrawal"
    AGREE_WITHDRAWAL = "agree-withdrawal"
    DECLINE_WITHDRAWAL = "decline-withdrawal"
    DECIDE = "decide"
    REJECT_DECISION = "reject-decision"
    SIGN = "sign"
    HAND_OVER = "hand-over"
    COMPLAIN = "complain"
    RATE = "rate"
    NOTE = "note"

    @property
    def label(self) -> Text:
        """What people call the verb, as on a button."""
        return _VERB_LABELS[self]


_VERB_LABELS = {
    Verb.ACCEPT: Text("Tiếp nhận, hẹn trả kết quả", "Accept and give an appointment"),
    Verb.REFUSE: Text("Không tiếp nhận", "Refuse acceptance"),
    Verb.COMPLETE: Text("Xong bước này, chuyển tiếp", "Finish the step and pass on"),
    Verb.SEND_BACK: Text("Trả lại bước trước", "Send back to an earlier step"),
    Verb.ASSIGN: Text("Phân công cán bộ", "Put an officer in charge"),
    Verb.CONSULT: Text("Lấy ý kiến cơ quan khác", "Consult another unit"),
    Verb.GIVE_OPINION: Text("Cho ý kiến", "Give the opinion"),
    Verb.ASK_SUPPLEMENT: Text("Yêu cầu bổ sung hồ sơ", "Ask for a supplement"),
    Verb.SUPPLY: Text("Bổ sung hồ sơ", "Supply what is missing"),
    Verb.ASK_PAYMENT: Text("Yêu cầu nộp phí, lệ phí", "Ask for payment"),
    Verb.RECORD_PAYMENT: Text("Ghi nhận đã nộp", "Record the payment"),
    Verb.TAKE_BACK_PAYMENT: Text("Rút yêu cầu nộp phí", "Take the demand for payment back"),
    Verb.EXTEND: Text("Hẹn lại ngày trả, xin lỗi", "Give a new date, with an apology"),
    Verb.STOP: Text("Dừng xử lý", "Stop"),
    Verb.RESUME: Text("Xử lý tiếp", "Go on"),
    Verb.END: Text("Kết thúc hồ sơ", "End it for good"),
    Verb.ASK_WITHDRAWAL: Text("Xin rút hồ sơ", "Ask to withdraw"),
    Verb.AGREE_WITHDRAWAL: Text("Đồng ý cho rút", "Agree to the withdrawal"),
    Verb.DECLINE_WITHDRAWAL: Text("Không đồng ý cho rút", "Decline the withdrawal"),
    Verb.DECIDE: Text("Trình kết quả", "Submit the result for signature"),
    Verb.REJECT_DECISION: Text("Yêu cầu sửa kết quả", "Send the result back"),
    Verb.SIGN: Text("Ký duyệt kết quả", "Sign the result off"),
    Verb.HAND_OVER: Text("Trả kết quả", "Hand the result over"),
    Verb.COMPLAIN: Text("Phản ánh chậm trễ", "Complain about lateness"),
    Verb.RATE: Text("Đánh giá", "Rate"),
    Verb.NOTE: Text("Ghi chú nội bộ", "Internal note"),
}

APPLICANT_VERBS: Final = frozenset({Verb.SUPPLY, Verb.ASK_WITHDRAWAL, Verb.COMPLAIN, Verb.RATE})
"""What an applicant may do; owning the request is checked where it is found."""
BROUGHT_VERBS: Final = APPLICANT_VERBS - {Verb.RATE}
"""What the desk that took a request in records for its applicant, who came or wrote; a verdict is one's own."""


class Outcome(StrEnum):
    """What came of a service request; apart from the state."""

    GRANTED = "granted"
    DENIED = "denied"
    NOT_ACCEPTED = "not_accepted"
    WITHDRAWN = "withdrawn"
    ENDED = "ended"

    @property
    def label(self) -> Text:
        """What people call the outcome."""
        return _OUTCOME_LABELS[self]


_OUTCOME_LABELS = {
    Outcome.GRANTED: Text("Đồng ý giải quyết", "Granted"),
    Outcome.DENIED: Text("Từ chối giải quyết", "Denied"),
    Outcome.NOT_ACCEPTED: Text("Không tiếp nhận", "Not accepted"),
    Outcome.WITHDRAWN: Text("Người nộp đã rút", "Withdrawn by the applicant"),
    Outcome.ENDED: Text("Kết thúc, không giải quyết", "Ended without a decision"),
}
DECISIONS: Final = frozenset({Outcome.GRANTED, Outcome.DENIED})


class Channel(StrEnum):
    """The way a service request came in."""

    APP = "app"
    WEB = "web"
    DIRECT = "direct"
    POST = "post"

    @property
    def label(self) -> Text:
        """What people call the channel."""
        return _CHANNEL_LABELS[self]


_CHANNEL_LABELS = {
    Channel.APP: Text("Ứng dụng", "App"),
    Channel.WEB: Text("Trang web", "Web page"),
    Channel.DIRECT: Text("Trực tiếp tại bộ phận một cửa", "At the one-stop desk"),
    Channel.POST: Text("Bưu chính công ích", "By post"),
}


class StepState(StrEnum):
    """How far one unit's part is."""

    WAITING = "waiting"
    OPEN = "open"
    DONE = "done"

    @property
    def label(self) -> Text:
        """What people call it."""
        return _STEP_LABELS[self]


_STEP_LABELS = {
    StepState.WAITING: Text("Chưa đến lượt", "Not yet its turn"),
    StepState.OPEN: Text("Đang làm", "Being worked on"),
    StepState.DONE: Text("Đã xong", "Done"),
}


class StepWait(StrEnum):
    """What an open step waits for beside its own unit: queues find these few by the unit that has them."""

    NOBODY = "nobody"
    APPLICANT = "applicant"  # 5, 6 and 8: the clocks stand
    SIGNATURE = "signature"  # a result is submitted


class FileRole(StrEnum):
    """What a file of a service request is."""

    DOCUMENT = "document"  # handed in with it
    SUPPLEMENT = "supplement"  # handed in later, as asked
    MANDATE = "mandate"  # that the filer may act for the applicant
    OPINION = "opinion"  # of a unit, for the offices alone
    RESULT = "result"  # what the applicant gets


class WorkKind(StrEnum):
    """What a line of all work is about."""

    CASE = "case"
    STEP = "step"


class QueueView(StrEnum):
    """Which part of an officer's work to list."""

    INBOX = "inbox"
    RECEIVE = "receive"
    MINE = "mine"
    OVERDUE = "overdue"
    SIGNATURE = "signature"
    HELD = "held"
    HAND_OVER = "hand_over"

    @property
    def label(self) -> Text:
        """What people call the view."""
        return _VIEW_LABELS[self]


_VIEW_LABELS = {
    QueueView.INBOX: Text("Cần xử lý", "To do"),
    QueueView.RECEIVE: Text("Chờ tiếp nhận", "To accept"),
    QueueView.MINE: Text("Của tôi", "Mine"),
    QueueView.OVERDUE: Text("Quá hạn", "Overdue"),
    QueueView.SIGNATURE: Text("Chờ ký duyệt", "To sign off"),
    QueueView.HELD: Text("Đang chờ người nộp", "Waiting for the applicant"),
    QueueView.HAND_OVER: Text("Chờ trả kết quả", "To hand over"),
}


@dataclass(frozen=True, slots=True)
class StepFacts:
    """One unit's part as decisions see it. A consultation is a step of no procedure, asked for by `asked_by`."""

    code: str
    role: StepRole | None  # None of a consultation
    unit_id: UnitId
    tier: Tier
    state: StepState
    after: tuple[str, ...] = ()
    asked_by: str | None = None
    assignee_id: StaffId | None = None

    @property
    def consultation(self) -> bool:
        """Whether another unit is asked for its opinion only."""
        return self.asked_by is not None


@dataclass(frozen=True, slots=True)
class RequestFacts:
    """What a decision or a permission may know of a service request; no row, no session."""

    tenant_id: TenantId
    id: RequestId
    code: str
    version: int
    state: RequestState
    came_from: tuple[RequestState, ...]  # what it goes back to when what holds it ends, the latest last
    outcome: Outcome | None
    supplements: int  # how often more has been asked for
    supplements_most: int
    drafted_by: StaffId | None  # who submitted the decision that waits for a signature
    drafted_outcome: Outcome | None
    closed: bool
    overdue: bool
    complained_at: datetime | None
    due_at: datetime | None
    steps: tuple[StepFacts, ...] = ()
    doable: frozenset[Verb] | None = None  # by whoever acts, so that a refusal names nothing else; None: not asked
    stars: int | None = None

    def step(self, code: str) -> StepFacts | None:
        """The step of that code, None when there is none."""
        return next((step for step in self.steps if step.code == code), None)

    def with_role(self, role: StepRole) -> StepFacts | None:
        """The step of that role, the first in order; None when the procedure has none."""
        return next((step for step in self.steps if step.role is role), None)

    @property
    def open_steps(self) -> tuple[StepFacts, ...]:
        """Parts that somebody is at, in the procedure's order."""
        return tuple(step for step in self.steps if step.state is StepState.OPEN)


class Changes(TypedDict, total=False):
    """Columns of a service request that a fact sets; anything absent stays as it is."""

    state: RequestState
    came_from: list[str]
    outcome: Outcome | None
    decision_text: str | None
    supplements: int
    drafted_by: StaffId | None
    drafted_outcome: Outcome | None
    accepted_at: datetime | None
    decided_at: datetime | None
    returned_at: datetime | None
    closed_at: datetime | None
    paused_at: datetime | None
    complained_at: datetime | None
    stars: int
    rated_at: datetime | None


@dataclass(frozen=True, slots=True)
class StepChange:
    """What becomes of one step."""

    code: str
    state: StepState
    opinion: str | None = None
    assignee_id: StaffId | None = None


@dataclass(frozen=True, slots=True)
class Missing:
    """One item of what an applicant has to supply: a document of the procedure, or an answer of the form."""

    about: str  # the document's code, or a pointer into the answers
    reason: str

    def stored(self) -> dict[str, str]:
        """As JSON."""
        return {"about": self.about, "reason": self.reason}


@dataclass(frozen=True, slots=True)
class HandedIn:
    """A file that came with a service request: for which document, and which upload."""

    document: str
    upload: str = field(repr=False)
    name: str = ""


@dataclass(frozen=True, slots=True)
class Person:
    """Who applies, or for whom: what officers who handle the request have to know."""

    name: str = ""
    identity_number: str = field(default="", repr=False)
    phone: str | None = field(default=None, repr=False)
    email: str | None = field(default=None, repr=False)
    address: str | None = field(default=None, repr=False)
    born_on: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Brought:
    """How something of an applicant reached the desk that records it: who came or wrote, by which way, which unit."""

    by: str = field(repr=False)
    channel: Channel
    unit: Text


@dataclass(frozen=True, slots=True)
class Filing:
    """What somebody hands in, checked for shape but not yet for meaning."""

    procedure: str
    answers: dict[str, Any] = field(repr=False)
    applicant: Person
    applicant_area: str
    object_area: str | None = None
    documents: tuple[HandedIn, ...] = ()
    shown: tuple[str, ...] = ()  # documents seen on paper at a desk, compared and given back
    reused: tuple[tuple[str, UUID], ...] = ()  # document, and a file of an earlier request of the same account
    filer: Person | None = None  # who acts for the applicant; None: the applicant in person
    mandate: str | None = field(default=None, repr=False)  # an upload that shows it
    channel: Channel = Channel.APP
    draft: DraftId | None = None
    citizen_id: CitizenId | None = None
