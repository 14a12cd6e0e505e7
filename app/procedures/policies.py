"""Who may keep procedures."""

from __future__ import annotations

from app.identity.policies import Allowed, Verdict, may_act_as
from app.identity.terms import Actor, ActorKind, Role


def may_keep_procedures(actor: Actor) -> Verdict:
    """The tenant's administrators, and the program itself at the operator's command."""
    return Allowed() if actor.kind is ActorKind.SYSTEM else may_act_as(actor, Role.TENANT_ADMIN)
