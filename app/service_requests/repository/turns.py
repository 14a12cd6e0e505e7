"""Statements by which works that must not be at the same thing at once take turns."""

from __future__ import annotations

import hashlib
from datetime import datetime

from app.db.work import Work
from app.kit.ids import CitizenId, TenantId

_TAKE = """
    INSERT INTO service_request_turns (tenant_id, key, taken_at) VALUES ($1, $2, $3)
    ON CONFLICT (tenant_id, key) DO UPDATE SET taken_at = excluded.taken_at
"""
_FORGET = """
    DELETE FROM service_request_turns WHERE tenant_id = $1 AND key IN (
        SELECT key FROM service_request_turns WHERE tenant_id = $1 AND taken_at < $2 ORDER BY taken_at LIMIT $3
    ) RETURNING key
"""


async def hold_same(work: Work, tenant_id: TenantId, applicant: bytes, procedure: str, content: bytes) -> None:
    """Nobody else looks for, or files, the same thing of the same person until the work ends. One statement."""
    await _take(work, tenant_id, b"same", applicant, procedure.encode(), content)


async def hold_drafts(work: Work, tenant_id: TenantId, citizen_id: CitizenId) -> None:
    """Nobody else begins a draft of the account until the work ends. One statement."""
    await _take(work, tenant_id, b"drafts", citizen_id.bytes)


async def _take(work: Work, tenant_id: TenantId, *what: bytes) -> None:
    """A row of its own, where all servers of an installation see it: no lock of one server alone would do."""
    said = b"".join(len(one).to_bytes(4, "big") + one for one in what)
    await work.fetch(_TAKE, tenant_id, hashlib.sha256(said).digest(), work.now)


async def forget_turns(work: Work, tenant_id: TenantId, before: datetime, limit: int) -> int:
    """Number of turns forgotten that were taken before then: whoever took them has long ended. One statement."""
    return len(await work.fetch(_FORGET, tenant_id, before, limit))
