"""Files of reports, for whoever may see the report: where they are fetched, for a while."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection, Sequence
from datetime import datetime
from uuid import UUID

from app.db.engine import Database
from app.kit import signing
from app.kit.ids import ReportId, TenantId
from app.media import domain, repository
from app.media.errors import LinkExpired, MediaNotFound, StorageAway
from app.media.store import Store
from app.media.terms import Attached, Drawn, Fetched, FileKind, Patch, Refusal, Variant

_PIECE_BYTES = 1024 * 1024


async def list_of_reports(
    db: Database, tenant_id: TenantId, reports: Collection[ReportId]
) -> dict[ReportId, list[Attached]]:
    """Files of the reports, in their senders' order. Whether the reader may see them is the caller's. One statement."""
    return await repository.list_of_reports(db, tenant_id, reports)


async def list_uploads(db: Database, uploads: Collection[UUID]) -> dict[UUID, Attached]:
    """These files, for whoever may see what they belong to: that is the caller's. One statement, none for none."""
    return await repository.list_uploads(db, uploads) if uploads else {}


async def list_checksums(db: Database, uploads: Collection[UUID]) -> dict[UUID, bytes]:
    """SHA-256 of each of these that was looked at and found clean. One statement, none for none."""
    return await repository.list_checksums(db, uploads) if uploads else {}


def covered(store: Store, upload_id: UUID, patches: Sequence[Patch]) -> Drawn | Refusal:
    """A cleared picture drawn for everyone's eyes, its patches covered. Blocking: to be called in a thread."""
    try:
        return domain.covered(store.read(upload_id, Variant.WHOLE), patches)
    except OSError:
        return Refusal.DAMAGED


async def fetch(
    db: Database,
    store: Store,
    key: bytes,
    upload_id: UUID,
    variant: Variant,
    *,
    expires: int,
    signature: str,
    now: datetime,
) -> Fetched:
    """What is to be sent.

    The address alone is what lets one in: it was made for somebody who may see the report. Raises: MediaNotFound (wrong
    signature, not cleared), LinkExpired, StorageAway.
    """
    if not signing.same(domain.signature(key, upload_id, variant, expires).encode(), signature.encode()):
        raise MediaNotFound
    if expires <= now.timestamp():
        raise LinkExpired
    found = await repository.find_cleared(db, upload_id)
    if found is None:
        raise MediaNotFound
    try:
        length = await asyncio.to_thread(store.size, upload_id, variant)
    except FileNotFoundError as error:
        raise MediaNotFound from error
    except OSError as error:
        raise StorageAway from error
    kind, filename = found
    stem = filename.rpartition(".")[0] or filename or "tep"
    shown = FileKind.JPEG if variant is Variant.THUMBNAIL else kind
    return Fetched(upload_id, variant, shown, f"{stem}.{kind.ending}", length)


async def read(store: Store, found: Fetched, span: range) -> AsyncIterator[bytes]:
    """These bytes of it, a piece at a time."""
    for start in range(span.start, span.stop, _PIECE_BYTES):
        end = min(start + _PIECE_BYTES, span.stop)
        yield await asyncio.to_thread(store.read_between, found.id, found.variant, start, end)
