"""Every SQL statement of the room."""

from __future__ import annotations

from sqlalchemy.dialects.postgresql import insert

from app.db.work import ReadWork, Work
from app.directory.terms import Tier
from app.kit.ids import TenantId
from app.kit.text import Text

from .models import GoalRow
from .terms import Goal

_GOALS = """
    SELECT tier, valid_from, percent, legal_basis_vi, legal_basis_en FROM figure_goals
    WHERE tenant_id = $1 ORDER BY tier, valid_from
"""


async def list_goals(work: ReadWork, tenant_id: TenantId) -> list[Goal]:
    """The province's own, of every day. One statement."""
    return [
        Goal(Tier(row["tier"]), row["valid_from"], row["percent"], Text(row["legal_basis_vi"], row["legal_basis_en"]))
        for row in await work.fetch(_GOALS, tenant_id)
    ]


async def set_goal(work: Work, tenant_id: TenantId, goal: Goal) -> None:
    """Set it, over what was set for the same day. One statement."""
    values = {
        "percent": goal.percent,
        "legal_basis_vi": goal.legal_basis.vi,
        "legal_basis_en": goal.legal_basis.en,
        "set_at": work.now,
    }
    key = {"tenant_id": tenant_id, "tier": goal.tier.value, "valid_from": goal.valid_from}
    await work.session.execute(
        insert(GoalRow).values({**key, **values}).on_conflict_do_update(index_elements=list(key), set_=values)
    )
