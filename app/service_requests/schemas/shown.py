"""What people are shown."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, Field

from app.deadlines.schemas import DayOut
from app.media.terms import FileKind, UploadState
from app.papers.schemas import SignatureOut
from app.papers.terms import PaperKind
from app.payments.schemas import PaymentOut
from app.service_requests.terms import (
    Channel,
    FileRole,
    Outcome,
    RequestState,
    StepState,
    Verb,
)
from app.web.fields import TextOut


class UnitOut(BaseModel):
    """A unit by code and name."""

    code: str
    name: TextOut
    tier: str


class ProcedureRef(BaseModel):
    """The version of the procedure it began with."""

    code: str
    version: int
    name: TextOut


class PersonOut(BaseModel):
    """Who applies."""

    name: str
    identity_number: str
    phone: str | None
    email: str | None
    address: str | None
    born_on: date | None


class StepOut(BaseModel):
    """One unit's part."""

    code: str
    name: TextOut
    role: str | None = Field(description="null: xin ý kiến. Null of an opinion that was asked for.")
    unit: UnitOut
    state: StepState
    reason: TextOut | None = Field(description="Vì sao là cơ quan này. Why this unit.")
    opened_at: datetime | None
    due_at: datetime | None
    done_at: datetime | None
    question: str | None = Field(None, description="Chỉ cán bộ thấy. For offices alone.")
    opinion: str | None = Field(None, description="Chỉ cán bộ thấy. For offices alone.")


class RequestFileOut(BaseModel):
    """A file; its address is good for a quarter of an hour, and null while nobody has looked at it."""

    id: UUID
    role: FileRole
    document: str | None
    name: str
    round: int
    state: UploadState | None
    kind: FileKind | None
    bytes: int | None
    sha256: str | None = Field(
        None, description="SHA-256 của tệp được giữ; tra tại /verify. Of what is kept; /verify answers it."
    )
    refusal: TextOut | None
    may_name_author: bool = Field(
        description="Giấy tờ được giữ nguyên từng byte, nên tên người soạn ghi trong tệp vẫn còn. Documents stay as "
        "they were sent, byte by byte: names of whoever wrote them stay in."
    )
    url: str | None


class RequestEntryOut(BaseModel):
    """One line of the history."""

    at: datetime
    type: str
    audience: str
    sentence: str
    text: str | None
    unit: UnitOut | None
    paper: str | None = Field(None, description="Số giấy kèm theo. Number of the paper that went with it.")
    actor_kind: str


class RequestLineOut(BaseModel):
    """A service request in a list."""

    code: str
    version: int
    state: RequestState
    national_code: int = Field(description="Mã trạng thái của Cổng Dịch vụ công quốc gia. The national portal's.")
    state_label: TextOut
    outcome: Outcome | None
    procedure: ProcedureRef
    channel: Channel
    responsible_unit: UnitOut
    submitted_at: datetime
    accepted_at: datetime | None
    due_at: datetime | None
    original_due_at: datetime | None = Field(description="Ngày hẹn đầu tiên. The first appointment.")
    overdue: bool
    closed_at: datetime | None


class EarlierAnswersOut(BaseModel):
    """Answers that a supplement has taken the place of."""

    supplement: int = Field(description="Lần bổ sung đã sửa. The supplement that changed them.")
    at: datetime
    answers: dict[str, Any] = Field(description="Trước khi sửa; null: chưa khai. Before; null: not answered then.")


class RequestOut(RequestLineOut):
    """A service request as its applicant sees it."""

    applicant: PersonOut
    filer: PersonOut | None
    answers: dict[str, Any]
    earlier_answers: list[EarlierAnswersOut] = Field(
        description="Điều đã khai trước các lần bổ sung. What the form said before supplements."
    )
    shown_on_paper: list[str] = Field(
        description="Giấy tờ đã xuất trình bản giấy tại quầy. Documents a desk saw on paper and gave back."
    )
    applicant_area: str
    object_area: str
    paused_at: datetime | None
    decided_at: datetime | None
    returned_at: datetime | None
    fee: str | None
    missing: dict[str, Any] | None = Field(description="Danh sách cần bổ sung. What is missing.")
    decision_text: str | None
    steps: list[StepOut]
    files: list[RequestFileOut]
    timeline: list[RequestEntryOut]
    verbs: list[Verb]
    stars: int | None


