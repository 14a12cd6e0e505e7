"""What events may still be told, for those who read them instead of being told."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from app.db.work import Work
from app.kit.ids import TenantId

_SHOWN = "SELECT case_id, revision FROM publications WHERE tenant_id = $1 AND case_id = ANY($2::uuid[]) AND published"


async def list_shown(work: Work, tenant_id: TenantId, case_ids: Collection[UUID]) -> dict[UUID, int]:
    """Which revision of each of the cases the public reads now; nothing of others. One statement on primary keys."""
    return {row["case_id"]: row["revision"] for row in await work.fetch(_SHOWN, tenant_id, sorted(case_ids))}
