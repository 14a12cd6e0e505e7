"""Wire shapes of public cases, v1. They describe stored bytes: nothing is built from them on the way out."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, Field

from app.cases.terms import CaseState, Resolution
from app.catalogue.terms import Kind
from app.directory.terms import Tier
from app.publication.terms import Confidence, Personal, Preview, Where
from app.web.fields import TextOut


class NamedOut(BaseModel):
    """A code with its name in both languages."""

    code: str
    name: TextOut


class PublicCategoryOut(NamedOut):
    """What the case is about."""

    group: NamedOut


class PublicAreaPartOut(BaseModel):
    """One area."""

    code: str
    name: str


class PublicAreaOut(BaseModel):
    """Where the case lies, in the edition of the map it was filed under."""

    edition: int
    province: PublicAreaPartOut
    district: PublicAreaPartOut | None
    commune: PublicAreaPartOut | None
    name: str = Field(examples=["Phường Cẩm Thượng, Thành phố Hải Dương, Tỉnh Hải Dương"])


class PublicPointOut(BaseModel):
    """WGS 84 degrees, to five digits, or three where the category touches people's homes."""

    lat: float
    lon: float


class PublicUnitOut(BaseModel):
    """An organisational unit."""

    code: str = Field(examples=["H23.288.10507"])
    name: str
    tier: Tier


class PublicLineOut(BaseModel):
    """A public case as a line of a list."""

    code: str = Field(examples=["H23-261122-0042"])
    kind: Kind
    state: CaseState
    resolution: Resolution | None
    title: str = Field(description="Đoạn đầu nội dung, đã che thông tin cá nhân. Beginning of the masked text.")
    category: PublicCategoryOut
    area: PublicAreaOut
    address: str | None = Field(description="Không nêu khi toạ độ làm tròn. Left out where the point is coarse.")
    location: PublicPointOut | None
    responsible_unit: PublicUnitOut
    opened_at: datetime
    due_at: datetime
    original_due_at: datetime = Field(description="Hạn ban đầu, không bao giờ đổi. The first due date, kept for ever.")
    overdue: bool
    resolved_at: datetime | None
    report_count: int = Field(description="Số phản ánh được gộp. Reports gathered in this case.")
    reopen_count: int
    support_count: int = Field(
        0, description="Số người báo tôi cũng gặp; từ 100 làm tròn xuống. Supporters; from 100 on rounded down."
    )
    merged_into: str | None = Field(description="Mã vụ việc tiếp nhận. The case in which this one lives on.")
    updated_at: datetime = Field(description="Lần cuối nội dung công khai thay đổi. When the public view last changed.")


class PublicEntryOut(BaseModel):
    """A public line of the case's history."""

    at: datetime
    type: str = Field(examples=["case.accepted"])
    sentence: TextOut
    text: str | None
    unit: PublicUnitOut | None


class PublicLinksOut(BaseModel):
    """Where to read on."""

    self: str
    deadline: str
    routing: str


class PublicPhotoOut(BaseModel):
    """A picture that an officer lets everyone see; its addresses answer 410 once it was withdrawn or replaced."""

    url: str
    thumbnail_url: str
    width: int
    height: int
    sha256: str
    thumbnail_sha256: str
    blurred: bool = Field(description="Có vùng đã làm mờ. Parts of it were made unreadable.")
    alt: TextOut = Field(description="Lời thay ảnh. What to say where it is not seen.")


class PublicCaseOut(PublicLineOut):
    """A public case, personal data masked."""

    text: str
    answer: str | None
    photos: list[PublicPhotoOut] = []
    timeline: list[PublicEntryOut]
    links: PublicLinksOut


class WithdrawnOut(BaseModel):
    """A case that was public and is no longer: forget what you hold of it."""

    code: str = Field(examples=["H23-261122-0042"])
    withdrawn: Literal[True]
    updated_at: datetime


class PublicPageOut(BaseModel):
    """A page of public cases; `next_cursor` is null on the last one. With `updated_since` also of cases taken back."""

    items: list[PublicLineOut | WithdrawnOut]
    next_cursor: str | None


class FeatureOut(BaseModel):
    """A public case on the map."""

    type: Literal["Feature"]
    id: str
    geometry: dict[str, Any] = Field(examples=[{"type": "Point", "coordinates": [106.31702, 20.94132]}])
    properties: dict[str, Any]


class FeatureCollectionOut(BaseModel):
    """GeoJSON (RFC 7946) with `next_cursor` as a foreign member."""

    type: Literal["FeatureCollection"]
    features: list[FeatureOut]
    next_cursor: str | None


class PieceOut(BaseModel):
    """Words of a text; with `mask` when the public reads that in their place."""

    written: str
    mask: str | None = Field(None, examples=["[tên]"])
    kind: Personal | None = None
    confidence: Confidence | None = Field(None, description="`low`: có thể nhầm, hãy xem kỹ. May be wrong: look.")


class PassageOut(BaseModel):
    """One text of the case, cut at what is masked in it."""

    where: Where
    pieces: list[PieceOut]


class CorrectionOut(BaseModel):
    """What officers have corrected in the masking."""

    show: list[str]
    mask: list[str]
    confirmed_at: datetime | None = Field(description="Trống khi chưa ai soát. Null until an officer has read it.")


class PublicPreviewOut(BaseModel):
    """What the public would read of a case if it were published now."""

    version: int = Field(description="Gửi lại trong `If-Match` khi soát. Send it as `If-Match` with a correction.")
    title: str = Field(examples=["Đèn đường trước nhà ông [tên] không sáng"])
    text: str
    own_wording: bool = Field(description="Lời của cán bộ thay cho nguyên văn. An officer's wording, not the sender's.")
    passages: list[PassageOut] = Field(description="Mọi lời người dân sẽ đọc. All words that the public would read.")
    correction: CorrectionOut


def public_preview_answer(preview: Preview) -> dict[str, object]:
    """The preview as a PublicPreviewOut."""
    correction = preview.correction
    return {
        "version": preview.version,
        "title": preview.title,
        "text": preview.text,
        "own_wording": preview.own_wording,
        "passages": [
            {"where": passage.where.value, "pieces": [piece._asdict() for piece in passage.pieces]}
            for passage in preview.passages
        ],
        "correction": {"show": correction.show, "mask": correction.mask, "confirmed_at": correction.at or None},
    }
