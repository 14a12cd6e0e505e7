"""Statements on who needs a second step."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from app.db.work import Work
from app.identity.models import FactorRuleRow
from app.identity.terms import FactorRule, Role, RoleStanding
from app.kit.ids import TenantId
from app.oidc.terms import Assurance

_HOLDERS = """
    SELECT m.role, count(DISTINCT m.account_id) AS holders, count(DISTINCT f.account_id) AS guarded
    FROM memberships m JOIN staff_accounts a ON a.tenant_id = m.tenant_id AND a.id = m.account_id AND a.active
    LEFT JOIN staff_factors f
        ON f.tenant_id = m.tenant_id AND f.account_id = m.account_id AND f.confirmed_at IS NOT NULL
    WHERE m.tenant_id = $1 AND m.valid_from <= $2 AND (m.valid_to IS NULL OR m.valid_to > $2) GROUP BY m.role
"""


async def list_rules(work: Work, tenant_id: TenantId) -> Sequence[FactorRule]:
    """What the tenant has decided. One statement."""
    rows = await work.session.scalars(select(FactorRuleRow).where(FactorRuleRow.tenant_id == tenant_id))
    return [read(row) for row in rows]


async def count_holders(work: Work, tenant_id: TenantId) -> dict[Role, RoleStanding]:
    """Of every role that somebody holds now with an account in use. One statement."""
    rows = await work.fetch(_HOLDERS, tenant_id, work.now)
    return {Role(row["role"]): RoleStanding(row["holders"], row["guarded"]) for row in rows}


async def lock_rule(work: Work, tenant_id: TenantId, role: Role) -> FactorRuleRow | None:
    """What the tenant has decided of the role, locked; None: nothing."""
    found: FactorRuleRow | None = await work.session.scalar(
        select(FactorRuleRow)
        .where(FactorRuleRow.tenant_id == tenant_id, FactorRuleRow.role == role.value)
        .with_for_update()
    )
    return found


async def write(work: Work, row: FactorRuleRow) -> None:
    """Send what was set; of two at once, one is run again."""
    work.session.add(row)
    await work.session.flush()


def read(row: FactorRuleRow) -> FactorRule:
    """The rule as the program knows it."""
    provider = Assurance(row.provider) if row.provider is not None else None
    return FactorRule(Role(row.role), row.demanded, provider, row.version, row.updated_at)
