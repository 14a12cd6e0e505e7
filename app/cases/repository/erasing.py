"""Statements on what a case says in words of its sender, who is to be known no more."""

from __future__ import annotations

from collections.abc import Mapping

from app.db.work import Work
from app.kit.ids import CaseId, TenantId

_REWRITE = """
UPDATE cases c SET summary = n.summary FROM unnest($2::uuid[], $3::text[]) AS n (id, summary)
WHERE c.tenant_id = $1 AND c.id = n.id
"""


async def rewrite_summaries(work: Work, tenant_id: TenantId, summaries: Mapping[CaseId, str]) -> None:
    """What each of the cases is about, in short, from now on. One statement."""
    await work.fetch(_REWRITE, tenant_id, list(summaries), list(summaries.values()))
