"""A drafted decision that is let go: it was nobody's decision, so nothing of it stays."""

from __future__ import annotations

from app.db.work import Work
from app.kit.ids import TenantId
from app.service_requests import repository

from .steps import Held


async def drop_draft(work: Work, found: Held) -> None:
    """The files of what waited for a signature are the request's no more. One statement, none where nothing waited."""
    if found.request.drafted_by is not None:
        await repository.drop_results(work, TenantId(found.request.tenant_id), found.request.id)
