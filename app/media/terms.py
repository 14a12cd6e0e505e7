"""Vocabulary of uploads: kinds of files, what becomes of one, who may fetch it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, NamedTuple, Self
from uuid import UUID

from app.kit.geo import Point
from app.kit.ids import TenantId
from app.kit.text import Text
from app.limits.terms import Asking

MOST_OF_A_REPORT: Final = 8  # files that its sender may attach, and to each reply
MOST_WITH_REPLIES: Final = 40  # files of a report, with those of the replies to it


class UploadState(StrEnum):
    """What has become of an upload."""

    RECEIVING = "receiving"
    RECEIVED = "received"  # all of it is here, nobody has looked at it
    CLEARED = "cleared"  # it is what it says, and may be shown to whom it concerns
    REFUSED = "refused"  # it is not taken, and gone


@dataclass(frozen=True, slots=True)
class FileSender:
    """Who sends a file to which province, and the key under which that is hidden where files are counted."""

    tenant_id: TenantId
    key: bytes = field(repr=False)
    asking: Asking


class FileKind(StrEnum):
    """What a file is by its content."""

    JPEG = "image/jpeg"
    PNG = "image/png"
    WEBP = "image/webp"
    HEIC = "image/heic"
    PDF = "application/pdf"
    DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    MP4 = "video/mp4"
    WEBM = "video/webm"
    THREE_GP = "video/3gpp"

    @property
    def is_image(self) -> bool:
        """Whether it is a picture, which is drawn anew."""
        return self.value.startswith("image/")

    @property
    def is_document(self) -> bool:
        """Whether programs write its author's name beside what it shows."""
        return self in _DOCUMENTS

    @property
    def ending(self) -> str:
        """What its file name ends in."""
        return _ENDINGS[self]


_DOCUMENTS = frozenset({FileKind.PDF, FileKind.DOCX, FileKind.XLSX})
_ENDINGS = {
    FileKind.JPEG: "jpg",
    FileKind.PNG: "png",
    FileKind.WEBP: "webp",
    FileKind.HEIC: "heic",
    FileKind.PDF: "pdf",
    FileKind.DOCX: "docx",
    FileKind.XLSX: "xlsx",
    FileKind.MP4: "mp4",
    FileKind.WEBM: "webm",
    FileKind.THREE_GP: "3gp",
}


class Variant(StrEnum):
    """Which form of a file is fetched."""

    WHOLE = "whole"
    THUMBNAIL = "thumbnail"
    ORIGINAL = "original"  # a document as it was sent, where names were taken out of the whole one


NAMES_KEPT: Final = 3  # how the program that rewrites PDF files ends when names have to stay
RAW: Final = "raw"  # the part of an upload that was sent, until it is looked at
PARTS: Final = (RAW, Variant.WHOLE.value, Variant.THUMBNAIL.value, Variant.ORIGINAL.value)


class Authorship(StrEnum):
    """What has become of names that a document carries of whoever wrote it."""

    GONE = "gone"
    KEPT = "kept"  # it is signed, locked, or shows them: without harm they cannot be taken out


class Refusal(StrEnum):
    """Why a file is not taken."""

    UNKNOWN = "unknown"
    DAMAGED = "damaged"
    TOO_MANY_PIXELS = "too-many-pixels"
    TWO_FACED = "two-faced"
    BOMB = "bomb"
    MACROS = "macros"
    UNCLEANABLE = "uncleanable"
    INFECTED = "infected"
    LOCKED = "locked"

    @property
    def sentence(self) -> Text:
        """What its sender is told."""
        return _REFUSALS[self]


