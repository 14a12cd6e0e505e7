"""Whether one more file is taken: of how much its sender has sent, and of the room there is for it."""

from __future__ import annotations

import asyncio
from datetime import datetime

from app.db.engine import Database
from app.limits import service as limits
from app.limits.errors import LimitReached
from app.limits.terms import Limited
from app.media.errors import StorageFull, UploadBudgetSpent
from app.media.store import Store
from app.media.terms import FileSender

MIB = 1_048_576


async def admit(db: Database, store: Store, sender: FileSender | None, length: int, now: datetime) -> None:
    """Nothing when a file of so many bytes may come. One statement, none without a sender.

    It is counted as a file and by its MiB, before any of it is here: what is announced and never sent counts, too.
    `sender`: None for those who are trusted with more. Raises: StorageFull, LimitReached, UploadBudgetSpent.
    """
    room = await asyncio.to_thread(store.room)
    if room is not None and room < length:
        raise StorageFull
    if sender is None:
        return
    judged = await limits.count(
        db,
        sender.key,
        sender.tenant_id,
        Limited.UPLOADS,
        sender.asking,
        now=now,
        beside={Limited.UPLOAD_MIB: max(1, -(-length // MIB))},
    )
    wait_s = limits.wait_s(judged, now)
    if wait_s is not None:
        by_bytes = judged.refused is not None and judged.refused.what is Limited.UPLOAD_MIB
        raise UploadBudgetSpent(wait_s) if by_bytes else LimitReached(wait_s)
