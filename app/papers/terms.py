"""Vocabulary of papers: their kinds, what they state, and how they look."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple, NewType
from uuid import UUID

from app.kit.ids import StaffId, TenantId, UnitId
from app.kit.text import Text

PaperId = NewType("PaperId", UUID)


class PaperKind(StrEnum):
    """What the paper is in the sense of the one-stop rules."""

    RECEIPT = "receipt"  # what was received, and when the result will be there
    SUPPLEMENT_REQUEST = "supplement_request"
    REFUSAL = "refusal"
    APOLOGY = "apology"  # for a late result, with a new date
    RESULT_COVER = "result_cover"  # which files the result consists of

    @property
    def label(self) -> Text:
        """What people call it."""
        return _LABELS[self]


_LABELS = {
    PaperKind.RECEIPT: Text("Giấy tiếp nhận hồ sơ và hẹn trả kết quả", "Receipt with the date of the result"),
    PaperKind.SUPPLEMENT_REQUEST: Text("Phiếu yêu cầu bổ sung, hoàn thiện hồ sơ", "Request for supplements"),
    PaperKind.REFUSAL: Text("Phiếu từ chối tiếp nhận, giải quyết hồ sơ", "Refusal of a service request"),
    PaperKind.APOLOGY: Text("Phiếu xin lỗi và hẹn lại ngày trả kết quả", "Apology with a new date of the result"),
    PaperKind.RESULT_COVER: Text("Phiếu trả kết quả giải quyết hồ sơ", "Cover sheet of a result"),
}


class Document(NamedTuple):
    """A document that was handed in."""

    name: str
    copies: int
    form: str  # bản chính, bản sao chứng thực, bản điện tử …


class ResultFile(NamedTuple):
    """A file of the result, known by its SHA-256 in hexadecimal."""

    name: str
    checksum: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperFacts:
    """All that a paper states. Instants are written in the zone they come in, which is the tenant's.

    What is empty is not stated: a fact that is added one day leaves the checksums of older papers as they are.
    """

    agency: str
    code: str  # the service request's
    procedure: str
    procedure_code: str
    applicant: str
    seat: str  # where the agency is, as it stands before the date
    issued_at: datetime
    public_url: str  # without a slash at its end
    parent_agency: str = ""
    desk: str = ""  # where it was received
    address: str = ""
    phone: str = ""
    email: str = ""
    documents: tuple[Document, ...] = ()
    sets: int = 1
    fee_vnd: int | None = None
    processing_time: str = ""  # as the procedure has it: 15 ngày làm việc
    received_at: datetime | None = None
    appointment_at: datetime | None = None
    new_appointment_at: datetime | None = None
    supplement_until: datetime | None = None
    collected_at: str = ""  # where the result is handed over
    requirements: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    results: tuple[ResultFile, ...] = ()
    officer: str = ""
    contact: str = ""  # who helps: a name or a telephone number
    tracking_url: str = ""


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper as it was issued. `checksum` (SHA-256, hexadecimal) is of its canonical form."""

    tenant_id: TenantId
    id: PaperId
    kind: PaperKind
    number: str
    subject_id: UUID
    unit_id: UnitId
    facts: PaperFacts
    template: str  # receipt@1
    checksum: str
    issued_at: datetime
    issued_by: StaffId | None
    supersedes_id: PaperId | None


class Checked(NamedTuple):
    """What anybody is told of a paper that is genuine."""

    kind: PaperKind
    agency: str
    issued_at: datetime
    superseded: bool


class Copied(StrEnum):
    """How a file that somebody has compares with the paper it says it is."""

    SAME = "same"
    OTHER = "other"


class Signature(NamedTuple):
    """Where somebody signs."""

    role: str
    how: str
    room: int  # points left for a hand
    name: str


class Note(NamedTuple):
    """A line at the foot of the page."""

    text: str
    strong: bool


class Mark(NamedTuple):
    """A QR code: where it leads, and what it says of itself to whoever cannot see it."""

    leads_to: str
    about: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """The words of a paper as its layout takes them."""

    title: str
    subject: str
    number: str
    numbered: str
    parent: str
    agency: tuple[str, ...]
    nation: str
    motto: str
    written: str
    to: str
    body: tuple[Mapping[str, Any], ...]
    signatures: tuple[Signature, ...]
    recipients: tuple[str, ...]
    notes: tuple[Note, ...]
    marks: tuple[Mark, ...]
    keywords: tuple[str, ...]
