"""Reading the trail: page by page, as a whole, and to see whether it still is what was sealed."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import datetime

from app.audit import domain, repository
from app.audit.terms import Asked, Checked, Entry, Fault, Finding, Head
from app.db.engine import Database
from app.kit.ids import TenantId

READ_BATCH_ROWS = 1000
_LAST = 2**62


async def list_entries(db: Database, tenant_id: TenantId, asked: Asked, *, before: int, limit: int) -> list[Entry]:
    """Sealed entries that were asked for, newest first, before the position. Whether the actor may is the caller's."""
    return await repository.list_page(db, tenant_id, asked, before, limit)


async def each_entry(db: Database, tenant_id: TenantId, asked: Asked) -> AsyncIterator[Entry]:
    """Every sealed entry that was asked for, newest first; a statement for each READ_BATCH_ROWS, none held open."""
    before = _LAST
    while batch := await repository.list_page(db, tenant_id, asked, before, READ_BATCH_ROWS):
        for entry in batch:
            yield entry
        before = batch[-1].position or 0


async def export(
    db: Database, tenant_id: TenantId, *, since: datetime | None, until: datetime | None
) -> AsyncIterator[Entry]:
    """Every sealed entry from `since` until just before `until`, in the order of their positions."""
    async for batch in _batches(db, tenant_id):
        for entry in batch:
            if (since is None or entry.at >= since) and (until is None or entry.at < until):
                yield entry


async def find_head(db: Database, tenant_id: TenantId) -> Head | None:
    """How far the tenant's trail is sealed; None before its first entry. One statement."""
    return await repository.find_head(db, tenant_id)


async def check(db: Database, tenant_id: TenantId, key: bytes, *, noted: tuple[int, bytes] | None = None) -> Checked:
    """Whether every sealed entry is there and unchanged, from the first to the head, and the head was made with `key`.

    Args:
        noted: position and hash that somebody has kept outside: shows whether the whole trail was made anew since.
    """
    head = await repository.find_head(db, tenant_id)
    last, digest, finding = 0, domain.BEGINNING, None
    is_noted = noted is None
    async for batch in _batches(db, tenant_id):
        finding = domain.first_fault(batch, last, digest)
        if finding is not None:
            break
        is_noted = is_noted or any((one.position, one.hash) == noted for one in batch)
        last, digest = batch[-1].position or 0, batch[-1].hash or b""
    waiting = await repository.count_waiting(db, tenant_id)
    if finding is None:
        finding = _end(key, tenant_id, head, last, digest)
    if finding is None and not is_noted:
        finding = Finding(Fault.OTHER, noted[0] if noted else 0)
    return Checked(last, waiting, head, finding)


async def check_end(db: Database, tenant_id: TenantId, key: bytes, entries: int) -> Checked:
    """The same of the last `entries` alone, which takes as long however long the trail is. Three statements.

    `sealed` counts those that were looked at. What lies before them is taken for what it says.
    """
    head = await repository.find_head(db, tenant_id)
    waiting = await repository.count_waiting(db, tenant_id)
    before = max(head.position - entries, 0) if head is not None else 0
    found = await repository.list_sealed(db, tenant_id, max(before - 1, 0), entries + 1)
    last, digest = 0, domain.BEGINNING
    if before and found and found[0].position == before:  # known as it is, so that the next can follow it
        last, digest, found = before, found[0].hash or b"", found[1:]
    finding = Finding(Fault.MISSING, before) if last != before else domain.first_fault(found, last, digest)
    if finding is None and found:
        last, digest = found[-1].position or 0, found[-1].hash or b""
    return Checked(len(found), waiting, head, finding or _end(key, tenant_id, head, last, digest))


def _end(key: bytes, tenant_id: TenantId, head: Head | None, last: int, digest: bytes) -> Finding | None:
    """What is wrong with the end of a chain whose entries are all right."""
    if head is None:
        return Finding(Fault.FORGED, last) if last else None
    if not domain.is_ours(key, tenant_id, head):
        return Finding(Fault.FORGED, head.position)
    if last < head.position:
        return Finding(Fault.TRUNCATED, last + 1)
    if last == head.position and digest != head.hash:
        return Finding(Fault.CHANGED, last)
    return None  # sealed further while it was read


async def _batches(db: Database, tenant_id: TenantId) -> AsyncIterator[Sequence[Entry]]:
    after = 0
    while batch := await repository.list_sealed(db, tenant_id, after, READ_BATCH_ROWS):
        yield batch
        after = batch[-1].position or after
