"""Files at work: what came is looked at, what nobody has attached and what belongs to nothing is cleared away."""

from __future__ import annotations

from app.media import service as media
from app.media.senders import scanner_of
from app.media.store import PHOTOS, SHELVES, store_of
from app.process import Process
from app.publication import service as publication
from app.publication.store import PhotoStore

CLEAR_EVERY_S = 1.0
CLEAN_EVERY_S = 600.0


class Files:
    """What this process does for files."""

    def __init__(self, process: Process) -> None:
        self._process = process
        self._scanner = scanner_of(process.settings)
        self._store = store_of(process.settings)
        self._photos = PhotoStore(store_of(process.settings, PHOTOS))

    async def clear(self) -> int:
        """Uploads looked at now."""
        return await media.clear(self._process.db, self._process.clock, self._store, self._scanner)

    async def clean(self) -> int:
        """Uploads whose time was over, and public copies of pictures that nobody may see any more."""
        done = await media.clean(self._process.db, self._process.clock, self._store)
        return done + await publication.clean_photos(self._process.db, self._process.clock, self._photos)

    async def sweep(self) -> int:
        """Things that lay on one shelf and belonged to nothing; another shelf each time, all of them in two days."""
        shelf = int(self._process.clock.now().timestamp() // CLEAN_EVERY_S) % SHELVES
        return await media.sweep(self._process.db, self._process.clock, self._store, shelf)
