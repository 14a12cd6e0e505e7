"""Files in a bucket of an S3 server. An object cannot grow: what is being sent lies there in pieces, one a settling."""

from __future__ import annotations

import errno
import re
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from tempfile import SpooledTemporaryFile
from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID

import obstore
from obstore.exceptions import BaseError
from obstore.store import S3Store

from app.media.terms import PARTS, RAW

from .seam import Appender, Stored, shelf_of

if TYPE_CHECKING:  # the library has them for type checkers only
    from obstore.store import ClientConfig, RetryConfig, S3Config

_IN_MEMORY_BYTES = 8 * 1024 * 1024  # of what is not settled yet; more of it waits in a file of the system's
_CLIENT: ClientConfig = {"connect_timeout": timedelta(seconds=3), "timeout": timedelta(seconds=30)}
# A server that is away for longer is told of: whoever sends goes on later, whoever works comes again.
# What servers say when the bucket's quota, the account's or the disks are used up: RADOS, MinIO, Garage, HTTP.
_FULL = re.compile(r"QuotaExceeded|StorageFull|Insufficient ?Storage|quota (is )?exceeded|no space left", re.IGNORECASE)
_RETRY: RetryConfig = {"max_retries": 3, "retry_timeout": timedelta(seconds=15)}


class _Piece(NamedTuple):
    """Some bytes of what was sent: from `start` until before `end`."""

    key: str
    start: int
    end: int


class BucketStore:
    """Files in a bucket, which any number of machines share; nothing else may lie under its folder there."""

    def __init__(
        self,
        bucket: str,
        *,
        endpoint: str | None,
        region: str,
        access_key_id: str | None,
        secret_access_key: str | None,
        folder: str = "uploads",
    ) -> None:
        """Without keys: those that the machine has been given, as the tools of AWS find them."""
        self._folder = folder
        config: S3Config = {"region": region}
        if endpoint is not None:
            config["endpoint"] = endpoint
        if access_key_id is not None and secret_access_key is not None:
            config |= {"access_key_id": access_key_id, "secret_access_key": secret_access_key}
        client: ClientConfig = {**_CLIENT, "allow_http": endpoint is not None and endpoint.startswith("http://")}
        self._bucket = S3Store(bucket, config=config, client_options=client, retry_config=_RETRY)

    def _key(self, upload_id: UUID, part: str) -> str:
        return f"{self._folder}/{shelf_of(upload_id)}/{upload_id.hex}.{part}"

    def appending(self, upload_id: UUID, offset: int) -> Appender:
        """Pieces to be added after those that reach so far."""
        return _GrowingPieces(self._bucket, f"{self._key(upload_id, RAW)}/", offset)

    def read(self, upload_id: UUID, part: str = RAW) -> bytes:
        """The whole part, put together where it lies in pieces."""
        with _as_oserror():
            if part != RAW:
                return bytes(obstore.get(self._bucket, self._key(upload_id, part)).bytes())
            pieces = _chained(_pieces(self._bucket, f"{self._key(upload_id, RAW)}/"))
            return b"".join(bytes(obstore.get(self._bucket, piece.key).bytes()) for piece in pieces)

    def size(self, upload_id: UUID, part: str) -> int:
        """How many bytes it has."""
        with _as_oserror():
            return obstore.head(self._bucket, self._key(upload_id, part))["size"]

    def read_between(self, upload_id: UUID, part: str, start: int, end: int) -> bytes:
        """Some of its bytes."""
        with _as_oserror():
            return bytes(obstore.get_range(self._bucket, self._key(upload_id, part), start=start, end=end))

    def write(self, upload_id: UUID, part: str, content: bytes) -> None:
        """One object, which is seen when all of it is there."""
        with _as_oserror():
            obstore.put(self._bucket, self._key(upload_id, part), content)

    def drop(self, upload_id: UUID, *parts: str) -> None:
        """These parts, or all of the upload, are gone."""
        with _as_oserror():
            keys = [self._key(upload_id, part) for part in parts or PARTS if part != RAW]
            if not parts or RAW in parts:
                keys += [piece.key for piece in _pieces(self._bucket, f"{self._key(upload_id, RAW)}/")]
            if keys:
                obstore.delete(self._bucket, keys)

    def room(self) -> None:
        """Nothing in S3 tells it."""

    def list_shelf(self, shelf: int) -> Iterator[Stored]:
        """What lies there; each piece of what is being sent by itself."""
        with _as_oserror():
            for page in obstore.list(self._bucket, f"{self._folder}/{shelf:02x}/"):
                for found in page:
                    name, _, rest = found["path"].removeprefix(f"{self._folder}/{shelf:02x}/").partition(".")
                    with suppress(ValueError):  # nothing of ours
                        yield Stored(UUID(hex=name), rest.partition("/")[0], found["last_modified"])


class _GrowingPieces:
    """What was sent, in pieces; what is added waits here until it is settled."""

    def __init__(self, bucket: S3Store, prefix: str, offset: int) -> None:
        self._bucket = bucket
        self._prefix = prefix
        self.offset = offset
        self._waiting = SpooledTemporaryFile[bytes](_IN_MEMORY_BYTES)

    def cut(self) -> None:
        """Pieces that reach further than what was acknowledged are gone."""
        with _as_oserror():
            beyond = [piece.key for piece in _pieces(self._bucket, self._prefix) if piece.end > self.offset]
            if beyond:
                obstore.delete(self._bucket, beyond)

    def add(self, chunk: bytes) -> None:
        """Not sent yet."""
        self._waiting.write(chunk)

    def settle(self) -> int:
        """One piece more, named after where it begins and ends."""
        end = self.offset + self._waiting.tell()
        if end > self.offset or end == 0:  # an empty file has one, empty piece
            self._waiting.seek(0)
            with _as_oserror():
                obstore.put(self._bucket, f"{self._prefix}{self.offset:012d}-{end:012d}", self._waiting.read())
            self._waiting.seek(0)
            self._waiting.truncate()
            self.offset = end
        return end

    def close(self) -> None:
        """What waits is gone."""
        self._waiting.close()


def _pieces(bucket: S3Store, prefix: str) -> list[_Piece]:
    found = []
    for page in obstore.list(bucket, prefix):
        for one in page:
            start, _, end = one["path"].rpartition("/")[2].partition("-")
            found.append(_Piece(one["path"], int(start), int(end)))
    return found


def _chained(pieces: Collection[_Piece]) -> list[_Piece]:
    """Pieces that lead from the first byte to the last, each once.

    A request that lost its turn may still put one that nobody acknowledged, across those of the one that has it.
    Raises: FileNotFoundError when some bytes are in none.
    """
    last = max((piece.end for piece in pieces), default=-1)
    leading: dict[int, _Piece] = {}
    for piece in sorted(pieces, key=lambda piece: piece.start, reverse=True):
        if piece.end == last or piece.end in leading:
            leading.setdefault(piece.start, piece)
    chain, at = list[_Piece](), 0
    while at < last:
        if at not in leading:
            raise FileNotFoundError
        chain.append(leading[at])
        at = leading[at].end
    if last < 0:
        raise FileNotFoundError
    return chain


@contextmanager
def _as_oserror() -> Iterator[None]:
    """Errors of the library as those of a disk; that something is not there is one already."""
    try:
        yield
    except BaseError as error:
        said = str(error)
        words = said.partition("\n")[0]
        raise (OSError(errno.ENOSPC, words) if _FULL.search(said) else OSError(words)) from error
