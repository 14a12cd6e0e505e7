"""Whether what is stored is still what was cleared."""

from __future__ import annotations

import asyncio
import hashlib
from datetime import datetime
from uuid import UUID

from app.db.engine import Database
from app.kit import signing
from app.media import repository
from app.media.store import Store
from app.media.terms import Variant, Verified

AT_A_TIME = 200


async def backlog(db: Database) -> tuple[int, datetime | None]:
    """Number of uploads that nobody has looked at, and since when the first of them waits. One statement."""
    return await repository.backlog(db)


async def verify(db: Database, store: Store, *, most: int | None = None) -> Verified:
    """What a look at cleared files found, the newest first, at most so many of them; None: at all.

    One statement for 200 files; each file is read whole, in a thread. Raises: OSError when the store cannot be used.
    """
    await asyncio.to_thread(lambda: next(store.list_shelf(0), None))  # can it be used at all, also while it is empty
    looked, missing, damaged = 0, list[UUID](), list[UUID]()
    before: UUID | None = None
    while most is None or looked < most:
        limit = AT_A_TIME if most is None else min(AT_A_TIME, most - looked)
        rows = await repository.list_stored(db, before, limit)
        for upload_id, digest, original in rows:
            kept = {Variant.WHOLE: digest} | ({Variant.ORIGINAL: original} if original is not None else {})
            found = {part: await asyncio.to_thread(_digest, store, upload_id, part) for part in kept}
            if None in found.values():
                missing.append(upload_id)
            elif not all(signing.same(found[part] or b"", digest) for part, digest in kept.items()):
                damaged.append(upload_id)
        looked += len(rows)
        if len(rows) < limit:
            break
        before = rows[-1][0]
    return Verified(looked, missing, damaged)


def _digest(store: Store, upload_id: UUID, part: Variant) -> bytes | None:
    """SHA-256 of the file in this form, None when it is not there."""
    try:
        return hashlib.sha256(store.read(upload_id, part)).digest()
    except FileNotFoundError:
        return None
