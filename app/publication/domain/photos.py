"""Decisions about pictures: which may be shown, and how those that are shown are told of. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from app.cases.errors import AlreadyDone
from app.cases.terms import Correction
from app.catalogue.terms import Category, PhotoPolicy
from app.kit.text import Text
from app.media.terms import Variant
from app.publication.errors import NoSuchPhoto, PhotosNeverPublished
from app.publication.terms import Photo, PhotoChoice, PhotoDecision, ShownPhoto

from .redaction import redact


def decided(
    photos: Sequence[Photo], wanted: Sequence[PhotoDecision], category: Category, *, rest: bool
) -> list[tuple[Photo, PhotoDecision]]:
    """What is to change of the case's pictures; with `rest` all that nobody has decided on are withheld as well.

    Raises: NoSuchPhoto, PhotosNeverPublished, AlreadyDone when nothing would change.
    """
    known = {photo.upload_id: photo for photo in photos}
    for place, decision in enumerate(wanted):
        if decision.upload_id not in known:
            raise NoSuchPhoto(place)
        if decision.choice is not PhotoChoice.WITHHOLD and category.photos is PhotoPolicy.NEVER:
            raise PhotosNeverPublished(category.photos_basis or category.legal_basis)
    named = {decision.upload_id: decision for decision in wanted}
    changes = [(known[one], decision) for one, decision in named.items() if known[one].decision != decision]
    if not rest:
        if not changes:
            raise AlreadyDone
        return changes
    left = [photo for photo in photos if photo.decision is None and photo.upload_id not in named]
    return [*changes, *((photo, PhotoDecision(photo.upload_id, PhotoChoice.WITHHOLD)) for photo in left)]


def shown_photos(photos: Sequence[ShownPhoto], category: Category, correction: Correction) -> list[dict[str, object]]:
    """The pictures as everyone is told of them, none of a category whose pictures are never shown."""
    if category.photos is PhotoPolicy.NEVER:
        return []
    return [_shown(photo, number, category, correction) for number, photo in enumerate(photos, 1)]


def _shown(photo: ShownPhoto, number: int, category: Category, correction: Correction) -> dict[str, object]:
    return {
        "url": address(photo, Variant.WHOLE),
        "thumbnail_url": address(photo, Variant.THUMBNAIL),
        "width": photo.width,
        "height": photo.height,
        "sha256": photo.sha256,
        "thumbnail_sha256": photo.thumbnail_sha256,
        "blurred": photo.blurred,
        "alt": alternative(photo, number, category, correction)._asdict(),
    }


def address(photo: ShownPhoto, variant: Variant) -> str:
    """Where everyone fetches the picture as long as it is shown."""
    return f"/api/v1/public/photos/{photo.id}/{variant}"


def alternative(photo: ShownPhoto, number: int, category: Category, correction: Correction) -> Text:
    """What stands for the picture where it is not seen: an officer's words, masked like all others, else its matter."""
    if photo.alt:
        words = redact(photo.alt, correction).text
        return Text(words, words)
    name = category.name
    return Text(f"Ảnh {number} người phản ánh gửi: {name.vi}", f"Photo {number} from the report: {name.en}")
