"""Files of reports, for whoever may see the report: where they are fetched, for a while."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from pathlib import Path
from uuid import UUID

from app.db.engine import Database
from app.kit import signing
from app.kit.ids import ReportId, TenantId
from app.media import domain, repository
from app.media.errors import LinkExpired, MediaNotFound
from app.media.store import FolderStore
from app.media.terms import Attached, Drawn, FileKind, Patch, Refusal, Variant


async def list_of_reports(
    db: Database, tenant_id: TenantId, reports: Collection[ReportId]
) -> dict[ReportId, list[Attached]]:
    """Files of the reports, in their senders' order. Whether the reader may see them is the caller's. One statement."""
    return await repository.list_of_reports(db, tenant_id, reports)


def covered(store: FolderStore, upload_id: UUID, patches: Sequence[Patch]) -> Drawn | Refusal:
    """A cleared picture drawn for everyone's eyes, its patches covered. Blocking: to be called in a thread."""
    try:
        return domain.covered(store.read(upload_id, Variant.WHOLE), patches)
    except OSError:
        return Refusal.DAMAGED


async def fetch(
    db: Database,
    store: FolderStore,
    key: bytes,
    upload_id: UUID,
    variant: Variant,
    *,
    expires: int,
    signature: str,
    now: datetime,
) -> tuple[Path, FileKind, str]:
    """Where the file lies, its kind, and its name for whoever saves it.

    The address alone is what lets one in: it was made for somebody who may see the report. Raises: MediaNotFound (wrong
    signature, not cleared), LinkExpired.
    """
    if not signing.same(domain.signature(key, upload_id, variant, expires).encode(), signature.encode()):
        raise MediaNotFound
    if expires <= now.timestamp():
        raise LinkExpired
    found = await repository.find_cleared(db, upload_id)
    path = store.path(upload_id, variant)
    if found is None or not path.exists():
        raise MediaNotFound
    kind, filename = found
    stem = filename.rpartition(".")[0] or filename or "tep"
    return path, FileKind.JPEG if variant is Variant.THUMBNAIL else kind, f"{stem}.{kind.ending}"
