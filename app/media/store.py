"""Where files lie: in a folder of this installation, each under its id. Every write is on the disk when it returns."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from uuid import UUID


class FolderStore:
    """Files in a folder. Blocking: to be called in threads."""

    def __init__(self, data_dir: Path, folder: str = "uploads") -> None:
        self._root = data_dir / folder

    def path(self, upload_id: UUID, part: str = "raw") -> Path:
        """Where a part of the upload lies: `raw`, `whole` or `thumbnail`."""
        return self._root / upload_id.hex[-2:] / f"{upload_id.hex}.{part}"

    @contextmanager
    def appending(self, upload_id: UUID, offset: int) -> Iterator[Appender]:
        """A file to add to, cut to `offset` first: what was never acknowledged is gone. Raises: OSError."""
        path = self.path(upload_id)
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            os.ftruncate(descriptor, offset)
            os.lseek(descriptor, offset, os.SEEK_SET)
            yield Appender(descriptor, offset)
        finally:
            os.close(descriptor)

    def read(self, upload_id: UUID, part: str = "raw") -> bytes:
        """The whole part. Raises: OSError."""
        return self.path(upload_id, part).read_bytes()

    def write(self, upload_id: UUID, part: str, content: bytes) -> None:
        """The part is there, whole, or not at all. Raises: OSError."""
        path = self.path(upload_id, part)
        path.parent.mkdir(parents=True, exist_ok=True)
        making = path.with_suffix(f".{part}.making")
        descriptor = os.open(making, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        try:
            _write_all(descriptor, content)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        making.replace(path)

    def drop(self, upload_id: UUID, *parts: str) -> None:
        """These parts, or all of the upload, are gone."""
        for part in parts or ("raw", "whole", "thumbnail"):
            with suppress(FileNotFoundError):
                self.path(upload_id, part).unlink()


class Appender:
    """An open file that grows; `offset` is what is on the disk."""

    def __init__(self, descriptor: int, offset: int) -> None:
        self._descriptor = descriptor
        self.offset = offset
        self._written = offset

    def add(self, chunk: bytes) -> None:
        """Write the chunk after what is there. Raises: OSError, with none of it counted."""
        _write_all(self._descriptor, chunk)
        self._written += len(chunk)

    def settle(self) -> int:
        """What is on the disk now, all that was added. Raises: OSError."""
        os.fsync(self._descriptor)
        self.offset = self._written
        return self.offset


def _write_all(descriptor: int, content: bytes) -> None:
    view = memoryview(content)
    while view:
        view = view[os.write(descriptor, view) :]
