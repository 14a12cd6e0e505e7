"""Where public copies of pictures lie: a folder of its own, in which nothing that people sent has ever been."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

from app.media.store import FolderStore
from app.media.terms import Drawn, Variant


class PhotoStore:
    """Public copies, each under its own id. Blocking: to be called in threads."""

    def __init__(self, data_dir: Path) -> None:
        self._files = FolderStore(data_dir, "photos")

    def path(self, photo_id: UUID, variant: Variant) -> Path:
        """Where a form of the copy lies."""
        return self._files.path(photo_id, variant)

    def write(self, photo_id: UUID, drawn: Drawn) -> None:
        """The copy is there in both forms, whole. Raises: OSError."""
        self._files.write(photo_id, Variant.THUMBNAIL, drawn.thumbnail)
        self._files.write(photo_id, Variant.WHOLE, drawn.whole)

    def drop(self, photo_id: UUID) -> None:
        """The copy is gone."""
        self._files.drop(photo_id)