class StaffRequestOut(RequestOut):
    """A service request as offices see it."""

    drafted_outcome: Outcome | None
    own_steps: list[str] = Field(description="Bước đang mở của đơn vị bạn. Open steps of your units.")
    supplements: int
    supplements_most: int


class RequestPageOut(BaseModel):
    """A page of service requests; `next_cursor` is null on the last one."""

    items: list[RequestLineOut]
    next_cursor: str | None


class StepLineOut(BaseModel):
    """An open step in a queue."""

    code: str
    version: int
    state: RequestState
    national_code: int
    procedure: ProcedureRef
    step: str
    step_name: TextOut
    unit: UnitOut
    due_at: datetime = Field(description="Hạn của bước. When the step is due.")
    request_due_at: datetime | None
    overdue: bool
    submitted_at: datetime
    assignee_id: UUID | None


class StepPageOut(BaseModel):
    """A page of open steps, due first."""

    items: list[StepLineOut]
    next_cursor: str | None


class DraftOut(BaseModel):
    """A draft; its `version` is what `If-Match` names."""

    id: UUID
    version: int
    procedure: ProcedureRef
    content: dict[str, Any]
    created_at: datetime
    updated_at: datetime


class DraftListOut(BaseModel):
    """Drafts, touched last first."""

    items: list[DraftOut]


class OwnFileOut(BaseModel):
    """A document handed in before."""

    id: UUID
    document: str | None
    name: str
    code: str
    procedure: str
    added_at: datetime


class OwnFileListOut(BaseModel):
    """Documents to be used again, newest first."""

    items: list[OwnFileOut]


class RequestDeadlineOut(BaseModel):
    """The appointment, day by day."""

    code: str
    due_at: datetime
    original_due_at: datetime
    working_days: int
    received_on: date
    due_on: date
    counted: int
    rule: TextOut
    basis: TextOut
    days: list[DayOut]


class VerbOut(BaseModel):
    """What a verb left behind."""

    code: str
    version: int
    state: RequestState
    national_code: int
    due_at: datetime | None


class RatedOut(VerbOut):
    """What a rating left behind; it is the only one that counts."""

    replaces: int | None = Field(description="Số sao lần trước, nay được thay. The stars it takes the place of.")


class DeskFiledOut(VerbOut):
    """What was taken in at a desk, with the secret by which its applicant follows it; shown once."""

    tracking_secret: str | None


class PaperOut(BaseModel):
    """A paper that was handed out; its PDF is at `url`."""

    number: str
    kind: PaperKind
    kind_name: TextOut
    issued_at: datetime
    checksum: str
    url: str


class PaperListOut(BaseModel):
    """Papers, oldest first."""

    items: list[PaperOut]


class SignatureListOut(BaseModel):
    """Digital signatures in a file, in the order they were made."""

    items: list[SignatureOut]


class WayToPayOut(BaseModel):
    """What a bank transfer needs; `vietqr` is all of it as the text of the QR code that banking apps read."""

    bank_bin: str = Field(description="Mã ngân hàng (NAPAS). The bank's number.")
    account: str
    holder: str
    amount: str = Field(description="Số tiền còn phải nộp, đồng. What is still to be paid.")
    reference: str = Field(description="Nội dung chuyển khoản. What the transfer says.")
    vietqr: str


class PaymentsOut(BaseModel):
    """What was asked for, oldest first, and how what is open can be paid."""

    items: list[PaymentOut]
    way: WayToPayOut | None
