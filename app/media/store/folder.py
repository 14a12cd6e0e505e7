"""Files in a folder of this installation, each under its id. Every write is on the disk when it returns."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from io import FileIO
from pathlib import Path
from uuid import UUID

from app.db.disk import settle_names
from app.media.terms import PARTS, RAW

from .seam import Appender, Stored, shelf_of


class FolderStore:
    """Files in a folder, which processes of one machine share."""

    def __init__(self, data_dir: Path, folder: str = "uploads", *, reserve_bytes: int = 0) -> None:
        """`reserve_bytes`: of the disk, which what is being sent leaves free: for the database, and for what came."""
        self._root = data_dir / folder
        self.reserve_bytes = reserve_bytes
        self._shelves = set[Path]()  # which this process knows to be on the disk; that one is there does not say so

    def path(self, upload_id: UUID, part: str = RAW) -> Path:
        """Where a part of the upload lies."""
        return self._root / shelf_of(upload_id) / f"{upload_id.hex}.{part}"

    def appending(self, upload_id: UUID, offset: int) -> Appender:
        """A file to add to."""
        return _GrowingFile(self, self.path(upload_id), offset)

    def make_shelf(self, shelf: Path) -> None:
        """The shelf is there, and on the disk under its name. Blocking, once for each."""
        if shelf in self._shelves and shelf.is_dir():
            return
        shelf.mkdir(parents=True, exist_ok=True)
        settle_names(self._root)
        settle_names(self._root.parent)
        self._shelves.add(shelf)

    def read(self, upload_id: UUID, part: str = RAW) -> bytes:
        """The whole part."""
        return self.path(upload_id, part).read_bytes()

    def size(self, upload_id: UUID, part: str) -> int:
        """How many bytes it has."""
        return self.path(upload_id, part).stat().st_size

    def read_between(self, upload_id: UUID, part: str, start: int, end: int) -> bytes:
        """Some of its bytes."""
        with self.path(upload_id, part).open("rb", buffering=0) as file:
            return os.pread(file.fileno(), end - start, start)

    def write(self, upload_id: UUID, part: str, content: bytes) -> None:
        """Written beside it first, then put in its place."""
        path = self.path(upload_id, part)
        self.make_shelf(path.parent)
        making = path.with_suffix(f".{part}.making")
        descriptor = os.open(making, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        try:
            _write_all(descriptor, content)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        making.replace(path)
        settle_names(path.parent)

    def drop(self, upload_id: UUID, *parts: str) -> None:
        """These parts, or all of the upload, are gone."""
        for part in parts or PARTS:
            with suppress(FileNotFoundError):
                self.path(upload_id, part).unlink()

    def room(self) -> int:
        """What the disk has free beyond the reserve."""
        place = next(one for one in (self._root, *self._root.parents) if one.exists())
        return shutil.disk_usage(place).free - self.reserve_bytes

    def list_shelf(self, shelf: int) -> Iterator[Stored]:
        """What lies there, what was never finished writing as well."""
        with suppress(FileNotFoundError), os.scandir(self._root / f"{shelf:02x}") as entries:
            for entry in entries:
                name, _, part = entry.name.partition(".")
                with suppress(ValueError, FileNotFoundError):
                    yield Stored(UUID(hex=name), part, datetime.fromtimestamp(entry.stat().st_mtime, UTC))


class _GrowingFile:
    """A file that grows."""

    def __init__(self, store: FolderStore, path: Path, offset: int) -> None:
        self._store = store
        self._path = path
        self._file: FileIO | None = None
        self.offset = offset
        self._written = offset

    def cut(self) -> None:
        """Opened, and as long as was acknowledged."""
        self._store.make_shelf(self._path.parent)
        self._file = FileIO(os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600), "r+")
        if self.offset == 0:  # also where one that was killed had made it: nobody was told anything of it yet
            settle_names(self._path.parent)
        self._file.truncate(self.offset)
        self._file.seek(self.offset)

    @property
    def _descriptor(self) -> int:
        assert self._file is not None, "cut() comes first"
        return self._file.fileno()

    def add(self, chunk: bytes) -> None:
        """Written, perhaps not on the disk yet. Raises: OSError (ENOSPC) also when it would take of the reserve."""
        disk = os.fstatvfs(self._descriptor)
        if disk.f_bavail * disk.f_frsize - len(chunk) < self._store.reserve_bytes:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        _write_all(self._descriptor, chunk)
        self._written += len(chunk)

    def settle(self) -> int:
        """On the disk."""
        os.fsync(self._descriptor)
        self.offset = self._written
        return self.offset

    def close(self) -> None:
        """Close it."""
        if self._file is not None:
            self._file.close()


def _write_all(descriptor: int, content: bytes) -> None:
    view = memoryview(content)
    while view:
        view = view[os.write(descriptor, view) :]
