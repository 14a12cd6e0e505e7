"""Every SQL statement of the room."""

from __future__ import annotations

from app.db.work import ReadWork, Work
from app.directory.terms import Tier
from app.kit.ids import TenantId
from app.kit.text import Text

from .terms import Goal

_GOALS = """
    SELECT tier, valid_from, percent, legal_basis_vi, legal_basis_en FROM figure_goals
    WHERE tenant_id = $1 ORDER BY tier, valid_from
"""
_SET = """
    INSERT INTO figure_goals (tenant_id, tier, valid_from, percent, legal_basis_vi, legal_basis_en, set_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7)
    ON CONFLICT (tenant_id, tier, valid_from) DO UPDATE SET percent = excluded.percent,
        legal_basis_vi = excluded.legal_basis_vi, legal_basis_en = excluded.legal_basis_en, set_at = excluded.set_at
"""


async def list_goals(work: ReadWork, tenant_id: TenantId) -> list[Goal]:
    """The province's own, of every day. One statement."""
    return [
        Goal(Tier(row["tier"]), row["valid_from"], row["percent"], Text(row["legal_basis_vi"], row["legal_basis_en"]))
        for row in await work.fetch(_GOALS, tenant_id)
    ]


async def set_goal(work: Work, tenant_id: TenantId, goal: Goal) -> None:
    """Set it, over what was set for the same day. One statement."""
    await work.fetch(
        _SET,
        tenant_id,
        goal.tier.value,
        goal.valid_from,
        goal.percent,
        goal.legal_basis.vi,
        goal.legal_basis.en,
        work.now,
    )
