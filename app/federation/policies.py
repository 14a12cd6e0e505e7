"""Who may decide to which installations cases go."""

from __future__ import annotations

from app.identity.policies import Verdict, may_act_as
from app.identity.terms import Actor, Role


def may_administer(actor: Actor) -> Verdict:
    """The tenant's administrators: what leaves the installation is theirs to decide."""
    return may_act_as(actor, Role.TENANT_ADMIN)
