"""Vocabulary of papers: their kinds, what they state, and how they look."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, NamedTuple, NewType
from uuid import UUID

from app.kit.ids import StaffId, TenantId, UnitId
from app.kit.text import Text

PaperId = NewType("PaperId", UUID)
PERSONAL: Final = ("applicant", "address", "phone", "email")
"""Facts that tell whom a paper is about: sealed where they are stored."""
WORDS: Final = ("requirements", "reasons", "results")
"""Facts that are an officer's own words, which may speak of a person: sealed along, of papers issued since there are
bonds of them (docs/decisions/0070)."""
GONE: Final = "(thông tin cá nhân không còn lưu)"
"""What stands in the applicant's place on a paper whose person is kept no more."""


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
    first_appointment_at: datetime | None = None  # where `appointment_at` is one that was put in its place
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
    """A paper as it was issued. `checksum` (SHA-256, hexadecimal) is of its canonical form.

    `bonds` bind the checksum to what `PERSONAL` and `WORDS` name, so that it can be checked by whoever does not know
    the person; None: it was issued before there were any, and its checksum is of the names themselves. `whole`:
    whether `facts` has all that was stated; what is sealed, or kept no more, is not in it.
    """

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
    bonds: Mapping[str, str] | None = None
    sealed: bytes = b""
    whole: bool = True


class Matched(StrEnum):
    """What was known again: the code of a paper, a file of it, or a file of a result that it names."""

    CODE = "code"
    PAPER_FILE = "paper_file"
    RESULT_FILE = "result_file"


FILES: Final = (Matched.PAPER_FILE, Matched.RESULT_FILE)


class Checked(NamedTuple):
    """What anybody is told of a paper that is genuine."""

    kind: PaperKind
    agency: str
    issued_at: datetime
    superseded: bool
    matched: Matched = Matched.CODE


class Copied(StrEnum):
    """How a file that somebody has compares with the paper it says it is."""

    SAME = "same"
    OTHER = "other"
    GONE = "gone"  # the paper is genuine, and whom it names is kept no more: it cannot be drawn anew


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


class Trust(NamedTuple):
    """Whose signatures are believed: certificates of authorities (DER)."""

    roots: tuple[bytes, ...] = ()


class Standing(StrEnum):
    """Where the signer's certificate leads, at the time of a trusted timestamp, else now."""

    TRUSTED = "trusted"
    UNKNOWN_ISSUER = "unknown_issuer"
    OUT_OF_DATE = "out_of_date"  # expired, or not valid yet
    REVOKED = "revoked"
    UNFIT = "unfit"  # not for signing, too weak, or not to be told

    @property
    def label(self) -> Text:
        """What people are told of it."""
        return _STANDING_LABELS[self]


_STANDING_LABELS = {
    Standing.TRUSTED: Text("chứng thư do tổ chức được tin cậy cấp", "certificate of a trusted authority"),
    Standing.UNKNOWN_ISSUER: Text("chưa rõ ai cấp chứng thư", "certificate of an authority we do not know"),
    Standing.OUT_OF_DATE: Text("chứng thư ngoài thời hạn hiệu lực", "certificate out of date"),
    Standing.REVOKED: Text("chứng thư đã bị thu hồi", "certificate revoked"),
    Standing.UNFIT: Text("chứng thư không dùng để ký được", "certificate not fit for signing"),
}


class Later(StrEnum):
    """What was added to the file after it was signed."""

    NOTHING = "nothing"
    ADDED = "added"  # other signatures, timestamps, fields filled in, as the signer allowed
    CHANGED = "changed"

    @property
    def label(self) -> Text:
        """What people are told of it."""
        return _LATER_LABELS[self]


_LATER_LABELS = {
    Later.NOTHING: Text("tệp không đổi từ khi ký", "nothing was added after it was signed"),
    Later.ADDED: Text("sau khi ký chỉ thêm chữ ký hoặc dấu thời gian", "only signatures or timestamps were added"),
    Later.CHANGED: Text("tệp đã bị sửa sau khi ký", "the file was changed after it was signed"),
}


class SeenSignature(NamedTuple):
    """A signature of somebody else in a PDF file (PAdES), as it was found."""

    signer: str
    organisation: str
    issuer: str  # who issued the certificate
    valid_from: datetime
    valid_to: datetime
    claimed_at: datetime | None  # as the signer's machine has it
    stamped_at: datetime | None  # as a timestamp of a trusted authority has it
    intact: bool  # what was signed is as it was
    whole_file: bool
    later: Later
    standing: Standing

    @property
    def sound(self) -> bool:
        """Whether the file is what a trusted signer signed."""
        return self.intact and self.standing is Standing.TRUSTED and self.later is not Later.CHANGED