_REFUSALS = {
    Refusal.UNKNOWN: Text(
        "Tệp không thuộc loại được nhận: ảnh JPEG, PNG, WebP, HEIC; PDF, DOCX, XLSX; video MP4, WebM, 3GP.",
        "Not a kind of file we take: JPEG, PNG, WebP, HEIC; PDF, DOCX, XLSX; MP4, WebM, 3GP.",
    ),
    Refusal.DAMAGED: Text("Tệp bị hỏng, không mở được.", "The file is damaged and cannot be opened."),
    Refusal.TOO_MANY_PIXELS: Text(
        "Ảnh quá lớn; hãy chụp hoặc lưu nhỏ hơn.", "The picture is too large; send a smaller one."
    ),
    Refusal.TWO_FACED: Text("Tệp chứa nội dung khác với loại của nó.", "The file holds something it should not."),
    Refusal.BOMB: Text("Tệp nén bung ra quá lớn.", "The file unfolds into far too much."),
    Refusal.UNCLEANABLE: Text(
        "Video còn thông tin ẩn không gỡ được; hãy quay bằng ứng dụng máy ảnh, hoặc lưu lại thành MP4 (H.264, AAC).",
        "What hides in the video cannot be taken out; film with the camera's own app, or save it as MP4 (H.264, AAC).",
    ),
    Refusal.LOCKED: Text(
        "Tệp bị khoá hoặc có mật khẩu nên không kiểm tra được; hãy lưu lại không khoá.",
        "The file is locked and cannot be looked through; save it without a password.",
    ),
    Refusal.INFECTED: Text(
        "Tệp có mã độc. Hãy quét thiết bị của bạn, rồi gửi ảnh chụp hoặc tệp khác.",
        "The file holds malware. Have your device checked, then send a photo or another file.",
    ),
    Refusal.MACROS: Text(
        "Tệp có macro hoặc mã chạy kèm; hãy lưu lại thành PDF.", "The file holds macros or scripts; save it as PDF."
    ),
}


class ClientGone(Exception):  # noqa: N818 - it is no error of ours
    """Whoever was sending has gone; what came is kept."""


class UploadName(NamedTuple):
    """What an upload's address says: its id, and the secret that proves whose it is."""

    id: UUID
    secret: str


@dataclass(frozen=True, slots=True)
class Upload:
    """One upload as it stands."""

    id: UUID
    state: UploadState
    length: int
    offset: int
    filename: str = field(repr=False)
    expires_at: datetime | None
    refusal: Refusal | None

    def has_expired(self, now: datetime) -> bool:
        """Whether its time is over; that of a report's never is."""
        return self.expires_at is not None and self.expires_at <= now


@dataclass(frozen=True, slots=True)
class Attached:
    """A file of a report, for whoever may see the report."""

    id: UUID
    state: UploadState
    kind: FileKind | None
    length: int
    width: int | None
    height: int | None
    refusal: Refusal | None
    point: Point | None  # where it was taken, when its sender wanted that told
    sha256: bytes | None = field(
        default=None, repr=False
    )  # of what is handed out; None until somebody has looked at it
    may_name_author: bool = False  # what is fetched in this form may tell who wrote it
    form: Variant = Variant.WHOLE  # in which whoever it was handed to fetches it
    held_back: bool = False  # from officers: its sender is not to be named, and it may tell who wrote it

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Self:
        """The file in a row of these names; its length is that of what is kept, once something is.

        `as_sent`: whether it is fetched as it was sent, though names were taken out of a copy.
        """
        kind = FileKind(row["kind"]) if row["kind"] else None
        nameless = row["authorship"] == Authorship.GONE and not row["as_sent"]
        return cls(
            id=row["id"],
            state=UploadState(row["state"]),
            kind=kind,
            length=row["length"],
            width=row["width"],
            height=row["height"],
            refusal=Refusal(row["refusal"]) if row["refusal"] else None,
            point=Point(row["lat"], row["lon"]) if row["lat"] is not None else None,
            sha256=row.get("sha256"),
            may_name_author=row["state"] == UploadState.CLEARED and kind in _DOCUMENTS and not nameless,
            form=Variant.ORIGINAL if row["as_sent"] else Variant.WHOLE,
        )


class Expired(NamedTuple):
    """An upload whose time is over. `claimed`: it is somebody's; `spare`: a report's, kept as sent for nobody."""

    id: UUID
    claimed: bool
    spare: bool


class Fetched(NamedTuple):
    """A file that somebody may fetch: its form, its kind, its name for whoever saves it, its length in bytes."""

    id: UUID
    variant: Variant
    kind: FileKind
    filename: str
    length: int

    @property
    def tag(self) -> str:
        """What tells it from every other; what was cleared never changes."""
        return f'"{self.id.hex}-{self.variant}"'


class Drawn(NamedTuple):
    """A picture drawn anew, without anything that was hidden in it: its bytes, a small one's, its size in pixels."""

    whole: bytes
    thumbnail: bytes
    width: int
    height: int


class Patch(NamedTuple):
    """A part of a picture that nobody may make out: its corner, width and height in hundredths of the picture's."""

    x: float
    y: float
    width: float
    height: float


class Verified(NamedTuple):
    """What a look at stored files found: how many were looked at, which are gone, which are not what was cleared."""

    looked: int
    missing: list[UUID]
    damaged: list[UUID]
