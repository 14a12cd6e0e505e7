"""Who may say from how many supporters on a case is urgent. Pure."""

from __future__ import annotations

from app.identity.policies import Verdict, may_act_as
from app.identity.terms import Actor, Role


def may_rule(actor: Actor) -> Verdict:
    """Whether he administers the province: an officer could else make the own cases look urgent, or not."""
    return may_act_as(actor, Role.TENANT_ADMIN)
