"""Who needs a second step: the province's own rules, role by role."""

from __future__ import annotations

from collections.abc import Collection

from app.audit import service as audit
from app.audit.terms import Action
from app.db.work import ReadWork, Work
from app.identity import domain
from app.identity.errors import StaleFactorRule
from app.identity.models import FactorRuleRow
from app.identity.policies import may_act_as
from app.identity.repository import rules
from app.identity.terms import Actor, FactorRule, Role, RoleStanding
from app.kit.ids import TenantId
from app.oidc.terms import Assurance


async def list_factor_rules(work: Work, tenant_id: TenantId, packaged: Collection[Role]) -> list[FactorRule]:
    """The rule of every role as it holds. One statement."""
    own = {rule.role: rule for rule in await rules.list_rules(work, tenant_id)}
    return [domain.rule_of(role, own, packaged) for role in Role]


async def count_holders(work: ReadWork, actor: Actor) -> dict[Role, RoleStanding]:
    """Of every role that somebody holds now: how many, and how many of them have a second step. One statement.

    Raises: Forbidden.
    """
    may_act_as(actor, Role.TENANT_ADMIN).require()
    return await rules.count_holders(work, actor.tenant_id)


async def set_factor_rule(
    work: Work, actor: Actor, role: Role, *, demanded: bool, provider: Assurance | None, seen: int
) -> FactorRule:
    """Whether the role needs a second step from its next request on. `seen`: the version it was; 0: as packaged.

    Raises: StaleFactorRule.
    """
    row = await rules.lock_rule(work, actor.tenant_id, role)
    if seen != (row.version if row else 0):
        raise StaleFactorRule(row.version if row else 0)
    if row is None:
        row = FactorRuleRow(tenant_id=actor.tenant_id, role=role.value, version=0)
    row.demanded, row.provider = demanded, provider.value if provider is not None else None
    row.version, row.updated_at, row.updated_by = row.version + 1, work.now, actor.staff_id
    await rules.write(work, row)
    details = {"demanded": demanded, "provider": row.provider}
    audit.record(work, actor, Action.FACTOR_RULE_SET, subject=role.value, details=details)
    return rules.read(row)
