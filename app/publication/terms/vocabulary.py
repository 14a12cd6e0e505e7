"""Vocabulary of publication: what was masked, what the public sees."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple
from uuid import UUID

from app.cases.terms import CaseState, Correction, Resolution
from app.catalogue.terms import Category
from app.directory.snapshot import AreaChain, Unit
from app.kit.geo import Box, Point
from app.kit.ids import UnitId
from app.kit.text import Text
from app.media.terms import Patch
from app.timeline.terms import Entry

from .figures import Tallied
from .maps import Counted

CONSUMER = "publication"  # whose cursor every rebuild holds


class Personal(StrEnum):
    """A kind of personal data."""

    PHONE = "phone"
    ID_NUMBER = "id_number"
    EMAIL = "email"
    PLATE = "plate"
    BANK_ACCOUNT = "bank_account"
    NUMBER = "number"  # a run of digits too long to be anything but an account of some kind
    NAME = "name"
    HOUSE = "house"
    BIRTH = "birth"
    LINK = "link"
    OTHER = "other"  # whatever an officer wants hidden


class Confidence(StrEnum):
    """How sure the finder is that what it found is personal."""

    HIGH = "high"  # by its form, or by the words beside it
    FAIR = "fair"
    LOW = "low"  # it may well be something else: look


class Span(NamedTuple):
    """Personal data in a text: from character `start` up to, and without, `end`."""

    start: int
    end: int
    kind: Personal
    confidence: Confidence


@dataclass(frozen=True, slots=True)
class Finding:
    """One piece of personal data as it stood in the text; lives in memory only."""

    kind: Personal
    found: str


@dataclass(frozen=True, slots=True)
class Redacted:
    """A text in which personal data is masked, and what was found in it and where, in the order of the text.

    The spans are of the text before it was masked, in form C.
    """

    text: str
    findings: tuple[Finding, ...]
    spans: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Source:
    """What is read of a case to publish it. `written` is the report that opened it, in its reporter's words."""

    id: UUID
    code: str
    version: int
    kind: str
    state: str
    resolution: str | None
    written: str
    public_text: str | None
    redaction: Mapping[str, Any] | None  # how an officer corrected what is masked
    answer: str | None
    address: str | None
    category_code: str
    edition_id: int
    area_province: str
    area_district: str | None
    area_commune: str | None
    unit_id: UUID
    lat: float | None
    lon: float | None
    opened_at: datetime
    due_at: datetime
    original_due_at: datetime
    overdue_at: datetime | None
    resolved_at: datetime | None
    report_count: int
    reopen_count: int
    support_count: int
    publication: str
    publication_policy: str
    merged_into_id: UUID | None
    merged_into: str | None  # its code, whether or not anyone may see it
    gathers: bool  # whether other cases are merged into it
    photos: Sequence[Mapping[str, Any]] | None = None  # copies that an officer lets everyone see, in their order


@dataclass(frozen=True, slots=True)
class CaseView:
    """All that projecting a case needs. Entries for fewer readers than the public do no harm: they are not read."""

    source: Source
    category: Category
    group: Category
    chain: AreaChain
    unit: Unit
    merged_into: str | None = None  # the code of the case it lives on in, when anyone may see that one
    entries: tuple[Entry, ...] = ()
    units: Mapping[UnitId, Unit] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Words:
    """What a publication is found by, as it was at a revision."""

    case_id: UUID
    revision: int
    search_text: str


@dataclass(frozen=True, slots=True)
class Kept:
    """What is stored of a case now; `counted` unless it has no place, or nobody has counted it yet.

    `tallied` unless it is not public, or nobody has counted it in the figures yet.
    """

    published: bool
    case_version: int
    revision: int
    digest: str
    counted: Counted | None = None
    tallied: Tallied | None = None


class PhotoChoice(StrEnum):
    """What an officer decides about a picture."""

    PUBLISH = "publish"
    BLUR = "blur"
    WITHHOLD = "withhold"

    @property
    def label(self) -> Text:
        """What people call it."""
        return _CHOICE_LABELS[self]


_CHOICE_LABELS = {
    PhotoChoice.PUBLISH: Text("Công khai nguyên ảnh", "Show it as it is"),
    PhotoChoice.BLUR: Text("Công khai sau khi làm mờ", "Show it blurred"),
    PhotoChoice.WITHHOLD: Text("Không công khai ảnh", "Do not show it"),
}


class PhotoDecision(NamedTuple):
    """What stands, or is to stand, of one picture: patches only where it is blurred, `alt` in an officer's words."""

    upload_id: UUID
    choice: PhotoChoice
    patches: tuple[Patch, ...] = ()
    alt: str | None = None


@dataclass(frozen=True, slots=True)
class Photo:
    """A picture of a case, as officers decide on it; without a decision nobody outside sees it."""

    upload_id: UUID
    report: str
    place: int
    width: int
    height: int
    decision: PhotoDecision | None
    decided_at: datetime | None
    public_id: UUID | None  # of the copy that everyone may see, once the case itself is public


