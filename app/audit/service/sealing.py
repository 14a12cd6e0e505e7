"""Sealing: entries get their positions and hashes once they are committed, as messages get theirs from the relay."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from app.audit import domain, repository
from app.db.engine import Database
from app.db.work import Work
from app.kit.ids import TenantId

SEAL_BATCH_ROWS = 500


async def waiting(db: Database, tenants: Collection[TenantId]) -> list[TenantId]:
    """Those of the tenants that have something to seal. One statement."""
    return await repository.list_waiting_tenants(db, tenants)


async def seal(work: Work, tenant_id: TenantId, key: bytes) -> int:
    """Number of the tenant's entries sealed now; 0 when none waits or another worker is at it. Four statements.

    Entries are sealed in the order of their ids among those that are committed: one that commits later gets a later
    position, and none is ever skipped.
    """
    head = await repository.lock_head(work, tenant_id)
    unsealed = await repository.list_unsealed(work, tenant_id, SEAL_BATCH_ROWS) if head is not None else []
    if head is None or not unsealed:
        return 0
    digest, seals = head.hash, []
    for position, entry in enumerate(unsealed, head.position + 1):
        digest = domain.hash_of(digest, replace(entry, position=position))
        seals.append((entry.id, position, digest))
    await repository.seal(work, tenant_id, seals)
    head.position, head.hash, head.sealed_at = seals[-1][1], digest, work.now
    head.proof = domain.proof_of(key, tenant_id, head.position, digest)
    return len(seals)
