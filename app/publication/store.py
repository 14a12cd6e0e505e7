"""Where public copies of pictures lie: a folder of their own, in which nothing that people sent has ever been."""

from __future__ import annotations

from uuid import UUID

from app.media.store import Store
from app.media.terms import Drawn, Variant


class PhotoStore:
    """Public copies, each under its own id. Blocking: to be called in threads."""

    def __init__(self, files: Store) -> None:
        self._files = files

    def read(self, photo_id: UUID, variant: Variant) -> bytes:
        """A form of the copy. Raises: FileNotFoundError; OSError when the store is away."""
        return self._files.read(photo_id, variant)

    def write(self, photo_id: UUID, drawn: Drawn) -> None:
        """The copy is there in both forms, whole. Raises: OSError."""
        self._files.write(photo_id, Variant.THUMBNAIL, drawn.thumbnail)
        self._files.write(photo_id, Variant.WHOLE, drawn.whole)

    def drop(self, photo_id: UUID) -> None:
        """The copy is gone."""
        self._files.drop(photo_id)