class ShownPhoto(NamedTuple):
    """A public copy of a picture."""

    id: UUID
    width: int
    height: int
    sha256: str
    thumbnail_sha256: str
    blurred: bool
    alt: str | None


class Fetched(NamedTuple):
    """A public copy that is asked for: whether it is shown, and the checksum of the form asked for."""

    shown: bool
    digest: str


@dataclass(frozen=True, slots=True)
class PublicCase:
    """What the public sees of a case: `content` is JSON; `digest` is equal exactly when all of it is.

    `photos` are the copies of pictures that are among it.
    """

    content: Mapping[str, object]
    summary: Mapping[str, object]
    lat: float | None
    lon: float | None
    search_text: str
    digest: str
    photos: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True)
class Rendered:
    """A public case as bytes: alone, as a line of a list, as a GeoJSON feature when it has a place."""

    body: bytes
    line: bytes
    feature: bytes | None
    etag: str
    event: dict[str, object]


class Change(StrEnum):
    """What happened to a publication; also the type of the outbox message that tells of it."""

    PUBLISHED = "publication.published"
    UPDATED = "publication.updated"
    WITHDRAWN = "publication.withdrawn"


@dataclass(frozen=True, slots=True)
class Filters:
    """Which publications a list asks for; None does not restrict.

    `area` is (column, code) with the column its tier is stored in; `category` is (column, code) likewise.
    With `updated_since` the order is oldest change first, so that somebody who follows changes misses none.
    """

    area: tuple[str, str] | None = None
    category: tuple[str, str] | None = None
    states: tuple[str, ...] | None = None
    box: Box | None = None
    updated_since: datetime | None = None
    overdue: bool | None = None
    phrases: tuple[str, ...] | None = None
    common: bool = False  # the phrases stand in so many texts that the newest fill a page soon


@dataclass(frozen=True, slots=True)
class Window:
    """Which public cases another system mirrors; None does not restrict. Each `_before` is itself outside.

    `around` is a point and a radius in metres, and stands beside a `box` that holds all of it.
    """

    opened_from: datetime | None = None
    opened_before: datetime | None = None
    updated_from: datetime | None = None
    updated_before: datetime | None = None
    categories: tuple[str, ...] | None = None
    states: tuple[str, ...] | None = None
    box: Box | None = None
    around: tuple[Point, float] | None = None

    @property
    def follows(self) -> bool:
        """Whether changes are followed: the oldest then come first."""
        return self.updated_from is not None or self.updated_before is not None


class Slice(NamedTuple):
    """Which rows of a window: at most `limit` of them, from `begin` on.

    That is how many come before, or of changes the key of the last one that was read: by their number rows would be
    skipped when one moves.
    """

    limit: int
    begin: int | tuple[datetime, UUID] = 0


@dataclass(frozen=True, slots=True)
class Page:
    """Stored pieces joined by commas, and the key of the last one when more follow."""

    joined: bytes
    after: tuple[datetime, UUID] | None


def outcome(state: str, resolution: str | None) -> Text:
    """Where the matter stands, in words."""
    if resolution is None:
        return CaseState(state).label
    label, came = CaseState(state).label, Resolution(resolution).label
    return Text(f"{label.vi}: {came.vi.lower()}", f"{label.en}: {came.en.lower()}")


class Where(StrEnum):
    """Which words of a case the public reads."""

    TEXT = "text"
    ANSWER = "answer"
    ADDRESS = "address"
    HISTORY = "history"

    @property
    def label(self) -> Text:
        """What people call it."""
        return _WHERE_LABELS[self]


_WHERE_LABELS = {
    Where.TEXT: Text("Nội dung", "Text"),
    Where.ANSWER: Text("Câu trả lời", "Answer"),
    Where.ADDRESS: Text("Địa chỉ", "Address"),
    Where.HISTORY: Text("Trong quá trình xử lý", "In the history"),
}


class Piece(NamedTuple):
    """Words as they were written; with a mask when the public reads that in their place."""

    written: str
    mask: str | None = None
    kind: Personal | None = None
    confidence: Confidence | None = None


@dataclass(frozen=True, slots=True)
class Passage:
    """One text of a case, in pieces: those of the masks lie between those that are read as written."""

    where: Where
    pieces: tuple[Piece, ...]

    @property
    def text(self) -> str:
        """What the public reads."""
        return "".join(piece.written if piece.mask is None else piece.mask for piece in self.pieces)


@dataclass(frozen=True, slots=True)
class Preview:
    """What the public would read of a case if it were published now; `own_wording`: an officer has written it.

    `version` is the case's, for the correction of what is masked.
    """

    version: int
    title: str
    passages: tuple[Passage, ...]
    own_wording: bool
    correction: Correction

    @property
    def text(self) -> str:
        """The text as the public would read it."""
        return "".join(passage.text for passage in self.passages if passage.where is Where.TEXT)
