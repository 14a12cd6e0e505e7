"""Wire shapes of pictures that officers decide on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, Field, model_validator

from app.catalogue.terms import Category, PhotoPolicy
from app.kit.text import Text
from app.media.domain import link
from app.media.terms import Patch, Variant
from app.publication.terms import Photo, PhotoChoice, PhotoDecision
from app.web.fields import PhraseText, TextOut, WireIn
from app.web.problems import SaidError

MOST_PATCHES = 40
Hundredths = Annotated[float, Field(ge=0, le=100, allow_inf_nan=False)]
_WHICH = Text("Hãy nêu ít nhất một vùng cần làm mờ.", "Name at least one part to blur.")
_NONE = Text("Vùng làm mờ chỉ nêu khi chọn làm mờ.", "Parts are named only where the photo is blurred.")


class PatchIn(WireIn):
    """A part of a picture, in hundredths of its width and height, from its upper left corner."""

    x: Hundredths = Field(description="Từ mép trái, %. From the left.", examples=[40])
    y: Hundredths = Field(description="Từ mép trên, %. From the top.", examples=[50])
    width: Hundredths = Field(gt=0, description="Rộng, %. Width.", examples=[20])
    height: Hundredths = Field(gt=0, description="Cao, %. Height.", examples=[10])


class PhotoDecisionIn(WireIn):
    """What is decided about one picture."""

    id: UUID
    choice: PhotoChoice
    patches: list[PatchIn] = Field([], max_length=MOST_PATCHES)
    alt: PhraseText | None = Field(
        None, description="Lời thay ảnh, được che như mọi lời công khai. Words for it, masked like all others."
    )

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.choice is PhotoChoice.BLUR and not self.patches:
            raise SaidError(_WHICH)
        if self.choice is not PhotoChoice.BLUR and self.patches:
            raise SaidError(_NONE)
        return self

    def decision(self) -> PhotoDecision:
        """The same in publication's own terms."""
        patches = tuple(Patch(each.x, each.y, each.width, each.height) for each in self.patches)
        return PhotoDecision(self.id, self.choice, patches, self.alt)


class DecidePhotosIn(WireIn):
    """Decisions on pictures of the case; those not named stay as they are, or are withheld if nobody has decided."""

    photos: list[PhotoDecisionIn] = Field([], max_length=20)
    withhold_rest: bool = Field(
        default=False,
        description="Không công khai mọi ảnh chưa ai quyết định. Withhold all that nobody has decided on.",
        strict=True,
    )


class PatchOut(BaseModel):
    """A part of a picture, in hundredths."""

    x: float
    y: float
    width: float
    height: float


class PhotoOut(BaseModel):
    """A picture of the report that opened the case; nobody outside sees it before an officer has decided so."""

    id: UUID
    report: str
    width: int
    height: int
    url: str = Field(description="Ảnh gốc, dùng được 15 phút, chỉ cán bộ. The original, good for a quarter of an hour.")
    thumbnail_url: str
    choice: PhotoChoice | None = Field(description="Trống khi chưa ai quyết định. Null until somebody has decided.")
    patches: list[PatchOut]
    alt: str | None
    decided_at: datetime | None
    public_url: str | None = Field(description="Ảnh mọi người xem khi vụ việc công khai. What everyone is shown.")


class PhotoListOut(BaseModel):
    """Pictures of a case, and whether its category lets any be shown."""

    version: int = Field(description="Gửi lại trong `If-Match` khi quyết định. Send it as `If-Match` with a decision.")
    policy: PhotoPolicy
    basis: TextOut | None
    items: list[PhotoOut]


def photos_answer(
    photos: Sequence[Photo], version: int, category: Category, key: bytes, now: datetime
) -> dict[str, object]:
    """The pictures as a PhotoListOut."""
    return {
        "version": version,
        "policy": category.photos.value,
        "basis": category.photos_basis._asdict() if category.photos_basis else None,
        "items": [_photo(photo, key, now) for photo in photos],
    }


def _photo(photo: Photo, key: bytes, now: datetime) -> dict[str, object]:
    decision = photo.decision
    return {
        "id": str(photo.upload_id),
        "report": photo.report,
        "width": photo.width,
        "height": photo.height,
        "url": link(key, photo.upload_id, Variant.WHOLE, now),
        "thumbnail_url": link(key, photo.upload_id, Variant.THUMBNAIL, now),
        "choice": decision.choice.value if decision else None,
        "patches": [patch._asdict() for patch in decision.patches] if decision else [],
        "alt": decision.alt if decision else None,
        "decided_at": photo.decided_at,
        "public_url": f"/api/v1/public/photos/{photo.public_id}/whole" if photo.public_id else None,
    }
