"""Files at work: what came is looked at, what nobody has attached is cleared away."""

from __future__ import annotations

from app.media import service as media
from app.media.store import FolderStore
from app.process import Process
from app.publication import service as publication
from app.publication.store import PhotoStore

CLEAR_EVERY_S = 1.0
CLEAN_EVERY_S = 600.0


class Files:
    """What this process does for files."""

    def __init__(self, process: Process) -> None:
        self._process = process
        self._store = FolderStore(process.settings.data_dir)
        self._photos = PhotoStore(process.settings.data_dir)

    async def clear(self) -> int:
        """Uploads looked at now."""
        return await media.clear(self._process.db, self._process.clock, self._store)

    async def clean(self) -> int:
        """Uploads whose time was over, and public copies of pictures that nobody may see any more."""
        done = await media.clean(self._process.db, self._process.clock, self._store)
        return done + await publication.clean_photos(self._process.db, self._process.clock, self._photos)
