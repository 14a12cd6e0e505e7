"""Statements on service requests that something is to be told of."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import orjson

from app.db.work import Work
from app.kit.ids import CaseId, ReportId, TenantId
from app.notices.terms import Recipient

from .preferences import preferences_of

_APPLIED = """
    SELECT r.id, r.code, r.citizen_id, r.lang AS spoken, r.sealed, r.unit_id, r.due_at, r.procedure_code,
        r.procedure_version, r.missing::text AS missing, p.lang, p.channels, p.quiet_since, p.quiet_until, p.wanted
    FROM service_requests r LEFT JOIN notice_preferences p ON p.tenant_id = r.tenant_id AND p.report_id = r.id
    WHERE r.tenant_id = $1 AND r.id = ANY ($2)
"""
_PARTS = """
    SELECT request_id, code, unit_id, due_at FROM service_request_steps
    WHERE tenant_id = $1 AND request_id = ANY ($2) ORDER BY place
"""


class StepSituation(NamedTuple):
    """How one unit's part stands now."""

    unit_id: UUID
    due_at: datetime | None


class Applied(NamedTuple):
    """A service request as it stands now, with whom to tell of it; `sealed` holds where that person is reached."""

    recipient: Recipient
    sealed: bytes
    unit_id: UUID
    due_at: datetime | None
    procedure: str
    procedure_version: int
    missing: Mapping[str, Any] | None
    steps: Mapping[str, StepSituation]


async def applied(work: Work, tenant_id: TenantId, request_ids: Collection[UUID]) -> dict[UUID, Applied]:
    """Each of the service requests. Two statements, none for none."""
    if not request_ids:
        return {}
    ids = sorted(request_ids)
    steps: defaultdict[UUID, dict[str, StepSituation]] = defaultdict(dict)
    for row in await work.fetch(_PARTS, tenant_id, ids):
        steps[row["request_id"]][row["code"]] = StepSituation(row["unit_id"], row["due_at"])
    found: dict[UUID, Applied] = {}
    for row in await work.fetch(_APPLIED, tenant_id, ids):
        request_id = row["id"]
        found[request_id] = Applied(
            Recipient(CaseId(request_id), ReportId(request_id), row["code"], row["citizen_id"], preferences_of(row)),
            row["sealed"],
            row["unit_id"],
            row["due_at"],
            row["procedure_code"],
            row["procedure_version"],
            orjson.loads(row["missing"]) if row["missing"] else None,
            steps[request_id],
        )
    return found
