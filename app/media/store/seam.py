"""What a store does, whatever it is. Blocking: to be called in threads. What is told as written survives a power cut.

Raises everywhere: FileNotFoundError for what is not there, OSError with ENOSPC or EDQUOT when there is no room, another
OSError when the store cannot be used.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple, Protocol
from uuid import UUID

from app.media.terms import RAW

SHELVES = 256


class Stored(NamedTuple):
    """One thing that lies in a store: of which upload, which part, and when it was written last."""

    upload_id: UUID
    part: str
    changed_at: datetime


class Appender(Protocol):
    """A file that grows; `offset` is what is durable."""

    offset: int

    def cut(self) -> None:
        """What was never acknowledged is gone. To be called before anything is added."""

    def add(self, chunk: bytes) -> None:
        """The chunk comes after what is there. Raises: OSError, with none of it counted."""

    def settle(self) -> int:
        """How much is durable now: all that was added."""

    def close(self) -> None:
        """Let go of it; what was not settled may be gone. Does not block."""


class Store(Protocol):
    """Files by the id of their upload."""

    def appending(self, upload_id: UUID, offset: int) -> Appender:
        """The upload's raw part, to be continued from there. Does not block."""

    def read(self, upload_id: UUID, part: str = RAW) -> bytes:
        """The whole part."""

    def size(self, upload_id: UUID, part: str) -> int:
        """How many bytes the part has; not for RAW."""

    def read_between(self, upload_id: UUID, part: str, start: int, end: int) -> bytes:
        """Bytes of the part from `start` until before `end`; not for RAW."""

    def write(self, upload_id: UUID, part: str, content: bytes) -> None:
        """The part is there, whole, or not at all."""

    def drop(self, upload_id: UUID, *parts: str) -> None:
        """These parts, or all of the upload, are gone; what was not there is no error."""

    def room(self) -> int | None:
        """How many bytes of files may still come, ≤ 0: none; None where nobody but the store itself can tell."""

    def list_shelf(self, shelf: int) -> Iterator[Stored]:
        """What lies on one of the SHELVES, over which uploads are spread evenly."""


def shelf_of(upload_id: UUID) -> str:
    """Name of the shelf: the last two digits of the id, which are random."""
    return upload_id.hex[-2:]
